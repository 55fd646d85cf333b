package action

import (
	"fmt"
	"sync/atomic"
)

// budget is what a run and the child actions that it calls may spend together.
type budget struct {
	limits Limits
	memory atomic.Int64 // bytes that engines have, and copies of what they exchange with Go

	fetches       counter
	contractCalls counter
	signatures    counter
	broadcasts    counter
}

// reserve takes n bytes, if there are as many. Whoever takes them gives them back with memory.Add.
func (b *budget) reserve(n uintptr) bool {
	if n > uintptr(b.limits.Memory) {
		return false
	}
	if b.memory.Add(int64(n)) > int64(b.limits.Memory) {
		b.memory.Add(-int64(n))
		return false
	}
	return true
}

func newBudget(l Limits) *budget {
	return &budget{
		limits:        l,
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
