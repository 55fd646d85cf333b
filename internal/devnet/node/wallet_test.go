package node_test

import (
	"crypto/ecdsa"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet/node"
	"litsession/internal/eth"
	"litsession/internal/ipfs"
	"litsession/internal/jsjson"
	"litsession/internal/nodeapi"
	"litsession/internal/siwe"
)

// wallet signs AuthSigs.
type wallet struct{ key *ecdsa.PrivateKey }

func newWallet(t testing.TB) wallet {
	return wallet{must(crypto.ToECDSA(append(make([]byte, 31), 7)))(t)}
}

func (w wallet) address() eth.Address {
	return eth.Address(crypto.PubkeyToAddress(w.key.PublicKey))
}

func (w wallet) message(now time.Time) siwe.Message {
	return siwe.Message{
		Domain: "localhost", Address: w.address(), Statement: "Hello.", URI: "http://localhost:3000", Version: "1",
		ChainID: 1, Nonce: "0x" + strings.Repeat("00", 32),
		IssuedAt: siwe.FormatTime(now), ExpirationTime: siwe.FormatTime(now.Add(time.Hour)),
	}
}

// authSig is a text as a wallet signs it, v being 27 or 28.
func (w wallet) authSig(t testing.TB, text string) string {
	t.Helper()
	hash := eth.HashMessage(text)
	sig := must(crypto.Sign(hash[:], w.key))(t)
	sig[64] += 27
	return string(new(jsjson.Object).String("sig", "0x"+hex.EncodeToString(sig)).
		String("derivedVia", "web3.eth.personal.sign").String("signedMessage", text).
		String("address", w.address().String()).Bytes())
}

func actionMethod(t testing.TB, source string) node.AuthMethod {
	t.Helper()
	return node.AuthMethod{Type: 2, ID: ipfs.Sum([]byte(source)).Multihash()}
}

// TestWalletRefusals has a row per check of protocol.md 8.4.1.
func TestWalletRefusals(t *testing.T) {
	r := readRecorded(t)
	w := newWallet(t)
	good := w.message(r.Clock)
	token := w.authSig(t, good.String())
	sign := func(change func(*siwe.Message)) string {
		m := good
		change(&m)
		return w.authSig(t, m.String())
	}
	for _, tt := range []struct{ name, token, code, detail string }{
		{"no JSON", "x", "NodeWalletSignatureJSONError", "The access token is not an AuthSig in JSON"},
		{"a member too many", strings.Replace(token, `{`, `{"x":"y",`, 1), "NodeWalletSignatureJSONError", "The access token is not an AuthSig in JSON"},
		{"a member twice", strings.Replace(token, `{`, `{"derivedVia":"",`, 1), "NodeWalletSignatureJSONError", "The access token is not an AuthSig in JSON"},
		{"a member missing", `{"sig":"0x","signedMessage":"","address":""}`, "NodeWalletSignatureJSONError", "The access token is not an AuthSig in JSON"},
		{"no address", strings.Replace(token, w.address().String(), "0x12", 2), "NodeAuthSigAddressConversionError", "the address is not 0x and 40 hex digits"},
		{"a short signature", strings.Replace(token, `"sig":"0x`, `"sig":"0x00`, 1), "NodeSIWESigConversionError", "The signature is not 65 bytes in hex"},
		{"another message than was signed", strings.Replace(token, "Hello.", "Hello!", 1), "NodeInvalidAuthSig", "The signature is not one of the AuthSig's address"},
		{"another address than signed", strings.Replace(token, `"address":"`+w.address().String(), `"address":"0x0000000000000000000000000000000000000001`, 1), "NodeInvalidAuthSig", "The signature is not one of the AuthSig's address"},
		{"no SIWE", w.authSig(t, "hello"), "NodeSIWEMessageError", "Error parsing SIWE message"},
		{"a session", sign(func(m *siwe.Message) { m.URI = "lit:session:00" }), "NodeInvalidAuthSig", "An AuthSig with the URI lit:session is no auth method"},
		{"a delegation", sign(func(m *siwe.Message) { m.URI = "lit:capability:delegation" }), "NodeInvalidAuthSig", "An AuthSig with the URI lit:capability:delegation is no auth method"},
		{"no expiration", sign(func(m *siwe.Message) { m.ExpirationTime = "" }), "NodeSIWEMessageError", "Session key expiration time is not set"},
		{"expired", sign(func(m *siwe.Message) {
			m.IssuedAt, m.ExpirationTime = "2026-01-15T10:00:00.000Z", "2026-01-15T11:00:00.000Z"
		}), "NodeSIWEMessageError", "Session key expiration 2026-01-15T11:00:00.000Z is in the past beyond the grace period of 60 seconds (now is 2026-01-15T12:00:00.000Z)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAttempt(t, r)
			a.request.AuthMethods = []nodeapi.AuthMethod{{Type: 1, AccessToken: tt.token}}
			status, body := a.send(t)
			e := nodeapi.ParseError(status, []byte(body))
			if e.Code != tt.code || len(e.Details) == 0 || e.Details[0] != tt.detail {
				t.Errorf("got %s", body)
			}
		})
	}
}

