package chain_test

import (
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/devnet/chain"
)

const day = 24 * time.Hour

// clock runs with the machine's and can be moved ahead.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// blockTime is the time that a view sees.
func (f *fixture) blockTime() int64 { return f.LatestBlock().Time.Unix() }

// midnight is n midnights after the newest block.
func (f *fixture) midnight(n int64) *big.Int {
	const seconds = int64(day / time.Second)
	return big.NewInt((f.blockTime()/seconds + n) * seconds)
}

func TestCreditCostVectors(t *testing.T) {
	f := start(t, nil)
	credits := f.contract(t, "RateLimitNFT")
	for _, v := range loadVectors(t).Cost {
		expiry := big.NewInt(f.blockTime() + v.DurationSeconds)
		cost := credits.call("calculateCost", big.NewInt(v.RequestsPerKilosecond), expiry).(*big.Int)
		if cost.String() != v.CostWei {
			t.Errorf("%d for %d s: got %s wei, want %s", v.RequestsPerKilosecond, v.DurationSeconds, cost, v.CostWei)
		}
		rate := credits.call("calculateRequestsPerKilosecond", cost, expiry).(*big.Int)
		if rate.Int64() != v.RequestsPerKilosecond {
			t.Errorf("%s wei for %d s: got rate %s, want %d", cost, v.DurationSeconds, rate, v.RequestsPerKilosecond)
		}
	}
}

func TestCreditMint(t *testing.T) {
	f := start(t, nil)
	credits, user, expiry := f.contract(t, "RateLimitNFT"), f.accounts[1], f.midnight(2)
	cost := credits.call("calculateCost", big.NewInt(14), expiry).(*big.Int)
	for id := uint64(1); id <= 2; id++ {
		receipt := credits.send(user, cost, "mint", expiry)
		if name := f.logNames(t, receipt)[0]; name != "Transfer" {
			t.Fatalf("first log is %s, want Transfer", name)
		}
		if got := receipt.Logs[0].Topics[3].Big().Uint64(); got != id {
			t.Errorf("got id %d, want %d", got, id)
		}
	}
	owned, err := f.Reader().CreditsOf(t.Context(), address(user))
	if err != nil || len(owned) != 2 {
		t.Fatalf("got credits %v (%v), want two", owned, err)
	}
	if owned[0].RequestsPerKilosecond != 14 || owned[0].Expiry.Unix() != expiry.Int64() {
		t.Errorf("got %+v, want rate 14 until %v", owned[0], expiry)
	}
	if sold := credits.call("currentSoldRequestsPerKilosecond").(*big.Int); sold.Int64() != 28 {
		t.Errorf("got %v sold, want 28", sold)
	}
	wantMetadata(t, credits.call("tokenURI", one).(string), "Lit Protocol Rate Limit Increase #1")
}

func wantMetadata(t *testing.T, uri, name string) {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(uri, "data:application/json;base64,"))
	if err != nil {
		t.Fatal(err)
	}
	var metadata struct{ Name string }
	if err := json.Unmarshal(text, &metadata); err != nil || metadata.Name != name {
		t.Errorf("got %s (%v), want name %q", text, err, name)
	}
}

func TestCreditReverts(t *testing.T) {
	f := start(t, nil)
	credits, user := f.contract(t, "RateLimitNFT"), f.accounts[0]
	rich := coins(1)
	for name, row := range map[string]struct {
		wei    *big.Int
		expiry *big.Int
		revert string
	}{
		"not a midnight": {rich, big.NewInt(f.blockTime() + 86399 - f.blockTime()%86400), "Expiration time must be set to midnight on any given day"},
		"yesterday":      {rich, f.midnight(0), "Expiration time is in the past"},
		"31 days":        {rich, f.midnight(31), "You cannot purchase an expiration time that is more than the maxExpirationSeconds in the future"},
		"for nothing":    {nil, f.midnight(1), "You must pay more than 0"},
		"too little":     {one, f.midnight(1), "The requestsPerKilosecond must be greater than 0"},
		"too much":       {rich, f.midnight(1), "Can't allocate capacity beyond the global max requests per kilosecond"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := credits.trySend(user, row.wei, "mint", row.expiry)
			credits.wantRevert(row.revert, err)
		})
	}
	_, err := credits.tryCall("calculateCost", new(big.Int), f.midnight(1))
	credits.wantRevert("The requestsPerKilosecond must be greater than 0", err)
	_, err = credits.tryCall("calculateCost", one, f.midnight(0))
	credits.wantRevert("The expiresAt must be in the future", err)
}

