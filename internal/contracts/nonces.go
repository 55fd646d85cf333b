package contracts

import (
	"context"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Nonces gives out the nonces of accounts one after the other, to all Clients that
// share it: it lets one transaction of an account be made and sent at a time, and
// remembers those that a node may not have counted yet. The zero value is ready. Safe
// for concurrent use.
type Nonces struct {
	mu       sync.Mutex
	accounts map[string]*account // by chain and address
}

// account is what is known of one account on one chain.
type account struct {
	turn chan struct{} // full while one of its transactions is made and sent
	sent []numbered    // the newest last, at most maxNumbered; guarded by Nonces.mu
}

// numbered is a transaction with the time at which it was sent.
type numbered struct {
	attempt *attempt // the first of its write
	hash    Hash
	nonce   uint64
	at      time.Time
}

// maxNumbered bounds what is remembered of an account: far more than nodes leave
// uncounted at a time.
const maxNumbered = 64

func (n *Nonces) of(t Transaction) *account {
	key := strconv.FormatUint(t.ChainID, 10) + t.From.String()
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.accounts[key]
	if a == nil {
		a = &account{turn: make(chan struct{}, 1)}
		if n.accounts == nil {
			n.accounts = map[string]*account{}
		}
		n.accounts[key] = a
	}
	return a
}

// record remembers a transaction that was sent, or may have been.
func (n *Nonces) record(a *attempt) {
	to := n.of(a.sent.Transaction)
	n.mu.Lock()
	defer n.mu.Unlock()
	to.sent = append(to.sent, numbered{a.root(), a.sent.Hash, a.sent.Nonce, time.Now()})
	to.sent = to.sent[max(0, len(to.sent)-maxNumbered):]
}

// with returns the newest transaction that was sent with a nonce.
func (n *Nonces) with(t Transaction, nonce uint64) (found numbered, ok bool) {
	of := n.of(t)
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, sent := range of.sent {
		if sent.nonce == nonce {
			found, ok = sent, true
		}
	}
	return found, ok
}

// renumber corrects the nonce of a transaction, for a wallet that chose another.
func (n *Nonces) renumber(t Transaction, hash Hash, nonce uint64) {
	of := n.of(t)
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range of.sent {
		if of.sent[i].hash == hash {
			of.sent[i].nonce = nonce
		}
	}
}

// forget drops a transaction.
func (n *Nonces) forget(t Transaction, hash Hash) {
	of := n.of(t)
	n.mu.Lock()
	defer n.mu.Unlock()
	of.sent = slices.DeleteFunc(of.sent, func(sent numbered) bool { return sent.hash == hash })
}

// another says whether a transaction is known to be that of another write than a.
func (n *Nonces) another(a *attempt, hash Hash) bool {
	of := n.of(a.sent.Transaction)
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.ContainsFunc(of.sent, func(sent numbered) bool { return sent.hash == hash && sent.attempt != a.root() })
}

// nonces are those that are shared, else the Client's own.
func (c *Client) nonces() *Nonces {
	if c.Nonces != nil {
		return c.Nonces
	}
	return &c.ownNonces
}

// takeTurn waits until no other transaction of the account is being made and sent:
// two at once would be given the same nonce.
func (c *Client) takeTurn(ctx context.Context, t Transaction) (done func(), err error) {
	turn := c.nonces().of(t).turn
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// lockPages keeps other pages from the account's nonces until release, which waits a
// moment for the node to count the transaction: they do not know of it.
func (c *Client) lockPages(ctx context.Context, t Transaction) (release func(*attempt)) {
	if c.Lock == nil || c.WalletCounts {
		return func(*attempt) {}
	}
	unlock, err := c.Lock(ctx, "nonce "+strconv.FormatUint(t.ChainID, 10)+" "+t.From.String())
	if err != nil { // a nonce that was taken twice shows when it is refused
		return func(*attempt) {}
	}
	return func(a *attempt) {
		defer unlock()
		if a == nil || a.sent.Hash == (Hash{}) || a.refused {
			return
		}
		poll := c.Timing.withDefaults().Poll
		soon, cancel := context.WithTimeout(ctx, 10*poll)
		defer cancel()
		for {
			count, err := c.transactionCount(soon, a.sent.From, pending)
			if err != nil || count > a.sent.Nonce || sleep(soon, poll) != nil {
				return
			}
		}
	}
}

// nextNonce is the account's next as the node counts, past our own transactions that
// it knows and has not counted yet: what arrives while it takes in a block waits in its
// queue. One that it does not know is waited for as long as one may be unknown.
func (c *Client) nextNonce(ctx context.Context, t Transaction) (uint64, error) {
	count, err := c.transactionCount(ctx, t.From, pending)
	if err != nil || c.WalletCounts {
		return count, err
	}
	timing := c.Timing.withDefaults()
	for {
		own, ok := c.nonces().with(t, count)
		if !ok {
			return count, nil
		}
		sent := Sent{Hash: own.hash}
		visible, err := c.transactionByHash(ctx, &sent)
		switch {
		case err != nil:
			return 0, err
		case visible && sent.Nonce == count:
			count++
			continue
		case visible:
			c.nonces().renumber(t, own.hash, sent.Nonce)
			continue
		case time.Since(own.at) >= timing.DropAfter:
			c.nonces().forget(t, own.hash)
			continue
		}
		if err := sleep(ctx, timing.Poll); err != nil {
			return 0, err
		}
		counted, err := c.transactionCount(ctx, t.From, pending)
		if err != nil {
			return 0, err
		}
		count = max(count, counted)
	}
}

// nonceRefused says whether another transaction has the nonce, mined or waiting.
//
// Source of the words: go-ethereum, ethers 5 and 6, viem, Nethermind.
func (e *SendError) nonceRefused() bool {
	for _, code := range e.Codes {
		switch code {
		case "NONCE_EXPIRED", "REPLACEMENT_UNDERPRICED", "NonceTooLowError":
			return true
		}
	}
	return e.says("nonce too low", "oldnonce", "nonce has already been used", "replacement transaction underpriced")
}

// alreadyKnown says whether a node has the very transaction. Source as for
// nonceRefused.
func (e *SendError) alreadyKnown() bool {
	return e.says("already known", "alreadyknown", "known transaction")
}

func (e *SendError) says(words ...string) bool {
	message := strings.ToLower(e.Message)
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(message, word) })
}

