package chain_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"litsession/internal/devnet/chain"
)

// post sends a JSON-RPC body as a page of another origin would, to a host name of its own.
func post(t *testing.T, f *fixture, body string) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.URL(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "devnet.example"
	request.Header.Set("Origin", "https://dapp.example")
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, answer
}

// rpc calls one method and returns its result.
func rpc[T any](t *testing.T, f *fixture, method string, params string) T {
	t.Helper()
	_, text := post(t, f, `{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":`+params+`}`)
	var answer struct {
		Result T
		Error  json.RawMessage
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Error != nil {
		t.Fatalf("%s: %s (%v)", method, text, err)
	}
	return answer.Result
}

func TestForeignPagesMayUseThePort(t *testing.T) {
	f := start(t, nil)
	response, text := post(t, f, `{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}`)
	if got := response.Header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("got allowed origin %q, want *", got)
	}
	if !bytes.Contains(text, []byte(`"0x2ac54"`)) {
		t.Errorf("got %s, want chain id 175188", text)
	}
	preflight, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, f.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	preflight.Header.Set("Origin", "https://dapp.example")
	preflight.Header.Set("Access-Control-Request-Method", "POST")
	preflight.Header.Set("Access-Control-Request-Headers", "content-type")
	response, err = http.DefaultClient.Do(preflight)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if got := response.Header.Get("Access-Control-Allow-Headers"); !strings.EqualFold(got, "content-type") {
		t.Errorf("preflight allows headers %q", got)
	}
}

func TestBatch(t *testing.T) {
	f := start(t, nil)
	_, text := post(t, f, `[{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]},
		{"jsonrpc":"2.0","id":2,"method":"net_version","params":[]},{"jsonrpc":"2.0","id":3,"method":"eth_nonsense"}]`)
	var answers []struct {
		ID     int
		Result any
		Error  any
	}
	if err := json.Unmarshal(text, &answers); err != nil || len(answers) != 3 {
		t.Fatalf("got %s (%v)", text, err)
	}
	if answers[1].Result != "175188" || answers[2].Error == nil {
		t.Errorf("got %s", text)
	}
}

