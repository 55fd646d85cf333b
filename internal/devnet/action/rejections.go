package action

import (
	"modernc.org/libc"
	lib "modernc.org/libquickjs"
)

// maxUnhandled is how many promises may be rejected and unhandled at one time before the run ends with the first.
// It bounds what is kept about them outside of the engine's heap.
const maxUnhandled = 10000

// rejections are the promises that were rejected while nobody handled it, oldest first.
type rejections struct {
	order []rejection
	index map[value]int
}

type rejection struct {
	promise, reason value // owned, unless handled
	handled         bool
}

// trackRejections makes the engine report to e.unhandled. The engine calls this in the middle of its work: nothing
// here may run JavaScript.
func (e *engine) trackRejections() {
	e.unhandled.index = map[value]int{}
	lib.XJS_SetHostPromiseRejectionTracker(e.tls, e.rt, hook(e, func(_ *libc.TLS, _ uintptr, promise, reason value, handled int32, _ uintptr) {
		if handled != 0 {
			e.unhandled.remove(e, promise)
			return
		}
		if len(e.unhandled.index) >= maxUnhandled {
			e.halt(haltUncaught)
			return
		}
		e.unhandled.add(rejection{
			promise: e.dup(promise),
			reason:  e.dup(reason),
		})
	}), 0)
}

func (r *rejections) add(one rejection) {
	if len(r.order) >= 2*maxUnhandled {
		r.compact()
	}
	r.index[one.promise] = len(r.order)
	r.order = append(r.order, one)
}

// compact forgets what was handled.
func (r *rejections) compact() {
	kept := r.order[:0]
	for _, one := range r.order {
		if !one.handled {
			r.index[one.promise] = len(kept)
			kept = append(kept, one)
		}
	}
	r.order = kept
}

func (r *rejections) remove(e *engine, promise value) {
	i, ok := r.index[promise]
	if !ok {
		return
	}
	delete(r.index, promise)
	r.order[i].handled = true
	e.free(r.order[i].promise)
	e.free(r.order[i].reason)
}

// first returns the reason of the oldest rejection that nobody handled; the caller does not own it.
func (r *rejections) first() (value, bool) {
	r.compact()
	if len(r.order) == 0 {
		return undefined, false
	}
	return r.order[0].reason, true
}
