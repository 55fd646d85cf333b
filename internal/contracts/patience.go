package contracts

import (
	"context"
	"errors"
	"time"

	"litsession/internal/literr"
)

// Timing says how long things are waited for. Zero fields have the default.
type Timing struct {
	Receipt   time.Duration // for a transaction to be mined, default 2 minutes
	Poll      time.Duration // between the first looks, default 100 ms; it grows to ten times that
	Outage    time.Duration // that a node may be away while its answer is waited for, default 15 s
	DropAfter time.Duration // that a transaction may be unknown to the node, default 15 s
	Answer    time.Duration // for the node's answer to one request, default 10 s
}

func (t Timing) withDefaults() Timing {
	for _, d := range []struct {
		value   *time.Duration
		instead time.Duration
	}{
		{&t.Receipt, 2 * time.Minute}, {&t.Poll, 100 * time.Millisecond},
		{&t.Outage, 15 * time.Second}, {&t.DropAfter, 15 * time.Second}, {&t.Answer, 10 * time.Second},
	} {
		if *d.value == 0 {
			*d.value = d.instead
		}
	}
	return t
}

// poll looks until it is done. After timeout, 0 being that of Timing for receipts,
// the error is [literr.Timeout] with what late says. A node that is away for a moment
// is waited for.
func (c *Client) poll(ctx context.Context, timeout time.Duration, late string, look func(context.Context) (done bool, err error)) error {
	timing := c.Timing.withDefaults()
	if timeout == 0 {
		timeout = timing.Receipt
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, literr.Errorf(literr.Timeout, "%s within %s", late, timeout))
	defer cancel()
	answered := time.Now()
	for pause := timing.Poll; ; pause = min(pause*3/2, 10*timing.Poll) {
		done, err := look(ctx)
		var refused *RPCError
		if errors.As(err, &refused) || err != nil && literr.CodeOf(err) == literr.ChainUnreachable {
			if time.Since(answered) >= timing.Outage {
				return c.nodeTrouble(err)
			}
		} else if done || err != nil {
			return err
		} else {
			answered = time.Now()
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// sleep waits, unless ctx ends before.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
