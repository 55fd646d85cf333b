package devnet_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/contracts"
	"litsession/internal/devnet"
	"litsession/internal/eth"
	"litsession/internal/fetch"
	"litsession/internal/nodeapi"
)

// noShare is how a node refuses an epoch that it holds no share of.
const noShare = "No key share for the requested epoch"

// advance posts a change of the epoch and checks the answer.
func advance(t testing.TB, n *devnet.Network, body string, wantNodes ...int) {
	t.Helper()
	before := n.Descriptor()
	code, answer := call(t, "POST", before.AdminURL+"/epoch", body)
	var got struct {
		Epoch uint64
		Nodes []int
	}
	if err := json.Unmarshal(answer, &got); err != nil || code != http.StatusOK {
		t.Fatalf("%q: %d %s", body, code, answer)
	}
	if got.Epoch != before.Epoch+1 || !slices.Equal(got.Nodes, wantNodes) {
		t.Fatalf("%q: %s, want epoch %d of %v", body, answer, before.Epoch+1, wantNodes)
	}
}

// signIn has some nodes sign for an epoch.
func signIn(t testing.TB, d devnet.Descriptor, epoch uint64, nodes ...int) (answers []nodeapi.SignSessionKeyResponse) {
	t.Helper()
	r := request(t, d, "0x"+strings.Repeat("ab", 32), `{"magicNumber":42}`)
	r.Epoch = epoch
	return signAll(t, d, r, nodes...)
}

func signAll(t testing.TB, d devnet.Descriptor, r nodeapi.SignSessionKeyRequest, nodes ...int) (answers []nodeapi.SignSessionKeyResponse) {
	t.Helper()
	for _, i := range nodes {
		answers = append(answers, sign(t, d.Nodes[i].URL, r))
	}
	return answers
}

// wantRefusal asks a node to sign for an epoch.
func wantRefusal(t testing.TB, d devnet.Descriptor, node int, epoch uint64, code, detail string) {
	t.Helper()
	r := request(t, d, "0x"+strings.Repeat("ab", 32), `{"magicNumber":42}`)
	r.Epoch = epoch
	status, body := call(t, "POST", d.Nodes[node].URL+nodeapi.SignSessionKeyPath, string(r.JSON()))
	e := nodeapi.ParseError(status, body)
	if status != http.StatusInternalServerError || e.Code != code || strings.Join(e.Details, "|") != detail {
		t.Errorf("node %d, epoch %d: %d %s, want %s %q", node, epoch, status, body, code, detail)
	}
}

func staking(t testing.TB, d devnet.Descriptor) contracts.ValidatorSet {
	t.Helper()
	return must(readStaking(t, d))(t)
}

func readStaking(t testing.TB, d devnet.Descriptor) (contracts.ValidatorSet, error) {
	address := must(eth.ParseAddress(d.ContractContext["Staking"].Address))(t)
	reader := contracts.Client{Node: contracts.HTTPNode{Fetcher: fetch.HTTP{}, URL: d.RPCURL}, Addresses: contracts.Addresses{Staking: address}}
	return reader.Staking(t.Context())
}

