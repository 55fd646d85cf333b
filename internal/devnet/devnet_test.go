package devnet_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/bls"
	"litsession/internal/devnet"
	"litsession/internal/eth"
	"litsession/internal/ipfs"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// patience is how long a test waits for what takes milliseconds.
const patience = 30 * time.Second

func start(t testing.TB, config devnet.Config) *devnet.Network {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	n, err := devnet.Start(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// call sends JSON with the headers of the official client.
func call(t testing.TB, method, url, body string, header ...string) (int, []byte) {
	t.Helper()
	status, answer, err := try(t.Context(), method, url, body, header...)
	if err != nil {
		t.Fatal(err)
	}
	return status, answer
}

func try(ctx context.Context, method, url, body string, header ...string) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(nodeapi.HeaderRequestID, "lit_1")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	w, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer w.Body.Close()
	answer, err := io.ReadAll(w.Body)
	return w.StatusCode, answer, err
}

// request asks to sign a session key for the network's first PKP.
func request(t testing.TB, d devnet.Descriptor, nonce, params string) nodeapi.SignSessionKeyRequest {
	t.Helper()
	const key = "lit:session:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
	address, err := eth.ParseAddress(d.PKP.EthAddress)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	message := siwe.Message{
		Domain: "localhost:3000", Address: address, Statement: "Lit Protocol PKP session signature",
		URI: key, Version: "1", ChainID: 1, Nonce: nonce,
		IssuedAt: siwe.FormatTime(now), ExpirationTime: siwe.FormatTime(now.Add(time.Hour)),
	}
	var capability recap.Capability
	if err := capability.Allow("lit-pkp://*", "Threshold/Signing", nil); err != nil {
		t.Fatal(err)
	}
	capability.ApplyTo(&message)
	return nodeapi.SignSessionKeyRequest{
		SessionKey: key, PKPPublicKey: d.PKP.PublicKey, SIWEMessage: message.String(), CurveType: nodeapi.CurveBLS,
		Code: base64.StdEncoding.EncodeToString([]byte(d.PKP.PermittedAction.Code)), JSParams: []byte(params), Epoch: d.Epoch,
	}
}

func handshake(t testing.TB, url string) nodeapi.HandshakeResponse {
	t.Helper()
	_, body := call(t, "POST", url+nodeapi.HandshakePath, `{"clientPublicKey":"test"}`)
	answer, err := nodeapi.ParseHandshakeResponse(body)
	if err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return answer
}

func sign(t testing.TB, url string, r nodeapi.SignSessionKeyRequest) nodeapi.SignSessionKeyResponse {
	t.Helper()
	status, body := call(t, "POST", url+nodeapi.SignSessionKeyPath, string(r.JSON()))
	answer, err := nodeapi.ParseSignSessionKeyResponse(body)
	if status != http.StatusOK || err != nil {
		t.Fatalf("status %d, %v: %s", status, err, body)
	}
	return answer
}

// combine verifies what the nodes signed together.
func combine(answers []nodeapi.SignSessionKeyResponse, networkKey string) error {
	var shares []bls.SignatureShare
	for _, answer := range answers {
		if answer.SIWEMessage != answers[0].SIWEMessage {
			return errors.New("the nodes signed different messages")
		}
		share, err := bls.ParseSignatureShare(answer.SignatureShare)
		if err != nil {
			return err
		}
		shares = append(shares, share)
	}
	signature, err := bls.Combine(shares)
	if err != nil {
		return err
	}
	key, err := bls.ParsePublicKey(networkKey)
	if err != nil {
		return err
	}
	digest := session.MessageHash(answers[0].SIWEMessage)
	return key.Verify(digest[:], signature)
}

func TestASessionIsSignedByAnyThresholdOfNodes(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 4, Threshold: 3})
	d := n.Descriptor()
	nonce := handshake(t, d.Nodes[0].URL).LatestBlockhash
	r := request(t, d, nonce, `{"magicNumber":42}`)
	byCID := r
	byCID.Code, byCID.IPFSID = "", d.PKP.PermittedAction.CID
	foreign := request(t, d, "0x"+strings.Repeat("ab", 32), `{"magicNumber":42}`)

	for name, r := range map[string]nodeapi.SignSessionKeyRequest{
		"code": r, "a CID": byCID, "the nonce of another chain": foreign,
	} {
		t.Run(name, func(t *testing.T) {
			var answers []nodeapi.SignSessionKeyResponse
			for _, node := range d.Nodes {
				if shake := handshake(t, node.URL); shake.NetworkPublicKey != d.NetworkPublicKey {
					t.Errorf("%s has the network key %s", node.URL, shake.NetworkPublicKey)
				}
				answers = append(answers, sign(t, node.URL, r))
			}
			for _, subset := range [][]int{{0, 1, 2}, {1, 2, 3}, {3, 0, 1}} {
				var some []nodeapi.SignSessionKeyResponse
				for _, i := range subset {
					some = append(some, answers[i])
				}
				if err := combine(some, d.NetworkPublicKey); err != nil {
					t.Errorf("nodes %v: %v", subset, err)
				}
			}
			if err := combine(answers[:2], d.NetworkPublicKey); err == nil {
				t.Error("two of three shares needed are enough")
			}
		})
	}
	refused := request(t, d, nonce, `{"magicNumber":41}`)
	status, body := call(t, "POST", d.Nodes[0].URL+nodeapi.SignSessionKeyPath, string(refused.JSON()))
	if e := nodeapi.ParseError(status, body); e.Code != "NodeLitActionsSessionSigAuthenticationFailed" {
		t.Errorf("41: %d %s", status, body)
	}
}

