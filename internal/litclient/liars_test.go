package litclient_test

import (
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/devnet/node"
	"litsession/internal/litclient"
)

// liars starts a network whose first nodes sign falsely, and at once, while the
// others take their time, and returns a client of it.
func liars(t *testing.T, nodes, lying int) (*litclient.Client, devnet.Descriptor) {
	t.Helper()
	network, err := devnet.Start(t.Context(), devnet.Config{Nodes: nodes, ActionTime: time.Second, StrictNonce: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := network.Close(); err != nil {
			t.Error(err)
		}
	})
	c := newClient(t, network.Descriptor())
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for i := range nodes {
		fault := devnet.Fault{Kind: "slow", DelayMS: 200, JitterMS: 200, Path: node.SignSessionKey}
		if i < lying {
			fault = devnet.Fault{Kind: "wrong-share"}
		}
		if err := network.SetFault(i, fault); err != nil {
			t.Fatal(err)
		}
	}
	return c, network.Descriptor()
}

// TestLiarsAreFirst: as many as may lie, and four where every choice of shares
// would be too many.
func TestLiarsAreFirst(t *testing.T) {
	for _, row := range []struct{ nodes, lying int }{{11, 4}, {20, 4}} {
		c, d := liars(t, row.nodes, row.lying)
		if err := verified(t, c, d, time.Minute); err != nil {
			t.Errorf("%d of %d: %v", row.lying, row.nodes, err)
		}
	}
}
