package contracts

import (
	"math/big"
	"time"

	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// Options of a write. Nil and zero mean: as the node says.
type Options struct {
	GasLimit, GasPrice, MaxFee, MaxPriorityFee, Nonce, Value *big.Int
	Timeout                                                  time.Duration // for the receipt
	// TxHash is a transaction that did this write already, from the error of an
	// earlier attempt: it is waited for, and nothing is sent.
	TxHash Hash
	// Priced has [Client.Send] pay what a mint costs unless Value says it.
	Priced bool
	// Intent tells writes apart that are the same call: attempts that failed are
	// continued only by a call with the same one. Default: contract, function and
	// arguments.
	Intent string
}

// DecodeOptions reads {gasLimit, gasPrice, maxFeePerGas, maxPriorityFeePerGas, nonce,
// value, timeout, txHash, intent, priced}; all may be absent. Numbers are as for arguments of
// functions, timeout is in milliseconds.
func DecodeOptions(v jsjson.Value) (o Options, err error) {
	for _, field := range []struct {
		name string
		to   **big.Int
	}{
		{"gasLimit", &o.GasLimit}, {"gasPrice", &o.GasPrice}, {"maxFeePerGas", &o.MaxFee},
		{"maxPriorityFeePerGas", &o.MaxPriorityFee}, {"nonce", &o.Nonce}, {"value", &o.Value},
	} {
		given := v.Get(field.name)
		if !given.Exists() || given.IsNull() {
			continue
		}
		word, ok := parseUint(given)
		if !ok {
			return o, invalidOption(field.name, "a whole number: decimal or 0x and hex")
		}
		*field.to = new(big.Int).SetBytes(word[:])
	}
	for _, n := range []*big.Int{o.GasLimit, o.Nonce} {
		if n != nil && !n.IsUint64() {
			return o, invalidOption("gasLimit and nonce", "numbers of at most 64 bits")
		}
	}
	if given := v.Get("txHash"); given.Exists() {
		var ok bool
		if o.TxHash, ok = parseHash(given); !ok {
			return o, invalidOption("txHash", "0x and 64 hex digits")
		}
	}
	if given := v.Get("timeout"); given.Exists() {
		ms, ok := given.Int()
		if !ok || ms <= 0 || ms > maxTimeout.Milliseconds() {
			return o, invalidOption("timeout", "milliseconds, more than 0 and at most a day")
		}
		o.Timeout = time.Duration(ms) * time.Millisecond
	}
	o.Intent, _ = v.Get("intent").Text()
	o.Priced, _ = v.Get("priced").Bool()
	return o, nil
}

const maxTimeout = 24 * time.Hour

func invalidOption(param, want string) error {
	return literr.Invalid(param, want, "%s must be %s", param, want)
}
