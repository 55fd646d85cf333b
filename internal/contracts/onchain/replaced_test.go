//go:build !js

package onchain_test

import (
	"context"
	"math/big"
	"strings"
	"testing"

	"litsession/internal/contracts"
	"litsession/internal/devnet"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// blocks has another account make so many of them.
func blocks(t *testing.T, d devnet.Descriptor, n int) {
	t.Helper()
	c, stranger, _ := writer(t, d, 5)
	for range n {
		if _, err := mint(t, c, stranger); err != nil {
			t.Error(err)
		}
	}
}

// withoutStates is a node that keeps blocks, and the state of the newest one alone.
type withoutStates struct{ contracts.Node }

func (n withoutStates) Request(ctx context.Context, method string, params []byte) (jsjson.Value, error) {
	if method == "eth_getTransactionCount" && strings.Contains(string(params), `,"0x`) {
		return jsjson.Value{}, &contracts.RPCError{Code: -32000, Message: "missing trie node"}
	}
	return n.Node.Request(ctx, method, params)
}

// TestANodeThatLagsBehind with its blocks, as one of several behind an address may,
// does not know yet what was mined: that is no reason to send again.
func TestANodeThatLagsBehind(t *testing.T) {
	d := network(t)
	c, w, l := writer(t, d, 1)
	w.after = func(contracts.Hash) (contracts.Hash, error) {
		return contracts.Hash{}, &contracts.SendError{Codes: []string{"-32603"}, Message: "internal error"}
	}
	old, err := l.Request(t.Context(), "eth_blockNumber", []byte("[]"))
	if err != nil {
		t.Fatal(err)
	}
	behind := &lagging{Node: l, old: old, left: 4} // the first one before sending
	c.Node = behind
	_, err = mint(t, c, w)
	wantError(t, err, literr.WalletFailed, "nonce")
	w.after = nil
	if _, err := mint(t, c, w); err != nil || balance(t, c, w) != count(1) || behind.left != 0 {
		t.Errorf("got %v, %s PKPs, %d old answers left", err, balance(t, c, w), behind.left)
	}
}

type lagging struct {
	contracts.Node
	old  jsjson.Value
	left int
}

func (n *lagging) Request(ctx context.Context, method string, params []byte) (jsjson.Value, error) {
	if method == "eth_blockNumber" && n.left > 0 {
		n.left--
		return n.old, nil
	}
	return n.Node.Request(ctx, method, params)
}

// TestAWalletThatCountsForItself uses another nonce than the one that was foreseen,
// which another transaction of the account has: ours is not replaced by that.
func TestAWalletThatCountsForItself(t *testing.T) {
	d := network(t)
	c, w, l := writer(t, d, 1)
	w.withhold = true
	var ours []byte
	w.after = func(contracts.Hash) (hash contracts.Hash, err error) {
		transaction := w.seen[0]
		transaction.Nonce++
		hash, ours = w.sign(transaction)
		other := w.seen[0]
		other.To, other.Data, other.Value = other.From, nil, new(big.Int)
		_, raw := w.sign(other)
		return hash, w.send(t.Context(), raw)
	}
	asked := 0
	c.Node = asking{l, func(method string) {
		if asked++; method == "eth_getTransactionReceipt" && asked > 20 && ours != nil {
			if err := w.send(t.Context(), ours); err != nil {
				t.Error(err)
			}
			ours = nil
		}
	}}
	c.Timing.DropAfter = timing.Receipt
	minted, err := mint(t, c, w)
	if err != nil || minted.Receipt.Hash != minted.Sent.Hash || balance(t, c, w) != count(1) {
		t.Errorf("got %v, %s PKPs", err, balance(t, c, w))
	}
}

// asking is a node that tells what it is asked.
type asking struct {
	contracts.Node
	tell func(method string)
}

func (a asking) Request(ctx context.Context, method string, params []byte) (jsjson.Value, error) {
	a.tell(method)
	return a.Node.Request(ctx, method, params)
}

func TestATransactionThatIsReplaced(t *testing.T) {
	d := network(t)
	dearer := func(t *contracts.Transaction) { t.MaxFee = new(big.Int).Add(t.MaxFee, big.NewInt(1)) }
	another := func(t *contracts.Transaction) { t.To, t.Data, t.Value = t.From, nil, new(big.Int) }
	for name, row := range map[string]struct {
		account int
		change  func(*contracts.Transaction)
		want    literr.Code
		pruned  bool
	}{
		"by the same with another fee":                      {1, dearer, "", false},
		"by something else":                                 {2, another, literr.TransactionDropped, false},
		"by the same, says a node without old states":       {3, dearer, "", true},
		"by something else, says a node without old states": {4, another, literr.TransactionDropped, true},
	} {
		t.Run(name, func(t *testing.T) {
			c, w, l := writer(t, d, row.account)
			if row.pruned {
				c.Node = withoutStates{l}
			}
			c.Timing.DropAfter = timing.Receipt // the other one may take its time
			w.withhold = true
			w.after = func(h contracts.Hash) (contracts.Hash, error) {
				other := w.seen[0]
				row.change(&other)
				_, raw := w.sign(other)
				blocks(t, d, 3) // before and after
				defer blocks(t, d, 3)
				return h, w.send(t.Context(), raw)
			}
			minted, err := mintWith(t, c, w, contracts.Options{Nonce: new(big.Int)})
			if row.want == "" {
				if err != nil || balance(t, c, w) != count(1) || minted.Receipt.Hash == minted.Sent.Hash {
					t.Errorf("got %v, sent %s, mined %s", err, minted.Sent.Hash, minted.Receipt.Hash)
				}
				return
			}
			wantError(t, err, row.want, "txHash", "replacedBy")
			w.withhold, w.after = false, nil
			if _, err := mint(t, c, w); err != nil || balance(t, c, w) != count(1) {
				t.Errorf("the retry: %v, %s PKPs", err, balance(t, c, w))
			}
		})
	}
}
