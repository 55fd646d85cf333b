package litclient_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"litsession/internal/bls"
	"litsession/internal/devnet"
	"litsession/internal/devnet/node"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/internal/session"
)

// misbehaviour is a fault and what a client says when five of ten nodes have
// it, of which it needs six; "" if they still do their work.
type misbehaviour struct {
	fault devnet.Fault
	want  literr.Code
}

func misbehaviours() []misbehaviour {
	return []misbehaviour{
		{devnet.Fault{Kind: "slow", DelayMS: 600_000}, literr.Timeout},
		{devnet.Fault{Kind: "slow-body", DelayMS: 600_000}, literr.Timeout},
		{devnet.Fault{Kind: "hang"}, literr.Timeout},
		{devnet.Fault{Kind: "http-error", Status: 503}, literr.NodeFault},
		{devnet.Fault{Kind: "html"}, literr.NodeFault},
		{devnet.Fault{Kind: "malformed"}, literr.NodeFault},
		{devnet.Fault{Kind: "oversized"}, literr.NodeFault},
		{devnet.Fault{Kind: "oversized", Shape: "values"}, literr.NodeFault},
		{devnet.Fault{Kind: "wrong-share"}, literr.BadShare},
		{devnet.Fault{Kind: "identity-share"}, literr.BadShare},
		{devnet.Fault{Kind: "off-subgroup"}, literr.BadShare},
		{devnet.Fault{Kind: "duplicate-index"}, literr.BadShare},
		{devnet.Fault{Kind: "replayed-share"}, literr.BadShare},
		{devnet.Fault{Kind: "other-message"}, literr.MessageMismatch},
		{devnet.Fault{Kind: "other-siwe"}, literr.MessageMismatch},
		{devnet.Fault{Kind: "other-network-key"}, literr.NodesDisagree},
		{devnet.Fault{Kind: "err-keys"}, literr.NodeFault},
		{devnet.Fault{Kind: "stale-blockhash"}, ""},            // an old block is a nonce too
		{devnet.Fault{Kind: "clock-skew", Seconds: -3600}, ""}, // five may be right about the time, and others take an old message
		{devnet.Fault{Kind: "clock-skew", Seconds: 40 * 24 * 3600}, literr.RequestRefused},
		{devnet.Fault{Kind: "rate-limited", Status: 402}, literr.RateLimited},
		{devnet.Fault{Kind: "rate-limited", Status: 429}, literr.RateLimited},
	}
}

// setFaults makes the last so many nodes misbehave.
func setFaults(t *testing.T, network *devnet.Network, count int, f devnet.Fault) {
	t.Helper()
	for i := 10 - count; i < 10; i++ {
		if err := network.SetFault(i, f); err != nil {
			t.Fatal(err)
		}
	}
}

// verified calls for session signatures within the time and checks all that
// come back against the network's own key.
func verified(t *testing.T, c *litclient.Client, d devnet.Descriptor, limit time.Duration) error {
	t.Helper()
	asked := guideParams(d)
	asked["resourceAbilityRequests"] = json.RawMessage(everything)
	text, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	params, err := litclient.DecodeSessionSigsParams(text, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), limit, literr.Timeout)
	defer cancel()
	sigs, err := c.GetLitActionSessionSigs(ctx, params)
	if err != nil {
		if sigs != nil {
			t.Errorf("signatures beside the error %v", err)
		}
		return err
	}
	key, err := bls.ParsePublicKey(d.NetworkPublicKey)
	if err != nil {
		t.Fatal(err)
	}
	if len(sigs) != len(d.Nodes) {
		return fmt.Errorf("signatures for %d nodes", len(sigs))
	}
	for _, sig := range sigs {
		if err := verifyCapability(sig, key); err != nil {
			return err
		}
	}
	return nil
}

func TestFourNodesMayDoWhatTheyLike(t *testing.T) {
	network := start(t)
	d := network.Descriptor()
	for _, m := range misbehaviours() {
		setFaults(t, network, 4, m.fault)
		c := newClient(t, d)
		if err := c.Connect(t.Context(), nil); err != nil {
			t.Errorf("%+v: connect: %v", m.fault, err)
		} else if err := verified(t, c, d, time.Minute); err != nil {
			t.Errorf("%+v: %v", m.fault, err)
		}
		setFaults(t, network, 4, devnet.Fault{})
	}
}

