//go:build !js

package onchain_test

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/contracts"
	"litsession/internal/devnet"
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

// leave makes a mint that is given up while the wallet asks. What the wallet does then
// is as it is set.
func leave(t *testing.T, c *contracts.Client, w *wallet) {
	t.Helper()
	asked, answer := make(chan struct{}), w.before
	ctx, cancel := context.WithCancel(t.Context())
	w.before = func(sent contracts.Transaction) error {
		cancel()
		<-asked
		return answer(sent)
	}
	write := contracts.Write{From: w.address(), Contract: "PKPNFT", Function: "mintNext", Arguments: list(t, 2)}
	if _, err := c.Mint(ctx, write); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	close(asked)
}

func TestAnotherClientContinuesByTheHash(t *testing.T) {
	d := network(t)
	c, w, l := writer(t, d, 1)
	w.after = func(h contracts.Hash) (contracts.Hash, error) {
		l.cut(func(string) bool { return true })
		return h, nil
	}
	_, err := mint(t, c, w)
	hash := wantError(t, err, literr.ChainUnreachable, "txHash").Detail("txHash").(string)

	fresh, other, _ := writer(t, d, 1)
	o := contracts.Options{TxHash: contracts.Hash(common.HexToHash(hash))}
	minted, err := mintWith(t, fresh, other, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(other.seen) != 0 || balance(t, fresh, other) != count(1) || minted.Receipt.Hash != o.TxHash {
		t.Errorf("continued with %s, %d more were sent", minted.Receipt.Hash, len(other.seen))
	}
}

func TestTheHashOfAnotherCallIsRefused(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	minted, err := mint(t, c, w)
	if err != nil {
		t.Fatal(err)
	}
	midnight := uint64(time.Now().Unix())/86400*86400 + 2*86400
	credits, err := c.MintCredits(t.Context(), w.address(), 1, midnight, contracts.Options{})
	if err != nil {
		t.Fatal(err)
	}
	id := eth.Hex(credits.TokenID[:])
	_, stranger, _ := writer(t, d, 2)
	moved, err := c.Send(t.Context(), contracts.Write{From: w.address(), Contract: "RateLimitNFT", Function: "transferFrom",
		Arguments: list(t, w.address().String(), stranger.address().String(), id)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Wait(t.Context(), moved, 0, 1); err != nil {
		t.Fatal(err)
	}
	buy := func(from *wallet, hash contracts.Hash) error {
		_, err := c.MintCredits(t.Context(), from.address(), 1, midnight, contracts.Options{TxHash: hash})
		return err
	}
	for name, err := range map[string]error{
		"a mint's as that of credits":        buy(w, minted.Receipt.Hash),
		"another account's":                  buy(stranger, credits.Receipt.Hash),
		"another function's of the contract": buy(w, moved.Hash),
	} {
		if literr.CodeOf(err) != literr.InvalidParam {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := buy(w, credits.Receipt.Hash); err != nil {
		t.Errorf("its own: %v", err)
	}
	other := contracts.Options{TxHash: minted.Receipt.Hash}
	if _, err := c.Mint(t.Context(), contracts.Write{From: w.address(), Contract: "PKPNFT", Function: "mintNext", Arguments: list(t, 1), Options: other}); literr.CodeOf(err) != literr.InvalidParam {
		t.Errorf("with other arguments: %v", err)
	}
}

// TestAHashThatNobodyKnows: of a transaction that never arrived nothing but the hash
// is known after a reload, unless the caller passes its nonce as well.
func TestAHashThatNobodyKnows(t *testing.T) {
	d := network(t)
	for account, row := range map[int]struct {
		name  string
		nonce bool
	}{1: {"without its nonce", false}, 2: {"with its nonce", true}} {
		t.Run(row.name, func(t *testing.T) {
			c, w, _ := writer(t, d, account)
			if _, err := mint(t, c, w); err != nil { // so that its nonce is not zero
				t.Fatal(err)
			}
			w.withhold = true
			_, err := mint(t, c, w)
			e := wantError(t, err, literr.TransactionDropped, "txHash", "nonce")
			w.withhold = false

			c, w, _ = writer(t, d, account)
			o := contracts.Options{TxHash: contracts.Hash(common.HexToHash(e.Detail("txHash").(string)))}
			if row.nonce {
				o.Nonce = big.NewInt(1)
			}
			_, err = mintWith(t, c, w, o)
			if e := wantError(t, err, literr.TransactionDropped, "txHash"); (e.Detail("nonce") == "1") != row.nonce {
				t.Errorf("details %v", e.Details)
			}
			if _, err := mint(t, c, w); err != nil {
				t.Fatal(err)
			}
			if sent := w.seen[0]; len(w.seen) != 1 || sent.Nonce != 1 || sent.Again != row.nonce || balance(t, c, w) != count(2) {
				t.Errorf("sent %s, %s PKPs", sent.JSON(), balance(t, c, w))
			}
		})
	}
}

// TestANonceIsUsedOnce: after a failure of which only the nonce is known, another
// Client with that nonce mints at most one PKP.
func TestANonceIsUsedOnce(t *testing.T) {
	d := network(t)
	for account, arrives := range map[int]bool{1: true, 2: false} {
		c, w, _ := writer(t, d, account)
		w.withhold = !arrives
		w.after = func(contracts.Hash) (contracts.Hash, error) {
			return contracts.Hash{}, &contracts.SendError{Codes: []string{"-32603"}, Message: "internal error"}
		}
		_, err := mint(t, c, w)
		wantError(t, err, literr.WalletFailed, "nonce")
		if arrives { // it was mined before the page is loaded again
			if _, err := mint(t, c, w); err != nil {
				t.Fatal(err)
			}
		}
		c, w, _ = writer(t, d, account)
		_, err = mintWith(t, c, w, contracts.Options{Nonce: new(big.Int)})
		if arrives {
			wantError(t, err, literr.InvalidParam, "param", "want")
		} else if err != nil {
			t.Error(err)
		}
		if got := balance(t, c, w); got != count(1) {
			t.Errorf("arrives %t: %s PKPs", arrives, got)
		}
	}
}

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

func TestAWalletThatIsLeftAskingIsNotAskedAgain(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	asked, answer := make(chan struct{}), make(chan error)
	w.before = func(contracts.Transaction) error { asked <- struct{}{}; return <-answer }
	why := errors.New("the user left the page's dialog")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() { <-asked; cancel(why) }()
	write := contracts.Write{From: w.address(), Contract: "PKPNFT", Function: "mintNext", Arguments: list(t, 2)}
	if _, err := c.Mint(ctx, write); !errors.Is(err, why) {
		t.Fatalf("got %v", err)
	}
	go func() { answer <- nil }()
	if _, err := mint(t, c, w); err != nil {
		t.Fatal(err)
	}
	if len(w.seen) != 1 || balance(t, c, w) != count(1) {
		t.Errorf("asked %d times, %s PKPs", len(w.seen), balance(t, c, w))
	}
}

func TestAWriteBehindAnOpenDialogCanBeAborted(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	asked, answer := make(chan struct{}), make(chan error)
	w.before = func(contracts.Transaction) error { asked <- struct{}{}; return <-answer }
	first := make(chan error)
	go func() { _, err := mint(t, c, w); first <- err }()
	<-asked
	why := errors.New("the user left the page")
	ctx, cancel := context.WithCancelCause(t.Context())
	second := make(chan error)
	go func() {
		_, err := c.Send(ctx, contracts.Write{From: w.address(), Contract: "RateLimitNFT", Function: "pruneExpired", Arguments: list(t, w.address().String())})
		second <- err
	}()
	cancel(why)
	select {
	case err := <-second:
		if !errors.Is(err, why) {
			t.Errorf("got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it waits for the dialog")
		defer func() { <-second }()
	}
	answer <- nil
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestARejectionThatNobodyWaitedForIsNoAnswerToTheNextCall(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	answered := make(chan struct{})
	c.Sender = hook{w, func() { close(answered) }}
	w.before = func(contracts.Transaction) error {
		return &contracts.SendError{Codes: []string{"4001"}, Message: "User denied"}
	}
	leave(t, c, w)
	<-answered
	if got := balance(t, c, w); got != count(0) { // which takes longer than the answer does to arrive
		t.Errorf("%s PKPs", got)
	}
	c.Sender, w.before = w, nil
	if _, err := mint(t, c, w); err != nil || len(w.seen) != 2 {
		t.Errorf("got %v, asked %d times", err, len(w.seen))
	}
}

// hook is a Sender that tells when it has answered.
type hook struct {
	contracts.Sender
	answered func()
}

func (h hook) SendTransaction(ctx context.Context, t contracts.Transaction) (contracts.Hash, error) {
	defer h.answered()
	return h.Sender.SendTransaction(ctx, t)
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

func TestAnEarlierAttemptThatRevertedIsOver(t *testing.T) {
	d := network(t)
	c, w, l := writer(t, d, 1)
	w.after = func(h contracts.Hash) (contracts.Hash, error) {
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