func TestFiltersAndLogs(t *testing.T) {
	f := start(t, nil)
	staking := f.Contracts()["Staking"].Address
	topic := "0x551dc40198cc79684bb69e4931dba4ac16e4598792ee1c0a5000aeea366d7bb6"
	query := `[{"address":"` + staking + `","topics":["` + topic + `"]}]`
	filter := rpc[string](t, f, "eth_newFilter", query)
	blocks := rpc[string](t, f, "eth_newBlockFilter", `[]`)
	if err := f.AdvanceEpoch(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := rpc[[]string](t, f, "eth_getFilterChanges", `["`+blocks+`"]`); len(got) == 0 {
		t.Error("got no new block")
	}
	changes := rpc[[]types.Log](t, f, "eth_getFilterChanges", `["`+filter+`"]`)
	if len(changes) != 1 || changes[0].Topics[0] != common.HexToHash(topic) {
		t.Errorf("got changes %v, want StateChanged", changes)
	}
	all := `[{"fromBlock":"0x0","address":"` + staking + `","topics":["` + topic + `"]}]`
	if got := rpc[[]types.Log](t, f, "eth_getLogs", all); len(got) != 2 { // the first epoch's and this one's
		t.Errorf("got %d logs, want 2", len(got))
	}
	for _, id := range []string{filter, blocks} {
		if !rpc[bool](t, f, "eth_uninstallFilter", `["`+id+`"]`) {
			t.Errorf("filter %s was gone already", id)
		}
	}
	block := f.LatestBlock()
	byHash := rpc[map[string]any](t, f, "eth_getBlockByHash", `["`+block.Hash.Hex()+`",false]`)
	if byHash["number"] != hexutil.EncodeUint64(block.Number) {
		t.Errorf("block by hash has number %v, want %d", byHash["number"], block.Number)
	}
	if byHash["baseFeePerGas"] == nil {
		t.Error("blocks have no base fee")
	}
}

func TestSubscriptionsOverWebSocket(t *testing.T) {
	f := start(t, nil)
	ctx := within(t)
	client, err := ethclient.DialContext(ctx, strings.Replace(f.URL(), "http:", "ws:", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	heads, logs := make(chan *types.Header), make(chan types.Log)
	headSubscription, err := client.SubscribeNewHead(ctx, heads)
	if err != nil {
		t.Fatal(err)
	}
	defer headSubscription.Unsubscribe()
	logSubscription, err := client.SubscribeFilterLogs(ctx, ethereum.FilterQuery{
		Addresses: []common.Address{common.HexToAddress(f.Contracts()["PKPNFT"].Address)},
	}, logs)
	if err != nil {
		t.Fatal(err)
	}
	defer logSubscription.Unsubscribe()
	pkp, err := f.MintPKP(ctx, f.accounts[1])
	if err != nil {
		t.Fatal(err)
	}
	for head, log := false, false; !head || !log; {
		select {
		case <-heads:
			head = true
		case got := <-logs:
			log = log || slices.Contains(got.Topics, common.Hash(pkp.TokenID))
		case <-ctx.Done():
			t.Fatalf("head %v, log %v", head, log)
		}
	}
}

// TestTransactionsInARow sends as a script would: each after the receipt of the one before.
func TestTransactionsInARow(t *testing.T) {
	f := start(t, nil)
	client, err := ethclient.DialContext(t.Context(), f.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for range 200 {
		if err := f.Fund(t.Context(), common.Address{3}, one); err != nil {
			t.Fatal(err)
		}
		head, err := client.HeaderByNumber(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if ahead := time.Until(time.Unix(int64(head.Time), 0)); ahead > 0 {
			t.Fatalf("block %d is %v ahead of the clock", head.Number, ahead)
		}
	}
}

// TestTransactionsAtOnce sends without waiting, more than one block takes from one account at a time.
func TestTransactionsAtOnce(t *testing.T) {
	f := start(t, nil)
	const count = 200
	failures := make(chan error, count)
	for range count {
		go func() { failures <- f.Fund(t.Context(), common.Address{4}, one) }()
	}
	for range count {
		if err := <-failures; err != nil {
			t.Error(err)
		}
	}
	client, err := ethclient.DialContext(t.Context(), f.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if got, err := client.BalanceAt(t.Context(), common.Address{4}, nil); err != nil || got.Int64() != count {
		t.Errorf("got %v wei (%v), want %d", got, err, count)
	}
}

// TestMiningWaitsForTheClock lets the lag be used up by a clock that says when it may go on.
func TestMiningWaitsForTheClock(t *testing.T) {
	var clock clock
	f := start(t, func(config *chain.Config) { config.Now = clock.now })
	began := f.LatestBlock().Time // a second before the next block may come
	clock.ahead.Store(int64(time.Until(began)))
	for range 3 {
		if err := f.Fund(t.Context(), common.Address{5}, one); err != nil {
			t.Fatal(err)
		}
		if block := f.LatestBlock(); block.Time.After(clock.now()) {
			t.Errorf("block %d is ahead of the clock", block.Number)
		}
	}
	if waited := clock.now().Sub(began); waited < 3*time.Second {
		t.Errorf("three blocks within %v", waited)
	}
}

func TestLatestBlockIsNotAheadOfTheClock(t *testing.T) {
	var clock clock
	f := start(t, func(config *chain.Config) { config.Now = clock.now })
	head := f.LatestBlock()
	if found, ok := f.Block(head.Hash); !ok || found != head {
		t.Errorf("got block %+v (%v), want %+v", found, ok, head)
	}
	if _, ok := f.Block(common.Hash{1}); ok {
		t.Error("a foreign hash was found")
	}
	clock.ahead.Store(int64(-24 * time.Hour))
	if got := f.LatestBlock(); got.Number >= head.Number || got.Time.After(clock.now()) {
		t.Errorf("a day earlier: got block %+v", got)
	}
}

func TestTakenPort(t *testing.T) {
	f := start(t, nil)
	config := f.config
	var err error
	if config.Port, err = strconv.Atoi(f.URL()[strings.LastIndex(f.URL(), ":")+1:]); err != nil {
		t.Fatal(err)
	}
	second, err := chain.Start(t.Context(), config)
	if err == nil {
		second.Close()
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("got %v, want EADDRINUSE", err)
	}
}

func TestRestart(t *testing.T) {
	f := start(t, func(config *chain.Config) { config.DataDir = t.TempDir() })
	minted, err := f.MintPKP(t.Context(), f.accounts[1])
	if err != nil {
		t.Fatal(err)
	}
	action := []byte("action")
	if err := f.PermitAction(t.Context(), f.accounts[1], minted.TokenID, action, []uint64{1}); err != nil {
		t.Fatal(err)
	}
	contracts, first, head, validators := f.Contracts(), f.pkp, f.LatestBlock(), nodeCount
	for range 2 {
		if err := f.Chain.Close(); err != nil {
			t.Fatal(err)
		}
		f.setup.Validators[0].Port++
		f.reopen(t)
		if f.pkp != first {
			t.Errorf("got first PKP %x, want %x", f.pkp.TokenID, first.TokenID)
		}
		for name, entry := range f.Contracts() {
			if entry.Address != contracts[name].Address {
				t.Errorf("%s moved from %s to %s", name, contracts[name].Address, entry.Address)
			}
		}
		if found, ok := f.Block(head.Hash); !ok || found != head {
			t.Errorf("got block %+v (%v), want %+v", found, ok, head)
		}
		wantScopes(t, f, minted, 2, action, 1)
		wantValidators(t, f, f.setup.Validators[:validators])
		if err := f.Fund(t.Context(), common.Address{6}, one); err != nil {
			t.Error(err)
		}
		validators = threshold // which the next restart must keep
		if err := f.AdvanceEpoch(t.Context(), f.setup.Validators[:validators]); err != nil {
			t.Fatal(err)
		}
	}
	stranger := f.setup
	stranger.Validators = slices.Clone(f.setup.Validators)
	stranger.Validators[0].Key = key(t, "a stranger")
	if _, err := f.Deploy(t.Context(), stranger); err == nil {
		t.Error("a set without one of the validators was accepted")
	}
	f.setup.Threshold--
	if _, err := f.Deploy(t.Context(), f.setup); err == nil {
		t.Error("another threshold was accepted")
	}
	f.setup.Threshold++
	f.setup.RootKeys = f.setup.RootKeys[1:]
	if _, err := f.Deploy(t.Context(), f.setup); err == nil {
		t.Error("other root keys were accepted")
	}
	if err := f.Chain.Close(); err != nil {
		t.Fatal(err)
	}
	f.config.ChainID = 1
	if other, err := chain.Start(t.Context(), f.config); err == nil {
		other.Close()
		t.Error("another chain id was accepted")
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	before := chainGoroutines(nil) // geth leaves one behind where a chain ends while somebody subscribes to it
	f := start(t, nil)
	url := f.URL()
	if _, err := f.MintPKP(t.Context(), f.accounts[1]); err != nil {
		t.Fatal(err)
	}
	if err := f.Chain.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, tick := within(t), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for left := chainGoroutines(before); len(left) > 0; left = chainGoroutines(before) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%d goroutines are left:\n%s", len(left), strings.Join(slices.Collect(maps.Values(left)), "\n\n"))
		}
	}
	if _, err := http.Get(url); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the port answers with %v", err)
	}
	if err := f.Fund(t.Context(), common.Address{1}, one); err == nil {
		t.Error("a closed chain took a transaction")
	}
}

// chainGoroutines are the stacks of goroutines that run this package's or geth's code, by "goroutine" and its number,
// but for those that were there before.
func chainGoroutines(before map[string]string) map[string]string {
	buffer := make([]byte, 1<<20)
	found := map[string]string{}
	for _, stack := range strings.Split(string(buffer[:runtime.Stack(buffer, true)]), "\n\n") {
		name, _, _ := strings.Cut(stack, " [")
		ours := strings.Contains(stack, "go-ethereum") || strings.Contains(stack, "devnet/chain.")
		// Geth starts these once per process.
		if before[name] == "" && ours && !strings.Contains(stack, "txSenderCacher") {
			found[name] = stack
		}
	}
	return found
}
