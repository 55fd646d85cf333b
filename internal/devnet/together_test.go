package devnet_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"

	"litsession/internal/devnet"
	"litsession/internal/devnet/chain/hdkey"
	"litsession/internal/ipfs"
	"litsession/internal/nodeapi"
	"litsession/internal/session"
)

// answered is one node's answer to a request of several.
type answered struct {
	status int
	body   []byte
}

// executeOnAll runs an action on all nodes of a session at once, as clients do,
// and returns the answers by node.
func executeOnAll(t testing.TB, sigs session.SessionSigs, id, code string, params any) []answered {
	t.Helper()
	answers := make([]answered, len(sigs))
	var asked sync.WaitGroup
	for i, s := range sigs {
		request := executeBody(t, s, code)
		request["jsParams"] = params
		text := body(t, request)
		asked.Go(func() {
			var err error
			answers[i].status, answers[i].body, err = try(t.Context(), "POST", s.Node+nodeapi.ExecutePath, text, nodeapi.HeaderRequestID, id)
			if err != nil {
				t.Error(err)
			}
		})
	}
	asked.Wait()
	return answers
}

// responses are those of answers that must be successes.
func responses(t testing.TB, answers []answered) []string {
	t.Helper()
	var all []string
	for _, a := range answers {
		var e executed
		if err := json.Unmarshal(a.body, &e); err != nil || a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
		all = append(all, e.Response)
	}
	return all
}

func TestOneNodeRunsForAll(t *testing.T) {
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, calls.Add(1)) }))
	defer server.Close()
	d := start(t, devnet.Config{AllowFetch: []string{"127.0.0.1"}}).Descriptor()
	_, sigs := newSession(t, d, everything)
	const code = `(async () => {
		const one = await Lit.Actions.runOnce({waitForResponse: true, name: "fetch"}, async () => (await fetch(at)).text());
		const two = await Lit.Actions.runOnce({waitForResponse: true, name: "fetch"}, async () => (await fetch(at)).text());
		const mine = await Lit.Actions.runOnce({waitForResponse: false, name: "alone"}, async () => (await fetch(at)).text());
		Lit.Actions.setResponse({response: one + "," + two + "," + (mine ? "I" : "")});
	})()`
	for round := range 2 { // the same request id again is another request
		got := responses(t, executeOnAll(t, sigs, "lit_once", code, map[string]string{"at": server.URL}))
		slices.Sort(got)
		answer := fmt.Sprintf("%d,%d,", 3*round+1, 3*round+2)
		want := append(slices.Repeat([]string{answer}, 9), answer+"I")
		if !slices.Equal(got, want) || calls.Load() != int64(3*round+3) {
			t.Errorf("%d calls, responses %q, want %q", calls.Load(), got, want)
		}
	}
}

