package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"sort"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
)

// Reader asks the contracts, each question at the newest block. It works after Deploy.
type Reader struct{ chain *Chain }

// Reader reads this chain.
func (c *Chain) Reader() Reader { return Reader{c} }

// Listed is a validator as Staking lists it.
type Listed struct {
	NodeAddress common.Address
	Endpoint    netip.AddrPort
}

// Epoch is Staking's current epoch.
type Epoch struct {
	Number uint64
	Length time.Duration
	// End is UTC, in whole seconds. Nothing happens by itself when it has passed.
	End time.Time
}

// Network is what clients read when they connect.
type Network struct {
	Epoch Epoch
	// Threshold is the minimum node count.
	Threshold int
	// Validators of the epoch that are not kicked, in Staking's order.
	Validators []Listed
}

// Network reads Staking.getActiveUnkickedValidatorStructsAndCounts.
func (r Reader) Network(ctx context.Context) (Network, error) { return r.networkAt(ctx, nil) }

// PreviousNetwork is what Network answered last in the epoch before the current one; ok is false in the first epoch.
func (r Reader) PreviousNetwork(ctx context.Context) (previous Network, ok bool, err error) {
	now, err := r.Network(ctx)
	if err != nil || now.Epoch.Number <= 1 {
		return Network{}, false, err
	}
	head := r.chain.miner.head().Number.Int64()
	// Epochs only go up, and the chain keeps the state of every block.
	began := sort.Search(int(head), func(block int) bool {
		var at Network
		if err == nil {
			at, err = r.networkAt(ctx, big.NewInt(int64(block)))
		}
		return at.Epoch.Number >= now.Epoch.Number
	})
	if err != nil {
		return Network{}, false, err
	}
	previous, err = r.networkAt(ctx, big.NewInt(int64(began)-1))
	return previous, err == nil, err
}

// networkAt is Network at a block, the newest for nil. Before Deploy it is empty.
func (r Reader) networkAt(ctx context.Context, block *big.Int) (Network, error) {
	values, err := r.callAt(ctx, block, "Staking", "getActiveUnkickedValidatorStructsAndCounts")
	if errors.Is(err, errNoContract) && block != nil {
		return Network{}, nil
	}
	if err != nil {
		return Network{}, err
	}
	epoch := convert[epochTuple](values[0])
	network := Network{
		Epoch: Epoch{
			Number: epoch.Number.Uint64(),
			Length: time.Duration(epoch.EpochLength.Int64()) * time.Second,
			End:    time.Unix(epoch.EndTime.Int64(), 0).UTC(),
		},
		Threshold: int(convert[*big.Int](values[1]).Int64()),
	}
	for _, v := range convert[[]validatorTuple](values[2]) {
		network.Validators = append(network.Validators, Listed{NodeAddress: v.NodeAddress, Endpoint: v.addrPort()})
	}
	return network, nil
}

// RootKeys are the secp256k1 roots that PKPs are derived from, compressed, in order.
func (r Reader) RootKeys(ctx context.Context) ([][]byte, error) {
	staking, err := r.chain.address("Staking")
	if err != nil {
		return nil, err
	}
	all, err := read[[]rootKeyTuple](ctx, r, "PubkeyRouter", "getRootKeys", staking)
	if err != nil {
		return nil, err
	}
	var roots [][]byte
	for _, key := range all {
		if key.KeyType.Cmp(big.NewInt(keyTypeSecp256k1)) == 0 {
			roots = append(roots, key.Pubkey)
		}
	}
	return roots, nil
}

// errNoContract is an empty answer, as of an address without code.
var errNoContract = errors.New("there is no contract yet")

// call packs, calls and unpacks. A revert is an error with the contract's text.
func (r Reader) call(ctx context.Context, contract, method string, args ...any) ([]any, error) {
	return r.callAt(ctx, nil, contract, method, args...)
}

func (r Reader) callAt(ctx context.Context, block *big.Int, contract, method string, args ...any) ([]any, error) {
	address, err := r.chain.address(contract)
	if err != nil {
		return nil, err
	}
	codec := r.chain.contracts[contract].abi
	data, err := codec.Pack(method, args...)
	if err != nil {
		return nil, fmt.Errorf("%s.%s: %w", contract, method, err)
	}
	answer, err := r.chain.client.CallContract(ctx, ethereum.CallMsg{To: &address, Data: data}, block)
	if err == nil && len(answer) == 0 {
		err = errNoContract
	}
	if err != nil {
		return nil, fmt.Errorf("%s.%s: %w", contract, method, err)
	}
	values, err := codec.Unpack(method, answer)
	if err != nil {
		return nil, fmt.Errorf("%s.%s: %w", contract, method, err)
	}
	return values, nil
}

// read calls a function of one result.
func read[T any](ctx context.Context, r Reader, contract, method string, args ...any) (T, error) {
	values, err := r.call(ctx, contract, method, args...)
	if err != nil {
		var zero T
		return zero, err
	}
	return convert[T](values[0]), nil
}

// convert gives the anonymous structs of the ABI codec their names.
func convert[T any](value any) T { return *abi.ConvertType(value, new(T)).(*T) }
