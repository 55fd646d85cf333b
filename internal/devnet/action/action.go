// Package action runs Lit Actions: one piece of JavaScript, in a virtual machine of its own, with the globals and
// the limits of the node's runtime, and reports what it set.
//
// Start with [New], which prepares what all runs share, and [Runtime.Run]. A run sees nothing of another run, of the
// process or of the file system; what it may ask of its node comes in as [Host], and whom it may talk to as
// [FetchPolicy]. A run that fails returns an [*Error], whose Kind tells the node how to answer.
//
// The engine is QuickJS, where the real runtime has V8: the messages of the engine's own errors differ, error.stack
// has the engine's form, and there is no Intl and no WebAssembly. Of the web platform streams, FormData, WebSocket and
// the like are missing. It runs on 64-bit systems; on Linux, macOS and FreeBSD nothing that an action does can outlive
// its run by more than a moment, elsewhere a loop inside one built-in function can.
//
// Source: protocol.md 9 (runtime), 8.5 (what a node does with the outcome).
package action

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Options are what all runs of a [Runtime] share. The zero value is usable.
type Options struct {
	// Ethers is the source text of ethers 5.7 as one script: the package's UMD bundle, or a bundle that ends with a
	// global variable ethers. Nil: an action that touches ethers gets an error that says how to build it in.
	Ethers []byte
	// BuildHint is the sentence that tells an action's author how to get a program with ethers.
	BuildHint string
	// Parallel is how many runs may be in progress at once; further ones wait. 0 means [DefaultParallel]. Child
	// actions do not count, and the runs of one [Request].Group count as one.
	Parallel int
	// Memory is how many bytes all runs together may take. A run that wants more at such a moment is [Crowded]. 0 means
	// [DefaultMemory].
	Memory int64
}

// What runs share by default.
const (
	DefaultParallel = 32
	// DefaultMemory lets ten nodes run one action that takes all that it may.
	DefaultMemory = 10 * 256 << 20
)

// Runtime runs Lit Actions. It is safe for use by any number of goroutines and holds no state of a run.
type Runtime struct {
	prelude   prelude
	ethers    func() ([]byte, error) // bytecode, or errNoEthers
	hint      string
	client    *http.Client
	questions map[string]func(x *run, args arguments) (answering, error)
	places    *places
	memory    *pool
}

// New compiles what every run starts with. Whether [Options].Ethers is JavaScript shows when an action first uses it.
func New(opts Options) (*Runtime, error) {
	def(&opts.Parallel, DefaultParallel)
	def(&opts.Memory, DefaultMemory)
	prelude, err := compilePrelude()
	if err != nil {
		return nil, fmt.Errorf("compile the action runtime: %w", err)
	}
	return &Runtime{
		prelude: prelude, ethers: newEthers(opts.Ethers), hint: opts.BuildHint, client: newFetchClient(nil),
		questions: newQuestions(), places: newPlaces(opts.Parallel), memory: &pool{max: opts.Memory},
	}, nil
}

// Run runs req.Code until its event loop is empty and returns what it set. It blocks; ending ctx ends the run with an
// error for which errors.Is(err, ctx.Err()) holds. Every other failure is an [*Error]. When Run has returned, nothing
// of the run is left: no goroutine, no connection in use, no memory.
func (r *Runtime) Run(ctx context.Context, req Request) (Result, error) {
	leave, err := r.places.enter(ctx, req.Group)
	if err != nil {
		return Result{}, fmt.Errorf("wait for a free runtime: %w", err)
	}
	defer leave()
	b := newBudget(req.Limits.orDefaults(), r.memory)
	defer b.close()
	x := newRun(r, req, b)
	if err = x.perform(ctx); err == nil {
		return x.result(), nil
	}
	var failed *Error
	if errors.As(err, &failed) {
		failed.Logs = x.logs.String()
	}
	return Result{Logs: x.logs.String()}, err
}

// errTimeLimit is the cause of a context whose run used up its time.
var errTimeLimit = errors.New("run time limit")

// DefaultLimits are the limits that sign_session_key always uses. Source: protocol.md 9.3.
func DefaultLimits() Limits { return Limits{}.orDefaults() }

func (l Limits) orDefaults() Limits {
	def(&l.Time, 30*time.Second)
	def(&l.Memory, 256<<20)
	def(&l.Code, 16<<20)
	def(&l.Response, 102400)
	def(&l.Logs, 102400)
	def(&l.Fetches, 50)
	def(&l.ContractCalls, 30)
	def(&l.Signatures, 10)
	def(&l.Broadcasts, 30)
	def(&l.Depth, 5)
	def(&l.FetchBody, 8<<20)
	return l
}

// def sets *field to value if it is zero.
func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
