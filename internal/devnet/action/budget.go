package action

import (
	"fmt"
	"sync/atomic"
)

// budget is what a run and the child actions that it calls may spend together.
type budget struct {
	limits  Limits
	memory  atomic.Int64 // bytes that engines have, and copies of what they exchange with Go
	pool    *pool        // that all runs share
	crowded atomic.Bool  // the pool and not the limit refused bytes

	fetches       counter
	contractCalls counter
	signatures    counter
	broadcasts    counter
}

// pool is the memory of all runs of a [Runtime] together.
type pool struct {
	max  int64
	used atomic.Int64
}

// reserve takes n bytes, if there are as many. Whoever takes them gives them back with release.
func (b *budget) reserve(n uintptr) bool {
	if n > uintptr(b.limits.Memory) {
		return false
	}
	if b.memory.Add(int64(n)) > int64(b.limits.Memory) {
		b.memory.Add(-int64(n))
		return false
	}
	if b.pool.used.Add(int64(n)) > b.pool.max {
		b.release(int64(n))
		b.crowded.Store(true)
		return false
	}
	return true
}

// release gives back n bytes that were reserved.
func (b *budget) release(n int64) {
	b.memory.Add(-n)
	b.pool.used.Add(-n)
}

// close gives back what answers hold that came after the end of the run.
func (b *budget) close() { b.release(b.memory.Load()) }

func newBudget(l Limits, p *pool) *budget {
	return &budget{
		limits:        l,
		pool:          p,
		fetches:       counter{max: l.Fetches, refusal: "You may not send more than %d HTTP requests per session and you have attempted to exceed that limit."},
		contractCalls: counter{max: l.ContractCalls, refusal: "You may not make more than %d contract calls per session and you have attempted to exceed that limit."},
		signatures:    counter{max: l.Signatures, refusal: "You may not sign more than %d times per session and you have attempted to exceed that limit."},
		broadcasts:    counter{max: l.Broadcasts, refusal: "You may not broadcast more than %d times per session and you have attempted to exceed that limit."},
	}
}

// counter counts what an action may do max times.
type counter struct {
	used    atomic.Int64
	max     int
	refusal string // format with one %d
}

// take counts one use, or refuses it.
func (c *counter) take() error {
	if c.used.Add(1) > int64(c.max) {
		return fmt.Errorf(c.refusal, c.max)
	}
	return nil
}
