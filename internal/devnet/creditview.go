package devnet

import (
	"context"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/devnet/chain"
	"litsession/internal/devnet/node"
	"litsession/internal/eth"
)

// creditView is the chain's capacity credits as nodes read them.
type creditView struct{ reader chain.Reader }

var _ node.Credits = creditView{}

func (v creditView) CreditsOf(ctx context.Context, owner eth.Address) ([]node.Credit, error) {
	listed, err := v.reader.CreditsOf(ctx, common.Address(owner))
	credits := make([]node.Credit, len(listed))
	for i, c := range listed {
		credits[i] = nodeCredit(c)
	}
	return credits, err
}

func (v creditView) Credit(ctx context.Context, tokenID uint64) (node.Credit, bool, error) {
	credit, _, err := v.reader.Credit(ctx, new(big.Int).SetUint64(tokenID))
	if err != nil { // the contract reverts, unless the request is over
		return node.Credit{}, false, ctx.Err()
	}
	return nodeCredit(credit), true, nil
}

func nodeCredit(c chain.Credit) node.Credit {
	return node.Credit{TokenID: c.TokenID, RequestsPerKilosecond: c.RequestsPerKilosecond, Expiry: c.Expiry}
}

func (v creditView) Payers(ctx context.Context, user eth.Address) ([]node.Payer, error) {
	listed, err := v.reader.Payers(ctx, common.Address(user))
	payers := make([]node.Payer, len(listed))
	for i, p := range listed {
		payers[i] = node.Payer{Address: eth.Address(p.Address), RequestsPerPeriod: p.RequestsPerPeriod, Period: p.Period}
	}
	return payers, err
}
