package devnet

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"litsession/internal/devnet/node"
)

// meeting is the wire between nodes 0 to n-1, of which threshold must speak.
func meeting(n, threshold int) *exchanges {
	return &exchanges{
		threshold: threshold, patience: exchangePatience, open: map[occasion][]*exchange{},
		members: func() []int {
			var all []int
			for i := range n {
				all = append(all, i)
			}
			return all
		},
	}
}

func (x *exchanges) join(i int, id string) node.Exchange { return nodePeers{x, i}.Join(id, "Qm") }

// TestExchangeWithoutOne has three nodes of four, where the fourth never begins.
func TestExchangeWithoutOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, began := meeting(4, 2), time.Now()
		var all sync.WaitGroup
		got := make([][]string, 3)
		for i := range 3 {
			all.Go(func() {
				e := x.join(i, "r")
				defer e.Leave()
				time.Sleep(time.Duration(i) * time.Second)
				var err error
				if got[i], err = e.BroadcastAndCollect(t.Context(), "n", string(rune('a'+i))); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for i, values := range got {
			if strings.Join(values, "") != "abc" {
				t.Errorf("node %d got %v", i, values)
			}
		}
		if waited := time.Since(began); waited != exchangePatience {
			t.Errorf("they waited %s for the fourth", waited)
		}
		late := x.join(3, "r")
		if values, err := late.BroadcastAndCollect(t.Context(), "n", "d"); err != nil || strings.Join(values, "") != "abc" {
			t.Errorf("the fourth got %v, %v", values, err)
		}
		late.Leave()
		alone := x.join(3, "r")
		if values, err := alone.BroadcastAndCollect(t.Context(), "n", "d"); err == nil || err.Error() != `only 1 nodes have sent a value for "n", and 2 are needed` {
			t.Errorf("after all have left the fourth got %v, %v", values, err)
		}
	})
}

func TestExchangeIsOneForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, began := meeting(3, 2), time.Now()
		var all sync.WaitGroup
		answers := make([]string, 3)
		for i := range 3 {
			all.Go(func() {
				e := x.join(i, "r")
				defer e.Leave()
				for range 2 { // under the same name
					elected, err := e.Elected(t.Context(), "n")
					if err == nil && elected {
						time.Sleep(time.Second)
						err = e.Publish(t.Context(), "n", string(rune('a'+i)))
						answers[i] += string(rune('a' + i))
					} else if err == nil {
						var answer string
						answer, err = e.Await(t.Context(), "n")
						answers[i] += answer
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		slices.Sort(answers)
		if answers = slices.Compact(answers); len(answers) != 1 || len(answers[0]) != 2 {
			t.Errorf("the nodes have the answers %q", answers)
		}
		if waited := time.Since(began); waited != 2*time.Second {
			t.Errorf("that took %s", waited)
		}
	})
}

func TestExchangeOfWhoEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := meeting(3, 2)
		a, b, c := x.join(0, "r"), x.join(1, "r"), x.join(2, "r")
		if elected, err := a.Elected(t.Context(), "n"); !elected || err != nil {
			t.Fatal(elected, err)
		}
		if elected, err := b.Elected(t.Context(), "n"); elected || err != nil {
			t.Fatal(elected, err)
		}
		var waits sync.WaitGroup
		waits.Go(func() {
			if _, err := b.Await(t.Context(), "n"); err == nil || !strings.Contains(err.Error(), "ended without an answer") {
				t.Errorf("awaiting a node that ended: %v", err)
			}
		})
		waits.Go(func() {
			if values, err := c.BroadcastAndCollect(t.Context(), "v", "c"); err != nil || len(values) != 2 {
				t.Errorf("%v, %v", values, err)
			}
		})
		synctest.Wait()
		a.Leave()
		synctest.Wait()
		if values, err := b.BroadcastAndCollect(t.Context(), "v", "b"); err != nil || strings.Join(values, "") != "bc" {
			t.Errorf("%v, %v", values, err)
		}
		waits.Wait()
		b.Leave()
		if values, err := c.BroadcastAndCollect(t.Context(), "v", "c"); values != nil || err == nil || err.Error() != `only 1 nodes have sent a value for "v", and 2 are needed` {
			t.Errorf("alone: %v, %v", values, err)
		}
	})
}

func TestExchangeRefuses(t *testing.T) {
	x := meeting(2, 2)
	e := x.join(0, "")
	if _, err := e.Elected(t.Context(), "n"); !errors.Is(err, errNoRequestID) {
		t.Errorf("without a request id: %v", err)
	}
	if _, err := e.BroadcastAndCollect(t.Context(), "n", "v"); !errors.Is(err, errNoRequestID) {
		t.Errorf("without a request id: %v", err)
	}
	e = x.join(0, "r")
	long := strings.Repeat("x", maxExchangedBytes+1)
	if _, err := e.BroadcastAndCollect(t.Context(), "n", long); err == nil {
		t.Error("a value that is too long was sent")
	}
	if err := e.Publish(t.Context(), "n", long); err == nil {
		t.Error("an answer that is too long was published")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.BroadcastAndCollect(ctx, "n", "v"); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the request: %v", err)
	}
}

func TestExchangesAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := meeting(2, 2)
		a, b, again, other := x.join(0, "r"), x.join(1, "r"), x.join(0, "r"), x.join(0, "s")
		listener := nodePeers{x, 1}.Join("r", "another action's")
		if listener.ID() == a.ID() || listener.ID() == again.ID() {
			t.Error("two actions are in one exchange")
		}
		listener.Leave()
		if a.ID() != b.ID() || a.ID() == again.ID() || a.ID() == other.ID() || again.ID() == other.ID() {
			t.Errorf("exchanges %s, %s, %s and %s", a.ID(), b.ID(), again.ID(), other.ID())
		}
		for _, e := range []node.Exchange{a, b, again, other} {
			e.Leave()
		}
		if late := x.join(1, "s"); late.ID() != other.ID() {
			t.Error("a node that begins after the others ended is not among them")
		}
		time.Sleep(exchangePatience + time.Second)
		x.join(1, "t").Leave()
		if len(x.open) != 2 { // s, which node 1 has not left, and t
			t.Errorf("%d requests are remembered", len(x.open))
		}
	})
}
