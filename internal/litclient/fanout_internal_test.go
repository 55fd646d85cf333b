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
		err := fanOut(ctx, []string{"a", "b", "c"}, func(context.Context, string) (int, error) { return 0, nil }, func(answer[int]) bool {
			taken++
			cancel(over)
			return false
		})
		if taken != 1 || !errors.Is(err, over) {
			t.Fatalf("%d answers taken, %v", taken, err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	err := fanOut(ctx, []string{"a"}, func(context.Context, string) (int, error) { return 0, nil }, func(answer[int]) bool {
		cancel(over)
		return false
	})
	if !errors.Is(err, over) {
		t.Errorf("it ended with the last answer: %v", err)
	}
}
