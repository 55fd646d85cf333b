package node

import (
	"testing"
	"time"
)

func TestSpending(t *testing.T) {
	begin := time.Unix(1_800_000_000, 0)
	at := func(seconds int) time.Time { return begin.Add(time.Duration(seconds) * time.Second) }
	const window = 1000 * time.Second
	credit := func(id, rate uint64, through ...quota) allowance {
		return allowance{Credit{TokenID: id, RequestsPerKilosecond: rate}, through}
	}
	uses := func(key byte, n uint64) quota { return quota{[32]byte{key}, n, 3000 * time.Second} }
	type step struct {
		at         int
		allowances []allowance
		ok         bool
		again      int // -1 for never
	}
	for name, steps := range map[string][]step{
		"a rate": {
			{0, []allowance{credit(1, 2)}, true, 0},
			{5, []allowance{credit(1, 2)}, true, 0},
			{6, []allowance{credit(1, 2)}, false, 1000},
			{999, []allowance{credit(1, 2)}, false, 1000},
			{1000, []allowance{credit(1, 2)}, true, 0},
			{1001, []allowance{credit(1, 2)}, false, 1005},
		},
		"the second of two credits": {
			{0, []allowance{credit(1, 1), credit(2, 1)}, true, 0},
			{0, []allowance{credit(1, 1), credit(2, 1)}, true, 0},
			{1, []allowance{credit(1, 1), credit(2, 1)}, false, 1000},
			{1, []allowance{credit(3, 1)}, true, 0},
		},
		"uses over several credits": {
			{0, []allowance{credit(1, 1, uses(1, 2)), credit(2, 9, uses(1, 2))}, true, 0},
			{0, []allowance{credit(1, 1, uses(1, 2)), credit(2, 9, uses(1, 2))}, true, 0},
			{1, []allowance{credit(1, 1, uses(1, 2)), credit(2, 9, uses(1, 2))}, false, 3000},
			{1, []allowance{credit(2, 9)}, true, 0},
			{3000, []allowance{credit(2, 9, uses(1, 2))}, true, 0},
		},
		"no uses, ever": {
			{0, []allowance{credit(1, 1, uses(1, 0))}, false, -1},
		},
		"no allowance": {
			{0, nil, false, -1},
		},
		"a rate of nothing": {
			{0, []allowance{credit(1, 0)}, false, -1},
		},
		"a clock that goes back": {
			{100, []allowance{credit(1, 2)}, true, 0},
			{50, []allowance{credit(1, 2)}, true, 0},
			{60, []allowance{credit(1, 2)}, false, 1100},
		},
	} {
		var s spending
		for i, step := range steps {
			again, ok := s.charge(step.allowances, window, at(step.at))
			if want := at(step.again); ok != step.ok || !ok && (step.again < 0 && !again.IsZero() || step.again >= 0 && !again.Equal(want)) {
				t.Errorf("%s, step %d: %v, again at %s", name, i, ok, again.Sub(begin))
			}
		}
	}
}

func TestSpendingIsForgotten(t *testing.T) {
	var s spending
	now := time.Unix(1_800_000_000, 0)
	for i := range 100 {
		s.charge([]allowance{{Credit{TokenID: uint64(i), RequestsPerKilosecond: 100}, nil}}, time.Hour, now)
	}
	s.charge([]allowance{{Credit{TokenID: 0, RequestsPerKilosecond: 100}, nil}}, time.Hour, now.Add(3*time.Hour))
	if len(s.tallies) != 1 {
		t.Errorf("%d tallies are kept", len(s.tallies))
	}
}
