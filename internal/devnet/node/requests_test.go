package node_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"litsession/internal/devnet/action"
	"litsession/internal/devnet/node"
	"litsession/internal/jsjson"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// noPresignatures is a dealer that has run out.
type noPresignatures struct{}

func (noPresignatures) Share(context.Context, node.ECDSARequest) (node.ECDSAShare, error) {
	return node.ECDSAShare{}, errors.New("no presignature is left")
}

func (noPresignatures) Combined(context.Context, node.ECDSARequest) (action.Signature, error) {
	return action.Signature{}, errors.New("no presignature is left")
}

// sessionSig is a wallet's session with a node, as requests carry it.
func sessionSig(t testing.TB, now time.Time, address string) string {
	t.Helper()
	w, key := newWallet(t), must(session.GenerateKeyPair(rand.Reader))(t)
	message := w.message(now)
	message.URI = key.URI()
	var capability recap.Capability
	for prefix, ability := range map[string]string{"lit-pkp": "Threshold/Signing", "lit-litaction": "Threshold/Execution"} {
		if err := capability.Allow(prefix+"://*", ability, nil); err != nil {
			t.Fatal(err)
		}
	}
	capability.ApplyTo(&message)
	const requests = `[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"},` +
		`{"resource":{"resource":"*","resourcePrefix":"lit-litaction"},"ability":"lit-action-execution"}]`
	sig := session.SignForNodes(key, session.Template{
		Requests: []byte(requests), Capabilities: [][]byte{[]byte(w.authSig(t, message.String()))},
		IssuedAt: siwe.FormatTime(now), Expiration: siwe.FormatTime(now.Add(time.Hour)),
	}, []string{"http://" + address})[0]
	return string(new(jsjson.Object).String("sig", sig.Sig).String("derivedVia", "litSessionSignViaNacl").
		String("signedMessage", sig.SignedMessage).String("address", sig.Address).String("algo", "ed25519").Bytes())
}

// TestAFailureInsideTheNode is answered like a refusal.
func TestAFailureInsideTheNode(t *testing.T) {
	r := readRecorded(t)
	config := r.config(t)
	config.Address, config.ECDSA = "127.0.0.1:7470", noPresignatures{}
	config.Permissions.(*ledger).owner = newWallet(t).address()
	w := post(t, node.New(config), nodeapi.PKPSignPath, signRequest(t, r, config.Address))
	if want := refused(`"no presignature is left"`, "", "Unexpected", unexpected, "500"); w.Body.String() != want {
		t.Errorf("got %s", w.Body)
	}
}

// signRequest asks for a signature with the PKP, of which a wallet is the owner.
func signRequest(t testing.TB, r recorded, address string) string {
	return `{"authSig":` + sessionSig(t, r.Clock, address) + `,"toSign":[` + strings.Repeat("1,", 31) + `1],"pubkey":"` + r.request(t).PKPPublicKey + `"}`
}

// FuzzRequests answers whatever bytes it is sent, with JSON and without a panic.
func FuzzRequests(f *testing.F) {
	r := readRecorded(f)
	config := r.config(f)
	config.Address, config.ECDSA = "127.0.0.1:7470", noPresignatures{}
	config.Permissions.(*ledger).owner = newWallet(f).address()
	n := node.New(config)
	sig := sessionSig(f, r.Clock, config.Address)
	f.Add(nodeapi.HandshakePath, `{"clientPublicKey":"test"}`)
	f.Add(nodeapi.SignSessionKeyPath, r.SignSessionKeyRequestBody)
	f.Add(nodeapi.SignSessionKeyPath, strings.Replace(r.SignSessionKeyRequestBody, `"authMethods":[]`, `"authMethods":[{"authMethodType":1,"accessToken":"{\"sig\":\"0x00\",\"derivedVia\":\"\",\"signedMessage\":\"\",\"address\":\"\"}"}]`, 1))
	f.Add(nodeapi.ExecutePath, `{"authSig":`+sig+`,"code":"MQ==","jsParams":{"a":1},"epoch":1234}`)
	f.Add(nodeapi.ExecutePath, `{"authSig":{"ethereum":`+sig+`},"ipfsId":"`+r.LitActionCID+`"}`)
	f.Add(nodeapi.PKPSignPath, signRequest(f, r, config.Address))
	f.Fuzz(func(t *testing.T, path, body string) {
		if !slices.Contains([]string{nodeapi.HandshakePath, nodeapi.SignSessionKeyPath, nodeapi.ExecutePath, nodeapi.PKPSignPath}, path) {
			return
		}
		if w := post(t, n, path, body); !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %q", w.Code, w.Body)
		}
	})
}
