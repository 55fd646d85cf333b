package chain_test

import (
	"context"
	"crypto/ecdsa"
	"math/big"
	"net/netip"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"litsession/internal/devnet/chain"
)

const nodeCount, threshold = 4, 3

// fixture is a deployed chain with funded accounts.
type fixture struct {
	*chain.Chain
	setup    chain.NetworkSetup
	config   chain.Config
	pkp      chain.PKP
	accounts []*ecdsa.PrivateKey
}

// key is the account of a name, the same in every run.
func key(t testing.TB, name string) *ecdsa.PrivateKey {
	t.Helper()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte(name)))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func address(key *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(key.PublicKey) }

func coins(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(params.Ether)) }

func newConfig(t testing.TB, accounts []*ecdsa.PrivateKey) chain.Config {
	config := chain.Config{Owner: key(t, "owner"), Alloc: map[common.Address]*big.Int{}}
	for _, account := range accounts {
		config.Alloc[address(account)] = coins(10_000)
	}
	return config
}

func newSetup(t testing.TB, first *ecdsa.PrivateKey) chain.NetworkSetup {
	setup := chain.NetworkSetup{Threshold: threshold, FirstPKPOwner: first, NetworkPublicKey: [48]byte{0x80, 1}}
	for i := range nodeCount {
		setup.Validators = append(setup.Validators, validator(t, i))
	}
	for _, name := range []string{"root 0", "root 1", "root 2"} {
		setup.RootKeys = append(setup.RootKeys, crypto.CompressPubkey(&key(t, name).PublicKey))
	}
	return setup
}

func validator(t testing.TB, i int) chain.Validator {
	return chain.Validator{
		IP: netip.MustParseAddr("127.0.0.1"), Port: uint16(7470 + i), Key: key(t, "node "+string(rune('0'+i))),
	}
}

// start boots and deploys; change may alter the configuration first.
func start(t testing.TB, change func(*chain.Config)) *fixture {
	t.Helper()
	f := &fixture{accounts: []*ecdsa.PrivateKey{key(t, "account 0"), key(t, "account 1"), key(t, "account 2")}}
	f.config, f.setup = newConfig(t, f.accounts), newSetup(t, f.accounts[0])
	if change != nil {
		change(&f.config)
	}
	f.open(t)
	return f
}

// open starts the chain and closes it after the test.
func (f *fixture) open(t testing.TB) {
	t.Helper()
	f.reopen(t)
	t.Cleanup(func() {
		if err := f.Chain.Close(); err != nil {
			t.Error(err)
		}
	})
}

// reopen starts the chain; the caller, or open, closes it.
func (f *fixture) reopen(t testing.TB) {
	t.Helper()
	var err error
	if f.Chain, err = chain.Start(t.Context(), f.config); err != nil {
		t.Fatal(err)
	}
	if f.pkp, err = f.Deploy(t.Context(), f.setup); err != nil {
		t.Fatal(err)
	}
}

// patience is how long a test waits for what must come, on a machine that is busy with other things too.
const patience = time.Minute

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
