package contracts

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"litsession/internal/eth"
	"litsession/internal/literr"
)

// SendError is how a Sender failed, in the wallet's or the library's words.
type SendError struct {
	Codes   []string // numbers and names that tell errors apart, outermost first
	Message string
	Data    []byte // what a contract reverted with, nil if none is known
	Hash    Hash   // of the transaction, where it was made before the failure
	Cause   error
}

// Error returns the message.
func (e *SendError) Error() string { return literr.Cut(e.Message, maxErrorMessageBytes) }

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Cause }

// attempt is a transaction that may be on its way.
type attempt struct {
	sent    Sent // Hash is zero while it is unknown
	result  chan outcome
	refused bool     // a node refused it: it has one with its nonce, which may be this one
	first   *attempt // that this one continues, nil if it is the first itself
}

// root is the first attempt of the write.
func (a *attempt) root() *attempt {
	if a.first != nil {
		return a.first
	}
	return a
}

type outcome struct {
	hash Hash
	err  error
}

// send makes a transaction and has it signed and sent, in the place of an earlier one
// unless that is nil. The attempt comes back, next to the error, when the transaction
// may be on its way all the same.
func (c *Client) send(ctx context.Context, t Transaction, o Options, earlier *attempt) (a *attempt, err error) {
	if t.ChainID, err = c.Connect(ctx); err != nil {
		return nil, err
	}
	done, err := c.takeTurn(ctx, t)
	if err != nil {
		return nil, err
	}
	defer done()
	release := c.lockPages(ctx, t)
	defer func() { release(a) }()
	block, err := c.quantity(ctx, "eth_blockNumber") // before the nonce is: no block until here has that one
	if err != nil {
		return nil, c.nodeTrouble(err)
	}
	if t, err = c.prepare(ctx, t, o); err != nil {
		return nil, c.nodeTrouble(err)
	}
	a = &attempt{sent: Sent{Transaction: t, Block: block.Uint64(), NonceSure: t.Again}, result: make(chan outcome, 1)}
	if earlier != nil {
		a.first = earlier.root()
	}
	// Whoever gave up waiting has not made the wallet give up: its answer is kept.
	detached := context.WithoutCancel(ctx)
	go func() {
		hash, err := c.handOver(detached, t)
		a.result <- outcome{hash, err}
	}()
	return c.await(ctx, a)
}

// handOver gives a transaction to the Sender. What was only signed there goes to the
// node from here, so that its hash is known whatever happens.
func (c *Client) handOver(ctx context.Context, t Transaction) (hash Hash, err error) {
	defer literr.Recover(&err)
	answer, err := c.Sender.SendTransaction(ctx, t)
	if err != nil {
		return hash, err
	}
	if len(answer) == len(hash) {
		return Hash(answer), nil
	}
	if len(answer) < len(hash) {
		return hash, errors.New("the answer is no transaction hash")
	}
	hash = eth.Keccak256(answer)
	_, err = c.request(ctx, "eth_sendRawTransaction", quoteHex(answer))
	var refused *RPCError
	if errors.As(err, &refused) {
		failure := &SendError{Codes: []string{strconv.FormatInt(refused.Code, 10)}, Message: refused.Message, Data: refused.Data, Cause: err}
		if failure.alreadyKnown() || failure.nonceRefused() { // it has this one, or one with its nonce, which may be this one
			failure.Hash = hash
		}
		return Hash{}, failure // else it has read it and said no: it is not on its way
	}
	if err != nil {
		return hash, &SendError{Message: err.Error(), Hash: hash, Cause: err}
	}
	return hash, nil
}