func TestNodesCollectWhatAllBroadcast(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 5, Threshold: 3})
	_, sigs := newSession(t, n.Descriptor(), everything)
	const code = `(async () => {
		const mine = crypto.randomUUID();
		const all = await Lit.Actions.broadcastAndCollect({name: "uuid", value: mine});
		Lit.Actions.setResponse({response: JSON.stringify({mine, all})});
	})()`
	check := func(sigs session.SessionSigs) {
		t.Helper()
		var mine, all []string
		for _, response := range responses(t, executeOnAll(t, sigs, "lit_all", code, nil)) {
			var r struct {
				Mine string
				All  []string
			}
			if err := json.Unmarshal([]byte(response), &r); err != nil {
				t.Fatal(err)
			}
			mine = append(mine, r.Mine)
			if all != nil && !slices.Equal(r.All, all) {
				t.Errorf("one node collected %q, another %q", r.All, all)
			}
			all = r.All
		}
		slices.Sort(mine)
		if sorted := slices.Sorted(slices.Values(all)); !slices.Equal(sorted, mine) || len(mine) != len(sigs) {
			t.Errorf("the nodes sent %q and collected %q", mine, all)
		}
	}
	check(sigs)
	down := sigs[4].Node
	for i, node := range n.Descriptor().Nodes {
		if node.URL == down {
			if err := n.SetFault(i, devnet.Fault{Kind: "down"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	check(sigs[:4])
}

// permit lets an action use the network's first PKP.
func permit(t testing.TB, d devnet.Descriptor, source string) {
	t.Helper()
	tokenID := new(big.Int).SetBytes(hexBytes(t, strings.TrimPrefix(d.PKP.TokenID, "0x")))
	transact(t, d, d.Accounts[0], nil, "PKPPermissions", "addPermittedAction", tokenID, ipfs.Sum([]byte(source)).Multihash(), []*big.Int{big.NewInt(1)})
}

// TestNodesAgreeOnASession lets nodes see different things and sign the same.
func TestNodesAgreeOnASession(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 4, Threshold: 3}).Descriptor()
	r := request(t, d, "0x"+strings.Repeat("ab", 32), `{"magicNumber":42}`)
	const code = `(async () => {
		const seen = await Lit.Actions.broadcastAndCollect({name: "seen", value: String(Math.random())});
		Lit.Actions.setResponse({response: "true " + seen.sort().join()});
	})()`
	r.Code = base64.StdEncoding.EncodeToString([]byte(code))
	permit(t, d, code)
	answers := make([]nodeapi.SignSessionKeyResponse, len(d.Nodes))
	var asked sync.WaitGroup
	for i, node := range d.Nodes {
		asked.Go(func() {
			_, answer, err := try(t.Context(), "POST", node.URL+nodeapi.SignSessionKeyPath, string(r.JSON()), nodeapi.HeaderRequestID, "lit_agree")
			if err == nil {
				answers[i], err = nodeapi.ParseSignSessionKeyResponse(answer)
			}
			if err != nil {
				t.Errorf("%v: %s", err, answer)
			}
		})
	}
	asked.Wait()
	if t.Failed() {
		return
	}
	if err := combine(answers[:3], d.NetworkPublicKey); err != nil {
		t.Error(err)
	}
}

func TestARequestWithoutAnIDMeetsNobody(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	_, sigs := newSession(t, d, everything)
	request := body(t, executeBody(t, sigs[0], `Lit.Actions.broadcastAndCollect({name: "n", value: "v"})`))
	status, answer := call(t, "POST", sigs[0].Node+nodeapi.ExecutePath, request, nodeapi.HeaderRequestID, "")
	if e := nodeapi.ParseError(status, answer); !strings.Contains(e.Exception, "the request has no X-Request-Id header") {
		t.Errorf("%d %s", status, answer)
	}
}

// TestAClaimedKeyIsMintedAndSigns claims a key in an action, mints it with the
// nodes' signatures and has the nodes sign with it.
func TestAClaimedKeyIsMintedAndSigns(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 4, Threshold: 3}).Descriptor()
	_, sigs := newSession(t, d, everything)
	const code = `Lit.Actions.claimKey({keyId: "user-7"}).then((response) => Lit.Actions.setResponse({response}))`
	type signature struct {
		R [32]byte
		S [32]byte
		V uint8
	}
	var signatures []signature
	var keyID string
	for _, a := range executeOnAll(t, sigs, "lit_claim", code, nil) {
		var e struct {
			Response  string
			ClaimData map[string]struct{ Signature, DerivedKeyID string }
		}
		if err := json.Unmarshal(a.body, &e); err != nil || e.Response != "success" {
			t.Fatalf("%v: %d %s", err, a.status, a.body)
		}
		claim := e.ClaimData["user-7"]
		if keyID == "" {
			keyID = claim.DerivedKeyID
		}
		raw := hexBytes(t, claim.Signature)
		if claim.DerivedKeyID != keyID || len(raw) != 65 {
			t.Fatalf("%s", a.body)
		}
		signatures = append(signatures, signature{[32]byte(raw[:32]), [32]byte(raw[32:64]), raw[64]})
	}
	cid := ipfs.Sum([]byte(code)).String()
	if want := hex.EncodeToString(crypto.Keccak256([]byte(cid + ":user-7"))); keyID != want {
		t.Errorf("the key id is %s, want %s", keyID, want)
	}
	owner := d.Accounts[2]
	receipt := transact(t, d, owner, big.NewInt(1), "PKPNFT", "claimAndMint", big.NewInt(2), [32]byte(hexBytes(t, keyID)), signatures[:3])

	var roots [][]byte
	for _, root := range handshake(t, d.Nodes[0].URL).HDRootPublicKeys {
		roots = append(roots, hexBytes(t, strings.TrimPrefix(root, "0x")))
	}
	derived := must(hdkey.PublicKey(roots, hexBytes(t, keyID)))(t)
	minted := crypto.Keccak256Hash(derived[:])
	if got := receipt.Logs[1].Topics[1]; got != minted {
		t.Errorf("minted %s, want %s", got, minted)
	}
	d.PKP.PublicKey = "0x" + hex.EncodeToString(derived[:])
	key := must(session.GenerateKeyPair(rand.Reader))(t)
	digest := crypto.Keccak256([]byte("message"))
	var shares []ecdsaShare
	for _, node := range d.Nodes {
		s := walletSession(key, node.URL, walletSig(t, owner, delegation(t, owner, key)))
		_, answer := call(t, "POST", node.URL+nodeapi.PKPSignPath, pkpSignBody(t, d, digest, authSig(s)))
		shares = append(shares, pkpShare(t, answer))
	}
	want := common.BytesToAddress(crypto.Keccak256(derived[1:])[12:]).Hex()
	if got := must(combineShares(shares))(t).signer(t, digest); got != want {
		t.Errorf("signed by %s, want %s", got, want)
	}
}