func TestAnEpochDealsTheSameKeyAnew(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 4, Threshold: 3})
	first := n.Descriptor()
	r := request(t, first, "0x"+strings.Repeat("ab", 32), `{"magicNumber":42}`)
	r.Epoch = 1
	old := signAll(t, first, r, 0, 1, 2, 3)
	advance(t, n, "", 0, 1, 2, 3)
	r.Epoch = 2
	fresh := signAll(t, first, r, 0, 1, 2, 3)

	if err := combine(fresh[:3], first.NetworkPublicKey); err != nil {
		t.Errorf("the new shares: %v", err)
	}
	if err := combine(slices.Concat(old[:1], fresh[1:3]), first.NetworkPublicKey); err == nil {
		t.Error("a share of the epoch before combines with the new ones")
	}
	for i, answer := range fresh {
		if answer.SignatureShare == old[i].SignatureShare || answer.ShareIndex != i {
			t.Errorf("node %d has the share %d %s", i, answer.ShareIndex, answer.SignatureShare)
		}
	}
	// Clients that have not heard of it yet name the epoch before.
	r.Epoch = 1
	if again := signAll(t, first, r, 0, 1, 2, 3); !slices.Equal(again, old) {
		t.Error("the epoch before has other shares now")
	}
	r.Epoch = 0
	if current := signAll(t, first, r, 0, 1, 2, 3); !slices.Equal(current, fresh) {
		t.Error("a request without an epoch is not answered for the current one")
	}
	wantRefusal(t, first, 0, 3, "", noShare)

	second := n.Descriptor()
	if second.Epoch != 2 || second.NetworkPublicKey != first.NetworkPublicKey || !slices.Equal(second.Nodes, first.Nodes) {
		t.Errorf("%+v", second)
	}
	var served devnet.Descriptor
	if _, body := call(t, "GET", first.AdminURL+"/descriptor.json", ""); json.Unmarshal(body, &served) != nil || served.Epoch != 2 {
		t.Errorf("descriptor.json says epoch %d", served.Epoch)
	}
	if s := readStatus(t, first); s.Epoch != 2 {
		t.Errorf("status says epoch %d", s.Epoch)
	}
	if shake := handshake(t, first.Nodes[3].URL); shake.NetworkPublicKey != first.NetworkPublicKey {
		t.Errorf("the handshake says %+v", shake)
	}

	if err := n.AdvanceEpoch(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, first, 0, 1, "", noShare)
	signIn(t, first, 2, 0, 1, 2, 3)
}

func TestAnEpochIsAnnounced(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 3})
	d := n.Descriptor()
	advance(t, n, `{"nodes":[0,1,2]}`, 0, 1, 2)
	_, logs := call(t, "POST", d.RPCURL, `{"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"0x0","address":"`+
		d.ContractContext["Staking"].Address+`","topics":["0x551dc40198cc79684bb69e4931dba4ac16e4598792ee1c0a5000aeea366d7bb6"]}]}`)
	var answer struct{ Result []struct{ Data string } }
	if err := json.Unmarshal(logs, &answer); err != nil {
		t.Fatalf("%v: %s", err, logs)
	}
	var states []string
	for _, event := range answer.Result {
		states = append(states, strings.TrimLeft(event.Data, "0x"))
	}
	// Active at the deployment; NextValidatorSetLocked; Active.
	if got := strings.Join(states, ","); got != ",1," {
		t.Errorf("StateChanged said %q, want Active, NextValidatorSetLocked, Active", got)
	}
}

func TestOtherValidators(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 5, Threshold: 2})
	d := n.Descriptor()
	advance(t, n, `{"nodes":[4,1,2]}`, 1, 2, 4)

	set := staking(t, d)
	var urls []string
	for _, v := range set.Validators {
		urls = append(urls, v.URL("http://", ""))
	}
	if want := []string{d.Nodes[1].URL, d.Nodes[2].URL, d.Nodes[4].URL}; !slices.Equal(urls, want) || set.Epoch.Number != 2 {
		t.Errorf("Staking lists %v in epoch %d, want %v", urls, set.Epoch.Number, want)
	}
	for i, node := range readStatus(t, d).Nodes {
		if want := i == 1 || i == 2 || i == 4; node.Validator != want {
			t.Errorf("status says of node %d that it validates: %v", i, node.Validator)
		}
	}
	answers := signIn(t, d, 2, 1, 2, 4)
	for i, answer := range answers {
		if answer.ShareIndex != i {
			t.Errorf("validator %d has share %d", i, answer.ShareIndex)
		}
	}
	for _, subset := range [][]int{{0, 1}, {1, 2}, {2, 0}} {
		if err := combine([]nodeapi.SignSessionKeyResponse{answers[subset[0]], answers[subset[1]]}, d.NetworkPublicKey); err != nil {
			t.Errorf("validators %v: %v", subset, err)
		}
	}
	// A node that has left signs for the epoch before and no other.
	wantRefusal(t, d, 0, 2, "", noShare)
	wantRefusal(t, d, 0, 0, "", noShare)
	if err := combine(signIn(t, d, 1, 0, 3), d.NetworkPublicKey); err != nil {
		t.Error(err)
	}
	if shake := handshake(t, d.Nodes[0].URL); shake.NetworkPublicKey != d.NetworkPublicKey {
		t.Errorf("node 0: %+v", shake)
	}

	advance(t, n, `{"nodes":[2,4]}`, 2, 4)
	wantRefusal(t, d, 0, 3, "NodeBLSRootKeyNotFound", "No BLS root key found")
	if shake := handshake(t, d.Nodes[0].URL); shake.NetworkPublicKey != nodeapi.NoKey {
		t.Errorf("node 0, which has no share left: %+v", shake)
	}
	advance(t, n, `{"nodes":[0,1,2,3,4]}`, 0, 1, 2, 3, 4)
	if err := combine(signIn(t, d, 4, 0, 3), d.NetworkPublicKey); err != nil {
		t.Errorf("nodes that came back: %v", err)
	}
}

