package litclient_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/fetch"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/storage"
)

// start brings up a whole local network of ten nodes, six of which are needed.
func start(t *testing.T) *devnet.Network {
	t.Helper()
	network, err := devnet.Start(t.Context(), devnet.Config{ActionTime: time.Second, StrictNonce: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := network.Close(); err != nil {
			t.Error(err)
		}
	})
	return network
}

func newClient(t *testing.T, d devnet.Descriptor, changes ...func(*litclient.Config)) *litclient.Client {
	t.Helper()
	text, err := json.Marshal(map[string]any{"litNetwork": "custom", "rpcUrl": d.RPCURL, "contractContext": d.ContractContext, "connectTimeout": 5000})
	if err != nil {
		t.Fatal(err)
	}
	config, err := litclient.DecodeConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	config.Fetch, config.Store, config.Random, config.Now = fetch.HTTP{}, new(storage.Memory), rand.Reader, time.Now
	for _, change := range changes {
		change(&config)
	}
	c, err := litclient.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func guideParams(d devnet.Descriptor) map[string]any {
	return map[string]any{
		"pkpPublicKey":            d.PKP.PublicKey,
		"litActionSource":         d.PKP.PermittedAction.Code,
		"jsParams":                map[string]int{"magicNumber": 42},
		"resourceAbilityRequests": json.RawMessage(`[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"}]`),
	}
}

// withAction changes the call to another action, which the PKP need not permit.
func withAction(source string) func(map[string]any) {
	return func(p map[string]any) { p["litActionSource"] = source }
}

func TestWhatTheNetworkAnswers(t *testing.T) {
	network := start(t)
	d := network.Descriptor()
	c := newClient(t, d)
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		change   func(map[string]any)
		want     literr.Code // "" is success
		nodeCode string
	}{
		"the guide's action": {func(map[string]any) {}, "", ""},
		"the same by its CID": {func(p map[string]any) {
			delete(p, "litActionSource")
			p["litActionIpfsId"] = d.PKP.PermittedAction.CID
		}, "", ""},
		"a CID that the network does not know": {func(p map[string]any) {
			delete(p, "litActionSource")
			p["litActionIpfsId"] = "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"
		}, literr.ActionFailed, ""},
		"an action that answers false":    {func(p map[string]any) { p["jsParams"] = map[string]int{"magicNumber": 41} }, literr.NotAuthorized, "NodeLitActionsSessionSigAuthenticationFailed"},
		"an action that answers nothing":  {withAction("1"), literr.NotAuthorized, "NodeLitActionsSessionSigAuthenticationFailed"},
		"an action that throws":           {withAction("throw new Error('boom')"), literr.ActionFailed, ""},
		"an action that loops for ever":   {withAction("for(;;);"), literr.ActionFailed, "NodeJsTimeoutError"},
		"an action that is not permitted": {withAction("Lit.Actions.setResponse({response: 'true'})"), literr.NotAuthorized, "NodeAuthSigScopeTooLimited"},
	} {
		params := guideParams(d)
		row.change(params)
		got, err := call(t, c, params, time.Now())
		if row.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var e *literr.Error
		if !errors.As(err, &e) || e.Code != row.want {
			t.Errorf("%s: got %s, %v", name, got, err)
			continue
		}
		if code, _ := e.Detail("errorCode").(string); code != row.nodeCode {
			t.Errorf("%s: node code %q, want %q", name, code, row.nodeCode)
		}
	}
}

// TestFaults: with six of ten needed, four nodes may do what they like.
func TestFaults(t *testing.T) {
	network := start(t)
	d := network.Descriptor()
	for name, row := range map[string]struct {
		fault devnet.Fault
		want  literr.Code // when a fifth node does it too
	}{
		"down":        {devnet.Fault{Kind: "down"}, literr.NotEnoughNodes},
		"http-error":  {devnet.Fault{Kind: "http-error", Status: 500}, ""},
		"wrong-share": {devnet.Fault{Kind: "wrong-share"}, literr.BadShare},
		"hang":        {devnet.Fault{Kind: "hang"}, ""},
		"slow":        {devnet.Fault{Kind: "slow", DelayMS: 20_000}, ""},
	} {
		for _, bad := range []int{4, 5} {
			if bad == 5 && row.want == "" {
				continue
			}
			c := newClient(t, d)
			connected := c.Connect(t.Context(), nil)
			for i := range bad {
				if err := network.SetFault(i, row.fault); err != nil {
					t.Fatal(err)
				}
			}
			if bad == 4 {
				c = newClient(t, d)
				connected = c.Connect(t.Context(), nil)
			}
			if connected != nil {
				t.Errorf("%d nodes %s: connect: %v", bad, name, connected)
			}
			_, err := call(t, c, guideParams(d), time.Now())
			if bad == 4 && err != nil || bad == 5 && !errors.Is(err, row.want) {
				t.Errorf("%d nodes %s: got %v", bad, name, err)
			}
			for i := range bad {
				if err := network.SetFault(i, devnet.Fault{Kind: "none"}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestConnectFailures(t *testing.T) {
	network := start(t)
	d := network.Descriptor()
	for i := range 5 {
		if err := network.SetFault(i, devnet.Fault{Kind: "down"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := newClient(t, d).Connect(t.Context(), nil); !errors.Is(err, literr.NotEnoughNodes) {
		t.Errorf("five nodes down: got %v", err)
	}
	d.RPCURL = "http://127.0.0.1:1"
	if err := newClient(t, d).Connect(t.Context(), nil); !errors.Is(err, literr.ChainUnreachable) {
		t.Errorf("no chain: got %v", err)
	}
}
