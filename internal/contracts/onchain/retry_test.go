//go:build !js

package onchain_test

import (
	"context"
	"math/big"
	"strings"
	"testing"
	"time"

	"litsession/internal/contracts"
	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// TestARetryDoesNotMintTwice: whatever goes wrong in the middle, the same call again
// ends with exactly one PKP.
func TestARetryDoesNotMintTwice(t *testing.T) {
	d := network(t)
	receipts := func(method string) bool { return strings.HasPrefix(method, "eth_getTransaction") }
	rows := []struct {
		name    string
		harm    func(t *testing.T, c *contracts.Client, w *wallet, l *line)
		want    literr.Code
		details []string
		heal    func(w *wallet, l *line)
		asked   int // how often the wallet was asked to sign, in the end
	}{
		{"the node is away after sending", func(_ *testing.T, _ *contracts.Client, w *wallet, l *line) {
			w.after = func(h contracts.Hash) (contracts.Hash, error) {
				l.cut(func(string) bool { return true })
				return h, nil
			}
		}, literr.ChainUnreachable, []string{"txHash"}, func(w *wallet, l *line) { w.after = nil; l.cut(nil) }, 1},
		{"the wallet fails after sending", func(_ *testing.T, _ *contracts.Client, w *wallet, _ *line) {
			w.after = func(contracts.Hash) (contracts.Hash, error) {
				return contracts.Hash{}, &contracts.SendError{Codes: []string{"-32603"}, Message: "internal error"}
			}
		}, literr.WalletFailed, []string{"from", "nonce"}, func(w *wallet, _ *line) { w.after = nil }, 1},
		{"the library fails after sending and says the hash", func(_ *testing.T, _ *contracts.Client, w *wallet, _ *line) {
			w.after = func(h contracts.Hash) (contracts.Hash, error) {
				return contracts.Hash{}, &contracts.SendError{Codes: []string{"SERVER_ERROR"}, Message: "missing response", Hash: h}
			}
		}, literr.WalletFailed, []string{"txHash"}, func(w *wallet, _ *line) { w.after = nil }, 1},
		{"the wallet fails before sending", func(_ *testing.T, _ *contracts.Client, w *wallet, _ *line) {
			w.before = func(contracts.Transaction) error { return &contracts.SendError{Message: "timeout"} }
		}, literr.WalletFailed, []string{"nonce"}, func(w *wallet, _ *line) { w.before = nil }, 2},
		{"a signed transaction does not reach the node", func(_ *testing.T, _ *contracts.Client, w *wallet, l *line) {
			w.signs = true
			l.cut(func(method string) bool { return method == "eth_sendRawTransaction" })
		}, literr.WalletFailed, []string{"txHash"}, func(w *wallet, l *line) { l.cut(nil) }, 2},
		{"the answer to a signed transaction is lost", func(_ *testing.T, c *contracts.Client, w *wallet, l *line) {
			w.signs = true
			c.Node = &losing{Node: l, method: "eth_sendRawTransaction"}
		}, literr.WalletFailed, []string{"txHash"}, func(*wallet, *line) {}, 1},
		{"the transaction is dropped", func(_ *testing.T, _ *contracts.Client, w *wallet, _ *line) {
			w.withhold = true
		}, literr.TransactionDropped, []string{"txHash"}, func(w *wallet, _ *line) { w.withhold = false }, 2},
		{"no receipt comes in time", func(_ *testing.T, c *contracts.Client, w *wallet, _ *line) {
			c.Timing.Receipt, c.Timing.DropAfter = 100*time.Millisecond, time.Minute
			w.withhold = true
		}, literr.Timeout, []string{"txHash"}, func(w *wallet, _ *line) { w.withhold = false }, 2},
		{"the node is away during the retry as well", func(t *testing.T, c *contracts.Client, w *wallet, l *line) {
			w.after = func(h contracts.Hash) (contracts.Hash, error) { l.cut(receipts); return h, nil }
			_, err := mint(t, c, w)
			wantError(t, err, literr.ChainUnreachable, "txHash")
		}, literr.ChainUnreachable, []string{"txHash"}, func(w *wallet, l *line) { w.after = nil; l.cut(nil) }, 1},
	}
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			c, w, l := writer(t, d, 1+i)
			row.harm(t, c, w, l)
			_, err := mint(t, c, w)
			wantError(t, err, row.want, row.details...)
			if retryable := row.want.Retryable(); !retryable {
				t.Errorf("%s is not retryable", row.want)
			}
			c.Timing = timing
			row.heal(w, l)
			minted, err := mint(t, c, w)
			if err != nil {
				t.Fatal(err)
			}
			if got := balance(t, c, w); got != count(1) {
				t.Errorf("after the retry the account has %s PKPs", got)
			}
			if len(w.seen) != row.asked {
				t.Errorf("the wallet was asked %d times, want %d", len(w.seen), row.asked)
			}
			if row.asked == 2 && (w.seen[1].Nonce != w.seen[0].Nonce || !w.seen[1].Again) {
				t.Errorf("sent again with nonce %d after %d", w.seen[1].Nonce, w.seen[0].Nonce)
			}
			// A third call is a new wish.
			second, err := mint(t, c, w)
			if err != nil || second.TokenID == minted.TokenID || balance(t, c, w) != count(2) {
				t.Errorf("the next mint: %x, %v", second.TokenID, err)
			}
		})
	}
}

