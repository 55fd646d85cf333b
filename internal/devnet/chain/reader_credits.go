package chain

import (
	"context"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Credit is a capacity credit: a RateLimitNFT token.
type Credit struct {
	TokenID uint64
	// RequestsPerKilosecond allowed until Expiry.
	RequestsPerKilosecond uint64
	// Expiry is UTC, a midnight.
	Expiry time.Time
}

// Payer is an account that lets others use its capacity credits.
type Payer struct {
	Address common.Address
	// RequestsPerPeriod allowed to each user in Period; zeros mean no restriction.
	RequestsPerPeriod uint64
	Period            time.Duration
}

// Credit reads a credit by its id. Unknown and pruned ids are an error: they have no owner.
func (r Reader) Credit(ctx context.Context, tokenID *big.Int) (Credit, common.Address, error) {
	owner, err := read[common.Address](ctx, r, "RateLimitNFT", "ownerOf", tokenID)
	if err != nil {
		return Credit{}, common.Address{}, err
	}
	limit, err := read[rateLimitTuple](ctx, r, "RateLimitNFT", "capacity", tokenID)
	if err != nil {
		return Credit{}, common.Address{}, err
	}
	return Credit{
		TokenID:               tokenID.Uint64(),
		RequestsPerKilosecond: limit.RequestsPerKilosecond.Uint64(),
		Expiry:                time.Unix(limit.ExpiresAt.Int64(), 0).UTC(),
	}, owner, nil
}

// CreditsOf are the credits that an account owns, expired ones included.
func (r Reader) CreditsOf(ctx context.Context, owner common.Address) ([]Credit, error) {
	count, err := read[*big.Int](ctx, r, "RateLimitNFT", "balanceOf", owner)
	if err != nil {
		return nil, err
	}
	credits := make([]Credit, count.Int64())
	for i := range credits {
		tokenID, err := read[*big.Int](ctx, r, "RateLimitNFT", "tokenOfOwnerByIndex", owner, big.NewInt(int64(i)))
		if err != nil {
			return nil, err
		}
		if credits[i], _, err = r.Credit(ctx, tokenID); err != nil {
			return nil, err
		}
	}
	return credits, nil
}

// CreditWindow is the time over which a credit's rate is reckoned.
func (r Reader) CreditWindow(ctx context.Context) (time.Duration, error) {
	seconds, err := read[*big.Int](ctx, r, "RateLimitNFT", "RLIHolderRateLimitWindowSeconds")
	if err != nil {
		return 0, err
	}
	return time.Duration(seconds.Int64()) * time.Second, nil
}

// Payers are the accounts that pay for a user.
func (r Reader) Payers(ctx context.Context, user common.Address) ([]Payer, error) {
	values, err := r.call(ctx, "PaymentDelegation", "getPayersAndRestrictions", []common.Address{user})
	if err != nil {
		return nil, err
	}
	addresses := convert[[][]common.Address](values[0])[0]
	restrictions := convert[[][]restrictionTuple](values[1])[0]
	payers := make([]Payer, len(addresses))
	for i, address := range addresses {
		payers[i] = Payer{
			Address:           address,
			RequestsPerPeriod: restrictions[i].RequestsPerPeriod.Uint64(),
			Period:            time.Duration(restrictions[i].PeriodSeconds.Int64()) * time.Second,
		}
	}
	return payers, nil
}
