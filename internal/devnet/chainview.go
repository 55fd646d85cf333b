package devnet

import (
	"context"

	"litsession/internal/devnet/chain"
	"litsession/internal/devnet/node"
	"litsession/internal/eth"
)

// chainView is the chain as nodes read it.
type chainView struct {
	chain  *chain.Chain
	reader chain.Reader
}

var (
	_ node.Blocks      = chainView{}
	_ node.Permissions = chainView{}
	_ node.PKPs        = chainView{}
)

func (v chainView) LatestBlock() node.Block { return nodeBlock(v.chain.LatestBlock()) }

func (v chainView) Block(hash [32]byte) (node.Block, bool) {
	block, ok := v.chain.Block(hash)
	return nodeBlock(block), ok
}

func nodeBlock(b chain.Block) node.Block { return node.Block{Hash: b.Hash, Time: b.Time} }

func (v chainView) OwnerOf(ctx context.Context, tokenID [32]byte) (eth.Address, error) {
	owner, err := v.reader.OwnerOf(ctx, tokenID)
	return eth.Address(owner), err
}

func (v chainView) PermittedAuthMethods(ctx context.Context, tokenID [32]byte) ([]node.AuthMethod, error) {
	listed, err := v.reader.PermittedAuthMethods(ctx, tokenID)
	methods := make([]node.AuthMethod, len(listed))
	for i, m := range listed {
		methods[i] = node.AuthMethod{Type: m.Type, ID: m.ID}
	}
	return methods, err
}

func (v chainView) Scopes(ctx context.Context, tokenID [32]byte, m node.AuthMethod, count uint64) ([]bool, error) {
	return v.reader.Scopes(ctx, tokenID, m.Type, m.ID, count)
}

func (v chainView) FirstPKP(ctx context.Context, m node.AuthMethod) (eth.PublicKey, bool, error) {
	tokens, err := v.reader.TokenIDsForAuthMethod(ctx, m.Type, m.ID)
	if err != nil || len(tokens) == 0 {
		return eth.PublicKey{}, false, err
	}
	pkp, err := v.reader.PKP(ctx, tokens[0])
	return pkp.PublicKey, err == nil, err
}
