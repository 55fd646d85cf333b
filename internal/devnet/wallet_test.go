package devnet_test

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet"
	"litsession/internal/eth"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// delegation is the message with which an account lets a session key act.
func delegation(t testing.TB, account devnet.Account, key session.KeyPair) siwe.Message {
	t.Helper()
	now := time.Now()
	message := siwe.Message{
		Domain: "localhost:3000", Address: must(eth.ParseAddress(account.Address))(t), Statement: "Hello.", URI: key.URI(),
		Version: "1", ChainID: 1, Nonce: "0x" + strings.Repeat("00", 32),
		IssuedAt: siwe.FormatTime(now), ExpirationTime: siwe.FormatTime(now.Add(time.Hour)),
	}
	var capability recap.Capability
	for resource, ability := range map[string]string{"lit-pkp://*": "Threshold/Signing", "lit-litaction://*": "Threshold/Execution"} {
		if err := capability.Allow(resource, ability, nil); err != nil {
			t.Fatal(err)
		}
	}
	capability.ApplyTo(&message)
	return message
}

// walletSig is a message as an account's wallet signs it.
func walletSig(t testing.TB, account devnet.Account, message siwe.Message) session.AuthSig {
	t.Helper()
	key := must(crypto.HexToECDSA(strings.TrimPrefix(account.PrivateKey, "0x")))(t)
	hash := eth.HashMessage(message.String())
	sig := must(crypto.Sign(hash[:], key))(t)
	sig[64] += 27
	return session.AuthSig{
		Sig: "0x" + hex.EncodeToString(sig), DerivedVia: "web3.eth.personal.sign",
		SignedMessage: message.String(), Address: account.Address,
	}
}

// walletSession signs for one node with what a wallet delegated.
func walletSession(key session.KeyPair, node string, capability session.AuthSig) session.SessionSig {
	now := time.Now()
	template := session.Template{
		Requests: []byte(everything), Capabilities: [][]byte{capability.JSON()},
		IssuedAt: siwe.FormatTime(now), Expiration: siwe.FormatTime(now.Add(time.Hour)),
	}
	return session.SignForNodes(key, template, []string{node})[0]
}

func TestAWalletsSession(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	key := must(session.GenerateKeyPair(rand.Reader))(t)
	owner, stranger, url := d.Accounts[0], d.Accounts[1], d.Nodes[0].URL
	digest := crypto.Keccak256([]byte("message"))

	s := walletSession(key, url, walletSig(t, owner, delegation(t, owner, key)))
	e := execute(t, s, executeBody(t, s, `Lit.Actions.setResponse({response: JSON.stringify([Lit.Auth.authSigAddress, Lit.Auth.resources.length])})`))
	if want := `["` + owner.Address + `",1]`; e.Response != want {
		t.Errorf("Lit.Auth: got %s, want %s", e.Response, want)
	}
	var shares []ecdsaShare
	for _, node := range d.Nodes {
		s := walletSession(key, node.URL, walletSig(t, owner, delegation(t, owner, key)))
		_, answer := call(t, "POST", node.URL+nodeapi.PKPSignPath, pkpSignBody(t, d, digest, authSig(s)))
		shares = append(shares, pkpShare(t, answer))
	}
	if got := must(combineShares(shares))(t).signer(t, digest); got != d.PKP.EthAddress {
		t.Errorf("signed by %s", got)
	}

	s = walletSession(key, url, walletSig(t, stranger, delegation(t, stranger, key)))
	status, answer := call(t, "POST", url+nodeapi.PKPSignPath, pkpSignBody(t, d, digest, authSig(s)))
	if e := nodeapi.ParseError(status, answer); status != 401 || e.Code != "NodeAuthSigScopeTooLimited" ||
		strings.Join(e.Details, "|") != "None of the AuthMethods, AuthSig or Lit Actions meet the requires scope [1]." {
		t.Errorf("a stranger: %d %s", status, answer)
	}
	request := executeBody(t, s, `Lit.Actions.signEcdsa({toSign: new Uint8Array(32), publicKey, sigName: "sig"})`)
	request["jsParams"] = map[string]string{"publicKey": d.PKP.PublicKey}
	status, answer = call(t, "POST", url+nodeapi.ExecutePath, body(t, request))
	if e := nodeapi.ParseError(status, answer); status != 400 || !strings.Contains(e.Exception, "meet the requires scope [1]") {
		t.Errorf("a stranger's action: %d %s", status, answer)
	}
}

