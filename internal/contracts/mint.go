package contracts

import (
	"bytes"
	"context"
	"errors"
	"math/big"
	"time"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// Write is a call of a contract's function by name, from an account that the Sender
// signs for.
type Write struct {
	From      eth.Address
	Contract  string
	Function  string
	Arguments jsjson.Value // a JSON list
	Options   Options
}

// target resolves the names of a write: where it goes, from whom, and the calldata.
func (c *Client) target(w Write) (t Transaction, err error) {
	s, err := findFunction(w.Contract, w.Function)
	if err != nil {
		return t, err
	}
	t.From, t.Contract, t.Function = w.From, w.Contract, w.Function
	if t.Data, err = s.calldata(w.Arguments); err == nil {
		t.To, err = c.address(w.Contract)
	}
	return t, err
}

// Send sends a write that may be repeated, such as a permission, and does not wait
// for it: [Client.Wait] does.
func (c *Client) Send(ctx context.Context, w Write) (Sent, error) {
	t, err := c.target(w)
	if err != nil {
		return Sent{}, err
	}
	a, err := c.sendSurely(ctx, t, w.Options, nil, func(ctx context.Context) (*big.Int, error) {
		if w.Options.Value != nil {
			return w.Options.Value, nil
		}
		if w.Options.Priced {
			return c.price(ctx, pkpNFT, "mintCost")
		}
		return new(big.Int), nil
	})
	if err != nil {
		return Sent{}, err
	}
	return a.sent, nil
}

// recentBlocks are looked through for what took the place of a transaction that the
// caller knows of: about as many as come in the minutes in which a page is loaded
// again.
const recentBlocks = 1000

// adopt takes a transaction that the caller knows of, and perhaps its nonce. One that
// does something else than t is [literr.InvalidParam]; credits may be those of another
// day. While the node does not know it and neither does the caller say the nonce, From
// stays zero, and nothing can be concluded of nonces.
func (c *Client) adopt(ctx context.Context, t Transaction, o Options) (Sent, error) {
	sent := Sent{Hash: o.TxHash}
	if o.Nonce != nil {
		t.Nonce = o.Nonce.Uint64()
		sent.Transaction, sent.NonceSure = t, true
	}
	block, err := c.quantity(ctx, "eth_blockNumber")
	if err != nil {
		return sent, withTransaction(c.nodeTrouble(err), sent)
	}
	sent.Block = block.Uint64() - min(block.Uint64(), recentBlocks)
	visible, err := c.transactionByHash(ctx, &sent)
	if err != nil {
		return sent, withTransaction(c.nodeTrouble(err), sent)
	}
	same := sent.From == t.From && sent.To == t.To && len(sent.Data) >= 4
	if same && t.To == c.Addresses.RateLimitNFT {
		same = bytes.Equal(sent.Data[:4], t.Data[:4])
	} else if same {
		same = bytes.Equal(sent.Data, t.Data)
	}
	if visible && !same {
		return Sent{}, literr.Invalid("txHash", "the txHash of an earlier attempt at the same call", "the transaction %s is not the one that this call makes", sent.Hash)
	}
	return sent, nil
}

// once does a write that must not happen twice, and waits for it. An attempt of the
// same intent that failed with its end unknown is looked up first: when it was sent,
// it is waited for; when not, it is sent with the nonce that it would have had. When it
// reverts, now or meanwhile, nothing came of it.
// value is called only when something is to be sent, and result with what came of it:
// what is no result yet is looked up again by the next call as well.
func (c *Client) once(ctx context.Context, w Write, value func(context.Context) (*big.Int, error), result func(context.Context, Sent, Receipt) error) error {
	t, err := c.target(w)
	if err != nil {
		return err
	}
	intent := w.Options.Intent
	if intent == "" {
		intent = w.Contract + "." + w.Function + string(w.Arguments.Raw())
	}
	intent += w.From.String()
	earlier := c.recall(intent, w.Options.TxHash)
	a, err := c.sendSurely(ctx, t, w.Options, earlier, value)
	if err == nil {
		var receipt Receipt
		receipt, err = c.Wait(ctx, a.sent, w.Options.Timeout, 1)
		if errors.Is(err, literr.Reverted) {
			if a == earlier && w.Options.TxHash == (Hash{}) { // it was not mined yet when it was looked up
				return c.once(ctx, w, value, result)
			}
			return err
		}
		if err == nil {
			mined := a.sent
			mined.Hash = receipt.Hash
			err = withTransaction(result(ctx, a.sent, receipt), mined)
		}
	}
	if err != nil && a != nil && a.sent.From == w.From {
		c.remember(intent, a)
	}
	return err
}

// sendOnce returns the attempt that does the write: the one that the caller names,
// an earlier one, or t, sent now. Next to an error it returns the one whose end is
// open, nil if nothing is on its way.
func (c *Client) sendOnce(ctx context.Context, t Transaction, o Options, earlier *attempt, value func(context.Context) (*big.Int, error)) (*attempt, error) {
	if o.TxHash != (Hash{}) {
		sent, err := c.adopt(ctx, t, o)
		if err != nil || earlier != nil { // an earlier one is the same, and more is known of it
			return earlier, err
		}
		return &attempt{sent: sent}, nil
	}
	if earlier != nil {
		became, err := c.settle(ctx, earlier, o.Timeout)
		switch {
		case became == over && err != nil:
			return nil, err
		case became == underway || err != nil:
			return earlier, err
		case became == unmined:
			t.Nonce, t.Again = earlier.sent.Nonce, true
		default:
			earlier = nil
		}
	}
	var err error
	if t.Value, err = value(ctx); err != nil {
		return earlier, err
	}
	a, err := c.send(ctx, t, o, earlier)
	if a == nil {
		return earlier, err
	}
	return a, err
}

// settle resumes an attempt until its end is known, for as long as a receipt is
// waited for.
func (c *Client) settle(ctx context.Context, a *attempt, timeout time.Duration) (became fate, err error) {
	err = c.poll(ctx, timeout, "an earlier attempt was not settled", func(ctx context.Context) (bool, error) {
		var err error
		became, err = c.resume(ctx, a)
		return became != open, err
	})
	return became, withTransaction(err, a.sent)
}

// Minted is a PKP that was minted. PublicKey belongs to TokenID.
type Minted struct {
	TokenID   [32]byte
	PublicKey eth.PublicKey
	Sent      Sent
	Receipt   Receipt
}

// Mint mints a PKP: w is mintNext of PKPNFT, or a function of PKPHelper. It pays
// what the contract asks, unless options say a value.
//
// A failure after which the PKP may exist all the same has detail txHash, or nonce
// when not even the hash is known. The same call again continues with that
// transaction and mints no second PKP; so does one with [Options].TxHash, also from
// another Client.
func (c *Client) Mint(ctx context.Context, w Write) (minted Minted, err error) {
	err = c.once(ctx, w, func(ctx context.Context) (*big.Int, error) {
		if w.Options.Value != nil {
			return w.Options.Value, nil
		}
		wei, err := c.price(ctx, pkpNFT, "mintCost")
		var e *literr.Error
		if errors.As(err, &e) {
			e.With("step", "mintCost") // for which the official SDK has an error of its own
		}
		return wei, err
	}, func(ctx context.Context, sent Sent, receipt Receipt) error {
		id, key, err := c.mintedKey(ctx, receipt, w.Options.Timeout)
		minted = Minted{TokenID: id, PublicKey: key, Sent: sent, Receipt: receipt}
		return err
	})
	return minted, err
}

// price asks a contract for a number of wei, within Limits.
func (c *Client) price(ctx context.Context, contract, function string, arguments ...[]byte) (*big.Int, error) {
	answer, err := c.readOne(ctx, contract, function, arguments...)
	if err != nil {
		return nil, c.nodeTrouble(err)
	}
	word, ok := parseUint(answer)
	if !ok {
		return nil, literr.Errorf(literr.Internal, "internal error: %s gives no number", function)
	}
	wei := new(big.Int).SetBytes(word[:])
	return wei, c.Limits.value().check(wei)
}

// mintedKey finds the PKP in a receipt: in the router's event with its key, else the
// id in a Transfer from nobody and the key by asking for it until it is there.
func (c *Client) mintedKey(ctx context.Context, receipt Receipt, timeout time.Duration) (id [32]byte, key eth.PublicKey, err error) {
	routed := keyRouted.parse().topic()
	for _, l := range receipt.logs {
		if len(l.topics) != 2 || l.address != c.Addresses.PubkeyRouter || l.topics[0] != routed {
			continue
		}
		r := &wordReader{rest: l.data}
		var content []byte
		r.sequence([]uint64{0, wordSize, wordSize, wordSize}, func(i int, from *wordReader) {
			if i == 0 {
				content = from.bytes()
			} else {
				from.take(wordSize)
			}
		})
		key, err := eth.NewPublicKey(content)
		if r.end() != nil || err != nil || key.TokenID() != l.topics[1] {
			return id, key, c.malformed(l.address, keyRouted.name, errOtherKey)
		}
		return l.topics[1], key, nil
	}
	if id, err = receipt.token(c.Addresses.PKPNFT); err != nil {
		return id, key, err
	}
	key, err = c.awaitKey(ctx, id, timeout)
	return id, key, err
}

// token finds the id of a token that a contract made: in a Transfer from nobody, the
// last one if there are several. A receipt without one is [literr.InvalidParam]: to
// call again is no help.
func (r Receipt) token(contract eth.Address) (id [32]byte, err error) {
	err = literr.Invalid("customContext", "addresses of the network's contracts", "No events found in receipt").
		WithHint("The contracts are not those of a Lit network.").
		With("step", "receipt") // for which the official SDK has an error of its own
	topic := transferred.parse().topic()
	for _, l := range r.logs {
		if len(l.topics) == 4 && l.address == contract && l.topics[0] == topic && l.topics[1] == [32]byte{} {
			id, err = l.topics[3], nil
		}
	}
	return id, err
}

var errOtherKey = errors.New("the answer is not the public key that the token is named after")

func (c *Client) awaitKey(ctx context.Context, id [32]byte, timeout time.Duration) (key eth.PublicKey, err error) {
	err = c.poll(ctx, timeout, "the PKP "+eth.Hex(id[:])+" had no public key", func(ctx context.Context) (bool, error) {
		answer, err := c.readOne(ctx, pkpNFT, "getPubkey", quoteHex(id[:]))
		text, _ := answer.Text()
		if err != nil || text == "0x" {
			return false, err
		}
		if key, err = eth.ParsePublicKey(text); err != nil || key.TokenID() != id {
			return false, literr.Errorf(literr.ChainUnreachable, "getPubkey: %w", errOtherKey)
		}
		return true, nil
	})
	return key, err
}

// Credits is a capacity credit that was minted.
type Credits struct {
	TokenID [32]byte
	Sent    Sent
	Receipt Receipt
}

// MintCredits buys a capacity credit for so many requests per kilosecond until
// expiresAt, Unix time in seconds of a midnight. What holds for [Client.Mint] after
// failures holds here.
func (c *Client) MintCredits(ctx context.Context, from eth.Address, perKilosecond, expiresAt uint64, o Options) (credits Credits, err error) {
	until := quantityJSON(expiresAt)
	arguments, err := jsjson.Parse(jsjson.Array([][]byte{until}))
	if err != nil {
		return Credits{}, err
	}
	w := Write{From: from, Contract: rateLimitNFT, Function: "mint", Arguments: arguments, Options: o}
	err = c.once(ctx, w, func(ctx context.Context) (*big.Int, error) {
		return c.price(ctx, rateLimitNFT, "calculateCost", quantityJSON(perKilosecond), until)
	}, func(_ context.Context, sent Sent, receipt Receipt) error {
		id, err := receipt.token(c.Addresses.RateLimitNFT)
		credits = Credits{TokenID: id, Sent: sent, Receipt: receipt}
		return err
	})
	return credits, err
}

// DecodeWrite reads {from, contract, function, args, options}; see [DecodeOptions].
// Arguments are checked when the write is made.
func DecodeWrite(text []byte) (Write, error) {
	v, err := jsjson.Parse(text)
	if err != nil {
		return Write{}, err
	}
	var w Write
	w.Contract, _ = v.Get("contract").Text()
	w.Function, _ = v.Get("function").Text()
	w.Arguments = v.Get("args")
	if w.From, err = contextAddress("from", v.Get("from")); err != nil {
		return Write{}, invalidOption("from", "the signer's address: 0x and 40 hex digits")
	}
	w.Options, err = DecodeOptions(v.Get("options"))
	return w, err
}