func TestFiveNodesStopASessionForAReason(t *testing.T) {
	network := start(t)
	d := network.Descriptor()
	for _, m := range misbehaviours() {
		err := inTime(t, d.Nodes[5:], m.want == literr.Timeout, func(limit time.Duration) error {
			c := newClient(t, d, func(config *litclient.Config) { config.SignTimeout = limit })
			if err := c.Connect(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			setFaults(t, network, 5, m.fault)
			defer setFaults(t, network, 5, devnet.Fault{})
			return verified(t, c, d, time.Minute)
		})
		if m.want == "" && err != nil || m.want != "" && !errors.Is(err, m.want) {
			t.Errorf("%+v: got %v, want %q", m.fault, err, m.want)
		}
	}
}

// inTime calls with a SignTimeout that the silent nodes let pass, a minute where there
// are none, until those that answer did so before it was over: on a busy machine they
// may need longer. It checks that exactly the silent ones are said not to have answered.
func inTime(t *testing.T, silent []devnet.NodeURL, some bool, call func(limit time.Duration) error) error {
	t.Helper()
	if !some {
		return call(time.Minute)
	}
	for limit := time.Second; ; limit *= 2 {
		err := call(limit)
		var e *literr.Error
		if errors.As(err, &e) && limit < 30*time.Second {
			if failures, _ := e.Detail("failures").([]literr.Failure); len(failures) > len(silent) {
				continue
			}
		}
		wantSilent(t, err, silent, limit)
		return err
	}
}

// wantSilent checks that the error says of exactly these nodes of ten that they
// did not answer.
func wantSilent(t *testing.T, err error, nodes []devnet.NodeURL, limit time.Duration) {
	t.Helper()
	var e *literr.Error
	if !errors.As(err, &e) || e.Detail("have") != 10-len(nodes) || e.Detail("need") != 6 {
		t.Fatalf("got %v", err)
	}
	failures, _ := e.Detail("failures").([]literr.Failure)
	if len(failures) != len(nodes) {
		t.Errorf("failures %+v", failures)
	}
	for i, f := range failures {
		if f.URL != nodes[i].URL || f.Message != fmt.Sprintf("the node did not answer within %g s", limit.Seconds()) {
			t.Errorf("%+v of %s", f, nodes[i].URL)
		}
	}
}

// TestFourSilentNodesAndALiar: the shares of the six others are there, and one
// of them is wrong.
func TestFourSilentNodesAndALiar(t *testing.T) {
	network := start(t)
	d := network.Descriptor()
	err := inTime(t, d.Nodes[6:], true, func(limit time.Duration) error {
		setFaults(t, network, 5, devnet.Fault{})
		c := newClient(t, d, func(config *litclient.Config) { config.SignTimeout = limit })
		if err := c.Connect(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		setFaults(t, network, 5, devnet.Fault{Kind: "wrong-share"})
		setFaults(t, network, 4, devnet.Fault{Kind: "hang"})
		return verified(t, c, d, time.Minute)
	})
	if !errors.Is(err, literr.BadShare) {
		t.Errorf("got %v", err)
	}
}

// TestFiveNodesStopAConnect: what nodes say of themselves counts only when the
// threshold of them says it.
func TestFiveNodesStopAConnect(t *testing.T) {
	network := start(t)
	d := network.Descriptor()
	for kind, want := range map[node.FaultKind]literr.Code{
		"other-network-key": literr.NodesDisagree,
		"err-keys":          literr.NotEnoughNodes,
		"html":              literr.NotEnoughNodes,
		"malformed":         literr.NotEnoughNodes,
		"oversized":         literr.NotEnoughNodes,
		"rate-limited":      literr.NotEnoughNodes,
	} {
		setFaults(t, network, 5, devnet.Fault{Kind: kind})
		if err := newClient(t, d).Connect(t.Context(), nil); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %s", kind, err, want)
		}
	}
}

// verifyCapability checks the AuthSig in a session signature.
func verifyCapability(sig session.SessionSig, key bls.PublicKey) error {
	var message struct{ Capabilities []json.RawMessage }
	if err := json.Unmarshal([]byte(sig.SignedMessage), &message); err != nil {
		return err
	}
	if len(message.Capabilities) != 1 {
		return fmt.Errorf("%d capabilities", len(message.Capabilities))
	}
	capability, err := session.ParseAuthSig(message.Capabilities[0])
	if err != nil {
		return err
	}
	_, err = capability.Verify(key, time.Now())
	return err
}
