package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// scriptName is the file name of the action's source in stack traces.
const scriptName = "<user_provided_script>"

// run is one run in progress. Its methods belong to the goroutine of [Runtime.Run], except what async starts.
type run struct {
	runtime *Runtime
	req     Request
	budget  *budget
	engine  *engine

	// dispatch is the prelude's entry: dispatch(verb, …) fires timers, settles promises and describes errors.
	dispatch value

	ctx       context.Context
	completed chan completion
	asked     map[int]context.CancelFunc // questions whose completion is still to come, by id
	timers    timers
	async     sync.WaitGroup

	response string
	uncaught *Error // set with haltUncaught

	depth   int      // 0, or how many actions called each other to get here
	logs    *logs    // of the whole tree of calls
	outputs *outputs // likewise
}

func newRun(r *Runtime, req Request, b *budget) *run {
	return &run{
		runtime: r, req: req, budget: b, completed: make(chan completion), asked: map[int]context.CancelFunc{},
		logs: &logs{max: b.limits.Logs}, outputs: &outputs{signed: map[string]json.RawMessage{}, claims: map[string]json.RawMessage{}},
	}
}

func (x *run) result() Result {
	return Result{Response: x.response, Logs: x.logs.String(), SignedData: x.outputs.signed, ClaimData: x.outputs.claims}
}

// perform is execute with the checks before it, within the time that the run may take.
func (x *run) perform(ctx context.Context) error {
	if n := x.budget.limits.Code; len(x.req.Code) > n {
		return &Error{Kind: Invalid, Message: fmt.Sprintf("Code is too long. Max length is %d bytes", n)}
	}
	if strings.TrimSpace(x.req.Code) == "" {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, x.budget.limits.Time, errTimeLimit)
	defer cancel()
	return x.execute(ctx, cancel)
}

// execute runs the script and its event loop. cancel ends ctx, which every operation started here lives in.
func (x *run) execute(ctx context.Context, cancel context.CancelFunc) (err error) {
	x.ctx = ctx
	defer armFaults()()
	if x.engine, err = newEngine(x.budget); err != nil {
		return x.starved() // there is nothing else that it can fail for
	}
	release := x.engine.haltOnEnd(ctx, func() haltReason { return haltFor(ctx) })
	defer func() {
		p := recover() // the engine lost its memory, or has failed
		err = x.outcome(err, p)
		release()
		cancel()
		x.async.Wait()
		x.engine.close()
	}()
	if err := x.boot(); err != nil {
		return err
	}
	if err := x.evaluate(); err != nil {
		return err
	}
	return x.loop()
}

// haltFor returns why the end of ctx ends a run.
func haltFor(ctx context.Context) haltReason {
	if errors.Is(context.Cause(ctx), errTimeLimit) {
		return haltTimeout
	}
	return haltCancelled
}

// outcome returns how the run ended: err, or what halted the engine, or the panic p that it ended with.
func (x *run) outcome(err error, p any) error {
	if x.ctx.Err() != nil {
		x.engine.halt(haltFor(x.ctx))
	}
	l := x.budget.limits
	switch x.engine.reason() {
	case haltTimeout:
		return &Error{Kind: Timeout, Message: fmt.Sprintf("Your function exceeded the maximum runtime of %dms and was terminated.", l.Time.Milliseconds())}
	case haltMemory:
		return x.starved()
	case haltCancelled:
		return fmt.Errorf("run lit action: %w", x.ctx.Err())
	case haltFailed:
		return &Error{Kind: Internal, Message: "internal error in a host function"}
	case haltUncaught:
		if x.uncaught != nil {
			return x.uncaught
		}
		return &Error{Kind: Exception, Message: fmt.Sprintf("Uncaught (in promise) Error: more than %d unhandled rejections", maxUnhandled)}
	}
	if p != nil {
		return &Error{Kind: Internal, Message: fmt.Sprintf("internal error: %v", p)}
	}
	return err
}

// starved is the error of a run that wanted more memory.
func (x *run) starved() error {
	if x.budget.crowded.Load() {
		return &Error{Kind: Crowded, Message: fmt.Sprintf("Your function was terminated: all functions that run at this moment exceeded the maximum memory of this network, %d MB.", x.budget.pool.max>>20)}
	}
	return &Error{Kind: Memory, Message: fmt.Sprintf("Your function exceeded the maximum memory of %d MB and was terminated.", x.budget.limits.Memory>>20)}
}

// boot evaluates the prelude and sets up the globals.
func (x *run) boot() error {
	host, err := x.engine.function(x.host)
	if err != nil {
		return &Error{Kind: Internal, Message: err.Error()}
	}
	entry, err := x.engine.bytecode(x.runtime.prelude.core)
	if err != nil {
		return &Error{Kind: Internal, Message: err.Error()}
	}
	config, err := x.config()
	if err != nil {
		return &Error{Kind: Internal, Message: err.Error()}
	}
	if x.dispatch, err = x.engine.call(entry, host, config); err != nil {
		return &Error{Kind: Internal, Message: err.Error()}
	}
	return x.setParams()
}

// config returns what the prelude is told about the request, as JSON.
func (x *run) config() (string, error) {
	auth, err := x.req.Auth.json()
	if err != nil {
		return "", err
	}
	headers := [][2]string{}
	for name, values := range x.req.Headers {
		// A browser sends a machine's cookies to every port of it.
		if strings.EqualFold(name, "Cookie") || strings.EqualFold(name, "Authorization") {
			continue
		}
		for _, value := range values {
			headers = append(headers, [2]string{strings.ToLower(name), value})
		}
	}
	config, err := json.Marshal(map[string]any{
		"auth":     json.RawMessage(auth),
		"headers":  headers,
		"response": x.budget.limits.Response,
		"logs":     x.budget.limits.Logs,
	})
	return string(config), err
}

// setParams makes the members of Params globals.
func (x *run) setParams() error {
	if len(x.req.Params) == 0 {
		return nil
	}
	refusal, err := x.enter("params", string(x.req.Params))
	if err != nil {
		return &Error{Kind: Exception, Message: "Uncaught " + err.Error()}
	}
	if text, ok := refusal.(string); ok {
		return &Error{Kind: Invalid, Message: text}
	}
	return nil
}

// evaluate runs the main script.
func (x *run) evaluate() error {
	exception, thrown, err := x.engine.script(x.req.Code, scriptName)
	if err != nil {
		return &Error{Kind: Internal, Message: err.Error()}
	}
	if !thrown {
		return nil
	}
	return x.describe(exception, "Uncaught ")
}

// describe returns the error of a value that was thrown and not caught.
func (x *run) describe(exception value, prefix string) error {
	described, err := x.enter("describe", exception)
	if err != nil {
		return &Error{Kind: Exception, Message: prefix + err.Error()}
	}
	text, _ := described.(string)
	return x.exception(prefix, text)
}

// enter calls the prelude and returns its answer.
func (x *run) enter(verb string, args ...any) (any, error) {
	answer, err := x.engine.call(x.dispatch, append([]any{verb}, args...)...)
	if err != nil {
		return nil, err
	}
	defer x.engine.free(answer)
	return x.engine.take(answer)
}

// exception returns the error for what the prelude's describe returned.
func (x *run) exception(prefix, described string) *Error {
	head, rest, _ := strings.Cut(described, "\x00")
	stack, makers, _ := strings.Cut(rest, "\x00")
	return &Error{Kind: Exception, Message: prefix + head + v8Stack(stack, x.req.Code, strings.Fields(makers)...)}
}
