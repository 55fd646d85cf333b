package chain_test

import (
	"crypto/ecdsa"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet/chain"
)

func TestNetworkIsAsSetUp(t *testing.T) {
	f := start(t, nil)
	network, err := f.Reader().Network(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if network.Threshold != threshold || network.Epoch.Number != 1 {
		t.Errorf("got threshold %d, epoch %d", network.Threshold, network.Epoch.Number)
	}
	wantValidators(t, f, f.setup.Validators)
	wantOldEnough(t, network.Epoch)

	roots, err := f.Reader().RootKeys(t.Context())
	if err != nil || !slices.EqualFunc(roots, f.setup.RootKeys, slices.Equal) {
		t.Errorf("got roots %x (%v), want %x", roots, err, f.setup.RootKeys)
	}
	staking := f.contract(t, "Staking")
	node := f.setup.Validators[0].Address()
	if !staking.call("isActiveValidatorByNodeAddress", node).(bool) {
		t.Error("a validator is not active")
	}
	if got := staking.call("nodeAddressToStakerAddress", common.Address{1}).(common.Address); got != (common.Address{}) {
		t.Errorf("an unknown node has staker %s", got)
	}
	if got := staking.call("contractResolver").(common.Address).Hex(); got != f.Contracts()["ContractResolver"].Address {
		t.Errorf("got resolver %s", got)
	}
	staking.call("config") // a struct with a list inside
}

func TestEpochsAdvance(t *testing.T) {
	f := start(t, nil)
	newcomer := validator(t, 5)
	moved := f.setup.Validators[1]
	moved.Port = 9000
	if _, ok, err := f.Reader().PreviousNetwork(t.Context()); ok || err != nil {
		t.Errorf("an epoch before the first (%v)", err)
	}
	previous := f.setup.Validators
	for i, row := range []struct {
		name       string
		validators []chain.Validator
		want       []chain.Validator
	}{
		{"the same validators", nil, f.setup.Validators},
		{"fewer", f.setup.Validators[:threshold], f.setup.Validators[:threshold]},
		{"a new one, and one elsewhere", []chain.Validator{newcomer, moved, f.setup.Validators[2]},
			[]chain.Validator{newcomer, moved, f.setup.Validators[2]}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if err := f.AdvanceEpoch(t.Context(), row.validators); err != nil {
				t.Fatal(err)
			}
			network, err := f.Reader().Network(t.Context())
			if err != nil || network.Epoch.Number != uint64(i)+2 || network.Threshold != threshold {
				t.Errorf("got %+v (%v), want epoch %d", network, err, i+2)
			}
			wantOldEnough(t, network.Epoch)
			wantValidators(t, f, row.want)
			before, ok, err := f.Reader().PreviousNetwork(t.Context())
			if err != nil || !ok || before.Epoch.Number != uint64(i)+1 || !sameNodes(before, previous) {
				t.Errorf("before it was %+v (%v, %v), want epoch %d of %v", before, ok, err, i+1, previous)
			}
			previous = row.want
			// However long ago that was.
			for range i {
				if err := f.Fund(t.Context(), common.Address{1}, one); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	staking := f.contract(t, "Staking")
	if err := f.AdvanceEpoch(t.Context(), f.setup.Validators[:threshold-1]); err == nil {
		t.Error("fewer validators than the threshold were accepted")
	}
	_, err := staking.trySend(f.accounts[0], nil, "advanceEpoch")
	staking.wantRevert("reverted", err)
}

func TestStateChangedIsEmitted(t *testing.T) {
	f := start(t, nil)
	staking := f.contract(t, "Staking")
	receipt := staking.send(f.config.Owner, nil, "advanceEpoch")
	events := loadVectors(t).Contracts.Events
	vector := events[len(events)-1]
	if vector.Name != "StateChanged(Active)" {
		t.Fatalf("the last vector is %s", vector.Name)
	}
	log := receipt.Logs[len(receipt.Logs)-1]
	if !slices.Equal(log.Topics, vector.Topics) || !slices.Equal(log.Data, vector.Data) {
		t.Errorf("got %v %x, want %v %x", log.Topics, log.Data, vector.Topics, []byte(vector.Data))
	}
	if got := staking.call("state").(uint8); got != 0 {
		t.Errorf("got state %d, want Active", got)
	}
}

func TestKickedValidatorsAreNotListed(t *testing.T) {
	f := start(t, nil)
	staking, kicked := f.contract(t, "Staking"), f.setup.Validators[1].Address()
	staking.send(f.config.Owner, nil, "kickValidator", kicked)
	if got := staking.call("getKickedValidators").([]common.Address); !slices.Equal(got, []common.Address{kicked}) {
		t.Errorf("got kicked %v", got)
	}
	if got := staking.call("getValidatorsInCurrentEpoch").([]common.Address); len(got) != nodeCount {
		t.Errorf("got %d validators in the epoch, want %d", len(got), nodeCount)
	}
	wantValidators(t, f, slices.Concat(f.setup.Validators[:1], f.setup.Validators[2:]))
	if err := f.AdvanceEpoch(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	wantValidators(t, f, f.setup.Validators)
}

func TestSetupIsChecked(t *testing.T) {
	c, err := chain.Start(t.Context(), newConfig(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for name, spoil := range map[string]func(*chain.NetworkSetup){
		"no threshold":         func(s *chain.NetworkSetup) { s.Threshold = 0 },
		"threshold too high":   func(s *chain.NetworkSetup) { s.Threshold = nodeCount + 1 },
		"no roots":             func(s *chain.NetworkSetup) { s.RootKeys = nil },
		"no owner":             func(s *chain.NetworkSetup) { s.FirstPKPOwner = nil },
		"an IPv6 address":      func(s *chain.NetworkSetup) { s.Validators[0].IP = netip.MustParseAddr("::1") },
		"a node without a key": func(s *chain.NetworkSetup) { s.Validators[0].Key = nil },
	} {
		t.Run(name, func(t *testing.T) {
			setup := newSetup(t, key(t, "account 0"))
			spoil(&setup)
			if _, err := c.Deploy(t.Context(), setup); err == nil {
				t.Error("want an error")
			}
		})
	}
}

func TestAHundredValidators(t *testing.T) {
	f := &fixture{accounts: []*ecdsa.PrivateKey{key(t, "account 0")}}
	f.config, f.setup = newConfig(t, f.accounts), newSetup(t, f.accounts[0])
	f.setup.Validators, f.setup.Threshold = nil, 66
	for i := range 100 {
		v := validator(t, i)
		v.Key = key(t, fmt.Sprint("one of many ", i))
		f.setup.Validators = append(f.setup.Validators, v)
	}
	for i := range 10 {
		root := key(t, fmt.Sprint("root ", i))
		f.setup.RootKeys = append(f.setup.RootKeys, crypto.CompressPubkey(&root.PublicKey))
	}
	f.open(t)
	for i := range f.setup.Validators {
		f.setup.Validators[i].Port += 1000
	}
	if err := f.AdvanceEpoch(t.Context(), f.setup.Validators); err != nil {
		t.Fatal(err)
	}
	wantValidators(t, f, f.setup.Validators)
}

// wantOldEnough checks that clients name the epoch and not the one before, which they do until it is 45 s old.
func wantOldEnough(t *testing.T, epoch chain.Epoch) {
	t.Helper()
	if age := time.Since(epoch.End.Add(-epoch.Length)); age <= 45*time.Second {
		t.Errorf("the epoch began %v ago", age)
	}
}

func wantValidators(t *testing.T, f *fixture, want []chain.Validator) {
	t.Helper()
	network, err := f.Reader().Network(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same := slices.EqualFunc(network.Validators, want, func(have chain.Listed, v chain.Validator) bool {
		return have.NodeAddress == v.Address() && have.Endpoint == netip.AddrPortFrom(v.IP, v.Port)
	})
	if !same {
		t.Errorf("got validators %v, want %v", network.Validators, want)
	}
}

// sameNodes compares without addresses, which are entered before an epoch begins.
func sameNodes(network chain.Network, want []chain.Validator) bool {
	return slices.EqualFunc(network.Validators, want, func(have chain.Listed, v chain.Validator) bool {
		return have.NodeAddress == v.Address()
	})
}