func TestDescriptor(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 3, Page: t.TempDir()})
	d := n.Descriptor()
	if cid := ipfs.Sum([]byte(d.PKP.PermittedAction.Code)).String(); cid != d.PKP.PermittedAction.CID || cid != "QmZdAipjUhGYGkV5TsDVRCE5UG8nJdM9X8z3gtbn7BkdAK" {
		t.Errorf("the permitted action is %s", cid)
	}
	if d.Version != 1 || d.ChainID != 175188 || d.Threshold != 2 || d.Epoch != 1 || len(d.Nodes) != 3 || len(d.Accounts) != 10 {
		t.Errorf("%+v", d)
	}
	if d.PageURL != d.AdminURL || d.IPFSGateway != d.AdminURL+"/ipfs/" {
		t.Errorf("page %s, gateway %s, admin %s", d.PageURL, d.IPFSGateway, d.AdminURL)
	}
	for _, name := range []string{
		"Staking", "Allowlist", "LITToken", "Multisender", "PKPNFTMetadata", "StakingBalances", "PKPHelper",
		"PKPPermissions", "PubkeyRouter", "RateLimitNFT", "PKPNFT",
	} {
		if contract, ok := d.ContractContext[name]; !ok || !strings.HasPrefix(contract.Address, "0x") {
			t.Errorf("no contract %s", name)
		}
	}
	balance := rpc(t, d.RPCURL, "eth_getBalance", d.Accounts[9].Address)
	if want := `"0x21e19e0c9bab2400000"`; balance != want { // 10,000 coins
		t.Errorf("the tenth account has %s, want %s", balance, want)
	}
}

// rpc asks the chain about an account.
func rpc(t testing.TB, url, method, address string) string {
	t.Helper()
	_, body := call(t, "POST", url, `{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":["`+address+`","latest"]}`)
	var answer struct{ Result json.RawMessage }
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return string(answer.Result)
}

func TestTheSameSeedGivesTheSameKeys(t *testing.T) {
	one := start(t, devnet.Config{Nodes: 3, Seed: "a"}).Descriptor()
	same := start(t, devnet.Config{Nodes: 3, Seed: "a"}).Descriptor()
	other := start(t, devnet.Config{Nodes: 3, Seed: "b"}).Descriptor()
	keys := func(d devnet.Descriptor) string {
		return d.NetworkPublicKey + d.PKP.PublicKey + d.Accounts[0].PrivateKey + d.ContractContext["Staking"].Address
	}
	if keys(one) != keys(same) {
		t.Error("the same seed gives other keys")
	}
	if one.NetworkPublicKey == other.NetworkPublicKey || one.PKP.PublicKey == other.PKP.PublicKey ||
		one.Accounts[0] == other.Accounts[0] {
		t.Error("another seed gives the same keys")
	}
}

