package node_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"litsession/internal/bls"
	"litsession/internal/devnet/action"
	"litsession/internal/devnet/node"
	"litsession/internal/eth"
	"litsession/internal/ipfs"
	"litsession/internal/nodeapi"
)

// recorded is one run of the official client, see testdata.
type recorded struct {
	Clock          time.Time
	Nonce          string
	BlockTimestamp time.Time
	EpochNumber    uint64
	PKP            struct{ PublicKey string }
	LitActionCode  string
	LitActionCID   string
	BLS            struct{ Secret, Coef1, NetworkPubKey string }

	HandshakeResponse         json.RawMessage
	SignSessionKeyRequestBody string
	SignSessionKeyResponses   []json.RawMessage
}

func readRecorded(t testing.TB) recorded {
	t.Helper()
	text, err := os.ReadFile("testdata/run.json")
	if err != nil {
		t.Fatal(err)
	}
	var r recorded
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// request is the recorded request, to be changed.
func (r recorded) request(t testing.TB) nodeapi.SignSessionKeyRequest {
	t.Helper()
	request, err := nodeapi.ParseSignSessionKeyRequest([]byte(r.SignSessionKeyRequestBody))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

func (r recorded) pkp(t testing.TB) eth.PublicKey {
	t.Helper()
	return must(eth.ParsePublicKey(r.request(t).PKPPublicKey))(t)
}

// shares deals the recorded polynomial again: the dealer reads its second
// coefficient as 64 bytes.
func (r recorded) shares(t testing.TB) []bls.SecretShare {
	t.Helper()
	secret := must(hex.DecodeString(r.BLS.Secret))(t)
	coefficient := must(hex.DecodeString(r.BLS.Coef1))(t)
	random := bytes.NewReader(append(make([]byte, 32), coefficient...))
	_, shares, err := bls.DealSecret([32]byte(secret), random, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	return shares
}

// config is that of the first node of the recorded run.
func (r recorded) config(t testing.TB) node.Config {
	t.Helper()
	chain := r.chain(t)
	return node.Config{
		Keys: node.Keys{
			Network: must(bls.ParsePublicKey(r.BLS.NetworkPubKey))(t),
			Shares:  map[uint64]bls.SecretShare{r.EpochNumber: r.shares(t)[0]},
			Epoch:   r.EpochNumber,
		},
		Blocks: chain, PKPs: chain, Permissions: chain,
		Actions: must(action.New(action.Options{}))(t),
		Host:    action.Host{Code: sources{r.LitActionCID: r.LitActionCode}},
		Limits:  action.Limits{Memory: 32 << 20},
		Now:     func() time.Time { return r.Clock },
	}
}

func (r recorded) chain(t testing.TB) *ledger {
	t.Helper()
	nonce := must(eth.ParseHex(r.Nonce))(t)
	cid := must(ipfs.ParseCID(r.LitActionCID))(t)
	return &ledger{
		blocks: []node.Block{{Hash: [32]byte(nonce), Time: r.BlockTimestamp}},
		key:    r.pkp(t),
		owner:  eth.Address{1},
		permitted: map[string][]bool{
			entry(node.AuthMethod{Type: 2, ID: cid.Multihash()}): {false, true},
		},
	}
}

// ledger is a chain with one PKP.
type ledger struct {
	blocks    []node.Block
	key       eth.PublicKey
	owner     eth.Address
	permitted map[string][]bool // scopes by entry
	fails     bool
}

func entry(m node.AuthMethod) string { return string(append([]byte{byte(m.Type)}, m.ID...)) }

func (l *ledger) LatestBlock() node.Block { return l.blocks[len(l.blocks)-1] }

func (l *ledger) Block(hash [32]byte) (node.Block, bool) {
	for _, b := range l.blocks {
		if b.Hash == hash {
			return b, true
		}
	}
	return node.Block{}, false
}

func (l *ledger) OwnerOf(_ context.Context, tokenID [32]byte) (eth.Address, error) {
	if tokenID != l.key.TokenID() {
		return eth.Address{}, errors.New("reverted: ERC721NonexistentToken")
	}
	return l.owner, nil
}

func (l *ledger) PermittedAuthMethods(context.Context, [32]byte) ([]node.AuthMethod, error) {
	if l.fails {
		return nil, errors.New("the chain is gone")
	}
	var methods []node.AuthMethod
	for e := range l.permitted {
		methods = append(methods, node.AuthMethod{Type: uint64(e[0]), ID: []byte(e[1:])})
	}
	return methods, nil
}

func (l *ledger) Scopes(_ context.Context, _ [32]byte, m node.AuthMethod, count uint64) ([]bool, error) {
	return append(l.permitted[entry(m)], make([]bool, count)...)[:count], nil
}

func (l *ledger) FirstPKP(_ context.Context, m node.AuthMethod) (eth.PublicKey, bool, error) {
	_, ok := l.permitted[entry(m)]
	return l.key, ok, nil
}

// sources are actions by CID.
type sources map[string]string

func (s sources) ActionCode(_ context.Context, cid string) (string, error) {
	source, ok := s[cid]
	if !ok {
		return "", errors.New("no such file")
	}
	return source, nil
}

// post sends a request as the official client does.
func post(t testing.TB, n http.Handler, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(nodeapi.HeaderRequestID, "lit_1")
	r.Header.Set(nodeapi.HeaderSDKVersion, nodeapi.SDKVersion)
	w := httptest.NewRecorder()
	n.ServeHTTP(w, r)
	if got := w.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type is %q", got)
	}
	if got := w.Header().Get("X-Lit-Node-Version"); got != node.Version {
		t.Errorf("X-Lit-Node-Version is %q", got)
	}
	return w
}

// must turns a failure into the end of the test.
func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestTheRecordedRun(t *testing.T) {
	r := readRecorded(t)
	for i, share := range r.shares(t) {
		config := r.config(t)
		config.Keys.Shares[r.EpochNumber] = share
		n := node.New(config)

		w := post(t, n, "/web/sign_session_key/v1", r.SignSessionKeyRequestBody)
		if w.Code != http.StatusOK {
			t.Fatalf("node %d: status %d: %s", i, w.Code, w.Body)
		}
		if got, want := w.Body.String(), compact(t, r.SignSessionKeyResponses[i]); got != want {
			t.Errorf("node %d\n got %s\nwant %s", i, got, want)
		}
	}
}

func TestHandshake(t *testing.T) {
	r := readRecorded(t)
	n := node.New(r.config(t))
	for _, path := range []string{"/web/handshake/", "/web/handshake"} {
		w := post(t, n, path, `{"clientPublicKey":"test","challenge":"00","epoch":1234}`)
		if got, want := w.Body.String(), compact(t, r.HandshakeResponse); w.Code != 200 || got != want {
			t.Errorf("%s: status %d\n got %s\nwant %s", path, w.Code, got, want)
		}
	}
}

func compact(t testing.TB, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
