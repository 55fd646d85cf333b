package devnet

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/rlp"

	"litsession/internal/devnet/action"
	"litsession/internal/devnet/chain"
)

// ownChain is the name of the network's chain in actions: what the official SDK
// calls the chain of the hosted networks, whose id this one has by default.
const ownChain = "yellowstone"

// actionChains is the one blockchain that actions reach by name.
type actionChains struct {
	url    string
	reader chain.Reader
}

var _ action.Chains = actionChains{}

func known(name string) error {
	if name != ownChain {
		return fmt.Errorf("this local network has no node of the chain %.80q: the one it knows is its own, %q", name, ownChain)
	}
	return nil
}

func (c actionChains) RPCURL(_ context.Context, name string) (string, error) {
	return c.url, known(name)
}

func (c actionChains) Nonce(ctx context.Context, name string, address [20]byte) (uint64, error) {
	if err := known(name); err != nil {
		return 0, err
	}
	return c.reader.Nonce(ctx, address)
}

func (c actionChains) CallContract(ctx context.Context, name string, transaction []byte) ([]byte, error) {
	if err := known(name); err != nil {
		return nil, err
	}
	call, err := parseCall(transaction)
	if err != nil {
		return nil, fmt.Errorf("txn is no serialised transaction: %w", err)
	}
	return c.reader.Call(ctx, call)
}

// parseCall reads what a transaction calls. It may be signed or not, as
// ethers.utils.serializeTransaction makes both, and of the types 0, 1 and 2. Gas
// and prices are not read: a call costs nothing.
func parseCall(transaction []byte) (ethereum.CallMsg, error) {
	var call ethereum.CallMsg
	if len(transaction) == 0 {
		return call, errors.New("it is empty")
	}
	to := 3 // where it is among the fields, with value and data behind
	switch transaction[0] {
	case 1:
		to, transaction = 4, transaction[1:]
	case 2:
		to, transaction = 5, transaction[1:]
	}
	var fields []rlp.RawValue
	if err := rlp.DecodeBytes(transaction, &fields); err != nil {
		return call, err
	}
	if len(fields) < to+3 {
		return call, fmt.Errorf("it has %d fields", len(fields))
	}
	var address []byte
	for i, place := range []any{&address, &call.Value, &call.Data} {
		if err := rlp.DecodeBytes(fields[to+i], place); err != nil {
			return call, fmt.Errorf("field %d: %w", to+i, err)
		}
	}
	if len(address) != common.AddressLength {
		return call, errors.New("it calls no address")
	}
	call.To = (*common.Address)(address)
	return call, nil
}