func TestGlobalMaximumIsReachedExactly(t *testing.T) {
	f := start(t, nil)
	credits, user, expiry := f.contract(t, "RateLimitNFT"), f.accounts[1], f.midnight(1)
	maximum := credits.call("maxRequestsPerKilosecond").(*big.Int)
	for _, row := range []struct {
		rate *big.Int
		want bool
	}{{maximum, true}, {new(big.Int).Add(maximum, one), false}} {
		if got := credits.call("checkBelowMaxRequestsPerKilosecond", row.rate).(bool); got != row.want {
			t.Errorf("%v: got %v, want %v", row.rate, got, row.want)
		}
	}
	credits.send(user, credits.call("calculateCost", big.NewInt(9000), expiry).(*big.Int), "mint", expiry)
	_, err := credits.trySend(user, credits.call("calculateCost", big.NewInt(1100), expiry).(*big.Int), "mint", expiry)
	credits.wantRevert("Can't allocate capacity", err)
}

func TestExpiredCreditsArePruned(t *testing.T) {
	var clock clock
	f := start(t, func(config *chain.Config) { config.Now = clock.now })
	credits, user := f.contract(t, "RateLimitNFT"), f.accounts[1]
	for _, days := range []int64{2, 5} {
		expiry := f.midnight(days)
		credits.send(user, credits.call("calculateCost", big.NewInt(10), expiry).(*big.Int), "mint", expiry)
	}
	clock.ahead.Store(int64(3 * day))
	if err := f.Fund(t.Context(), common.Address{1}, one); err != nil { // a block, and with it the new time
		t.Fatal(err)
	}
	for id, want := range map[int64]bool{1: true, 2: false} {
		if got := credits.call("isExpired", big.NewInt(id)).(bool); got != want {
			t.Errorf("credit %d expired: got %v, want %v", id, got, want)
		}
	}
	if sold := credits.call("currentSoldRequestsPerKilosecond").(*big.Int); sold.Int64() != 10 {
		t.Errorf("got %v sold, want the 10 that have not expired", sold)
	}
	credits.send(f.accounts[0], nil, "pruneExpired", address(user))
	left, err := f.Reader().CreditsOf(t.Context(), address(user))
	if err != nil || len(left) != 1 || left[0].TokenID != 2 {
		t.Errorf("got %v (%v), want credit 2 alone", left, err)
	}
	if _, _, err := f.Reader().Credit(t.Context(), one); err == nil {
		t.Error("a pruned credit can be read")
	}
}

func TestPayers(t *testing.T) {
	f := start(t, nil)
	delegation, payer, user := f.contract(t, "PaymentDelegation"), f.accounts[0], address(f.accounts[1])
	delegation.send(payer, nil, "delegatePaymentsBatch", []common.Address{user, {5}})
	delegation.send(f.accounts[2], nil, "delegatePayments", user)
	delegation.send(f.accounts[2], nil, "undelegatePayments", user)
	delegation.send(payer, nil, "setRestriction", struct {
		RequestsPerPeriod, PeriodSeconds *big.Int
	}{big.NewInt(7), big.NewInt(60)})

	payers, err := f.Reader().Payers(t.Context(), user)
	want := chain.Payer{Address: address(payer), RequestsPerPeriod: 7, Period: time.Minute}
	if err != nil || len(payers) != 1 || payers[0] != want {
		t.Errorf("got %+v (%v), want %+v", payers, err, want)
	}
	if payers, err := f.Reader().Payers(t.Context(), common.Address{6}); err != nil || len(payers) != 0 {
		t.Errorf("stranger: got %v (%v), want none", payers, err)
	}
}
