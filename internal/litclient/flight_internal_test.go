package litclient

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"litsession/internal/literr"
	"litsession/internal/siwe"
)

func TestFlights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flights[int]
		var told [2]int
		started, landed := 0, make(chan int)
		var ended error
		work := func(ctx context.Context, progress Progress) (int, error) {
			started++
			progress.tell(Step{})
			select {
			case value := <-landed:
				return value, nil
			case <-ctx.Done():
				ended = context.Cause(ctx)
				return 0, ended
			}
		}
		type result struct {
			value int
			err   error
		}
		fly := func(ctx context.Context, i int) <-chan result {
			results := make(chan result, 1)
			go func() {
				value, err := f.do(ctx, "key", func(Step) { told[i]++ }, work)
				results <- result{value, err}
			}()
			synctest.Wait()
			return results
		}
		first, leave := context.WithCancel(t.Context())
		a, b := fly(first, 0), fly(t.Context(), 1)
		leave()
		if r := <-a; !errors.Is(r.err, context.Canceled) {
			t.Errorf("the one that left got %+v", r)
		}
		landed <- 7
		if r := <-b; r.value != 7 || r.err != nil || started != 1 || ended != nil {
			t.Errorf("the one that stayed got %+v, after %d starts", r, started)
		}
		if told != [2]int{1, 0} {
			t.Errorf("told %v: who comes later hears of later steps", told)
		}

		second, leave := context.WithCancel(t.Context())
		c := fly(second, 0)
		leave()
		<-c
		synctest.Wait()
		if started != 2 || !errors.Is(ended, errAbandoned) {
			t.Errorf("after all had left, the work ended with %v", ended)
		}
		d := fly(t.Context(), 0)
		landed <- 8
		if r := <-d; r.value != 8 || started != 3 {
			t.Errorf("the next one got %+v", r)
		}
		if _, err := f.do(second, "key", nil, work); !errors.Is(err, context.Canceled) || started != 3 {
			t.Errorf("one that had given up before: %v", err)
		}
		if len(f.byKey) != 0 {
			t.Errorf("%d flights are left", len(f.byKey))
		}
	})
}

// TestAFlightThatNeverEnds: who comes much later begins anew, and the one that
// waits may still get its answer.
func TestAFlightThatNeverEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flights[int]
		started := 0
		answers := []chan int{make(chan int), make(chan int)}
		fly := func() <-chan int {
			result := make(chan int, 1)
			go func() {
				value, err := f.do(t.Context(), "key", nil, func(context.Context, Progress) (int, error) {
					started++
					return <-answers[started-1], nil
				})
				if err != nil {
					t.Error(err)
				}
				result <- value
			}()
			synctest.Wait()
			return result
		}
		lost := fly()
		time.Sleep(patience)
		joined := fly()
		if started != 1 {
			t.Fatalf("%d starts within the time", started)
		}
		time.Sleep(time.Second)
		anew := fly()
		if started != 2 {
			t.Fatalf("%d starts after the time", started)
		}
		answers[0] <- 1
		answers[1] <- 2
		if a, b, c := <-lost, <-joined, <-anew; a != 1 || b != 1 || c != 2 {
			t.Errorf("got %d, %d and %d", a, b, c)
		}
		if len(f.byKey) != 0 {
			t.Errorf("%d flights are left", len(f.byKey))
		}
	})
}

// TestWhoSharesAnExpiration: calls at once ask once, however short the session
// turns out, but for who asks for a longer one.
func TestWhoSharesAnExpiration(t *testing.T) {
	start := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	for name, row := range map[string]struct {
		first, second time.Duration // 0 for the default
		want          int
	}{
		"a second later":       {24 * time.Hour, 24*time.Hour + time.Second, 1},
		"a shorter one":        {24 * time.Hour, time.Hour, 1},
		"a longer one":         {time.Hour, 24 * time.Hour, 2},
		"the default for both": {0, 0, 1},
		"the default for one":  {time.Hour, 0, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			var c Client
			asked, answer := 0, make(chan struct{})
			call := func(lasting time.Duration) {
				var p SignSessionKeyParams
				if lasting > 0 {
					p.Expiration = siwe.FormatTime(start.Add(lasting))
				}
				_, err := c.shared(t.Context(), "id", p, func(context.Context, Progress) (authorization, error) {
					asked++
					<-answer
					return authorization{message: siwe.Message{ExpirationTime: siwe.FormatTime(start.Add(time.Minute))}}, nil
				})
				if err != nil {
					t.Error(err)
				}
			}
			go call(row.first)
			synctest.Wait()
			go call(row.second)
			synctest.Wait()
			close(answer)
			synctest.Wait()
			if asked != row.want {
				t.Errorf("%s: asked %d times, want %d", name, asked, row.want)
			}
		})
	}
}

func TestAFlightThatCrashes(t *testing.T) {
	var f flights[int]
	_, err := f.do(t.Context(), "key", nil, func(context.Context, Progress) (int, error) { panic("no") })
	if !errors.Is(err, literr.Internal) {
		t.Errorf("got %v", err)
	}
}
