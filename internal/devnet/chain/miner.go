package chain

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth"
	gethlog "github.com/ethereum/go-ethereum/log"
	gethminer "github.com/ethereum/go-ethereum/miner"
)

const (
	// burst is how many blocks can be mined at once before mining slows down to one block a second. Each block moves
	// time by a second at least, so block time must lag by a second for every block that is to come at once: a chain
	// that has been quiet is this many seconds behind the clock, about as far as a client on mainnet that reads a
	// block it deems final.
	burst = 240 * time.Second

	// confirmations are the empty blocks that follow the last one with transactions: a wallet that waits for so many
	// gets them though nobody else uses the chain, and a chain that nobody uses does not grow.
	confirmations          = 12
	defaultConfirmInterval = 2 * time.Second

	// idleAfter is how far the newest block of a quiet chain may fall behind the lag of new ones before an empty one
	// follows: views and estimates are made at its time. It is two megabytes a day.
	idleAfter           = 5 * time.Minute
	defaultIdleInterval = 10 * time.Second

	// finalityInterval is the distance of blocks that are called final, as on a chain with a beacon.
	finalityInterval = 32
)

var extraData = []byte(nodeName)

// miner makes a block as soon as there is a transaction to put into it, and never one whose time is ahead of the clock.
type miner struct {
	service *eth.Ethereum
	now     func() time.Time
	// onDisk is a chain that outlives its process. Each of its blocks is on disk before anyone is told of it: geth
	// itself leaves the newest to a buffer. And its genesis stays the final block: geth packs away what is final, and
	// a crash while it does so leaves files that it cannot open again.
	onDisk bool
	// confirmEvery is the time between confirmations. At a second or more they leave the lag of block time as it is.
	confirmEvery time.Duration
	// idleEvery is the time between looks at how old the newest block is, and fresh whether it is to be kept young.
	idleEvery time.Duration
	fresh     atomic.Bool

	sealing sync.Mutex
	stop    context.CancelFunc
	ended   sync.WaitGroup
	stopped chan struct{}

	blocks sync.Mutex
	next   chan struct{} // closed with the next block
}

func newMiner(service *eth.Ethereum, config Config) *miner {
	chain := service.BlockChain()
	chain.SetFinalized(chain.Genesis().Header())
	return &miner{
		service: service, now: config.Now, onDisk: config.DataDir != "", confirmEvery: config.ConfirmInterval,
		idleEvery: config.IdleInterval,
		stopped:   make(chan struct{}), next: make(chan struct{}),
	}
}

// run mines until close. It subscribes before it returns, so that no transaction is missed.
func (m *miner) run() {
	ctx, cancel := context.WithCancel(context.Background())
	m.stop = cancel
	arrivals := make(chan core.NewTxsEvent)
	subscription := m.service.TxPool().SubscribeTransactions(arrivals, true)
	work := make(chan struct{}, 1)
	// The pool waits for whoever hears of its transactions, and mining waits for the pool: so two goroutines.
	m.ended.Go(func() {
		defer subscription.Unsubscribe()
		listen(ctx, arrivals, work)
	})
	m.ended.Go(func() { m.mine(ctx, work) })
}

func (m *miner) mine(ctx context.Context, work <-chan struct{}) {
	confirmation, idle := time.NewTimer(m.confirmEvery), time.NewTicker(m.idleEvery)
	defer confirmation.Stop()
	defer idle.Stop()
	for left := 0; ctx.Err() == nil; {
		if m.sealPending(ctx) {
			left = confirmations
			confirmation.Reset(m.confirmEvery)
		}
		select {
		case <-ctx.Done():
		case <-work:
		case <-confirmation.C:
			if left > 0 {
				left--
				m.confirm(ctx)
				confirmation.Reset(m.confirmEvery)
			}
		case <-idle.C:
			if m.isOld() {
				m.confirm(ctx)
			}
		}
	}
}

func (m *miner) isOld() bool {
	age := m.now().Sub(time.Unix(int64(m.head().Time), 0))
	return m.fresh.Load() && age > burst+idleAfter
}

// confirm makes an empty block. What has arrived meanwhile goes into the next, at once.
func (m *miner) confirm(ctx context.Context) {
	if m.waitForTime(ctx) != nil {
		return
	}
	if _, err := m.seal(ctx, m.blockTime(), nil, true); err != nil {
		gethlog.Error("Confirming a block failed", "err", err)
	}
}

