package contracts

import (
	"context"

	"litsession/internal/eth"
)

// getContract(bytes32,uint8) of ContractResolver.
const selectorGetContract = 0x8e8dfd16

// resolverNames are the names of contracts in a resolver.
var resolverNames = []struct{ contract, name string }{
	{NameStaking, "STAKING"},
	{pkpNFT, "PKP_NFT"},
	{pkpHelper, "PKP_HELPER"},
	{pkpPermissions, "PKP_PERMISSIONS"},
	{pubkeyRouter, "PUB_KEY_ROUTER"},
	{rateLimitNFT, "RATE_LIMIT_NFT"},
}

// Resolver is a ContractResolver and which of its tables to read.
type Resolver struct {
	Address     eth.Address
	Environment uint8 // 0 Dev, 1 Staging, 2 Prod
}

// Resolve asks a resolver for the addresses that are missing: of all contracts, where
// what it does not know stays missing, or of one, such as [NameStaking], which it has
// to know. Every failure is [literr.ChainUnreachable].
//
// Source: protocol 3.7 and 10.7. The names' hashes are computed here; the official
// SDK asks the resolver for them first.
func (c *Client) Resolve(ctx context.Context, resolver Resolver, only string) error {
	for _, r := range resolverNames {
		to := c.Addresses.of(r.contract)
		if *to != (eth.Address{}) || only != "" && only != r.contract {
			continue
		}
		data := encodeCall(selectorGetContract, encodeWord(eth.Keccak256([]byte(r.name))), encodeNumber(uint64(resolver.Environment)))
		err := c.fixed(ctx, resolver.Address, "getContract", data, func(words *wordReader) { *to = words.address() })
		if err != nil {
			*to = eth.Address{}
			return err
		}
		if only != "" && *to == (eth.Address{}) {
			return c.unusable("has no contract called " + r.name + " in the resolver at " + resolver.Address.String())
		}
	}
	return nil
}
