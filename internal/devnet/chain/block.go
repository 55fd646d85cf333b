package chain

import (
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Block is a block's head as clients and nodes use it: the nonce of a SIWE message and the time that stands for it.
type Block struct {
	Hash   common.Hash
	Number uint64
	// Time has whole seconds and is UTC.
	Time time.Time
}

// LatestBlock is the newest block that is not ahead of the clock. Only a clock that was set back makes it another than
// the head; before the clock's time there is always the genesis block.
func (c *Chain) LatestBlock() Block {
	chain := c.service.BlockChain()
	header := chain.CurrentBlock()
	now := uint64(max(c.config.Now().Unix(), 0))
	for header.Time > now && header.Number.Sign() > 0 {
		header = chain.GetHeaderByHash(header.ParentHash)
	}
	return blockOf(header)
}

// Genesis is the first block.
func (c *Chain) Genesis() Block { return blockOf(c.service.BlockChain().Genesis().Header()) }

// WrittenBlock is the newest block that a crash cannot take away.
func (c *Chain) WrittenBlock() Block {
	c.miner.sealing.Lock()
	defer c.miner.sealing.Unlock()
	return blockOf(c.miner.head())
}

// Block finds a block of this chain by its hash.
func (c *Chain) Block(hash common.Hash) (Block, bool) {
	header := c.service.BlockChain().GetHeaderByHash(hash)
	if header == nil {
		return Block{}, false
	}
	return blockOf(header), true
}

func blockOf(header *types.Header) Block {
	return Block{
		Hash:   header.Hash(),
		Number: header.Number.Uint64(),
		Time:   time.Unix(int64(header.Time), 0).UTC(),
	}
}
