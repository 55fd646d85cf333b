//go:build !js

package contracts_test

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/eth"
	"litsession/internal/literr"
)

// oracle decodes with go-ethereum, which is laxer than we are: it takes gaps,
// overlaps and bytes behind the end. So its values are packed again, and only an
// answer that is the same then counts as one.
func oracle(f *testing.F, types ...abi.Type) func(answer []byte) ([]any, bool) {
	var arguments abi.Arguments
	for _, t := range types {
		arguments = append(arguments, abi.Argument{Type: t})
	}
	return func(answer []byte) ([]any, bool) {
		values, err := arguments.Unpack(answer)
		if err != nil {
			return nil, false
		}
		again, err := arguments.Pack(values...)
		if err != nil {
			f.Fatal(err)
		}
		return values, bytes.Equal(again, answer)
	}
}

func abiType(f *testing.F, name string, fields ...abi.ArgumentMarshaling) abi.Type {
	f.Helper()
	t, err := abi.NewType(name, "", fields)
	if err != nil {
		f.Fatal(err)
	}
	return t
}

type oracleEpoch struct{ EpochLength, Number, EndTime, Retries, Timeout *big.Int }

type oracleValidator struct {
	Ip                                   uint32
	Ipv6                                 *big.Int
	Port                                 uint32
	NodeAddress                          common.Address
	Reward, SenderPubKey, ReceiverPubKey *big.Int
}

func FuzzStaking(f *testing.F) {
	decode := oracle(f,
		abiType(f, "tuple", []abi.ArgumentMarshaling{
			{Name: "epochLength", Type: "uint256"}, {Name: "number", Type: "uint256"}, {Name: "endTime", Type: "uint256"},
			{Name: "retries", Type: "uint256"}, {Name: "timeout", Type: "uint256"},
		}...),
		abiType(f, "uint256"),
		abiType(f, "tuple[]", []abi.ArgumentMarshaling{
			{Name: "ip", Type: "uint32"}, {Name: "ipv6", Type: "uint128"}, {Name: "port", Type: "uint32"},
			{Name: "nodeAddress", Type: "address"}, {Name: "reward", Type: "uint256"},
			{Name: "senderPubKey", Type: "uint256"}, {Name: "receiverPubKey", Type: "uint256"},
		}...),
	)
	f.Add(unhex(f, readVectors(f).Staking.Result))
	f.Add(stakingAnswer(1, 1))
	f.Add(stakingAnswer(2, 3)[:13*32])
	f.Add(append(stakingAnswer(2, 2), make([]byte, 32)...))
	f.Fuzz(func(t *testing.T, answer []byte) {
		set, err := reader(returning(answer)).Staking(t.Context())
		values, canonical := decode(answer)
		if !canonical {
			if literr.CodeOf(err) != literr.ChainUnreachable {
				t.Fatalf("go-ethereum packs it otherwise, we say %v", err)
			}
			return
		}
		epoch := *abi.ConvertType(values[0], new(oracleEpoch)).(*oracleEpoch)
		need := values[1].(*big.Int)
		validators := *abi.ConvertType(values[2], new([]oracleValidator)).(*[]oracleValidator)
		numbers := []*big.Int{epoch.EpochLength, epoch.Number, epoch.EndTime, epoch.Retries, epoch.Timeout, need}
		want := literr.Code("")
		for _, number := range numbers {
			if number.BitLen() > 53 {
				want = literr.ChainUnreachable
			}
		}
		if want == "" && (need.Sign() == 0 || need.Cmp(big.NewInt(int64(len(validators)))) > 0) {
			want = literr.NotEnoughNodes
		}
		if want != "" {
			if literr.CodeOf(err) != want {
				t.Fatalf("got %v, want %s", err, want)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		ours := []uint64{set.Epoch.Length, set.Epoch.Number, set.Epoch.EndTime, set.Epoch.Retries, set.Epoch.Timeout, uint64(set.MinNodeCount)}
		for i, number := range numbers {
			if number.Uint64() != ours[i] {
				t.Errorf("number %d: %d, want %d", i, ours[i], number)
			}
		}
		if len(set.Validators) != len(validators) {
			t.Fatalf("%d validators, want %d", len(set.Validators), len(validators))
		}
		for i, want := range validators {
			got := set.Validators[i]
			if got.IP != want.Ip || got.Port != want.Port || got.NodeAddress != eth.Address(want.NodeAddress) {
				t.Errorf("validator %d: %+v, want %+v", i, got, want)
			}
		}
	})
}
