package devnet

import (
	"context"
	"encoding/json"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/devnet/chain"
	"litsession/internal/devnet/conditions"
	"litsession/internal/devnet/node"
	"litsession/internal/eth"
)

// conditionsView evaluates conditions on the network's own chain.
type conditionsView struct{ reader chain.Reader }

var _ node.Conditions = conditionsView{}

func (v conditionsView) Check(ctx context.Context, text json.RawMessage, user *eth.Address, actionCID, chainName string) (bool, error) {
	expression, err := conditions.Parse(text)
	if err != nil {
		return false, err
	}
	return expression.Holds(ctx, conditions.Facts{
		User: (*common.Address)(user), ActionCID: actionCID,
		Chain: func(name string) (conditions.Chain, error) {
			if name == "" {
				name = chainName
			}
			return v, known(name)
		},
	})
}

// Balance is an account's, in wei.
func (v conditionsView) Balance(ctx context.Context, account common.Address) (*big.Int, error) {
	return v.reader.Balance(ctx, account)
}

// Call is what a contract's function returns.
func (v conditionsView) Call(ctx context.Context, contract common.Address, data []byte) ([]byte, error) {
	return v.reader.Call(ctx, ethereum.CallMsg{To: &contract, Data: data})
}
