package action

import (
	"context"
	"fmt"
)

// completion is the outcome of an asynchronous operation, to settle the promise that the prelude keeps under id.
type completion struct {
	id      int
	payload string // JSON
	bytes   []byte
	err     error

	reserved int64 // bytes of the budget to give back when it is settled
}

// loop runs promise jobs, timers and completions until there is nothing left to wait for.
func (x *run) loop() error {
	for {
		x.engine.jobs()
		if x.engine.reason() != running {
			return nil
		}
		if reason, ok := x.engine.unhandled.first(); ok {
			return x.describe(reason, "Uncaught (in promise) ")
		}
		if len(x.asked) == 0 && x.timers.empty() {
			return nil
		}
		if err := x.wait(); err != nil {
			return err
		}
	}
}

// wait runs the next timer or completion.
func (x *run) wait() error {
	due, stop := x.timers.next()
	defer stop()
	select {
	case <-x.ctx.Done():
		return nil // outcome says why
	case c := <-x.completed:
		x.asked[c.id]()
		delete(x.asked, c.id)
		return x.settle(c)
	case <-due:
		return x.turn("fire", x.timers.pop())
	}
}

// settle hands the outcome of an operation to the promise that waits for it.
func (x *run) settle(c completion) error {
	defer x.budget.release(c.reserved)
	if c.err != nil {
		class, message := errorClass(c.err)
		return x.turn("reject", c.id, class, message)
	}
	if c.bytes == nil {
		return x.turn("resolve", c.id, c.payload)
	}
	return x.turn("resolve", c.id, c.payload, c.bytes)
}

// turn calls the prelude, which hands the action's exceptions to host "uncaught"; an error here is one of the prelude
// itself, such as an overflow of the stack.
func (x *run) turn(verb string, args ...any) error {
	_, err := x.enter(verb, args...)
	if err != nil && x.engine.reason() == running {
		return &Error{Kind: Exception, Message: "Uncaught " + err.Error()}
	}
	return nil
}

// start runs answer in a goroutine of its own and settles the promise under id with what it returns. Its context ends
// with the run.
func (x *run) start(id int, answer answering) {
	ctx, cancel := context.WithCancel(x.ctx)
	x.asked[id] = cancel
	x.async.Go(func() {
		c := finish(ctx, answer)
		c.id = id
		select {
		case x.completed <- c:
		case <-x.ctx.Done():
		}
	})
}

// finish returns the outcome of answer. A panic in it, which is the host's, fails the operation and nothing else.
func finish(ctx context.Context, answer answering) (c completion) {
	defer func() {
		if p := recover(); p != nil {
			c = completion{err: fmt.Errorf("internal error: %v", p)}
		}
	}()
	return complete(answer(ctx))
}

// complete puts an answer into JSON.
func complete(value any, err error) completion {
	c := completion{err: err}
	if err != nil {
		return c
	}
	if both, ok := value.(withBytes); ok {
		value, c.bytes, c.reserved = both.value, both.bytes, both.reserved
		if c.bytes == nil {
			c.bytes = []byte{}
		}
	}
	c.payload, c.err = asJSON(value)
	return c
}