func TestStartRefuses(t *testing.T) {
	for name, config := range map[string]devnet.Config{
		"two nodes":                 {Nodes: 2},
		"more than a hundred nodes": {Nodes: 101},
		"a threshold of one":        {Threshold: 1},
		"a threshold above nodes":   {Nodes: 3, Threshold: 4},
		"a host name":               {Host: "localhost"},
		"an IPv6 host":              {Host: "::1"},
		"a page that is not there":  {Page: "/nowhere/at/all"},
		"a page that is a file":     {Page: "devnet_test.go"},
		"a port above the last one": {NodePort: devnet.Port{Number: 65530}},
	} {
		n, err := devnet.Start(t.Context(), config)
		if err == nil {
			n.Close()
		}
		if wrong := new(devnet.ConfigError); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATakenPortIsAnErrorUnlessFreeOnesMayBeUsed(t *testing.T) {
	first := start(t, devnet.Config{Nodes: 3}).Descriptor()
	for listener, config := range map[devnet.Listener]func(devnet.Port) devnet.Config{
		devnet.RPCListener:   func(p devnet.Port) devnet.Config { return devnet.Config{Nodes: 3, RPCPort: p} },
		devnet.NodeListener:  func(p devnet.Port) devnet.Config { return devnet.Config{Nodes: 3, NodePort: p} },
		devnet.AdminListener: func(p devnet.Port) devnet.Config { return devnet.Config{Nodes: 3, AdminPort: p} },
	} {
		taken := portOf(t, map[devnet.Listener]string{
			devnet.RPCListener: first.RPCURL, devnet.NodeListener: first.Nodes[0].URL, devnet.AdminListener: first.AdminURL,
		}[listener])
		_, err := devnet.Start(t.Context(), config(devnet.Port{Number: taken}))
		var portErr *devnet.PortError
		if !errors.As(err, &portErr) || portErr.Listener != listener || portErr.Port != taken || !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("%s port %d: %v", listener, taken, err)
		}
		start(t, config(devnet.Port{Number: taken, OrFree: true}))
	}
}

func TestStrictNonceRefusesTheBlocksOfOtherChains(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3, StrictNonce: true}).Descriptor()
	node := d.Nodes[0].URL
	foreign := request(t, d, "0x"+strings.Repeat("ab", 32), `{"magicNumber":42}`)
	status, body := call(t, "POST", node+nodeapi.SignSessionKeyPath, string(foreign.JSON()))
	if e := nodeapi.ParseError(status, body); e.Code != "NodeInvalidBlockhash" {
		t.Errorf("%d %s", status, body)
	}
	sign(t, node, request(t, d, handshake(t, node).LatestBlockhash, `{"magicNumber":42}`))
}

func TestAnActionHasTheTimeThatIsConfigured(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3, ActionTime: 50 * time.Millisecond}).Descriptor()
	r := request(t, d, "0x"+strings.Repeat("ab", 32), "{}")
	r.Code = base64.StdEncoding.EncodeToString([]byte("for (;;) {}"))
	status, body := call(t, "POST", d.Nodes[0].URL+nodeapi.SignSessionKeyPath, string(r.JSON()))
	if e := nodeapi.ParseError(status, body); e.Code != "NodeJsTimeoutError" || !strings.Contains(e.Details[0], " 50ms ") {
		t.Errorf("%d %s", status, body)
	}
}

func TestAnActionReadsPermissionsFromTheChain(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	const source = `(async () => {
		const seen = [
			await Lit.Actions.isPermittedAction({tokenId, ipfsId: cid}),
			await Lit.Actions.isPermittedAddress({tokenId, address: owner}),
			await Lit.Actions.isPermittedAddress({tokenId, address: other}),
			await Lit.Actions.getPermittedActions({tokenId}),
			await Lit.Actions.getPermittedAddresses({tokenId}),
		];
		throw new Error(JSON.stringify(seen));
	})();`
	type method struct {
		AuthMethodType *big.Int
		Id, UserPubkey []byte
	}
	tokenID := new(big.Int).SetBytes(must(eth.ParseHex(d.PKP.TokenID))(t))
	for _, id := range [][]byte{append(common.Address{7}.Bytes(), 1, 2, 3), {8}} {
		transact(t, d, d.Accounts[0], nil, "PKPPermissions", "addPermittedAuthMethod", tokenID, method{big.NewInt(1), id, []byte{}}, []*big.Int{big.NewInt(1)})
	}
	params := `{"tokenId":"` + d.PKP.TokenID + `","cid":"` + d.PKP.PermittedAction.CID +
		`","owner":"` + d.Accounts[0].Address + `","other":"` + d.Accounts[1].Address + `"}`
	r := request(t, d, "0x"+strings.Repeat("ab", 32), params)
	r.Code = base64.StdEncoding.EncodeToString([]byte(source))
	status, body := call(t, "POST", d.Nodes[0].URL+nodeapi.SignSessionKeyPath, string(r.JSON()))
	thrown := nodeapi.ParseError(status, body).Exception
	owner, pkp := strings.ToLower(d.Accounts[0].Address), strings.ToLower(d.PKP.EthAddress)
	want := `[true,true,false,["` + d.PKP.PermittedAction.CID + `"],["` + owner + `","0x07` + strings.Repeat("0", 38) + `","0x08` + strings.Repeat("0", 38) + `"]]`
	if !strings.Contains(thrown, want) {
		t.Errorf("the action saw %s, want %s… (the PKP is %s)", thrown, want, pkp)
	}
}

func TestAnotherHost(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3, Host: "127.0.0.2"}).Descriptor()
	for _, address := range []string{d.RPCURL, d.AdminURL, d.Nodes[0].URL} {
		if !strings.HasPrefix(address, "http://127.0.0.2:") {
			t.Errorf("%s is not on the host", address)
		}
	}
	handshake(t, d.Nodes[2].URL)
}

func indent(t testing.TB, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