func TestWalletCapabilitiesThatAreRefused(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	key := must(session.GenerateKeyPair(rand.Reader))(t)
	owner, url := d.Accounts[0], d.Nodes[0].URL
	for name, change := range map[string]func(*siwe.Message, *session.AuthSig){
		"nothing is wrong":               func(*siwe.Message, *session.AuthSig) {},
		"another signer":                 func(m *siwe.Message, s *session.AuthSig) { *s = walletSig(t, d.Accounts[1], *m) },
		"another address":                func(_ *siwe.Message, s *session.AuthSig) { s.Address = d.PKP.EthAddress },
		"no SIWE":                        func(_ *siwe.Message, s *session.AuthSig) { s.SignedMessage = "hello" },
		"a signature that is none":       func(_ *siwe.Message, s *session.AuthSig) { s.Sig = "0x12" },
		"taken for a network's":          func(_ *siwe.Message, s *session.AuthSig) { s.DerivedVia, s.Algo = "lit.bls", "LIT_BLS" },
		"signed: expired":                func(m *siwe.Message, _ *session.AuthSig) { m.ExpirationTime = m.IssuedAt },
		"signed: not valid yet":          func(m *siwe.Message, _ *session.AuthSig) { m.NotBefore = m.ExpirationTime },
		"signed: another session key":    func(m *siwe.Message, _ *session.AuthSig) { m.URI = "lit:session:00" },
		"signed: a statement of its own": func(m *siwe.Message, _ *session.AuthSig) { m.Statement = "Just a sign-in." },
		"signed: no ReCap":               func(m *siwe.Message, _ *session.AuthSig) { m.Resources = nil },
	} {
		t.Run(name, func(t *testing.T) {
			message := delegation(t, owner, key)
			sig := walletSig(t, owner, message)
			change(&message, &sig)
			if strings.HasPrefix(name, "signed") {
				sig = walletSig(t, owner, message)
			}
			s := walletSession(key, url, sig)
			status, answer := call(t, "POST", url+nodeapi.ExecutePath, body(t, executeBody(t, s, "1")))
			if name == "nothing is wrong" {
				if status != http.StatusOK {
					t.Errorf("%d %s", status, answer)
				}
				return
			}
			if e := nodeapi.ParseError(status, answer); e.Code != "NodeInvalidAuthSig" || e.Details[1] != "Could not find valid capability." {
				t.Errorf("%d %s", status, answer)
			}
		})
	}
}

func TestAuthSigsThatAreNoSessionSignatures(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	key := must(session.GenerateKeyPair(rand.Reader))(t)
	owner := d.Accounts[0]
	wallet := walletSig(t, owner, delegation(t, owner, key)).JSON()
	text := string(authSig(walletSession(key, d.Nodes[0].URL, walletSig(t, owner, delegation(t, owner, key)))))
	const algo = `"algo":"ed25519",`
	for name, row := range map[string]struct {
		authSig string
		status  int
		code    string
	}{
		"no algo":       {strings.Replace(text, algo, "", 1), 400, "NodeCannotProvideAuthSigForEndpoint"},
		"another algo":  {strings.Replace(text, algo, `"algo":"LIT_BLS",`, 1), 400, "NodeCannotProvideAuthSigForEndpoint"},
		"a wallet's":    {string(wallet), 400, "NodeCannotProvideAuthSigForEndpoint"},
		"several":       {`{"ethereum":` + string(wallet) + `}`, 400, "unsupported_auth_sig"},
		"no object":     {`"x"`, 422, "NodeBadInput"},
		"none":          {`null`, 422, "NodeBadInput"},
		"another shape": {`{"sig":1}`, 422, "NodeBadInput"},
	} {
		for _, path := range []string{nodeapi.ExecutePath, nodeapi.PKPSignPath} {
			request := map[string]any{"authSig": json.RawMessage(row.authSig), "code": "MQ==", "toSign": make([]int, 32), "pubkey": d.PKP.PublicKey}
			status, answer := call(t, "POST", d.Nodes[0].URL+path, body(t, request))
			if e := nodeapi.ParseError(status, answer); status != row.status || e.Code != row.code {
				t.Errorf("%s, %s: %d %s", name, path, status, answer)
			}
		}
	}
}

func TestNodesThatAreAskedAtOnceHoldSharesOfOneSignature(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 5, Threshold: 3})
	d := n.Descriptor()
	_, sigs := newSession(t, d, everything)
	for i := range 2 { // shares of those that are up must do
		if err := n.SetFault(i, devnet.Fault{Kind: "down"}); err != nil {
			t.Fatal(err)
		}
	}
	digest := crypto.Keccak256([]byte("message"))
	for _, id := range []string{"lit_a", "lit_b"} {
		answers := make([][]byte, len(sigs))
		var asked sync.WaitGroup
		for i, s := range sigs {
			if s.Node == d.Nodes[0].URL || s.Node == d.Nodes[1].URL {
				continue
			}
			request := pkpSignBody(t, d, digest, authSig(s))
			asked.Go(func() {
				_, answers[i], _ = try(t.Context(), "POST", s.Node+nodeapi.PKPSignPath, request, nodeapi.HeaderRequestID, id)
			})
		}
		asked.Wait()
		var shares []ecdsaShare
		for _, answer := range answers {
			if answer != nil {
				shares = append(shares, pkpShare(t, answer))
			}
		}
		if got := must(combineShares(shares))(t).signer(t, digest); got != d.PKP.EthAddress {
			t.Errorf("%s: signed by %s", id, got)
		}
	}
}

// TestAnAuthMethodOfTheSession sees what a session was signed for recorded and
// told to actions.
func TestAnAuthMethodOfTheSession(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	owner := d.Accounts[0]
	key := must(session.GenerateKeyPair(rand.Reader))(t)
	login := delegation(t, owner, key)
	login.URI = "http://localhost:3000"
	_, sigs := newSession(t, d, everything, nodeapi.AuthMethod{Type: 1, AccessToken: string(walletSig(t, owner, login).JSON())})
	e := execute(t, sigs[0], executeBody(t, sigs[0], `Lit.Actions.setResponse({response: JSON.stringify(Lit.Auth.authMethodContexts)})`))
	if want := `[{"userId":"` + owner.Address + `","appId":"lit","authMethodType":1,"usedForSignSessionKeyRequest":true}]`; e.Response != want {
		t.Errorf("got %s, want %s", e.Response, want)
	}
}