// TestAFirstTransactionIsKeptInMind while retries fail before they send anything: the
// first one, which nobody mined yet, may still be on its way.
func TestAFirstTransactionIsKeptInMind(t *testing.T) {
	d := network(t)
	reject := func(w *wallet) {
		w.before = func(contracts.Transaction) error {
			return &contracts.SendError{Codes: []string{"4001"}, Message: "User denied"}
		}
	}
	cut := func(method string) func(*wallet, *line) {
		return func(_ *wallet, l *line) { l.cut(func(asked string) bool { return asked == method }) }
	}
	for i, row := range []struct {
		name string
		harm func(w *wallet, l *line)
		want literr.Code
	}{
		{"the user rejects", func(w *wallet, _ *line) { reject(w) }, literr.UserRejected},
		{"the price is not known", cut("eth_call"), literr.ChainUnreachable},
		{"the balance is not known", cut("eth_getBalance"), literr.ChainUnreachable},
		{"the newest block is not known", cut("eth_blockNumber"), literr.ChainUnreachable},
		{"the user leaves, and rejects", func(w *wallet, _ *line) { reject(w) }, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, w, l := writer(t, d, 1+i)
			w.withhold = true
			_, err := mint(t, c, w)
			wantError(t, err, literr.TransactionDropped, "txHash")
			row.harm(w, l)
			if row.want != "" {
				_, err = mint(t, c, w)
				wantError(t, err, row.want)
			} else {
				leave(t, c, w)
			}
			_, raw := w.sign(w.seen[0])
			if err := w.send(t.Context(), raw); err != nil { // it was on its way
				t.Fatal(err)
			}
			w.withhold, w.before = false, nil
			l.cut(nil)
			if _, err = mint(t, c, w); row.want == "" && literr.CodeOf(err) == literr.UserRejected {
				_, err = mint(t, c, w) // the answer to the dialog that was left open came first
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := balance(t, c, w); got != count(1) {
				t.Errorf("after the retries the account has %s PKPs", got)
			}
		})
	}
}

// TestAMintWithoutAResultIsNotPaidTwice: the transaction did what it should, and what
// it made cannot be read yet.
func TestAMintWithoutAResultIsNotPaidTwice(t *testing.T) {
	d := network(t)
	t.Run("a PKP whose key cannot be read", func(t *testing.T) {
		c, w, l := writer(t, d, 1)
		whole := c.Addresses
		c.Addresses.PubkeyRouter = eth.Address{} // else the key is in the receipt
		l.cutCalls("getPubkey(uint256)")
		_, err := mint(t, c, w)
		wantError(t, err, literr.ChainUnreachable, "txHash", "nonce")
		l.cut(nil)
		minted, err := mint(t, c, w)
		if err != nil {
			t.Fatal(err)
		}
		c.Addresses = whole
		if got := balance(t, c, w); got != count(1) || minted.PublicKey.TokenID() != minted.TokenID {
			t.Errorf("the account has %s PKPs, %x of the key %s", got, minted.TokenID, minted.PublicKey)
		}
	})
	t.Run("credits of another contract", func(t *testing.T) {
		c, w, _ := writer(t, d, 2)
		midnight := uint64(time.Now().Unix())/86400*86400 + 2*86400
		buy := func() error {
			_, err := c.MintCredits(t.Context(), w.address(), 1, midnight, contracts.Options{})
			return err
		}
		logsOf := w.address()
		c.Node = &editor{c.Node, eth.Hex(c.Addresses.RateLimitNFT[:]), eth.Hex(logsOf[:])}
		for range 2 {
			if e := wantError(t, buy(), literr.InvalidParam, "txHash", "param"); e.Code.Retryable() {
				t.Error("it invites to pay again")
			}
		}
		if len(w.seen) != 1 {
			t.Errorf("paid %d times", len(w.seen))
		}
	})
}

