package devnet_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"litsession/internal/devnet"
	"litsession/internal/ipfs"
	"litsession/internal/nodeapi"
)

func TestFaultsOfAllNodes(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	put := func(fault string) {
		if code, body := call(t, "PUT", d.AdminURL+"/faults", fault); code != http.StatusOK {
			t.Fatalf("%s: %d %s", fault, code, body)
		}
	}
	put(`{"kind":"rate-limited","status":429,"times":1}`)
	for i, node := range d.Nodes {
		if code, _ := call(t, "POST", node.URL+nodeapi.HandshakePath, `{}`); code != http.StatusTooManyRequests {
			t.Errorf("node %d: %d", i, code)
		}
		handshake(t, node.URL)
	}
	put(`{"kind":"down"}`)
	put(`{"kind":"clock-skew","seconds":-5}`)
	for i, node := range readStatus(t, d).Nodes {
		if fmt.Sprint(node.Fault) != "map[kind:clock-skew seconds:-5]" {
			t.Errorf("node %d: %v", i, node.Fault)
		}
	}
}

func TestFund(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	const stranger = "0x00000000000000000000000000000000000a11ce"
	for _, want := range []string{"0x1b69b4ba630f315", "0x36d36974c61e62a"} {
		code, body := call(t, "POST", d.AdminURL+"/fund", `{"address":"`+stranger+`","wei":"123456789012345621"}`)
		if got := ask(t, d, "eth_getBalance", `"`+stranger+`"`); code != http.StatusOK || got != want {
			t.Errorf("%d %s: balance %s, want %s", code, body, got, want)
		}
	}
}

func TestAMintedPKPSignsSessions(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3, Threshold: 2}).Descriptor()
	owner := d.Accounts[3].Address
	code, body := call(t, "POST", d.AdminURL+"/pkps", `{"owner":"`+owner+`","permit":[{"cid":"`+d.PKP.PermittedAction.CID+`","scopes":[1]}]}`)
	var pkp devnet.PKP
	if err := json.Unmarshal(body, &pkp); err != nil || code != http.StatusOK {
		t.Fatalf("%d %s", code, body)
	}
	if pkp.PublicKey == d.PKP.PublicKey || pkp.PermittedAction != d.PKP.PermittedAction {
		t.Errorf("%+v", pkp)
	}
	minted := d
	minted.PKP = pkp
	nonce := handshake(t, d.Nodes[0].URL).LatestBlockhash
	r := request(t, minted, nonce, `{"magicNumber":42}`)
	answers := []nodeapi.SignSessionKeyResponse{sign(t, d.Nodes[0].URL, r), sign(t, d.Nodes[2].URL, r)}
	if err := combine(answers, d.NetworkPublicKey); err != nil {
		t.Error(err)
	}
	// The selector of ownerOf(uint256).
	ownerOf := `{"to":"` + d.ContractContext["PKPNFT"].Address + `","data":"0x6352211e` + pkp.TokenID[2:] + `"}`
	if got := ask(t, d, "eth_call", ownerOf); !strings.EqualFold(got, "0x"+strings.Repeat("0", 24)+owner[2:]) {
		t.Errorf("owned by %s, want %s", got, owner)
	}
}

func TestAPKPWithoutPermissions(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	code, body := call(t, "POST", d.AdminURL+"/pkps", `{"owner":"`+d.Accounts[1].Address+`"}`)
	var pkp devnet.PKP
	if err := json.Unmarshal(body, &pkp); err != nil || code != http.StatusOK || pkp.PermittedAction.CID != "" || pkp.TokenID == "" {
		t.Errorf("%d %s", code, body)
	}
}

// ask calls a method of the chain whose result is a text.
func ask(t testing.TB, d devnet.Descriptor, method, argument string) string {
	t.Helper()
	body := `{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":[` + argument + `,"latest"]}`
	w, err := http.Post(d.RPCURL, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	var answer struct{ Result string }
	if err := json.NewDecoder(w.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Result
}

func TestChainCallsThatAreRefused(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	owner := d.Accounts[0].Address
	cid := ipfs.Sum([]byte("x")).String()
	for _, tt := range []struct{ method, path, body string }{
		{"PUT", "/faults", `{"kind":"melt"}`},
		{"PUT", "/faults", `{"kind":"clock-skew"}`},
		{"POST", "/fund", `{`},
		{"POST", "/fund", `{"address":"0x12","wei":"1"}`},
		{"POST", "/fund", `{"address":"` + owner + `","wei":"0"}`},
		{"POST", "/fund", `{"address":"` + owner + `","wei":"0x10"}`},
		{"POST", "/fund", `{"address":"` + owner + `","wei":"-1"}`},
		{"POST", "/fund", `{"address":"` + owner + `","wei":"1","to":"x"}`},
		{"POST", "/pkps", `{}`},
		{"POST", "/pkps", `{"owner":"0x0000000000000000000000000000000000000000"}`},
		{"POST", "/pkps", `{"owner":"` + owner + `","permit":[{"cid":"Qm","scopes":[1]}]}`},
		{"POST", "/pkps", `{"owner":"` + owner + `","permit":[{"cid":"` + cid + `","scopes":[0]}]}`},
		{"POST", "/pkps", `{"owner":"` + owner + `"} 1`},
	} {
		code, body := call(t, tt.method, d.AdminURL+tt.path, tt.body)
		if code != http.StatusBadRequest || !bytes.Contains(body, []byte(`"error"`)) {
			t.Errorf("%s %s: %d %s", tt.path, tt.body, code, body)
		}
		if code, _ := call(t, tt.method, d.AdminURL+tt.path, tt.body, "Origin", "https://example.com"); code != http.StatusForbidden {
			t.Errorf("%s for a foreign page: %d", tt.path, code)
		}
	}
}