func TestAnActionReachesItsChain(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	_, sigs := newSession(t, d, everything)
	account := d.Accounts[5]
	for range 2 {
		transact(t, d, account, nil, "PaymentDelegation", "delegatePayments", common.HexToAddress(d.Accounts[6].Address))
	}
	codec := must(abi.JSON(strings.NewReader(string(d.ContractContext["PKPNFT"].ABI))))(t)
	tokenID := new(big.Int).SetBytes(hexBytes(t, strings.TrimPrefix(d.PKP.TokenID, "0x")))
	data := must(codec.Pack("ownerOf", tokenID))(t)
	const code = `(async () => {
		const told = async (promise) => { try { return await promise } catch (e) { return e.message } };
		const {getRpcUrl, getLatestNonce, callContract} = Lit.Actions;
		Lit.Actions.setResponse({response: JSON.stringify([
			await told(getRpcUrl({chain: "yellowstone"})),
			await told(getLatestNonce({address: account, chain: "yellowstone"})),
			await told(callContract({chain: "yellowstone", txn})),
			await told(getRpcUrl({chain: "ethereum"})),
			await told(getLatestNonce({address: account, chain: "ethereum"})),
			await told(callContract({chain: "ethereum", txn})),
			await told(callContract({chain: "yellowstone", txn: "0x00"})),
		])});
	})()`
	request := executeBody(t, sigs[0], code)
	request["jsParams"] = map[string]string{"account": account.Address, "txn": "0x" + hex.EncodeToString(must(rlp.EncodeToBytes([]any{uint(0), uint(0), uint(0), common.HexToAddress(d.ContractContext["PKPNFT"].Address), uint(0), data}))(t))}
	var got []string
	if err := json.Unmarshal([]byte(execute(t, sigs[0], request).Response), &got); err != nil {
		t.Fatal(err)
	}
	const unknown = `this local network has no node of the chain "ethereum": the one it knows is its own, "yellowstone"`
	owner := "0x" + strings.Repeat("0", 24) + strings.ToLower(strings.TrimPrefix(d.Accounts[0].Address, "0x"))
	want := []string{d.RPCURL, "0x2", owner, unknown, unknown, unknown, "txn is no serialised transaction"}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("%d: got %s, want %s", i, got[i], want[i])
		}
	}
}

// TestWhatNoLocalNetworkOffers names what throws.
func TestWhatNoLocalNetworkOffers(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	_, sigs := newSession(t, d, everything)
	for name, args := range map[string]string{
		"encrypt": `{}`, "decryptAndCombine": `{}`, "decryptToSingleNode": `{}`,
	} {
		code := `Lit.Actions.` + name + `(` + args + `).catch((e) => Lit.Actions.setResponse({response: e.message}))`
		e := execute(t, sigs[0], executeBody(t, sigs[0], code))
		if want := name + " is not available: this local network does not offer it"; e.Response != want {
			t.Errorf("got %q, want %q", e.Response, want)
		}
	}
}