// refusedFate says what became of an attempt that a node refused for its nonce, sent
// with one that was free when it was given out. Once another transaction is mined with
// the nonce, this one never is. The one that is mined is this one when it has its
// hash; where the hash is not known, when it does the same and is not another write's.
func (c *Client) refusedFate(ctx context.Context, a *attempt) (fate, error) {
	since := a.sent
	since.Block -= min(since.Block, refusedBlocks)
	hash, same, err := c.minedWith(ctx, since, a.sent.Nonce)
	if err != nil || hash == (Hash{}) { // a node that lags behind will have it
		return open, err
	}
	if hash == a.sent.Hash || a.sent.Hash == (Hash{}) && same && !c.nonces().another(a, hash) {
		a.sent.Hash = hash
		return underway, nil
	}
	return over, nil
}

// refusedBlocks are looked through before the one that was the newest when the nonce
// was given out: a node whose count lags behind gives out one that was mined already.
const refusedBlocks = 8

// maxRefusals is how often a write is prepared anew because its nonce was refused.
const maxRefusals = 8

// sendSurely is sendOnce, done again when a node refused the transaction for its nonce
// and it is certain that it was not taken. An attempt where it is not is settled as one
// whose end is unknown, which never sends a second time what may be on its way.
func (c *Client) sendSurely(ctx context.Context, t Transaction, o Options, earlier *attempt, value func(context.Context) (*big.Int, error)) (*attempt, error) {
	for refusals := 0; ; refusals++ {
		a, err := c.sendOnce(ctx, t, o, earlier, value)
		if err == nil || a == nil || a == earlier || !a.refused || refusals == maxRefusals {
			return a, err
		}
		earlier = a
	}
}