// await waits for the wallet. See send for what it returns.
func (c *Client) await(ctx context.Context, a *attempt) (*attempt, error) {
	var o outcome
	select {
	case o = <-a.result:
		a.result = nil
	case <-ctx.Done():
		return a, context.Cause(ctx)
	}
	var failure *SendError
	if errors.As(o.err, &failure) {
		o.hash = failure.Hash
		if failure.alreadyKnown() && o.hash != (Hash{}) {
			o.err = nil
		}
	}
	a.sent.Hash = o.hash
	if o.err == nil && !a.sent.Again && c.nonces().another(a, o.hash) {
		a.refused = true
		return a, withTransaction(literr.Errorf(literr.WalletFailed, "the transaction is that of another write: they were given the same nonce"), a.sent)
	}
	if o.err == nil {
		// A wallet may have chosen another nonce. Not to know it yet is no failure, and
		// waited for no longer than for the next look at the receipt.
		soon, cancel := context.WithTimeout(ctx, 10*c.Timing.withDefaults().Poll)
		defer cancel()
		_, _ = c.transactionByHash(soon, &a.sent)
		c.nonces().record(a)
		return a, nil
	}
	err, unsent := sendFailure(o.err, a.sent)
	if unsent {
		return nil, err
	}
	a.refused = failure != nil && (failure.nonceRefused() || failure.alreadyKnown()) && (a.sent.Again || !c.WalletCounts)
	if a.sent.Hash != (Hash{}) && !a.refused {
		c.nonces().record(a)
	}
	return a, withTransaction(err, a.sent)
}

// sendFailure gives a code to what a Sender failed with, and says whether it is
// certain that nothing was sent.
//
// Source of the codes: EIP-1193 and EIP-1474, CAIP-25 as WalletConnect uses it; ethers 5 and 6, viem for the names.
func sendFailure(err error, sent Sent) (coded error, unsent bool) {
	var failure *SendError
	if !errors.As(err, &failure) {
		return literr.Errorf(literr.WalletFailed, "send the transaction: %w", err), false
	}
	has := func(codes ...string) bool {
		return slices.ContainsFunc(codes, func(code string) bool { return slices.Contains(failure.Codes, code) })
	}
	with := func(e *literr.Error) error {
		e.Cause = err
		return e
	}
	made := failure.Hash != (Hash{})
	switch {
	case slices.Index(failure.Codes, "BEFORE_SIGN") == 0: // of the glue: no signer has seen it
		return with(literr.Errorf(literr.UserRejected, "beforeSign refused the transaction").With("from", sent.From.String())), true
	case made:
	case has("4001", "5000", "ACTION_REJECTED", "UserRejectedRequestError"):
		return with(literr.Errorf(literr.UserRejected, "the user rejected the transaction in the wallet").
			With("from", sent.From.String())), true
	case has("4100"):
		return with(literr.Errorf(literr.NoWallet, "the wallet does not give the page the account %s", sent.From).
			WithHint("Connect the account in the wallet.").With("from", sent.From.String())), true
	case has("4901", "4902", "ChainMismatchError", "NETWORK_MISMATCH"):
		return with(literr.Errorf(literr.WrongChain, "the wallet is on another chain than %d", sent.ChainID).
			With("want", strconv.FormatUint(sent.ChainID, 10))), true
	case has("INSUFFICIENT_FUNDS", "InsufficientFundsError") || strings.Contains(failure.Message, "insufficient funds"):
		return with(literr.Errorf(literr.InsufficientFunds, "the account %s has too little for the transaction", sent.From).
			With("from", sent.From.String())), true
	case revertReason(failure.Data) != "":
		return with(reverted(revertReason(failure.Data))), true
	case has("UNPREDICTABLE_GAS_LIMIT", "INVALID_ARGUMENT", "UNSUPPORTED_OPERATION", "-32602", "-32601", "4200"):
		return with(literr.Errorf(literr.WalletFailed, "the wallet did not take the transaction: %s", failure.Error())), true
	}
	return with(literr.Errorf(literr.WalletFailed, "the wallet failed while it sent the transaction: %s", failure.Error()).
		WithHint("Call again: whether it was sent is looked up first.")), false
}

// fate is what became of an attempt.
type fate int

const (
	open     fate = iota // nobody knows yet; an error may say why
	over                 // nothing was sent, or it reverted: nothing will come of it
	underway             // it was sent, and has its hash
	unmined              // it is not mined, and never will be once another one is with its nonce
)

