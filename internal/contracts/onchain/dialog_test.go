//go:build !js

package onchain_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"litsession/internal/contracts"
)

// leave makes a mint that is given up while the wallet asks. What the wallet does then
// is as it is set.
func leave(t *testing.T, c *contracts.Client, w *wallet) {
	t.Helper()
	asked, answer := make(chan struct{}), w.before
	ctx, cancel := context.WithCancel(t.Context())
	w.before = func(sent contracts.Transaction) error {
		cancel()
		<-asked
		return answer(sent)
	}
	write := contracts.Write{From: w.address(), Contract: "PKPNFT", Function: "mintNext", Arguments: list(t, 2)}
	if _, err := c.Mint(ctx, write); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	close(asked)
}

func TestAWalletThatIsLeftAskingIsNotAskedAgain(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	asked, answer := make(chan struct{}), make(chan error)
	w.before = func(contracts.Transaction) error { asked <- struct{}{}; return <-answer }
	why := errors.New("the user left the page's dialog")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() { <-asked; cancel(why) }()
	write := contracts.Write{From: w.address(), Contract: "PKPNFT", Function: "mintNext", Arguments: list(t, 2)}
	if _, err := c.Mint(ctx, write); !errors.Is(err, why) {
		t.Fatalf("got %v", err)
	}
	go func() { answer <- nil }()
	if _, err := mint(t, c, w); err != nil {
		t.Fatal(err)
	}
	if len(w.seen) != 1 || balance(t, c, w) != count(1) {
		t.Errorf("asked %d times, %s PKPs", len(w.seen), balance(t, c, w))
	}
}

func TestAWriteBehindAnOpenDialogCanBeAborted(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	asked, answer := make(chan struct{}), make(chan error)
	w.before = func(contracts.Transaction) error { asked <- struct{}{}; return <-answer }
	first := make(chan error)
	go func() { _, err := mint(t, c, w); first <- err }()
	<-asked
	why := errors.New("the user left the page")
	ctx, cancel := context.WithCancelCause(t.Context())
	second := make(chan error)
	go func() {
		_, err := c.Send(ctx, contracts.Write{From: w.address(), Contract: "RateLimitNFT", Function: "pruneExpired", Arguments: list(t, w.address().String())})
		second <- err
	}()
	cancel(why)
	select {
	case err := <-second:
		if !errors.Is(err, why) {
			t.Errorf("got %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("it waits for the dialog")
		defer func() { <-second }()
	}
	answer <- nil
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestARejectionThatNobodyWaitedForIsNoAnswerToTheNextCall(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	answered := make(chan struct{})
	c.Sender = hook{w, func() { close(answered) }}
	w.before = func(contracts.Transaction) error {
		return &contracts.SendError{Codes: []string{"4001"}, Message: "User denied"}
	}
	leave(t, c, w)
	<-answered
	if got := balance(t, c, w); got != count(0) { // which takes longer than the answer does to arrive
		t.Errorf("%s PKPs", got)
	}
	c.Sender, w.before = w, nil
	if _, err := mint(t, c, w); err != nil || len(w.seen) != 2 {
		t.Errorf("got %v, asked %d times", err, len(w.seen))
	}
}

// hook is a Sender that tells when it has answered.
type hook struct {
	contracts.Sender
	answered func()
}

func (h hook) SendTransaction(ctx context.Context, t contracts.Transaction) ([]byte, error) {
	defer h.answered()
	return h.Sender.SendTransaction(ctx, t)
}
