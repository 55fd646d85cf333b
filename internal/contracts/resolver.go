package contracts

import (
	"context"

	"litsession/internal/eth"
)

// getContract(bytes32,uint8) of ContractResolver.
const selectorGetContract = 0x8e8dfd16

// Names that a resolver knows contracts by.
const (
	NameStaking        = "STAKING"
	NamePKPPermissions = "PKP_PERMISSIONS"
	NamePubkeyRouter   = "PUB_KEY_ROUTER"
)

// Resolver is a ContractResolver and which of its tables to read.
type Resolver struct {
	Address     eth.Address
	Environment uint8 // 0 Dev, 1 Staging, 2 Prod
}

// Resolve asks a resolver for the address of the contract called name, such as
// [NameStaking]. A resolver that does not know it gives the zero address, which is
// [literr.ChainUnreachable] as any other unusable answer.
//
// Source: protocol 3.7 and 10.7. The names' hashes are computed here; the official
// SDK asks the resolver for them first.
func (r Reader) Resolve(ctx context.Context, resolver Resolver, name string) (eth.Address, error) {
	answer, err := r.callContract(ctx, resolver.Address, resolver.request(name))
	if err != nil {
		return eth.Address{}, err
	}
	words := &wordReader{rest: answer}
	address := words.address()
	if err := words.end(); err != nil {
		return eth.Address{}, r.malformed(resolver.Address, "getContract", err)
	}
	if address == (eth.Address{}) {
		return eth.Address{}, r.unusable("has no contract called " + name + " in the resolver at " + resolver.Address.String())
	}
	return address, nil
}

// request is the call for the address of a contract.
func (r Resolver) request(name string) []byte {
	return encodeCall(selectorGetContract, encodeWord(eth.Keccak256([]byte(name))), encodeNumber(uint64(r.Environment)))
}