// listen turns any number of arrivals into one piece of work.
func listen(ctx context.Context, arrivals <-chan core.NewTxsEvent, work chan<- struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-arrivals:
		}
		select {
		case work <- struct{}{}:
		default:
		}
	}
}

// nextBlock is closed once there is a block more than now.
func (m *miner) nextBlock() <-chan struct{} {
	m.blocks.Lock()
	defer m.blocks.Unlock()
	return m.next
}

func (m *miner) announce() {
	m.blocks.Lock()
	defer m.blocks.Unlock()
	close(m.next)
	m.next = make(chan struct{})
}

func (m *miner) close() {
	m.stop()
	m.ended.Wait()
	close(m.stopped)
}

// sealPending makes blocks until nothing is left that goes into one, and says whether it made any.
func (m *miner) sealPending(ctx context.Context) (sealed bool) {
	pool := m.service.TxPool()
	for tries := 0; tries < maxTries && ctx.Err() == nil; {
		if pending, _ := pool.Stats(); pending == 0 {
			break
		}
		if m.waitForTime(ctx) != nil {
			break
		}
		block, err := m.seal(ctx, m.blockTime(), nil, false)
		if err != nil {
			gethlog.Error("Mining a block failed", "err", err)
			break
		}
		if block != nil {
			sealed, tries = true, 0
			continue
		}
		tries++
		if pause(ctx, retryInterval) != nil {
			break
		}
	}
	return sealed
}

// retryInterval is how soon to look again at transactions that the pool counts and does not offer. It does so while it
// takes in a block, and tells nobody when that is over. With those that pay too little it does so for ever: after
// maxTries they wait for the next transaction or the next look at the clock, and nothing waits for them.
const (
	retryInterval = 50 * time.Millisecond
	maxTries      = 10
)

func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// waitForTime waits until a block can follow the head without being ahead of the clock.
func (m *miner) waitForTime(ctx context.Context) error {
	for {
		wait := time.Unix(int64(m.head().Time)+1, 0).Sub(m.now())
		if wait <= 0 {
			return nil
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

func (m *miner) blockTime() uint64 {
	return max(m.head().Time+1, uint64(m.now().Add(-burst).Unix()))
}

// seal makes a block and puts it at the head of the chain. Without transactions it takes what the pool offers; when
// that fits nowhere (no transaction pays the base fee) and empty is false, there is no block and no error.
func (m *miner) seal(ctx context.Context, timestamp uint64, txs []*types.Transaction, empty bool) (*types.Block, error) {
	m.sealing.Lock()
	defer m.sealing.Unlock()
	chain := m.service.BlockChain()
	parent := chain.CurrentBlock()
	args := &gethminer.BuildPayloadArgs{
		Parent:      parent.Hash(),
		Timestamp:   timestamp,
		Random:      parent.Hash(),
		Withdrawals: types.Withdrawals{},
		BeaconRoot:  &common.Hash{},
	}
	block, _, err := m.service.Miner().BuildTestingPayload(args, txs, empty, extraData)
	if err != nil {
		return nil, fmt.Errorf("build block on %d: %w", parent.Number, err)
	}
	if len(block.Transactions()) == 0 && !empty {
		return nil, nil
	}
	if _, err := chain.InsertBlockWithoutSetHead(ctx, block, false); err != nil {
		return nil, fmt.Errorf("insert block %d: %w", block.NumberU64(), err)
	}
	if _, err := chain.SetCanonical(block); err != nil {
		return nil, fmt.Errorf("set head to block %d: %w", block.NumberU64(), err)
	}
	chain.SetSafe(block.Header())
	if m.onDisk {
		if err := m.service.ChainDb().SyncKeyValue(); err != nil {
			return nil, fmt.Errorf("write block %d: %w", block.NumberU64(), err)
		}
	} else if block.NumberU64()%finalityInterval == 0 {
		chain.SetFinalized(block.Header())
	}
	// The pool follows the chain with a delay. Until it has, it offers what is mined already and counts nonces without
	// what did not come through it.
	if err := m.service.TxPool().Sync(); err != nil {
		return nil, fmt.Errorf("pool after block %d: %w", block.NumberU64(), err)
	}
	m.announce()
	return block, nil
}

func (m *miner) head() *types.Header { return m.service.BlockChain().CurrentBlock() }