// losing is a node whose first answer to a method is lost on the way.
type losing struct {
	contracts.Node
	method string
}

func (n *losing) Request(ctx context.Context, method string, params []byte) (jsjson.Value, error) {
	answer, err := n.Node.Request(ctx, method, params)
	if method == n.method {
		n.method = ""
		return jsjson.Value{}, literr.Errorf(literr.ChainUnreachable, "the line is cut")
	}
	return answer, err
}

// editor is a node that writes one address for another in receipts.
type editor struct {
	contracts.Node
	from, to string
}

func (e *editor) Request(ctx context.Context, method string, params []byte) (jsjson.Value, error) {
	answer, err := e.Node.Request(ctx, method, params)
	if err != nil || method != "eth_getTransactionReceipt" {
		return answer, err
	}
	return jsjson.Parse([]byte(strings.ReplaceAll(string(answer.Raw()), e.from, e.to)))
}

func TestARevertOfAMinedTransaction(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	_, err := c.Mint(t.Context(), contracts.Write{From: w.address(), Contract: "PKPNFT", Function: "mintNext", Arguments: list(t, 2),
		Options: contracts.Options{Value: big.NewInt(7), GasLimit: big.NewInt(3e6)}})
	e := wantError(t, err, literr.Reverted, "txHash", "revert")
	if e.Detail("revert") != "You must pay exactly mint cost" {
		t.Errorf("reason %v", e.Detail("revert"))
	}
	if minted, err := mint(t, c, w); err != nil || balance(t, c, w) != count(1) {
		t.Errorf("the next mint: %x, %v", minted.TokenID, err)
	}
}

// unseen is a node that has no receipt yet when it is first asked for one.
type unseen struct {
	contracts.Node
	asked bool
}

func (u *unseen) Request(ctx context.Context, method string, params []byte) (jsjson.Value, error) {
	answer, err := u.Node.Request(ctx, method, params)
	if err == nil && method == "eth_getTransactionReceipt" && !u.asked {
		u.asked = true
		return jsjson.Parse([]byte("null"))
	}
	return answer, err
}

func TestAnEarlierAttemptThatRevertedIsOver(t *testing.T) {
	d := network(t)
	for i, when := range []string{"before the next call", "during it"} {
		t.Run(when, func(t *testing.T) {
			c, w, l := writer(t, d, 1+i)
			watcher, _, _ := writer(t, d, 1+i)
			c.Node = &unseen{l, i == 0}
			w.after = func(h contracts.Hash) (contracts.Hash, error) {
				_, err := watcher.Wait(t.Context(), contracts.Sent{Hash: h}, 0, 1)
				wantError(t, err, literr.Reverted)
				l.cut(func(string) bool { return true })
				return h, nil
			}
			write := contracts.Write{From: w.address(), Contract: "PKPNFT", Function: "mintNext", Arguments: list(t, 2),
				Options: contracts.Options{Value: big.NewInt(7), GasLimit: big.NewInt(3e6)}}
			_, err := c.Mint(t.Context(), write)
			wantError(t, err, literr.ChainUnreachable, "txHash")
			w.after = nil
			l.cut(nil)
			if _, err := mint(t, c, w); err != nil || balance(t, c, w) != count(1) || len(w.seen) != 2 {
				t.Errorf("the next mint: %v, asked %d times", err, len(w.seen))
			}
		})
	}
}

func TestTwoMintsAtOnceAreTwoPKPs(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	failed := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := mint(t, c, w)
			failed <- err
		}()
	}
	for range 2 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if got := balance(t, c, w); got != count(2) {
		t.Errorf("%s PKPs", got)
	}
}