// TestPermissions has a row per way of protocol.md 8.6 to be permitted.
func TestPermissions(t *testing.T) {
	r := readRecorded(t)
	w := newWallet(t)
	address := w.address()
	hashed := func(text string) []byte { sum := eth.Keccak256([]byte(text)); return sum[:] }
	lower, checksummed := strings.ToLower(address.String()), address.String()
	for _, tt := range []struct {
		name      string
		method    *node.AuthMethod
		scopes    []bool
		owner     eth.Address
		noWallet  bool
		permitted bool
	}{
		{"the owner needs no scope", nil, nil, address, false, true},
		{"the owner who does not say so", nil, nil, address, true, false},
		{"a wallet by its address", &node.AuthMethod{Type: 1, ID: address[:]}, []bool{false, true}, eth.Address{}, false, true},
		{"a wallet by its address without a scope", &node.AuthMethod{Type: 1, ID: address[:]}, nil, eth.Address{}, false, false},
		{"a wallet with scope 0 only", &node.AuthMethod{Type: 1, ID: address[:]}, []bool{true}, eth.Address{}, false, false},
		{"a wallet by the hash of its checksummed address", &node.AuthMethod{Type: 1, ID: hashed(checksummed + ":lit")}, []bool{false, false, true}, eth.Address{}, false, true},
		{"a wallet by the hash of its lower-case address", &node.AuthMethod{Type: 1, ID: hashed(lower + ":lit")}, []bool{false, true}, eth.Address{}, false, true},
		{"a wallet for another app", &node.AuthMethod{Type: 1, ID: hashed(checksummed + ":app")}, []bool{false, true}, eth.Address{}, false, false},
		{"the wallet's id under another type", &node.AuthMethod{Type: 5, ID: hashed(checksummed + ":lit")}, []bool{false, true}, eth.Address{}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAttempt(t, r)
			a.request.Code, a.request.JSParams = "", nil
			if !tt.noWallet {
				a.request.AuthMethods = []nodeapi.AuthMethod{{Type: 1, AccessToken: w.authSig(t, w.message(r.Clock).String())}}
			}
			a.ledger.owner, a.ledger.permitted = tt.owner, map[string][]bool{}
			if tt.method != nil {
				a.ledger.permitted[entry(*tt.method)] = tt.scopes
			}
			status, body := a.send(t)
			if code := nodeapi.ParseError(status, []byte(body)).Code; !tt.permitted && code != "NodeAuthSigScopeTooLimited" || tt.permitted && status != http.StatusOK {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

// TestTheFirstPKPOfAnAuthMethod is found when the request names no PKP.
func TestTheFirstPKPOfAnAuthMethod(t *testing.T) {
	r := readRecorded(t)
	w := newWallet(t)
	a := newAttempt(t, r)
	a.request.PKPPublicKey, a.request.Code, a.request.JSParams = "", "", nil
	a.request.AuthMethods = []nodeapi.AuthMethod{{Type: 1, AccessToken: w.authSig(t, w.message(r.Clock).String())}}
	status, body := a.send(t)
	if code := nodeapi.ParseError(status, []byte(body)).Code; code != "NodePKPTokenIdNotFound" {
		t.Errorf("no PKP: %d %s", status, body)
	}
	id := eth.Keccak256([]byte(w.address().String() + ":lit"))
	a.ledger.permitted[entry(node.AuthMethod{Type: 1, ID: id[:]})] = []bool{false, true}
	if status, body := a.send(t); status != http.StatusOK || !strings.Contains(body, r.pkp(t).Address().String()) {
		t.Errorf("%d %s", status, body)
	}
}
