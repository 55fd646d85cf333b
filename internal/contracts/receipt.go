package contracts

import (
	"context"
	"errors"
	"math/big"
	"strconv"
	"time"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// Sent is a transaction on its way.
type Sent struct {
	Hash Hash
	Transaction
	Block uint64 // newest one before it was sent; it is in none before
	// NonceSure says that the transaction has the nonce: it was asked for, or the chain
	// says so. A wallet that counts for itself may have chosen another one.
	NonceSure bool
}

// JSON is {hash, block, nonceSure, transaction}.
func (s Sent) JSON() []byte {
	var o jsjson.Object
	o.String("hash", s.Hash.String()).Int("block", int64(s.Block)).Bool("nonceSure", s.NonceSure)
	return o.Raw("transaction", s.Transaction.JSON()).Bytes()
}

// DecodeSent reads what [Sent.JSON] wrote, as far as waiting needs it.
func DecodeSent(v jsjson.Value) (Sent, error) {
	hash, ok := parseHash(v.Get("hash"))
	block, isInt := v.Get("block").Int()
	t := v.Get("transaction")
	from, _ := t.Get("from").Text()
	to, _ := t.Get("to").Text()
	data, _ := t.Get("data").Text()
	nonce := parseQuantity(t.Get("nonce"))
	sent := Sent{Hash: hash, Block: uint64(block)}
	var err error
	if sent.From, err = eth.ParseAddress(from); err == nil {
		sent.To, err = eth.ParseAddress(to)
	}
	if err == nil {
		sent.Data, err = eth.ParseHex(data)
	}
	if err != nil || !ok || !isInt || nonce == nil {
		return Sent{}, invalidOption("sent", "what sending answered with")
	}
	sent.Nonce, sent.Value = nonce.Uint64(), parseQuantity(t.Get("value"))
	sent.NonceSure, _ = v.Get("nonceSure").Bool()
	return sent, nil
}

// Receipt is what became of a transaction that was mined and did not revert.
type Receipt struct {
	Hash  Hash
	raw   []byte // as the node wrote it
	block uint64
	logs  []log
}

type log struct {
	address eth.Address
	topics  [][32]byte
	data    []byte
}

// JSON is {receipt, events}: the node's receipt, and for each of its logs the event
// that it stands for, or null.
func (r Receipt) JSON() []byte {
	list := make([][]byte, len(r.logs))
	for i, l := range r.logs {
		event, known := eventOf(l.topics, l.data)
		if !known {
			event = []byte("null")
		}
		list[i] = event
	}
	return new(jsjson.Object).Raw("receipt", r.raw).Raw("events", jsjson.Array(list)).Bytes()
}

// parseReceipt checks what is used of a receipt.
func parseReceipt(v jsjson.Value) (r Receipt, succeeded bool, err error) {
	malformed := literr.Errorf(literr.ChainUnreachable, "the chain's receipt is malformed")
	hash, ok := parseHash(v.Get("transactionHash"))
	logs, isList := v.Get("logs").Items()
	status, block := parseQuantity(v.Get("status")), parseQuantity(v.Get("blockNumber"))
	if !ok || !isList || status == nil || block == nil {
		return r, false, malformed
	}
	r = Receipt{Hash: hash, raw: v.Raw(), block: block.Uint64()}
	for _, item := range logs {
		text, _ := item.Get("address").Text()
		address, err := eth.ParseAddress(text)
		topics, isList := item.Get("topics").Items()
		text, _ = item.Get("data").Text()
		data, dataErr := eth.ParseHex(text)
		if err != nil || dataErr != nil || !isList {
			return r, false, malformed
		}
		l := log{address: address, data: data}
		for _, topic := range topics {
			hash, ok := parseHash(topic)
			if !ok {
				return r, false, malformed
			}
			l.topics = append(l.topics, hash)
		}
		r.logs = append(r.logs, l)
	}
	return r, status.Sign() != 0, nil
}

// Wait waits until the transaction is mined and so many blocks confirm it, its own
// among them, which reads see then; timeout 0 is that of Timing. A node that is away
// for a moment is waited for. Errors have details txHash, from and nonce:
//
//   - [literr.Reverted]: it was mined and did nothing; detail revert
//   - [literr.TransactionDropped]: the node does not know it any more, or another
//     transaction took its nonce (detail replacedBy). One that does the same, with
//     another fee, is followed instead.
//   - [literr.Timeout], [literr.ChainUnreachable]: nobody knows yet
func (c *Client) Wait(ctx context.Context, sent Sent, timeout time.Duration, confirmations uint64) (receipt Receipt, err error) {
	w := watch{client: c, sent: sent, seen: time.Now()}
	err = c.poll(ctx, timeout, "the transaction was not mined", func(ctx context.Context) (done bool, err error) {
		if receipt, done, err = w.look(ctx); err != nil || !done {
			return false, err
		}
		// A node may have a receipt before its block is the newest: reads would not see it.
		head, err := c.quantity(ctx, "eth_blockNumber")
		return err == nil && head.Uint64()+1 >= receipt.block+max(confirmations, 1), err
	})
	return receipt, withTransaction(err, w.sent)
}

// withTransaction adds to an error what is known of the transaction it is about.
func withTransaction(err error, sent Sent) error {
	var e *literr.Error
	if !errors.As(err, &e) {
		return err
	}
	if sent.Hash != (Hash{}) && e.Detail("txHash") == nil {
		e.With("txHash", sent.Hash.String())
	}
	if sent.From != (eth.Address{}) && e.Detail("from") == nil {
		e.With("from", sent.From.String()).With("nonce", strconv.FormatUint(sent.Nonce, 10))
	}
	return err
}

// watch is one wait for a receipt.
type watch struct {
	client *Client
	sent   Sent
	seen   time.Time // when the node last knew the transaction
}

// look asks once.
func (w *watch) look(ctx context.Context) (Receipt, bool, error) {
	if receipt, done, err := w.client.receiptOf(ctx, w.sent); done || err != nil {
		return receipt, done, err
	}
	visible, err := w.client.transactionByHash(ctx, &w.sent)
	if err != nil {
		return Receipt{}, false, err
	}
	if visible {
		w.seen = time.Now()
		return Receipt{}, false, nil
	}
	if w.sent.NonceSure {
		count, err := w.client.transactionCount(ctx, w.sent.From, latest)
		if err != nil {
			return Receipt{}, false, err
		}
		if count > w.sent.Nonce {
			if receipt, done, err := w.replaced(ctx); done || err != nil {
				return receipt, done, err
			}
		}
	}
	if time.Since(w.seen) < w.client.Timing.withDefaults().DropAfter {
		return Receipt{}, false, nil
	}
	return Receipt{}, false, literr.Errorf(literr.TransactionDropped,
		"the transaction %s is not known to the chain any more", w.sent.Hash)
}

// replaced looks for the transaction that was mined with our nonce.
func (w *watch) replaced(ctx context.Context) (Receipt, bool, error) {
	if receipt, done, err := w.client.receiptOf(ctx, w.sent); done || err != nil {
		return receipt, done, err // it was mined between the questions
	}
	hash, same, err := w.client.minedWith(ctx, w.sent, w.sent.Nonce)
	if err != nil {
		return Receipt{}, false, err
	}
	if same && hash != w.sent.Hash {
		w.sent.Hash = hash
		return w.client.receiptOf(ctx, w.sent)
	}
	if same { // ours: the receipt comes a moment later
		w.seen = time.Now()
	}
	if same || hash == (Hash{}) { // not to find it says nothing
		return Receipt{}, false, nil
	}
	return Receipt{}, false, literr.Errorf(literr.TransactionDropped,
		"the transaction %s was replaced by another of its account", w.sent.Hash).With("replacedBy", hash.String())
}

// receiptOf returns the receipt of a mined transaction; done is false while there
// is none. A transaction that reverted is the error.
func (c *Client) receiptOf(ctx context.Context, sent Sent) (receipt Receipt, done bool, err error) {
	answer, err := c.request(ctx, "eth_getTransactionReceipt", jsjson.AppendString(nil, sent.Hash.String()))
	if err != nil || answer.IsNull() {
		return Receipt{}, false, err
	}
	receipt, succeeded, err := parseReceipt(answer)
	if err != nil {
		return Receipt{}, false, err
	}
	if !succeeded {
		return Receipt{}, false, c.whyReverted(ctx, sent, answer.Get("blockNumber"))
	}
	return receipt, true, nil
}

// whyReverted runs the transaction once more on the block before its own, for the
// reason, which no receipt holds. Another outcome there is no reason.
func (c *Client) whyReverted(ctx context.Context, sent Sent, block jsjson.Value) error {
	number := parseQuantity(block)
	if _, err := c.transactionByHash(ctx, &sent); err != nil || number == nil || number.Sign() == 0 {
		return reverted("")
	}
	before := jsjson.AppendString(nil, quantity(number.Sub(number, big.NewInt(1))))
	_, err := c.request(ctx, "eth_call", sent.call().Bytes(), before)
	var refused *RPCError
	if errors.As(err, &refused) {
		if err := c.refusedCall(refused); errors.Is(err, literr.Reverted) {
			return err
		}
	}
	return reverted("")
}

// transactionByHash fills in what the node knows of the transaction, and says
// whether it knows it.
func (c *Client) transactionByHash(ctx context.Context, sent *Sent) (visible bool, err error) {
	answer, err := c.request(ctx, "eth_getTransactionByHash", jsjson.AppendString(nil, sent.Hash.String()))
	if err != nil || !answer.Get("hash").Exists() {
		return false, err
	}
	t, ok := parseTransaction(answer)
	if !ok {
		return false, literr.Errorf(literr.ChainUnreachable, "the chain's transaction is malformed")
	}
	sent.From, sent.To, sent.Data, sent.Value, sent.Nonce = t.From, t.To, t.Data, t.Value, t.Nonce
	sent.NonceSure = true
	return true, nil
}

// parseTransaction reads what identifies a transaction; gas and fees are left out.
func parseTransaction(v jsjson.Value) (t Transaction, ok bool) {
	from, _ := v.Get("from").Text()
	to, _ := v.Get("to").Text() // null when a contract is made
	input, _ := v.Get("input").Text()
	nonce := parseQuantity(v.Get("nonce"))
	t.Value = parseQuantity(v.Get("value"))
	var err error
	if t.From, err = eth.ParseAddress(from); err != nil || nonce == nil || t.Value == nil {
		return t, false
	}
	t.Nonce = nonce.Uint64()
	t.To, _ = eth.ParseAddress(to)
	t.Data, err = eth.ParseHex(input)
	return t, err == nil
}
