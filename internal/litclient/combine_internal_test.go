package litclient

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"litsession/internal/bls"
	"litsession/internal/session"
)

// dealt returns a quorum of as many nodes with all their shares, the first of
// which are wrong.
func dealt(t testing.TB, threshold, nodes, wrong int, seed byte) (*quorum, *group) {
	t.Helper()
	random := rand.NewChaCha8([32]byte{seed})
	key, holders, err := bls.Deal(random, threshold, nodes)
	if err != nil {
		t.Fatal(err)
	}
	q := &quorum{network: &network{key: key, threshold: threshold, nodes: make([]string, nodes)}, nextTurn: noTurn}
	if err := q.search.seed(func(b []byte) error { _, err := random.Read(b); return err }); err != nil {
		t.Fatal(err)
	}
	g := &group{text: "a message", tried: map[string]bool{}}
	hash := session.MessageHash(g.text)
	for i, holder := range holders {
		message := hash[:]
		if i < wrong {
			message = []byte{byte(i)}
		}
		g.shares = append(g.shares, holder.Sign(message))
	}
	q.groups = []*group{g}
	return q, g
}

func TestEveryChoiceOfAFewSharesIsTried(t *testing.T) {
	for _, size := range []struct{ threshold, nodes, wrong int }{{1, 1, 0}, {2, 3, 1}, {3, 5, 2}, {6, 10, 4}, {7, 11, 4}} {
		q, _ := dealt(t, size.threshold, size.nodes, size.wrong, 1)
		if !q.combine(t.Context()) {
			t.Errorf("%+v: not found in %d tries", size, q.search.tried)
		}
		q, g := dealt(t, size.threshold, size.nodes, size.wrong+1, 2)
		all := choices(g.shares, size.threshold, math.MaxInt)
		if q.combine(t.Context()) || q.search.tried != all || len(g.tried) != all {
			t.Errorf("%+v and one more: %d tries of %d choices", size, q.search.tried, all)
		}
	}
}

// TestSharesOfOneIndex: two nodes that name one index cannot both be right.
func TestSharesOfOneIndex(t *testing.T) {
	q, g := dealt(t, 3, 5, 2, 1)
	g.shares[0].Index, g.shares[1].Index = g.shares[2].Index, g.shares[2].Index
	if got := choices(g.shares, 3, math.MaxInt); got != 3 {
		t.Errorf("%d choices, want 3", got)
	}
	if !q.combine(t.Context()) || q.search.tried > 3 {
		t.Errorf("not found in %d tries", q.search.tried)
	}
}

// TestHowManyMaySignFalsely is what README.md says of networks whose threshold
// is two thirds.
func TestHowManyMaySignFalsely(t *testing.T) {
	for nodes := 3; nodes <= 100; nodes++ {
		threshold := 2 * nodes / 3
		shares := make([]bls.SignatureShare, nodes)
		for i := range shares {
			shares[i].Index = uint8(i + 1)
		}
		if exhaustive := choices(shares, threshold, maxTries+1) <= maxTries; exhaustive != (nodes <= 13) {
			t.Errorf("%d nodes: every choice is tried: %v", nodes, exhaustive)
		}
		hit := 1.0 // the probability that a choice holds none of four
		for i := range 4 {
			hit *= float64(nodes-threshold-i) / float64(nodes-i)
		}
		// As if a choice could come twice, which makes it worse.
		if miss := math.Pow(1-hit, maxTries); nodes > 13 && miss > 0.01 {
			t.Errorf("%d nodes: four who sign falsely are not found out with probability %f", nodes, miss)
		}
	}
}

func TestASearchLeavesOffForTheNextAnswer(t *testing.T) {
	q, g := dealt(t, 6, 10, 5, 1)
	q.search.arrived.Store(1)
	if q.combine(t.Context()) || q.search.tried != 1 {
		t.Errorf("%d tries while an answer waits", q.search.tried)
	}
	q.search.taken = 1
	q.silent = []string{"", ""}
	if q.combine(t.Context()) || len(g.tried) != 210 {
		t.Errorf("%d of 210 choices tried", len(g.tried))
	}
	q, _ = dealt(t, 13, 20, 8, 1)
	q.silent = []string{""}
	if q.combine(t.Context()) || q.search.tried != maxTries/2 {
		t.Errorf("%d tries while a node may still answer", q.search.tried)
	}
}

// TestAPageWorksBetweenTheTries: a try of many shares takes two turns.
func TestAPageWorksBetweenTheTries(t *testing.T) {
	for _, size := range []struct{ threshold, nodes, wrong, turns int }{{6, 10, 5, 1}, {21, 24, 4, 2}} {
		q, _ := dealt(t, size.threshold, size.nodes, size.wrong, 1)
		turns := 0
		ctx, cancel := context.WithCancel(t.Context())
		q.nextTurn = func(context.Context) {
			if turns++; turns == 100 {
				cancel()
			}
		}
		if q.combine(ctx) || q.search.tried < 50 || turns != size.turns*q.search.tried {
			t.Errorf("%+v: %d turns in %d tries", size, turns, q.search.tried)
		}
	}
}

func TestASearchEndsWithTheContext(t *testing.T) {
	q, _ := dealt(t, 13, 20, 8, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if q.combine(ctx) || q.search.tried != 1 {
		t.Errorf("%d tries after the end", q.search.tried)
	}
}

func BenchmarkSearch(b *testing.B) {
	for _, size := range []struct{ threshold, nodes, wrong int }{{6, 10, 4}, {8, 13, 5}, {20, 30, 4}, {66, 100, 4}} {
		b.Run(fmt.Sprintf("%dof%d/%dwrong", size.threshold, size.nodes, size.wrong), func(b *testing.B) {
			tries, runs := 0, 0
			for b.Loop() {
				q, _ := dealt(b, size.threshold, size.nodes, size.wrong, byte(runs))
				if !q.combine(b.Context()) {
					b.Errorf("not found in %d tries", q.search.tried)
				}
				tries += q.search.tried
				runs++
			}
			b.ReportMetric(float64(tries)/float64(runs), "tries/op")
		})
	}
}
