package contracts

import (
	"math/big"

	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// Limits bound what a transaction may cost as far as the node says it: a node that
// lies could else have a signer that asks nobody spend all that the account has. What
// the caller says in [Options] is not bounded. Nil is the default.
type Limits struct {
	Value     *big.Int // wei that a contract may ask for, default 10^18
	FeePerGas *big.Int // wei, default 10^12
	Fee       *big.Int // wei for all the gas of a transaction, default 10^17
}

// limit is one of them: its name in options, and what it is on.
type limit struct {
	name, of string
	given    *big.Int
	instead  int64
}

func (l Limits) value() limit { return limit{"maxValue", "as the price", l.Value, 1e18} }
func (l Limits) feePerGas() limit {
	return limit{"maxFeePerGas", "for a unit of gas", l.FeePerGas, 1e12}
}
func (l Limits) fee() limit { return limit{"maxFee", "for gas", l.Fee, 1e17} }

// check returns [literr.TooExpensive] when more is asked.
func (l limit) check(asked *big.Int) error {
	allowed := l.given
	if allowed == nil {
		allowed = big.NewInt(l.instead)
	}
	if asked.Cmp(allowed) <= 0 {
		return nil
	}
	return literr.Errorf(literr.TooExpensive, "the network asks for %s wei %s, and limits.%s allows %s", asked, l.of, l.name, allowed).
		WithHint("If that is right, raise the limit.").
		With("param", "limits."+l.name).With("asked", asked.String()).With("allowed", allowed.String())
}

// decode reads {maxValue, maxFeePerGas, maxFee}; all may be absent.
func (l *Limits) decode(v jsjson.Value) error {
	for name, to := range map[string]**big.Int{"maxValue": &l.Value, "maxFeePerGas": &l.FeePerGas, "maxFee": &l.Fee} {
		given := v.Get(name)
		if !given.Exists() || given.IsNull() {
			continue
		}
		word, ok := parseUint(given)
		if !ok {
			return invalidOption("limits."+name, "a whole number of wei: decimal or 0x and hex")
		}
		*to = new(big.Int).SetBytes(word[:])
	}
	return nil
}
