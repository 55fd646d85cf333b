package contracts

import (
	"context"
	"errors"
	"math/big"
	"strconv"
	"strings"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// Hash names a transaction. The zero value names none.
type Hash [32]byte

// String returns 0x and 64 hex digits.
func (h Hash) String() string { return eth.Hex(h[:]) }

func parseHash(v jsjson.Value) (h Hash, ok bool) {
	text, _ := v.Text()
	bytes, err := eth.ParseHex(text)
	if err != nil || len(bytes) != len(h) {
		return h, false
	}
	return Hash(bytes), true
}

// Transaction is a call of a contract as a [Sender] is asked to send it.
type Transaction struct {
	Contract, Function string // the names of what is called; empty if it was only looked up

	ChainID uint64
	From    eth.Address
	To      eth.Address
	Data    []byte
	Value   *big.Int // wei
	Gas     uint64   // limit
	Nonce   uint64   // the next of the account, as the node knows it
	// Again says that a transaction like this may be on its way already: Nonce must
	// be used then, because no two with one nonce are mined. Else a wallet that
	// counts for itself may choose another.
	Again bool
	// MaxFee and Tip are wei per gas, of EIP-1559; on a chain without it Tip is nil
	// and MaxFee is the gas price.
	MaxFee, Tip *big.Int
}

// JSON is the transaction as eth_sendTransaction takes it, with contract, function and
// again. One that was only looked up, see [Sent], lacks all of these, gas and fees.
func (t Transaction) JSON() []byte {
	o := t.call()
	if t.MaxFee == nil {
		return o.String("nonce", quantity(new(big.Int).SetUint64(t.Nonce))).Bytes()
	}
	o.String("chainId", quantity(new(big.Int).SetUint64(t.ChainID)))
	o.String("gas", quantity(new(big.Int).SetUint64(t.Gas)))
	o.String("nonce", quantity(new(big.Int).SetUint64(t.Nonce)))
	if t.Tip != nil {
		o.String("maxFeePerGas", quantity(t.MaxFee)).String("maxPriorityFeePerGas", quantity(t.Tip))
	} else {
		o.String("gasPrice", quantity(t.MaxFee))
	}
	o.String("contract", t.Contract).String("function", t.Function)
	return o.Bool("again", t.Again).Bytes()
}

// call is the part that says what happens, for eth_call and eth_estimateGas.
func (t Transaction) call() *jsjson.Object {
	return new(jsjson.Object).String("from", eth.Hex(t.From[:])).String("to", eth.Hex(t.To[:])).
		String("data", eth.Hex(t.Data)).String("value", quantity(t.Value))
}

// quantity writes a number as JSON-RPC does: 0x and hex without leading zeros.
func quantity(n *big.Int) string {
	if n == nil {
		return "0x0"
	}
	return "0x" + n.Text(16)
}

func quantityJSON(n uint64) []byte {
	return jsjson.AppendString(nil, "0x"+strconv.FormatUint(n, 16))
}

// parseQuantity reads 0x and hex digits; nil is anything else, or more than 256 bits.
func parseQuantity(v jsjson.Value) *big.Int {
	text, _ := v.Text()
	if !strings.HasPrefix(text, "0x") {
		return nil
	}
	word, ok := parseUint(v)
	if !ok {
		return nil
	}
	return new(big.Int).SetBytes(word[:])
}

// gasMargin is what an estimate is multiplied by, in percent. Value: official SDK
// 7.4.0, GAS_LIMIT_INCREASE_PERCENTAGE.
const gasMargin = 110

// maxGasBits is the size of an estimate that can still be true, and multiplied.
const maxGasBits = 40

// prepare makes a transaction of a call: it asks the node for gas, fees, nonce and
// balance, unless options say them. A call that would revert, that the account cannot
// pay, or that costs more than Limits allow, fails here, before anybody is asked to
// sign it.
func (c *Client) prepare(ctx context.Context, t Transaction, o Options) (Transaction, error) {
	if err := c.fees(ctx, &t, o); err != nil {
		return t, err
	}
	byCaller := t.MaxFee == o.GasPrice || t.MaxFee == o.MaxFee
	if !byCaller {
		if err := c.Limits.feePerGas().check(t.MaxFee); err != nil {
			return t, err
		}
	}
	from := jsjson.AppendString(nil, eth.Hex(t.From[:]))
	balance, err := c.quantity(ctx, "eth_getBalance", from, latest)
	if err != nil {
		return t, err
	}
	if t.Gas, err = c.gas(ctx, t, o, balance); err != nil {
		return t, err
	}
	cost := new(big.Int).Mul(t.MaxFee, new(big.Int).SetUint64(t.Gas))
	if o.GasLimit == nil || !byCaller {
		if err := c.Limits.fee().check(cost); err != nil {
			return t, err
		}
	}
	if cost.Add(cost, t.Value); balance.Cmp(cost) < 0 {
		return t, insufficientFunds(t.From, balance, cost)
	}
	return t, nil
}

func insufficientFunds(from eth.Address, balance, cost *big.Int) *literr.Error {
	return literr.Errorf(literr.InsufficientFunds, "the account %s has %s wei, and the transaction may cost %s", from, balance, cost).
		With("from", from.String()).With("balance", balance.String()).With("cost", cost.String())
}

// nonce sets the nonce: the caller's, or that of an earlier attempt, else the next.
func (c *Client) nonce(ctx context.Context, t *Transaction, o Options) (err error) {
	if o.Nonce == nil && !t.Again {
		t.Nonce, err = c.nextNonce(ctx, *t)
		return err
	}
	if o.Nonce == nil {
		return nil
	}
	t.Nonce, t.Again = o.Nonce.Uint64(), true
	mined, err := c.transactionCount(ctx, t.From, latest)
	if err == nil && mined > t.Nonce {
		err = invalidOption("nonce", "one that no transaction of the account was mined with, from "+strconv.FormatUint(mined, 10)+" on")
	}
	return err
}

// fees sets nonce and fees: of EIP-1559 where blocks have a base fee, else a gas
// price. The cap leaves room for a doubled base fee, as wallets do.
func (c *Client) fees(ctx context.Context, t *Transaction, o Options) error {
	if err := c.nonce(ctx, t, o); err != nil {
		return err
	}
	block, err := c.request(ctx, "eth_getBlockByNumber", latest, []byte("false"))
	if err != nil {
		return err
	}
	baseFee := parseQuantity(block.Get("baseFeePerGas"))
	if o.GasPrice != nil || baseFee == nil {
		t.MaxFee, t.Tip = o.GasPrice, nil
		if t.MaxFee == nil {
			t.MaxFee, err = c.quantity(ctx, "eth_gasPrice")
		}
		return err
	}
	if t.Tip = o.MaxPriorityFee; t.Tip == nil {
		if t.Tip, err = c.quantity(ctx, "eth_maxPriorityFeePerGas"); err != nil {
			var refused *RPCError
			if !errors.As(err, &refused) {
				return err
			}
			t.Tip = big.NewInt(1e9) // a node without the method
		}
	}
	if t.MaxFee = o.MaxFee; t.MaxFee == nil {
		t.MaxFee = new(big.Int).Lsh(baseFee, 1)
		t.MaxFee.Add(t.MaxFee, t.Tip)
	}
	return nil
}

// gas is the limit: the caller's, else the estimate with a margin.
func (c *Client) gas(ctx context.Context, t Transaction, o Options, balance *big.Int) (uint64, error) {
	if o.GasLimit != nil {
		return o.GasLimit.Uint64(), nil
	}
	estimate, err := c.quantity(ctx, "eth_estimateGas", t.call().Bytes())
	var refused *RPCError
	if errors.As(err, &refused) {
		// A node's "insufficient funds" may also come of a contract that calls another.
		poor := balance.Cmp(t.Value) < 0 || refused.Data == nil && strings.Contains(refused.Message, "gas required exceeds allowance")
		if poor || refused.Data == nil && strings.Contains(refused.Message, "insufficient funds") {
			return 0, insufficientFunds(t.From, balance, t.Value)
		}
		return 0, c.refusedCall(refused)
	}
	if err != nil {
		return 0, err
	}
	if estimate.BitLen() > maxGasBits {
		return 0, c.unusable("estimates more gas than any block has")
	}
	return estimate.Uint64() * gasMargin / 100, nil
}

// refusedCall is the error of a call that the node answered with an error: a revert,
// unless it is the node's own trouble.
func (c *Client) refusedCall(refused *RPCError) error {
	const prefix = "execution reverted"
	reason := revertReason(refused.Data)
	if _, text, found := strings.Cut(refused.Message, prefix); found && reason == "" {
		reason = strings.TrimPrefix(text, ": ")
	}
	if reason != "" || strings.Contains(refused.Message, "revert") {
		return reverted(reason)
	}
	return c.unusable("refused the call: " + refused.Message)
}

func reverted(reason string) *literr.Error {
	if reason == "" {
		reason = "no reason given"
	}
	return literr.Errorf(literr.Reverted, "the contract refused: %s", reason).With("revert", reason)
}
