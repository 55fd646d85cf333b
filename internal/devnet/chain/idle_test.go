package chain_test

import (
	"context"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"litsession/internal/devnet/chain"
)

// heads are the blocks that come from now on.
func (f *fixture) heads(ctx context.Context, t testing.TB) <-chan *types.Header {
	t.Helper()
	client, err := ethclient.DialContext(ctx, strings.Replace(f.URL(), "http:", "ws:", 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	heads := make(chan *types.Header, 100)
	if _, err := client.SubscribeNewHead(ctx, heads); err != nil {
		t.Fatal(err)
	}
	return heads
}

// TestAQuietChainKeepsUpWithTheClock leaves a chain alone for two days.
func TestAQuietChainKeepsUpWithTheClock(t *testing.T) {
	var clock clock
	f := start(t, func(config *chain.Config) {
		config.Now, config.ConfirmInterval, config.IdleInterval = clock.now, time.Hour, time.Millisecond
	})
	credits, user, lost := f.contract(t, "RateLimitNFT"), f.accounts[1], f.midnight(1)
	credits.send(user, credits.call("calculateCost", big.NewInt(14), lost).(*big.Int), "mint", lost)
	ctx := within(t)
	heads := f.heads(ctx, t)
	clock.ahead.Add(int64(2 * day))
	select {
	case <-heads:
	case <-ctx.Done():
		t.Fatal("no block came")
	}
	if age := clock.now().Sub(f.LatestBlock().Time); age < 0 || age > 6*time.Minute {
		t.Errorf("the newest block is %v old", age)
	}
	credits.send(f.accounts[0], nil, "pruneExpired", address(user)) // estimated first
	expiry := f.midnight(1)
	cost := credits.call("calculateCost", big.NewInt(14), expiry).(*big.Int)
	credits.send(user, cost, "mint", expiry)
	owned, err := f.Reader().CreditsOf(t.Context(), address(user))
	if err != nil || len(owned) != 1 || owned[0].RequestsPerKilosecond != 14 {
		t.Errorf("got credits %+v (%v), want one of 14", owned, err)
	}
	if len(heads) > 50 {
		t.Errorf("%d blocks more", len(heads))
	}
}

// TestATransactionThatPaysTooLittle is nobody else's concern.
func TestATransactionThatPaysTooLittle(t *testing.T) {
	f := start(t, func(config *chain.Config) { config.ConfirmInterval = time.Millisecond })
	to := common.Address{9}
	cheap, err := types.SignNewTx(f.accounts[2], types.LatestSignerForChainID(new(big.Int).SetUint64(f.ChainID())),
		&types.LegacyTx{To: &to, Value: one, Gas: 21_000, GasPrice: big.NewInt(1)})
	if err != nil {
		t.Fatal(err)
	}
	client, err := ethclient.DialContext(t.Context(), f.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.SendTransaction(t.Context(), cheap); err != nil {
		t.Fatal(err)
	}
	ctx := within(t)
	if err := f.Fund(ctx, to, one); err != nil {
		t.Fatal(err)
	}
	heads := f.heads(ctx, t)
	for count := range 3 {
		select {
		case <-heads:
		case <-ctx.Done():
			t.Fatalf("%d confirmations came", count)
		}
	}
}
