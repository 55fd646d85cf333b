package devnet

import (
	"bytes"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
)

// FuzzParseCall reads what actions hand in.
func FuzzParseCall(f *testing.F) {
	to := common.Address{7}
	legacy, err := rlp.EncodeToBytes([]any{uint(1), uint(1), uint(1), to, uint(0), []byte{1}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(legacy)
	f.Add([]byte{2, 0xc0})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, transaction []byte) {
		call, err := parseCall(transaction)
		if err == nil && (call.To == nil || call.Value == nil || len(call.Data) > len(transaction)) {
			t.Errorf("%x: %+v", transaction, call)
		}
	})
}

// TestParseCall has each form that a transaction is serialised in, signed by
// go-ethereum and unsigned as EIP-155, EIP-2930 and EIP-1559 have it.
func TestParseCall(t *testing.T) {
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	to, value, data := common.Address{19: 7}, big.NewInt(300), []byte{1, 2, 3, 4}
	id, one := big.NewInt(5), big.NewInt(1)
	signed := func(tx types.TxData) []byte {
		b, err := types.MustSignNewTx(key, types.LatestSignerForChainID(id), tx).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	unsigned := func(kind []byte, fields ...any) []byte {
		b, err := rlp.EncodeToBytes(fields)
		if err != nil {
			t.Fatal(err)
		}
		return append(slices.Clip(kind), b...)
	}
	var list types.AccessList
	for name, tx := range map[string][]byte{
		"legacy, signed":    signed(&types.LegacyTx{To: &to, Value: value, Data: data, Gas: 21000, GasPrice: one}),
		"legacy, unsigned":  unsigned(nil, one, one, one, to, value, data),
		"EIP-155, unsigned": unsigned(nil, one, one, one, to, value, data, id, []byte{}, []byte{}),
		"type 1, signed":    signed(&types.AccessListTx{ChainID: id, To: &to, Value: value, Data: data, GasPrice: one}),
		"type 1, unsigned":  unsigned([]byte{1}, id, one, one, one, to, value, data, list),
		"type 2, signed":    signed(&types.DynamicFeeTx{ChainID: id, To: &to, Value: value, Data: data, GasFeeCap: one, GasTipCap: one}),
		"type 2, unsigned":  unsigned([]byte{2}, id, one, one, one, one, to, value, data, list),
	} {
		call, err := parseCall(tx)
		if err != nil || *call.To != to || call.Value.Cmp(value) != 0 || !bytes.Equal(call.Data, data) {
			t.Errorf("%s: %+v, %v", name, call, err)
		}
	}
	for name, tx := range map[string][]byte{
		"nothing":            nil,
		"no list":            {0x80},
		"a type unknown":     unsigned([]byte{3}, id, one, one, one, one, to, value, data),
		"too few fields":     unsigned(nil, one, one, one, to, value),
		"a contract's birth": unsigned(nil, one, one, one, []byte{}, value, data),
		"a list for a value": unsigned(nil, one, one, one, to, list, data),
		"more behind":        append(unsigned(nil, one, one, one, to, value, data), 0),
	} {
		if call, err := parseCall(tx); err == nil {
			t.Errorf("%s: %+v", name, call)
		}
	}
}
