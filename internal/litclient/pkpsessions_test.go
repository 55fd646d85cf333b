package litclient_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// ethWallet is an auth method of type 1: an account's AuthSig, as text.
func (w *world) ethWallet(t *testing.T, account int, change func(*siwe.Message)) map[string]any {
	t.Helper()
	user := &wallet{account: w.Accounts[account], change: change}
	request, err := json.Marshal(map[string]any{"uri": "https://localhost/login", "nonce": "0x" + strings.Repeat("0", 64), "expiration": siwe.FormatTime(time.Now().Add(time.Hour))})
	if err != nil {
		t.Fatal(err)
	}
	authSig, err := user.signIn(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"authMethodType": 1, "accessToken": string(authSig)}
}

// TestAuthMethods: beside the action, instead of it, and what does not pass.
func TestAuthMethods(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	const notPermitted = "Lit.Actions.setResponse({response: 'true'})"
	owner, stranger := w.ethWallet(t, 0, nil), w.ethWallet(t, 1, nil)
	for name, row := range map[string]struct {
		methods []map[string]any
		source  string
		want    literr.Code
	}{
		"the owner's wallet alone":                  {[]map[string]any{owner}, "", ""},
		"a stranger's wallet alone":                 {[]map[string]any{stranger}, "", literr.NotAuthorized},
		"neither action nor method":                 {nil, "", literr.MissingParam},
		"the owner's beside a permitted action":     {[]map[string]any{owner}, w.PKP.PermittedAction.Code, ""},
		"a stranger's beside a permitted action":    {[]map[string]any{stranger}, w.PKP.PermittedAction.Code, ""},
		"the owner's beside an action that is not":  {[]map[string]any{owner}, notPermitted, ""},
		"a stranger's beside an action that is not": {[]map[string]any{stranger}, notPermitted, literr.NotAuthorized},
		"two methods":                                     {[]map[string]any{stranger, owner}, "", ""},
		"a token that says something else":                {[]map[string]any{{"authMethodType": 1, "accessToken": strings.Replace(owner["accessToken"].(string), "localhost", "localhose", 1)}}, "", literr.RequestRefused},
		"a token that is expired":                         {[]map[string]any{w.ethWallet(t, 0, func(m *siwe.Message) { m.ExpirationTime = siwe.FormatTime(time.Now().Add(-time.Hour)) })}, "", literr.RequestRefused},
		"a type that is unknown here":                     {[]map[string]any{{"authMethodType": 9, "accessToken": "x"}}, "", literr.RequestRefused},
		"the owner's beside an action that answers false": {[]map[string]any{owner}, "Lit.Actions.setResponse({response: 'false'})", literr.NotAuthorized},
	} {
		if err := w.store.Remove(t.Context(), "lit-session-key"); err != nil {
			t.Fatal(err)
		}
		params := map[string]any{"pkpPublicKey": w.PKP.PublicKey, "resourceAbilityRequests": json.RawMessage(everything)}
		if row.methods != nil {
			params["authMethods"] = row.methods
		}
		if row.source != "" {
			params["litActionSource"], params["jsParams"] = row.source, map[string]int{"magicNumber": 42}
		}
		sigs, err := w.pkpSessionSigs(t.Context(), t, c, params)
		if row.want != "" {
			if !errors.Is(err, row.want) {
				t.Errorf("%s: got %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		w.wantAccepted(t, sigs)
		before := w.wire.signing.Load()
		if _, err := w.pkpSessionSigs(t.Context(), t, c, params); err != nil || w.wire.signing.Load() != before {
			t.Errorf("%s, again: the AuthSig was not reused (%v)", name, err)
		}
		delete(params, "authMethods")
		delete(params, "litActionSource")
		if _, err := w.pkpSessionSigs(t.Context(), t, c, params); err == nil {
			t.Errorf("%s: then, without proof, the AuthSig was reused", name)
		}
	}
}

func TestSignSessionKey(t *testing.T) {
	w := newWorld(t)
	c := w.unconnected(t)
	params := map[string]any{
		"pkpPublicKey": w.PKP.PublicKey[2:], "authMethods": []any{w.ethWallet(t, 0, nil)},
		"resourceAbilityRequests": json.RawMessage(everything), "statement": "A line.", "chainId": 10, "domain": "dapp.example",
	}
	p, err := litclient.DecodeSignSessionKeyParams(encode(t, params), w.now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SignSessionKey(t.Context(), p); !errors.Is(err, literr.NotReady) || !strings.HasPrefix(err.Error(), "[signSessionKey] ]") {
		t.Errorf("unconnected: got %v", err)
	}
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	a, err := c.SignSessionKey(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	m, err := siwe.Parse(a.SignedMessage)
	if err != nil {
		t.Fatal(err)
	}
	key, err := c.SessionKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if m.Domain != "dapp.example" || m.ChainID != 10 || m.URI != key.URI() || m.Address.String() != w.PKP.EthAddress ||
		!strings.HasPrefix(m.Statement, "Lit Protocol PKP session signature A line. I further authorize") {
		t.Errorf("signed %s", a.SignedMessage)
	}
	if _, kept, _ := w.store.Get(t.Context(), "lit-wallet-sig"); kept {
		t.Error("it was stored")
	}
}

// TestCodeFromAGateway: the client fetches the code, and takes nothing for it
// that the CID does not name.
func TestCodeFromAGateway(t *testing.T) {
	w := newWorld(t)
	tampered := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = rw.Write([]byte("Lit.Actions.setResponse({response: 'true'})"))
	}))
	defer tampered.Close()
	for name, row := range map[string]struct {
		gateway  string
		optional bool
		want     literr.Code
	}{
		"the network's own":       {w.IPFSGateway, false, ""},
		"one that sends other":    {tampered.URL + "/ipfs/", false, literr.CIDMismatch},
		"one that is not there":   {"http://127.0.0.1:1/ipfs/", false, literr.GatewayUnreachable},
		"one that has it not":     {w.AdminURL + "/status/ipfs/", false, literr.GatewayUnreachable},
		"other, but not asked to": {tampered.URL + "/ipfs/", true, ""},
	} {
		if err := w.store.Remove(t.Context(), "lit-session-key"); err != nil {
			t.Fatal(err)
		}
		c := w.client(t)
		params := w.pkpParams()
		delete(params, "litActionSource")
		params["litActionIpfsId"] = w.PKP.PermittedAction.CID
		params["ipfsOptions"] = map[string]any{"overwriteCode": !row.optional, "gatewayUrl": row.gateway}
		p, err := litclient.DecodePKPSessionSigsParams(encode(t, params), w.now())
		if err != nil {
			t.Fatal(err)
		}
		if !row.optional {
			if len(p.Gateways) != 3 {
				t.Errorf("gateways %v", p.Gateways)
			}
			p.Gateways = p.Gateways[:1] // the others are on the Internet
		}
		before := w.wire.signing.Load()
		sigs, err := c.GetPkpSessionSigs(t.Context(), p)
		if row.want != "" {
			if !errors.Is(err, row.want) || w.wire.signing.Load() != before {
				t.Errorf("%s: got %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		w.wantAccepted(t, sigs)
	}
}

func TestGatewaysThatAreRefused(t *testing.T) {
	for _, gateway := range []string{"ftp://x/ipfs/", "x", "http://user:secret@x/ipfs/", "http://x/ipfs", "7"} {
		text := encode(t, map[string]any{
			"pkpPublicKey": "0x", "litActionIpfsId": "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH",
			"ipfsOptions": map[string]any{"overwriteCode": true, "gatewayUrl": gateway},
		})
		_, err := litclient.DecodePKPSessionSigsParams(text, time.Now())
		var e *literr.Error
		if !errors.As(err, &e) || e.Detail("param") != "ipfsOptions.gatewayUrl" || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v", gateway, err)
		}
	}
}

// TestFailuresKeepSecrets: neither the message nor the details of a failure hold
// what the caller passed in confidence.
func TestFailuresKeepSecrets(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	key, err := session.GenerateKeyPair(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const marked = "SECRET-VALUE"
	var secretKey struct{ SecretKey string }
	if err := json.Unmarshal(key.JSON(), &secretKey); err != nil {
		t.Fatal(err)
	}
	failures := map[string]func(p map[string]any){
		"the action answers false": func(p map[string]any) { p["jsParams"] = map[string]any{"magicNumber": 1, "token": marked} },
		"the action throws": func(p map[string]any) {
			p["litActionSource"], p["jsParams"] = "console.log(token); throw new Error('no')", map[string]any{"token": marked}
		},
		"an unknown auth method": func(p map[string]any) {
			p["authMethods"] = []any{map[string]any{"authMethodType": 6, "accessToken": marked}}
		},
		"a wallet's token that is none": func(p map[string]any) {
			p["authMethods"] = []any{map[string]any{"authMethodType": 1, "accessToken": marked}}
		},
		"parameters of the wrong kind": func(p map[string]any) { p["authMethods"] = marked },
		"an expiration that is none":   func(p map[string]any) { p["expiration"] = marked },
		"a statement of two lines":     func(p map[string]any) { p["statement"] = marked + "\n" },
	}
	for name, change := range failures {
		params := w.pkpParams()
		params["sessionKey"] = json.RawMessage(key.JSON())
		change(params)
		p, err := litclient.DecodeSignSessionKeyParams(encode(t, params), w.now())
		if err == nil {
			_, err = c.SignSessionKey(t.Context(), p)
		}
		if err == nil {
			t.Errorf("%s: no failure", name)
			continue
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			text := fmt.Sprintf("%v %+v", e, e)
			var coded *literr.Error
			if errors.As(e, &coded) {
				text += fmt.Sprintf("%+v %v", *coded, coded.Details)
			}
			if strings.Contains(text, marked) || strings.Contains(text, secretKey.SecretKey[:64]) {
				t.Errorf("%s: the failure says %s", name, text)
			}
		}
	}
}