// resume looks what became of an attempt whose end is not known; while it is open,
// it has to look again. An attempt that is unmined has the nonce to send it with
// again, which makes sure that at most one of them is mined.
func (c *Client) resume(ctx context.Context, a *attempt) (fate, error) {
	if a.result != nil { // the wallet was left asking
		unheard := len(a.result) > 0
		maybe, err := c.await(ctx, a)
		unsent := maybe == nil
		if unsent && unheard { // it said no when nobody waited, which is no answer to this call
			err = nil
		}
		switch {
		case err == nil && !unsent:
			return underway, nil
		case a.result != nil: // it still asks
			return open, err
		case unsent && !a.sent.Again:
			return over, err
		case err != nil && unsent: // the attempt whose nonce it had may be on its way
			return open, err
		}
	}
	if a.refused && !a.sent.Again && c.nonces().another(a, a.sent.Hash) {
		return over, nil
	}
	if a.sent.Hash != (Hash{}) {
		if _, done, err := c.receiptOf(ctx, a.sent); errors.Is(err, literr.Reverted) {
			return over, nil
		} else if err != nil {
			return open, err
		} else if done {
			return underway, nil
		}
		if visible, err := c.transactionByHash(ctx, &a.sent); err != nil {
			return open, err
		} else if visible {
			return underway, nil
		}
	}
	if a.refused && !a.sent.Again {
		return c.refusedFate(ctx, a)
	}
	mined, err := c.transactionCount(ctx, a.sent.From, latest)
	if err != nil {
		return open, err
	}
	waiting, err := c.transactionCount(ctx, a.sent.From, pending)
	if err != nil || mined < waiting { // what waits to be mined may be ours
		return open, err
	}
	for ; a.sent.Nonce < waiting; a.sent.Nonce++ {
		hash, same, err := c.minedWith(ctx, a.sent, a.sent.Nonce)
		if err != nil || hash == (Hash{}) { // a node that lags behind will have it
			return open, err
		}
		if same && (a.sent.Again || !c.nonces().another(a, hash)) {
			a.sent.Hash = hash
			return underway, nil
		}
	}
	return unmined, nil
}

// minedWith finds the transaction that was mined with a nonce of sent's account since
// sent was made, and says whether it does the same. Counts only grow, so its block is
// found by halving; a node that has thrown the counts of old blocks away makes us look
// through the blocks. The zero hash says that the node does not have it, or not yet.
func (c *Client) minedWith(ctx context.Context, sent Sent, nonce uint64) (hash Hash, same bool, err error) {
	head, err := c.quantity(ctx, "eth_blockNumber")
	if err != nil {
		return Hash{}, false, err
	}
	low, high := sent.Block, head.Uint64() // the count is at most nonce at low, above it at high
	for high > low+1 {
		middle := low + (high-low)/2
		count, err := c.transactionCount(ctx, sent.From, quantityJSON(middle))
		var refused *RPCError
		if errors.As(err, &refused) {
			break
		}
		if err != nil {
			return Hash{}, false, err
		}
		if count > nonce {
			high = middle
		} else {
			low = middle
		}
	}
	for low < high && hash == (Hash{}) {
		low++
		block, err := c.request(ctx, "eth_getBlockByNumber", quantityJSON(low), []byte("true"))
		if err != nil {
			return Hash{}, false, err
		}
		transactions, _ := block.Get("transactions").Items()
		for _, item := range transactions {
			if mined, ok := parseTransaction(item); ok && mined.From == sent.From && mined.Nonce == nonce {
				hash, _ = parseHash(item.Get("hash"))
				same = mined.To == sent.To && bytes.Equal(mined.Data, sent.Data)
			}
		}
	}
	return hash, same, nil
}

// remember keeps an attempt for the next call with the same intent.
func (c *Client) remember(intent string, a *attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.attempts == nil {
		c.attempts = map[string][]*attempt{}
	}
	c.attempts[intent] = append(c.attempts[intent], a)
}

// recall takes the oldest attempt for an intent, the one with the hash if that is not
// zero; nil if there is none.
func (c *Client) recall(intent string, named Hash) *attempt {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.attempts[intent]
	for i, a := range list {
		if named == (Hash{}) || named == a.sent.Hash {
			c.attempts[intent] = append(list[:i:i], list[i+1:]...)
			return a
		}
	}
	return nil
}