func TestOurClientFollowsTheValidators(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 4, Threshold: 2})
	if err := n.AdvanceEpoch(t.Context(), []int{0, 2, 3}); err != nil {
		t.Fatal(err)
	}
	d := n.Descriptor()
	_, sigs := newSession(t, d, everything)
	var nodes []string
	for _, s := range sigs {
		nodes = append(nodes, s.Node)
	}
	want := []string{d.Nodes[0].URL, d.Nodes[2].URL, d.Nodes[3].URL}
	slices.Sort(nodes)
	slices.Sort(want)
	if !slices.Equal(nodes, want) {
		t.Errorf("sessions are for %v, want %v", nodes, want)
	}
}

func TestOnlyValidatorsSignWithPKPs(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 4, Threshold: 2})
	d := n.Descriptor()
	_, sigs := newSession(t, d, everything)
	if err := n.AdvanceEpoch(t.Context(), []int{0, 1, 3}); err != nil {
		t.Fatal(err)
	}
	digest := crypto.Keccak256([]byte("message"))
	shares := map[uint64][]ecdsaShare{}
	participants := map[uint64]int{}
	for _, s := range sigs {
		i := slices.Index(d.Nodes, devnet.NodeURL{URL: s.Node})
		for epoch, position := range map[uint64]int{1: i, 2: []int{0, 1, -1, 2}[i]} {
			d.Epoch = epoch
			status, answer := call(t, "POST", s.Node+nodeapi.PKPSignPath, pkpSignBody(t, d, digest, authSig(s)))
			if position < 0 {
				if e := nodeapi.ParseError(status, answer); status != http.StatusInternalServerError || strings.Join(e.Details, "") != noShare {
					t.Errorf("node %d: %d %s", i, status, answer)
				}
				continue
			}
			if want := fmt.Sprintf(`"share_index":%d,`, position); !strings.Contains(string(answer), want) {
				t.Errorf("node %d, epoch %d: %s lacks %s", i, epoch, answer, want)
			}
			share := pkpShare(t, answer)
			if share.DataSigned != "fail" {
				participants[epoch]++
			}
			shares[epoch] = append(shares[epoch], share)
		}
	}
	for epoch, some := range shares {
		if got := must(combineShares(some))(t).signer(t, digest); got != d.PKP.EthAddress || participants[epoch] != 2 {
			t.Errorf("epoch %d: %d shares, signed by %s, want 2 and %s", epoch, participants[epoch], got, d.PKP.EthAddress)
		}
	}
	request := executeBody(t, sigs[0], `Lit.Actions.setResponse({response: "ran"})`)
	request["epoch"] = nil
	if status, answer := call(t, "POST", sigs[0].Node+nodeapi.ExecutePath, body(t, request)); status != http.StatusUnprocessableEntity {
		t.Errorf("epoch null: %d %s", status, answer)
	}
}

// TestFaultsFollowTheEpoch looks at faults that put another share in the place of
// the node's own: the number is still the node's.
func TestFaultsFollowTheEpoch(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 4, Threshold: 2})
	d := n.Descriptor()
	for _, kind := range []string{"wrong-share", "other-network-key"} {
		putFault(t, d, 3, `{"kind":"`+kind+`"}`)
		epoch := n.Descriptor().Epoch
		if err := n.AdvanceEpoch(t.Context(), []int{1, 2, 3}); err != nil {
			t.Fatal(err)
		}
		for epoch, index := range map[uint64]int{epoch + 1: 2, 1: 3} {
			if epoch == 1 && kind != "wrong-share" {
				continue // past
			}
			answer := signIn(t, d, epoch, 3)[0]
			if answer.ShareIndex != index || !strings.HasPrefix(answer.SignatureShare, fmt.Sprintf("%02x", index+1)) {
				t.Errorf("%s, epoch %d: share %d %.6s…, want %d", kind, epoch, answer.ShareIndex, answer.SignatureShare, index)
			}
			good := signIn(t, d, epoch, 1, 2)
			if err := combine(append(good[:1:1], answer), d.NetworkPublicKey); err == nil {
				t.Errorf("%s, epoch %d: the share is good", kind, epoch)
			}
		}
	}
}

