//go:build !js

package onchain_test

import (
	"context"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/contracts"
	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// liar is a node that answers a method as it likes; of calls, those whose data begin
// with a selector.
type liar struct {
	contracts.Node
	method, selector string
	lie              func(answer string) string
}

func (l liar) Request(ctx context.Context, method string, params []byte) (jsjson.Value, error) {
	answer, err := l.Node.Request(ctx, method, params)
	if err != nil || method != l.method || !strings.Contains(string(params), `"data":"`+l.selector) && l.selector != "" {
		return answer, err
	}
	return jsjson.Parse([]byte(l.lie(string(answer.Raw()))))
}

// TestANodeThatAsksForEverything gets nothing from a signer that asks nobody, unless
// the caller has said so.
func TestANodeThatAsksForEverything(t *testing.T) {
	d := network(t)
	constantly := func(answer string) func(string) string { return func(string) string { return answer } }
	word := func(n *big.Int) string { return `"0x` + strings.Repeat("0", 64-len(n.Text(16))) + n.Text(16) + `"` }
	coins := func(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }
	selector := func(function string) string { return eth.Hex(crypto.Keccak256([]byte(function))[:4]) }
	mintCost, calculateCost := selector("mintCost()"), selector("calculateCost(uint256,uint256)")
	midnight := uint64(time.Now().Unix())/86400*86400 + 2*86400
	mintIt := func(c *contracts.Client, w *wallet) error { _, err := mint(t, c, w); return err }
	for name, row := range map[string]struct {
		lie   liar
		do    func(c *contracts.Client, w *wallet) error
		param string // of the limit, empty if the estimate is not believed at all
	}{
		"a price of a mint": {liar{method: "eth_call", selector: mintCost, lie: constantly(word(coins(9)))}, mintIt, "limits.maxValue"},
		"a price of a mint that is sent without protection": {liar{method: "eth_call", selector: mintCost, lie: constantly(word(coins(9)))},
			func(c *contracts.Client, w *wallet) error {
				_, err := c.Send(t.Context(), contracts.Write{From: w.address(), Contract: "PKPNFT", Function: "mintNext", Arguments: list(t, 2), Options: contracts.Options{Priced: true}})
				return err
			}, "limits.maxValue"},
		"a price of credits": {liar{method: "eth_call", selector: calculateCost, lie: constantly(word(coins(9)))},
			func(c *contracts.Client, w *wallet) error {
				_, err := c.MintCredits(t.Context(), w.address(), 1, midnight, contracts.Options{})
				return err
			}, "limits.maxValue"},
		"a base fee": {liar{method: "eth_getBlockByNumber", lie: func(answer string) string {
			return strings.Replace(answer, `"baseFeePerGas":"0x`, `"baseFeePerGas":"0xffffffff`, 1)
		}}, mintIt, "limits.maxFeePerGas"},
		"a tip":        {liar{method: "eth_maxPriorityFeePerGas", lie: constantly(`"0xffffffffffffff"`)}, mintIt, "limits.maxFeePerGas"},
		"much gas":     {liar{method: "eth_estimateGas", lie: constantly(`"0xffffffff"`)}, mintIt, "limits.maxFee"},
		"too much gas": {liar{method: "eth_estimateGas", lie: constantly(`"0x1ffffffffffffffff"`)}, mintIt, ""},
		"a gas price in place of the caller's cap": {liar{method: "eth_getBlockByNumber", lie: func(answer string) string {
			return strings.Replace(answer, "baseFeePerGas", "other", 1)
		}}, func(c *contracts.Client, w *wallet) error {
			c.Node = liar{c.Node, "eth_gasPrice", "", constantly(`"0xffffffffffff"`)}
			_, err := mintWith(t, c, w, contracts.Options{MaxFee: big.NewInt(1e10)})
			return err
		}, "limits.maxFeePerGas"},
	} {
		t.Run(name, func(t *testing.T) {
			c, w, l := writer(t, d, 1)
			row.lie.Node = l
			c.Node = row.lie
			err := row.do(c, w)
			if row.param == "" {
				wantError(t, err, literr.ChainUnreachable)
			} else if e := wantError(t, err, literr.TooExpensive, "asked", "allowed"); e.Detail("param") != row.param || e.Code.Retryable() {
				t.Errorf("details %v", e.Details)
			}
			if len(w.seen) != 0 {
				t.Errorf("asked to sign %s", w.seen[0].JSON())
			}
		})
	}
}

// TestLimits are what the caller says, and do not bound what the caller says.
func TestLimits(t *testing.T) {
	d := network(t)
	none := contracts.Limits{Value: new(big.Int), FeePerGas: new(big.Int), Fee: new(big.Int)}
	c, w, _ := writer(t, d, 1)
	c.Limits = none
	_, err := mint(t, c, w)
	wantError(t, err, literr.TooExpensive, "asked", "allowed")
	own := contracts.Options{Value: big.NewInt(1), MaxFee: big.NewInt(1e10), GasLimit: big.NewInt(3e6)}
	if _, err := mintWith(t, c, w, own); err != nil {
		t.Error(err)
	}
	c.Limits.Value, c.Limits.FeePerGas, c.Limits.Fee = big.NewInt(1), big.NewInt(1e13), big.NewInt(1e18)
	if _, err := mint(t, c, w); err != nil {
		t.Error(err)
	}
}
