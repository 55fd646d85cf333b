package action

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/libquickjs"
)

// engine is one virtual machine. It stands on the library below package modernc.org/quickjs, because that package
// offers no memory of one's own, no end that a script cannot catch or put off, no file names in stack traces and no
// word of unhandled rejections.
//
// All methods but halt and its like belong to one goroutine, which must have called armFaults.
type engine struct {
	tls    *libc.TLS
	rt     uintptr // lib.TJSRuntime
	ctx    uintptr // lib.TJSContext
	memory *arena

	end       atomic.Int32 // a haltReason
	mu        sync.Mutex   // guards rt and ctx against press while the engine closes
	closed    bool
	unhandled rejections

	hooks   []any // Go functions whose addresses the engine has
	charged int64 // bytes of the budget for copies between the engine and Go, see charge
}

// haltReason is why an engine must stop.
type haltReason int32

const (
	running haltReason = iota
	haltTimeout
	haltMemory
	haltCancelled
	haltUncaught // an exception outside of the main script, see run.uncaught
	haltFailed   // a Go panic in a host function
)

// killAfter is how long a halted engine may take to notice before its memory is taken away.
const killAfter = 50 * time.Millisecond

// newEngine returns an engine whose memory counts against b. It must be closed by the goroutine that made it.
func newEngine(b *budget) (*engine, error) {
	e := &engine{tls: libc.NewTLS()}
	e.memory = newArena(b, func() bool { return e.reason() != running }, func() { e.halt(haltMemory) })
	if e.rt = e.newRuntime(); e.rt == 0 {
		e.close()
		return nil, errors.New("no memory for a runtime")
	}
	if e.ctx = lib.XJS_NewContext(e.tls, e.rt); e.ctx == 0 {
		e.close()
		return nil, errors.New("no memory for a context")
	}
	lib.XJS_SetCanBlock(e.tls, e.rt, 0)
	lib.XJS_SetGCThreshold(e.tls, e.rt, firstCollection)
	e.memory.taken = e.collectInTime
	lib.XJS_SetInterruptHandler(e.tls, e.rt, hook(e, func(*libc.TLS, uintptr, uintptr) int32 {
		if e.reason() != running {
			return 1 // the exception that this raises cannot be caught
		}
		return 0
	}), 0)
	e.nameErrors()
	e.trackRejections()
	return e, nil
}

// newRuntime returns a runtime that lives in e.memory, or 0.
func (e *engine) newRuntime() uintptr {
	functions := e.memory.functions(e)
	n := int(unsafe.Sizeof(functions))
	p := e.tls.Alloc(n) // the runtime copies them
	defer e.tls.Free(n)
	*(*lib.TJSMallocFunctions)(unsafe.Add(nil, p)) = functions
	return lib.XJS_NewRuntime2(e.tls, p, 0)
}

// nameErrors makes an overflow of the stack a RangeError, as in V8, instead of the engine's own InternalError.
func (e *engine) nameErrors() {
	proto := &(*lib.TJSContext)(unsafe.Add(nil, e.ctx)).Fnative_error_proto
	e.free(proto[lib.EJS_INTERNAL_ERROR])
	proto[lib.EJS_INTERNAL_ERROR] = e.dup(proto[lib.EJS_RANGE_ERROR])
}

// firstCollection is the heap size at which the engine first looks for cycles of garbage. From then on it does so when
// the heap has grown by half.
const firstCollection = 4 << 20

// collectInTime sees to it that the engine looks for garbage before its memory is used up.
func (e *engine) collectInTime() {
	rt := (*lib.TJSRuntime)(unsafe.Add(nil, e.rt))
	limit, used := lib.Tsize_t(e.memory.budget.limits.Memory), rt.Fmalloc_ctx.Fmalloc_state.Fmalloc_size
	if rt.Fmalloc_gc_threshold > limit && used < limit {
		rt.Fmalloc_gc_threshold = used + (limit-used)/2
	}
}

// armFaults makes an access to memory that was taken away a panic of this goroutine instead of the end of the
// process. What it returns undoes that.
func armFaults() (disarm func()) {
	old := debug.SetPanicOnFault(true)
	return func() { debug.SetPanicOnFault(old) }
}

// hook returns the address of the function f for the engine to call, and keeps f alive until the engine is closed.
func hook[F any](e *engine, f F) uintptr {
	e.hooks = append(e.hooks, f)
	return *(*uintptr)(unsafe.Pointer(&f)) // a function value is a pointer to its closure
}

func (e *engine) reason() haltReason { return haltReason(e.end.Load()) }

// halt ends the run for good; the first reason stays. Any goroutine may call it, also from inside the engine.
func (e *engine) halt(why haltReason) {
	if e.end.CompareAndSwap(int32(running), int32(why)) {
		e.press()
	}
}

