package litclient

import (
	"context"
	"errors"
	"fmt"

	"litsession/internal/literr"
	"litsession/internal/nodeapi"
)

// answer is what became of one node's request.
type answer[T any] struct {
	url   string
	value T
	err   error
}

// atOnce is how many requests are sent, or messages signed, before others have
// their turn. A browser takes 1 to 4 ms to send one.
const atOnce = 5

// fanOut asks all nodes at once and hands each answer to take, in the order of
// arrival, until take returns true, all have answered or ctx ends. What is
// still under way then is cancelled. It returns why ctx ended, if it did. Turn
// is [Config].NextTurn.
func fanOut[T any](ctx context.Context, turn func(context.Context), urls []string, ask func(context.Context, string) (T, error), take func(answer[T]) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan answer[T], len(urls))
	for i, url := range urls {
		if i > 0 && i%atOnce == 0 {
			turn(ctx)
		}
		go func() { answers <- askOne(ctx, url, ask) }()
	}
	for range urls {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case a := <-answers:
			// Once ctx is over, answers only say that it is.
			if ctx.Err() == nil && take(a) {
				return nil
			}
		}
	}
	return context.Cause(ctx)
}

func askOne[T any](ctx context.Context, url string, ask func(context.Context, string) (T, error)) (a answer[T]) {
	a.url = url
	defer literr.Recover(&a.err)
	a.value, a.err = ask(ctx, url)
	return a
}

// failureOf describes a node's failure for details.failures.
func failureOf(url string, err error) literr.Failure {
	f := literr.Failure{URL: url, Message: literr.Cut(err.Error(), nodeapi.MaxQuotedText)}
	var refusal *nodeapi.Error
	if errors.As(err, &refusal) {
		f.Status, f.NodeCode = refusal.Status, literr.Cut(refusal.Code, nodeapi.MaxQuotedText)
	}
	return f
}

// reasonOf returns the stable code of a node's failure.
func reasonOf(err error) literr.Code {
	var refusal *nodeapi.Error
	if errors.As(err, &refusal) {
		return refusal.Reason()
	}
	return literr.CodeOf(err)
}

// requestID returns a fresh id for the requests of one operation.
func (c *Client) requestID() (string, error) {
	random := make([]byte, 8)
	if err := c.randomBytes(random); err != nil {
		return "", err
	}
	return fmt.Sprintf("lit_%x", random), nil
}
