package litclient_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet"
	"litsession/internal/eth"
	"litsession/internal/fetch"
	"litsession/internal/litclient"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
	"litsession/storage"
)

// everything is what the sessions of these tests ask for.
const everything = `[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"},` +
	`{"resource":{"resource":"*","resourcePrefix":"lit-litaction"},"ability":"lit-action-execution"}]`

// world is a local network of five nodes, three of which are needed, and a
// client's surroundings.
type world struct {
	network *devnet.Network
	devnet.Descriptor
	store storage.Memory
	wire  wire
	ahead time.Duration // of the client's clock
}

func newWorld(t *testing.T) *world {
	t.Helper()
	network, err := devnet.Start(t.Context(), devnet.Config{Nodes: 5, ActionTime: time.Second, StrictNonce: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := network.Close(); err != nil {
			t.Error(err)
		}
	})
	return &world{network: network, Descriptor: network.Descriptor()}
}

// wire counts the requests and may hide what pages cannot read.
type wire struct {
	withoutDates bool
	signing      atomic.Int64 // requests to sign a session key
	handshakes   atomic.Int64
}

func (w *wire) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	switch {
	case strings.HasSuffix(r.URL, nodeapi.SignSessionKeyPath):
		w.signing.Add(1)
	case strings.HasSuffix(r.URL, nodeapi.HandshakePath):
		w.handshakes.Add(1)
	}
	response, err := fetch.HTTP{}.Fetch(ctx, r)
	if err == nil && w.withoutDates {
		response.Date = ""
	}
	return response, err
}

// client returns a connected client of the world.
func (w *world) client(t *testing.T) *litclient.Client {
	t.Helper()
	c := w.unconnected(t)
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) unconnected(t *testing.T) *litclient.Client {
	t.Helper()
	text, err := json.Marshal(map[string]any{"litNetwork": "custom", "rpcUrl": w.RPCURL, "contractContext": w.ContractContext})
	if err != nil {
		t.Fatal(err)
	}
	config, err := litclient.DecodeConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	config.Fetch, config.Store, config.Random = &w.wire, &w.store, rand.Reader
	config.Now = w.now
	c, err := litclient.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) now() time.Time { return time.Now().Add(w.ahead) }

// pkpParams are those of a call of getPkpSessionSigs by the guide's action.
func (w *world) pkpParams() map[string]any {
	p := guideParams(w.Descriptor)
	p["resourceAbilityRequests"] = json.RawMessage(everything)
	return p
}

func encode(t testing.TB, params any) []byte {
	t.Helper()
	text, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (w *world) pkpSessionSigs(ctx context.Context, t testing.TB, c *litclient.Client, params map[string]any) (session.SessionSigs, error) {
	t.Helper()
	p, err := litclient.DecodePKPSessionSigsParams(encode(t, params), w.now())
	if err != nil {
		return nil, err
	}
	return c.GetPkpSessionSigs(ctx, p)
}

// wantAccepted has nodes sign with the PKP on the strength of the session
// signatures, each with its own; all the validators there are.
func (w *world) wantAccepted(t *testing.T, sigs session.SessionSigs) {
	t.Helper()
	if err := w.accepted(t.Context(), sigs); err != nil {
		t.Error(err)
	}
}

func (w *world) accepted(ctx context.Context, sigs session.SessionSigs) error {
	if len(sigs) == 0 {
		return errors.New("no session signatures")
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(sigs.JSON(), &all); err != nil {
		return err
	}
	for url, sig := range all {
		body, err := json.Marshal(map[string]any{"toSign": make([]int, 32), "pubkey": w.PKP.PublicKey, "authSig": sig})
		if err != nil {
			return err
		}
		response, err := fetch.PostJSON(ctx, fetch.HTTP{}, url+nodeapi.PKPSignPath, body,
			fetch.Header{Name: nodeapi.HeaderRequestID, Value: "lit_test"})
		if err != nil {
			return err
		}
		if response.Status != 200 {
			return fmt.Errorf("%s: %s", url, response.Body)
		}
	}
	return nil
}

// wallet signs as a user does who is asked by a callback.
type wallet struct {
	account devnet.Account
	asked   atomic.Int64
	change  func(*siwe.Message)        // before it is signed
	spoil   func(*session.AuthSig)     // afterwards
	reached chan struct{}              // closed when it is asked, if there is one
	hold    chan struct{}              // answers when this is closed, if there is one
	last    func(request []byte) error // sees what the callback is given
}

func (w *wallet) signIn(ctx context.Context, request []byte) ([]byte, error) {
	if w.asked.Add(1) == 1 && w.reached != nil {
		close(w.reached)
	}
	if w.hold != nil {
		select {
		case <-w.hold:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	if w.last != nil {
		if err := w.last(request); err != nil {
			return nil, err
		}
	}
	var asked struct {
		URI, Nonce, Expiration  string
		ResourceAbilityRequests []struct {
			Resource struct{ Resource, ResourcePrefix string }
			Ability  recap.Ability
		}
	}
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	key, err := crypto.HexToECDSA(strings.TrimPrefix(w.account.PrivateKey, "0x"))
	if err != nil {
		return nil, err
	}
	m := siwe.Message{
		Domain: "localhost", Address: eth.Address(crypto.PubkeyToAddress(key.PublicKey)), URI: asked.URI, Version: "1",
		ChainID: 1, Nonce: asked.Nonce, IssuedAt: siwe.FormatTime(time.Now()), ExpirationTime: asked.Expiration,
	}
	for _, r := range asked.ResourceAbilityRequests {
		var one recap.Capability
		if err := one.Allow(r.Resource.ResourcePrefix+"://"+r.Resource.Resource, r.Ability.Name(), nil); err != nil {
			return nil, err
		}
		one.ApplyTo(&m)
	}
	if w.change != nil {
		w.change(&m)
	}
	hash := eth.HashMessage(m.String())
	sig, err := crypto.Sign(hash[:], key)
	if err != nil {
		return nil, err
	}
	a := session.AuthSig{Sig: eth.Hex(sig), DerivedVia: "web3.eth.personal.sign", SignedMessage: m.String(), Address: m.Address.String()}
	if w.spoil != nil {
		w.spoil(&a)
	}
	// In another order of the members than ours: it is signed as it came.
	return json.Marshal(map[string]string{"sig": a.Sig, "signedMessage": a.SignedMessage, "address": a.Address, "derivedVia": a.DerivedVia})
}

func (w *world) sessionSigs(ctx context.Context, t testing.TB, c *litclient.Client, user *wallet, params map[string]any) (session.SessionSigs, error) {
	t.Helper()
	p, err := litclient.DecodeWalletSessionSigsParams(encode(t, params), w.now())
	if err != nil {
		return nil, err
	}
	if user != nil {
		p.SignIn = user.signIn
	}
	return c.GetSessionSigs(ctx, p)
}

func anything() map[string]any {
	return map[string]any{"resourceAbilityRequests": json.RawMessage(everything)}
}
