//go:build !js

package onchain_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/contracts"
	"litsession/internal/devnet"
	"litsession/internal/eth"
	"litsession/internal/fetch"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// timing is short where a test waits for the end of patience.
var timing = contracts.Timing{Receipt: 20 * time.Second, Poll: 5 * time.Millisecond, Outage: 50 * time.Millisecond, DropAfter: 50 * time.Millisecond}

// network is the real chain with Lit's contracts, shared by the tests of this file.
func network(t *testing.T) devnet.Descriptor {
	t.Helper()
	n, err := devnet.Start(t.Context(), devnet.Config{Nodes: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n.Descriptor()
}

// wallet is a Sender with a key, and with ways to misbehave. It signs with
// go-ethereum and sends through a node of its own.
type wallet struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	node contracts.Node

	mu       sync.Mutex
	before   func(contracts.Transaction) error            // instead of signing
	after    func(contracts.Hash) (contracts.Hash, error) // instead of the answer
	withhold bool                                         // sign, and do not send
	signs    bool                                         // answer with the transaction signed
	seen     []contracts.Transaction
}

func (w *wallet) SendTransaction(ctx context.Context, t contracts.Transaction) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, t)
	if w.before != nil {
		if err := w.before(t); err != nil {
			return nil, err
		}
	}
	hash, raw := w.sign(t)
	if w.signs {
		return raw, nil
	}
	if !w.withhold {
		if err := w.send(ctx, raw); err != nil {
			return nil, err
		}
	}
	if w.after == nil {
		return hash[:], nil
	}
	hash, err := w.after(hash)
	return hash[:], err
}

func (w *wallet) sign(t contracts.Transaction) (contracts.Hash, []byte) {
	w.t.Helper()
	to := common.Address(t.To)
	id := new(big.Int).SetUint64(t.ChainID)
	var tx types.TxData = &types.DynamicFeeTx{
		ChainID: id, Nonce: t.Nonce, To: &to, Value: t.Value, Data: t.Data, Gas: t.Gas, GasFeeCap: t.MaxFee, GasTipCap: t.Tip,
	}
	if t.Tip == nil {
		tx = &types.LegacyTx{Nonce: t.Nonce, To: &to, Value: t.Value, Data: t.Data, Gas: t.Gas, GasPrice: t.MaxFee}
	}
	signed, err := types.SignNewTx(w.key, types.LatestSignerForChainID(id), tx)
	if err != nil {
		w.t.Fatal(err)
	}
	raw, err := signed.MarshalBinary()
	if err != nil {
		w.t.Fatal(err)
	}
	return contracts.Hash(signed.Hash()), raw
}

func (w *wallet) send(ctx context.Context, raw []byte) error {
	_, err := w.node.Request(ctx, "eth_sendRawTransaction", []byte(`["`+eth.Hex(raw)+`"]`))
	var refused *contracts.RPCError
	if errors.As(err, &refused) { // as the glue describes it
		return &contracts.SendError{Codes: []string{strconv.FormatInt(refused.Code, 10)}, Message: refused.Message, Data: refused.Data, Cause: err}
	}
	return err
}

func (w *wallet) address() eth.Address { return eth.Address(crypto.PubkeyToAddress(w.key.PublicKey)) }

// line is a node behind a connection that can be cut.
type line struct {
	contracts.Node
	mu     sync.Mutex
	broken func(method string) bool
	call   string // the calldata's beginning of calls that are cut as well
	silent bool   // what is cut is not refused: no answer ever comes
}

func (l *line) Request(ctx context.Context, method string, params []byte) (jsjson.Value, error) {
	l.mu.Lock()
	broken := l.broken != nil && l.broken(method) ||
		l.call != "" && method == "eth_call" && strings.Contains(string(params), `"data":"`+l.call)
	silent := l.silent
	l.mu.Unlock()
	if broken && silent {
		<-ctx.Done()
		return jsjson.Value{}, ctx.Err()
	}
	if broken {
		return jsjson.Value{}, literr.Errorf(literr.ChainUnreachable, "the line is cut")
	}
	return l.Node.Request(ctx, method, params)
}

func (l *line) cut(broken func(method string) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken, l.call, l.silent = broken, "", false
}

// swallow takes requests of the methods and never answers them.
func (l *line) swallow(broken func(method string) bool) {
	l.cut(broken)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.silent = true
}

// cutCalls cuts calls of a contract's function alone.
func (l *line) cutCalls(function string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	selector := crypto.Keccak256([]byte(function))[:4]
	l.call = eth.Hex(selector)
}

// writer is a client with the wallet of the nth account, and the line between them
// and the chain. The wallet has a line of its own.
func writer(t *testing.T, d devnet.Descriptor, account int) (*contracts.Client, *wallet, *line) {
	t.Helper()
	key, err := crypto.HexToECDSA(d.Accounts[account].PrivateKey[2:])
	if err != nil {
		t.Fatal(err)
	}
	node := contracts.HTTPNode{Fetcher: fetch.HTTP{}, URL: d.RPCURL}
	w := &wallet{t: t, key: key, node: node}
	l := &line{Node: node}
	return &contracts.Client{Node: l, Sender: w, Addresses: addresses(t, d), Timing: timing}, w, l
}

func addresses(t *testing.T, d devnet.Descriptor) contracts.Addresses {
	t.Helper()
	of := func(name string) eth.Address {
		address, err := eth.ParseAddress(d.ContractContext[name].Address)
		if err != nil {
			t.Fatal(err)
		}
		return address
	}
	return contracts.Addresses{Staking: of("Staking"), PKPNFT: of("PKPNFT"), PKPHelper: of("PKPHelper"),
		PKPPermissions: of("PKPPermissions"), PubkeyRouter: of("PubkeyRouter"), RateLimitNFT: of("RateLimitNFT")}
}

func list(t *testing.T, values ...any) jsjson.Value {
	t.Helper()
	if values == nil {
		values = []any{}
	}
	text, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsjson.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mint(t *testing.T, c *contracts.Client, w *wallet) (contracts.Minted, error) {
	t.Helper()
	return mintWith(t, c, w, contracts.Options{})
}

func mintWith(t *testing.T, c *contracts.Client, w *wallet, o contracts.Options) (contracts.Minted, error) {
	t.Helper()
	return c.Mint(t.Context(), contracts.Write{From: w.address(), Contract: "PKPNFT", Function: "mintNext", Arguments: list(t, 2), Options: o})
}

// balance counts the PKPs of an account.
func balance(t *testing.T, c *contracts.Client, w *wallet) string {
	t.Helper()
	return read(t, c, "PKPNFT", "balanceOf", w.address().String())
}

func read(t *testing.T, c *contracts.Client, contract, function string, arguments ...any) string {
	t.Helper()
	got, err := c.Read(t.Context(), contract, function, list(t, arguments...))
	if err != nil {
		t.Fatalf("%s: %v", function, err)
	}
	return string(got)
}

func count(n byte) string { return `[{"type":"BigNumber","hex":"` + eth.Hex([]byte{n}) + `"}]` }

// wantError checks the code of an error and gives its details.
func wantError(t *testing.T, err error, want literr.Code, details ...string) *literr.Error {
	t.Helper()
	var e *literr.Error
	if !errors.As(err, &e) || e.Code != want {
		t.Fatalf("got %v (%s), want %s", err, literr.CodeOf(err), want)
	}
	for _, key := range details {
		if text, ok := e.Detail(key).(string); !ok || text == "" {
			t.Errorf("%v: no detail %s in %v", err, key, e.Details)
		}
	}
	return e
}
