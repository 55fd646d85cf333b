package action

import (
	"container/heap"
	"time"
)

// timers are the action's timers, by due time and then by order of their making. The prelude keeps their functions
// under the same ids. An id is never used twice, except by an interval that is started anew when it has fired.
type timers struct {
	queue timerQueue
	live  map[int]bool
	made  int
}

type timer struct {
	due  time.Time
	made int
	id   int
}

// add starts a timer.
func (t *timers) add(id int, due time.Time) {
	if t.live == nil {
		t.live = map[int]bool{}
	}
	t.made++
	t.live[id] = true
	heap.Push(&t.queue, timer{due: due, made: t.made, id: id})
}

// clear stops a timer, if it is still to come.
func (t *timers) clear(id int) {
	delete(t.live, id)
	for len(t.queue) > 0 && !t.live[t.queue[0].id] {
		heap.Pop(&t.queue)
	}
	if len(t.queue) > 2*len(t.live)+64 {
		t.compact()
	}
}

// compact drops the cleared timers that wait behind live ones.
func (t *timers) compact() {
	kept := t.queue[:0]
	for _, one := range t.queue {
		if t.live[one.id] {
			kept = append(kept, one)
		}
	}
	t.queue = kept
	heap.Init(&t.queue)
}

func (t *timers) empty() bool { return len(t.live) == 0 }

// next returns a channel that is ready when the first timer is due, or nil without timers, and what releases it.
func (t *timers) next() (<-chan time.Time, func() bool) {
	if t.empty() {
		return nil, func() bool { return false }
	}
	clock := time.NewTimer(time.Until(t.queue[0].due))
	return clock.C, clock.Stop
}

// pop takes the first timer off the queue and returns its id.
func (t *timers) pop() int {
	first := heap.Pop(&t.queue).(timer)
	t.clear(first.id)
	return first.id
}

// timerQueue implements heap.Interface.
type timerQueue []timer

func (q timerQueue) Len() int { return len(q) }
func (q timerQueue) Less(i, j int) bool {
	if q[i].due.Equal(q[j].due) {
		return q[i].made < q[j].made
	}
	return q[i].due.Before(q[j].due)
}
func (q timerQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *timerQueue) Push(x any)   { *q = append(*q, x.(timer)) }
func (q *timerQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
