package session_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/eth"
	"litsession/internal/literr"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

var walletNow = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// walletAuthSig has go-ethereum sign a SIWE message as a wallet does.
func walletAuthSig(t *testing.T, change func(*siwe.Message)) session.AuthSig {
	t.Helper()
	key, err := crypto.ToECDSA(common.LeftPadBytes([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	m := siwe.Message{
		Domain: "localhost", Address: eth.Address(crypto.PubkeyToAddress(key.PublicKey)),
		URI: "lit:session:00", Version: "1", ChainID: 1, Nonce: "0x1f623ab8",
		IssuedAt: siwe.FormatTime(walletNow), ExpirationTime: siwe.FormatTime(walletNow.Add(time.Hour)),
	}
	change(&m)
	hash := eth.HashMessage(m.String())
	signature, err := crypto.Sign(hash[:], key)
	if err != nil {
		t.Fatal(err)
	}
	signature[64] += 27
	return session.AuthSig{Sig: eth.Hex(signature), DerivedVia: "web3.eth.personal.sign", SignedMessage: m.String(), Address: m.Address.String()}
}

func TestVerifyWallet(t *testing.T) {
	same := func(*siwe.Message) {}
	for name, row := range map[string]struct {
		message func(*siwe.Message)
		change  func(*session.AuthSig)
		now     time.Time
		ok      bool
	}{
		"as wallets sign":       {same, func(*session.AuthSig) {}, walletNow, true},
		"with the SDK's algo":   {same, func(a *session.AuthSig) { a.Algo = "ed25519" }, walletNow, true},
		"address in lower case": {same, func(a *session.AuthSig) { a.Address = strings.ToLower(a.Address) }, walletNow, true},
		"without an expiration": {func(m *siwe.Message) { m.ExpirationTime = "" }, func(*session.AuthSig) {}, walletNow.AddDate(1, 0, 0), true},
		"without 0x":            {same, func(a *session.AuthSig) { a.Sig = a.Sig[2:] }, walletNow, true},
		"the network's algo":    {same, func(a *session.AuthSig) { a.Algo = "LIT_BLS" }, walletNow, false},
		"an unknown algo":       {same, func(a *session.AuthSig) { a.Algo = "rsa" }, walletNow, false},
		"another message": {same, func(a *session.AuthSig) {
			a.SignedMessage = strings.Replace(a.SignedMessage, "localhost", "localhosy", 1)
		}, walletNow, false},
		"another address":                      {same, func(a *session.AuthSig) { a.Address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" }, walletNow, false},
		"another signature":                    {same, func(a *session.AuthSig) { a.Sig = "0x00" }, walletNow, false},
		"the address of somebody else in both": {func(m *siwe.Message) { m.Address = eth.Address{1} }, func(*session.AuthSig) {}, walletNow, false},
		"no SIWE message":                      {same, func(a *session.AuthSig) { a.SignedMessage = "hello" }, walletNow, false},
		"expired":                              {same, func(*session.AuthSig) {}, walletNow.Add(time.Hour), false},
		"not valid yet":                        {func(m *siwe.Message) { m.NotBefore = siwe.FormatTime(walletNow.Add(time.Minute)) }, func(*session.AuthSig) {}, walletNow, false},
	} {
		a := walletAuthSig(t, row.message)
		row.change(&a)
		m, err := a.VerifyWallet(row.now)
		if row.ok && (err != nil || m.String() != a.SignedMessage) || !row.ok && !errors.Is(err, literr.BadSignature) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestAContractsSignature is told apart from a wrong one: another try is of no
// use, another wallet is.
func TestAContractsSignature(t *testing.T) {
	for name, change := range map[string]func(*session.AuthSig){
		"by its kind":          func(a *session.AuthSig) { a.DerivedVia = "EIP1271" },
		"by its kind, in full": func(a *session.AuthSig) { a.DerivedVia, a.Address = "web3.eth.ERC-6492", "0x"+strings.Repeat("00", 20) },
		"by its length":        func(a *session.AuthSig) { a.Sig = "0x" + strings.Repeat("ab", 300) },
	} {
		a := walletAuthSig(t, func(*siwe.Message) {})
		change(&a)
		_, err := a.VerifyWallet(walletNow)
		if !errors.Is(err, literr.BadSignature) || !strings.Contains(err.Error(), "contract wallet (ERC-1271, ERC-6492)") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
