package web_test

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet"
	"litsession/internal/eth"
	"litsession/internal/playground"
	"litsession/internal/siwe"
)

// wallet answers EIP-1193 calls with the key of an account, as the wallet of a
// page's user does.
type wallet struct {
	account devnet.Account
	signed  int
}

func (w *wallet) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	var call struct {
		Method string
		Params []string
	}
	if err := json.NewDecoder(request.Body).Decode(&call); err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	switch call.Method {
	case "eth_requestAccounts":
		json.NewEncoder(response).Encode([]string{w.account.Address})
	case "personal_sign":
		w.signed++
		json.NewEncoder(response).Encode(w.sign(call.Params[0]))
	default:
		http.Error(response, call.Method, http.StatusNotImplemented)
	}
}

func (w *wallet) sign(message string) string {
	text, err := eth.ParseHex(message)
	if err != nil {
		return err.Error()
	}
	key, err := crypto.HexToECDSA(strings.TrimPrefix(w.account.PrivateKey, "0x"))
	if err != nil {
		return err.Error()
	}
	hash := eth.HashMessage(string(text))
	sig, err := crypto.Sign(hash[:], key)
	if err != nil {
		return err.Error()
	}
	sig[64] += 27
	return "0x" + hex.EncodeToString(sig)
}

// info is what tells a wallet from another one, EIP-6963.
type info struct{ Name, RDNS, UUID string }

// choice is the failure where there are several wallets.
type choice struct {
	Reason, Param string
	Wallets       []info
}

// TestAPageSignsInAndLogsOut: the wallet announces itself as EIP-6963 says,
// late, and after announcements that are none. It is asked once however often
// the page calls, signs the page's address without query and fragment, and is
// not asked when there is another one. After disconnectWeb3 nothing is left in
// the page's storage but what others put there.
func TestAPageSignsInAndLogsOut(t *testing.T) {
	network, _ := open(t)
	user := &wallet{account: network.Descriptor().Accounts[1]}
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(pageDir)))
	mux.Handle("/wallet", user)
	mux.HandleFunc("/descriptor.json", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(network.Descriptor())
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	page, err := playground.Open(t.Context(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	script, err := os.ReadFile(filepath.Join("testdata", "wallet.js"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Wallets           []string
		NoWallet, Refused string
		LateURI           string
		Choose, Payer     choice
		Infos             []info
		AuthSig, Again    struct{ Sig, SignedMessage, Address string }
		Stored, Left      []string
		KeyBefore         string
		KeyAfter          string
	}
	if err := page.Evaluate(string(script), &got); err != nil {
		t.Fatal(err)
	}

	if !slices.Equal(got.Wallets, []string{"Announced"}) || got.NoWallet != "no_wallet" || got.Refused != "user_rejected" {
		t.Errorf("got %+v", got)
	}
	if want := (choice{"missing_param", "provider", got.Infos}); !reflect.DeepEqual(got.Choose, want) {
		t.Errorf("of two wallets got %+v, want %+v", got.Choose, want)
	}
	if want := (choice{"missing_param", "signer", got.Infos}); !reflect.DeepEqual(got.Payer, want) {
		t.Errorf("of two wallets to pay with got %+v, want %+v", got.Payer, want)
	}
	message, err := siwe.Parse(got.AuthSig.SignedMessage)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := eth.RecoverMessage(got.AuthSig.SignedMessage, got.AuthSig.Sig)
	if err != nil || signer != message.Address || signer.String() != user.account.Address || !strings.EqualFold(got.AuthSig.Address, signer.String()) {
		t.Errorf("signed by %s, %v: %+v", signer, err, got.AuthSig)
	}
	if message.Domain != strings.TrimPrefix(server.URL, "http://") || message.URI != server.URL+"/" {
		t.Errorf("the message is of %s, %s", message.Domain, message.URI)
	}
	if got.LateURI != server.URL+"/" {
		t.Errorf("the late wallet signed for %s", got.LateURI)
	}
	if got.Again != got.AuthSig || user.signed != 2 { // once for the late one, which stored nothing
		t.Errorf("the wallet signed %d times", user.signed)
	}
	for _, want := range []string{"lit-auth-signature", "lit-session-key", "lit-wallet-sig", "litsession-auth-sig-"} {
		if !slices.ContainsFunc(got.Stored, func(key string) bool { return strings.HasPrefix(key, want) }) {
			t.Errorf("%s was not stored: %v", want, got.Stored)
		}
	}
	if !slices.Equal(got.Left, []string{"theirs"}) {
		t.Errorf("after disconnectWeb3 there is %v", got.Left)
	}
	if got.KeyBefore == "" || got.KeyBefore == got.KeyAfter {
		t.Errorf("session key %s, then %s", got.KeyBefore, got.KeyAfter)
	}
}