// press makes the engine look for its end at the next opportunity instead of up to ten thousand operations later,
// and makes what recurses in the engine without looking run out of stack.
func (e *engine) press() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || e.rt == 0 || e.ctx == 0 {
		return
	}
	atomic.StoreInt32(&(*lib.TJSContext)(unsafe.Add(nil, e.ctx)).Finterrupt_counter, 0)
	atomic.StoreUintptr((*uintptr)(unsafe.Pointer(&(*lib.TJSRuntime)(unsafe.Add(nil, e.rt)).Fstack_size)), 1)
}

// kill takes the engine's memory away.
func (e *engine) kill() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.closed = true // nothing to press any more
		e.memory.kill()
	}
}

// haltOnEnd halts the engine when ctx ends and sees to it that it stops soon, whatever it is doing. What it returns
// ends the watch.
func (e *engine) haltOnEnd(ctx context.Context, why func() haltReason) (release func()) {
	done, pressed := make(chan struct{}), make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		defer close(pressed)
		e.halt(why())
		e.pressUntil(done)
	})
	return func() {
		close(done)
		if !forget() {
			<-pressed
		}
	}
}

// pressUntil repeats press, because the engine writes the words in question without looking at them, and in the end
// takes its memory away.
func (e *engine) pressUntil(done <-chan struct{}) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(killAfter)
	defer deadline.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			e.press()
		case <-deadline.C:
			e.kill()
			return
		}
	}
}

// close gives everything back. It runs nothing of the engine, whose values all become invalid.
func (e *engine) close() {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.tls.Close()
	e.memory.close()
	runtime.KeepAlive(e.hooks)
}

// script runs source as a classic script of that name. An exception is returned with thrown set.
func (e *engine) script(source, name string) (exception value, thrown bool, err error) {
	code, err := e.parse(source, name)
	if err != nil {
		return undefined, false, err
	}
	if isException(code) {
		return e.exception(), true, nil
	}
	v := lib.XJS_EvalFunction(e.tls, e.ctx, code)
	if isException(v) {
		return e.exception(), true, nil
	}
	e.free(v)
	return undefined, false, nil
}

// parse compiles source and returns a function, or an exception with the exception pending.
func (e *engine) parse(source, name string) (value, error) {
	text, err := libc.CString(source)
	if err != nil {
		return undefined, err
	}
	defer libc.Xfree(e.tls, text)
	file, err := libc.CString(name)
	if err != nil {
		return undefined, err
	}
	defer libc.Xfree(e.tls, file)
	return lib.XJS_Eval(e.tls, e.ctx, text, lib.Tsize_t(len(source)), file, lib.MJS_EVAL_TYPE_GLOBAL|lib.MJS_EVAL_FLAG_COMPILE_ONLY), nil
}

// bytecode runs what compile returned and returns its value.
func (e *engine) bytecode(code []byte) (value, error) {
	at, err := libc.CString(string(code)) // the engine takes no memory of Go's
	if err != nil {
		return undefined, err
	}
	defer libc.Xfree(e.tls, at)
	f := lib.XJS_ReadObject(e.tls, e.ctx, at, lib.Tsize_t(len(code)), lib.MJS_READ_OBJ_BYTECODE)
	if isException(f) {
		return undefined, e.error()
	}
	v := lib.XJS_EvalFunction(e.tls, e.ctx, f)
	if isException(v) {
		return undefined, e.error()
	}
	return v, nil
}

// jobs runs queued promise jobs until there is none or the engine halts.
func (e *engine) jobs() {
	slot := e.tls.Alloc(int(unsafe.Sizeof(uintptr(0))))
	defer e.tls.Free(int(unsafe.Sizeof(uintptr(0))))
	for e.reason() == running {
		switch n := lib.XJS_ExecutePendingJob(e.tls, e.rt, slot); {
		case n == 0:
			return
		case n < 0:
			e.free(e.exception())
		}
	}
}

// compile returns source as bytecode of this version of the engine, for any number of engines.
func compile(source, name string) ([]byte, error) {
	e, err := newEngine(newBudget(DefaultLimits(), &pool{max: DefaultMemory}))
	if err != nil {
		return nil, err
	}
	defer e.close()
	lib.XJS_SetStripInfo(e.tls, e.rt, lib.MJS_STRIP_SOURCE)
	code, err := e.parse(source, name)
	if err != nil {
		return nil, err
	}
	if isException(code) {
		return nil, fmt.Errorf("%s: %w", name, e.error())
	}
	word := int(unsafe.Sizeof(lib.Tsize_t(0)))
	size := e.tls.Alloc(word)
	defer e.tls.Free(word)
	p := lib.XJS_WriteObject(e.tls, e.ctx, size, code, lib.MJS_WRITE_OBJ_BYTECODE)
	if p == 0 {
		return nil, e.error()
	}
	n := int(*(*lib.Tsize_t)(unsafe.Add(nil, size)))
	return append([]byte(nil), unsafe.Slice((*byte)(unsafe.Add(nil, p)), n)...), nil
}
