package litclient

import (
	"context"
	"errors"
	"testing"
)

// TestTheEndOfAContextWins over answers that are there at the same time: they
// may say no more than that it has ended.
func TestTheEndOfAContextWins(t *testing.T) {
	over := errors.New("over")
	for range 50 { // which of the two comes first is a matter of luck
		ctx, cancel := context.WithCancelCause(t.Context())
		taken := 0
		err := fanOut(ctx, noTurn, []string{"a", "b", "c"}, func(context.Context, string) (int, error) { return 0, nil }, func(answer[int]) bool {
			taken++
			cancel(over)
			return false
		})
		if taken != 1 || !errors.Is(err, over) {
			t.Fatalf("%d answers taken, %v", taken, err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	err := fanOut(ctx, noTurn, []string{"a"}, func(context.Context, string) (int, error) { return 0, nil }, func(answer[int]) bool {
		cancel(over)
		return false
	})
	if !errors.Is(err, over) {
		t.Errorf("it ended with the last answer: %v", err)
	}
}

// TestAPageWorksBetweenRequests of a network of many nodes, and gets its abort through.
func TestAPageWorksBetweenRequests(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	turns := 0
	turn := func(context.Context) {
		if turns++; turns == 3 {
			cancel()
		}
	}
	urls := make([]string, 4*atOnce)
	ask := func(ctx context.Context, _ string) (int, error) { <-ctx.Done(); return 0, ctx.Err() }
	err := fanOut(ctx, turn, urls, ask, func(answer[int]) bool { t.Error("an answer after the end"); return false })
	if turns != 3 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d turns, %v", turns, err)
	}
}