func TestAdvanceEpochRefuses(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 4, Threshold: 3})
	d := n.Descriptor()
	for body, want := range map[string]string{
		`{"nodes":[0,1]}`:          "2 validators cannot sign: the threshold is 3",
		`{"nodes":[]}`:             "0 validators cannot sign: the threshold is 3",
		`{"nodes":[0,1,2,4]}`:      "there is no node 4, only 0 to 3",
		`{"nodes":[-1,0,1,2]}`:     "there is no node -1",
		`{"nodes":[0,1,2,1]}`:      "node 1 is named twice",
		`{"nodes":[0,1,2.5]}`:      "read body",
		`{"nodes":"all"}`:          "read body",
		`{"validators":[0,1,2]}`:   "read body",
		`{"nodes":[0,1,2]} {}`:     "text after the value",
		`[0,1,2]`:                  "read body",
		`{"nodes":[0,1,2]`:         "read body",
		" ":                        "read body",
		strings.Repeat(" ", 2<<20): "read body",
	} {
		code, answer := call(t, "POST", d.AdminURL+"/epoch", body)
		if code != http.StatusBadRequest || !strings.Contains(string(answer), want) {
			t.Errorf("%.40q: %d %s, want %s", body, code, answer, want)
		}
	}
	if code, _ := call(t, "POST", d.AdminURL+"/epoch", "", "Origin", "https://example.com"); code != http.StatusForbidden {
		t.Errorf("a foreign page: %d", code)
	}
	if epoch := n.Descriptor().Epoch; epoch != 1 {
		t.Errorf("a refused change led to epoch %d", epoch)
	}
	signIn(t, d, 1, 0, 1, 2, 3)
}

// TestEpochsAdvanceUnderLoad signs for the epoch that Staking announces, while
// epochs follow each other.
func TestEpochsAdvanceUnderLoad(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 4, Threshold: 2})
	d := n.Descriptor()
	done := make(chan struct{})
	clients := make([]chan bool, 4) // each tells of every session that it had signed
	for i := range clients {
		clients[i] = make(chan bool)
		go func() {
			defer close(clients[i])
			for signAnnounced(t, d) {
				select {
				case clients[i] <- true:
				case <-done:
					return
				}
			}
		}()
	}
	for round := range 12 {
		if err := n.AdvanceEpoch(t.Context(), [][]int{{0, 1, 2}, {1, 2, 3}, {0, 1, 2, 3}}[round%3]); err != nil {
			t.Error(err)
		}
		// An epoch lasts longer than any request, or a client names one that is past.
		for i, client := range clients {
			if !<-client {
				t.Errorf("client %d ended", i)
			}
		}
	}
	close(done)
	for _, client := range clients {
		for range client {
		}
	}
}

// signAnnounced signs with all validators of the epoch that Staking announces.
func signAnnounced(t *testing.T, d devnet.Descriptor) bool {
	set, err := readStaking(t, d)
	if err != nil {
		t.Error(err)
		return false
	}
	r := request(t, d, "0x"+strings.Repeat("ab", 32), `{"magicNumber":42}`)
	r.Epoch = set.Epoch.Number
	var answers []nodeapi.SignSessionKeyResponse
	for _, v := range set.Validators {
		status, body, err := try(t.Context(), "POST", v.URL("http://", "")+nodeapi.SignSessionKeyPath, string(r.JSON()))
		if err != nil || status != http.StatusOK {
			t.Errorf("epoch %d: %d %s (%v)", r.Epoch, status, body, err)
			return false
		}
		answer, err := nodeapi.ParseSignSessionKeyResponse(body)
		if err != nil {
			t.Error(err)
			return false
		}
		answers = append(answers, answer)
	}
	for i := range answers {
		pair := []nodeapi.SignSessionKeyResponse{answers[i], answers[(i+1)%len(answers)]}
		if err := combine(pair, d.NetworkPublicKey); err != nil {
			t.Errorf("epoch %d, validators %d and the next: %v", r.Epoch, i, err)
			return false
		}
	}
	return true
}
