package node

import (
	"slices"
	"sync"
	"time"
)

// quota allows so many requests in any period of that length.
type quota struct {
	key    [32]byte // of what is counted
	max    uint64
	period time.Duration
}

// spending is a node's record of the requests that credits paid for. It is safe
// for concurrent use; its zero value is empty.
type spending struct {
	mutex   sync.Mutex
	tallies map[[32]byte]*tally
	swept   time.Time
}

// tally is how often something was used, by the second and oldest first, so
// that it is never longer than its period has seconds.
type tally struct {
	seconds []second
	total   uint64
	period  time.Duration
}

type second struct {
	unix  int64
	count uint64
}

// charge takes one request off the first allowance that has any left in all of
// its quotas. Otherwise ok is false, and again is when one will have, zero if
// that does not depend on requests on record.
func (s *spending) charge(allowances []allowance, window time.Duration, now time.Time) (again time.Time, ok bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.sweep(now)
	for _, a := range allowances {
		quotas := append(slices.Clip(a.through), creditQuota(a.credit, window))
		free, ever := s.freeAt(quotas, now)
		if ever && !free.After(now) {
			for _, q := range quotas {
				s.tallyOf(q).add(now)
			}
			return time.Time{}, true
		}
		if ever && (again.IsZero() || free.Before(again)) {
			again = free
		}
	}
	return again, false
}

// freeAt is when all quotas have room for one more, now at the earliest; ever
// is false if one never has.
func (s *spending) freeAt(quotas []quota, now time.Time) (free time.Time, ever bool) {
	free = now
	for _, q := range quotas {
		if q.max == 0 {
			return now, false
		}
		if at := s.tallyOf(q).freeAt(q.max, now); at.After(free) {
			free = at
		}
	}
	return free, true
}

func (s *spending) tallyOf(q quota) *tally {
	if s.tallies == nil {
		s.tallies = map[[32]byte]*tally{}
	}
	t := s.tallies[q.key]
	if t == nil {
		t = new(tally)
		s.tallies[q.key] = t
	}
	t.period = q.period
	return t
}

// sweepInterval is how often what was forgotten is thrown away.
const sweepInterval = time.Hour

func (s *spending) sweep(now time.Time) {
	if now.Sub(s.swept) < sweepInterval && !now.Before(s.swept) {
		return
	}
	s.swept = now
	for key, t := range s.tallies {
		if t.forget(now); t.total == 0 {
			delete(s.tallies, key)
		}
	}
}

func (t *tally) add(now time.Time) {
	t.total++
	if last := len(t.seconds) - 1; last >= 0 && t.seconds[last].unix >= now.Unix() {
		t.seconds[last].count++ // a clock that was set back counts on
		return
	}
	t.seconds = append(t.seconds, second{now.Unix(), 1})
}

// forget drops what is older than the period.
func (t *tally) forget(now time.Time) {
	oldest := now.Add(-t.period).Unix()
	gone := 0
	for gone < len(t.seconds) && t.seconds[gone].unix <= oldest {
		t.total -= t.seconds[gone].count
		gone++
	}
	t.seconds = slices.Delete(t.seconds, 0, gone)
}

// freeAt is when fewer than max, which is not 0, will be on record.
func (t *tally) freeAt(max uint64, now time.Time) time.Time {
	t.forget(now)
	excess := int64(t.total) - int64(max) + 1
	free := now
	for _, s := range t.seconds {
		if excess <= 0 {
			break
		}
		excess -= int64(s.count)
		free = time.Unix(s.unix, 0).Add(t.period)
	}
	return free
}
