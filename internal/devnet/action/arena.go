package action

import (
	"math/bits"
	"sync"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/libquickjs"
)

// arena is the memory of one engine, and of nothing else. That is what makes an end possible that no code inside the
// engine can put off: its built-ins have loops that ask nobody (new Array(4e9).indexOf(1)), and kill takes the memory
// away under them. It also makes the account exact and closing an engine cheap.
//
// All methods but kill belong to the engine's goroutine.
type arena struct {
	budget *budget
	refuse func() bool // no memory any more, whatever the budget has
	failed func()      // called when the budget did not have it
	taken  func()      // called when the engine has taken a block; may be nil

	mu     sync.Mutex // guards mapped and killed
	mapped map[uintptr][]byte
	killed bool

	free    [sizeClasses]uintptr // first free block of each class; a free block begins with the address of the next
	next    uintptr              // the unused rest of the newest slab
	rest    uintptr
	slab    uintptr // bytes of the next slab
	account int64   // bytes mapped, all of them on the budget
}

const (
	blockHeader = 16 // bytes before each block; the first eight are its size with the header
	smallBlock  = 32 << 10
	firstSlab   = 512 << 10
	largestSlab = 4 << 20
	pageSize    = 16 << 10 // of the largest kind in use; mappings are rounded up to it
	sizeClasses = 64
)

func newArena(b *budget, refuse func() bool, failed func()) *arena {
	return &arena{budget: b, refuse: refuse, failed: failed, mapped: map[uintptr][]byte{}, slab: firstSlab}
}

// sizeClass returns the class of blocks of n bytes and how many bytes they have: four classes for each doubling.
func sizeClass(n uintptr) (class int, size uintptr) {
	n = max(n, 32)
	log := bits.Len64(uint64(n-1)) - 1 // 2^log < n <= 2^(log+1)
	step := uintptr(1) << (log - 2)
	quarter := (n - 1 - uintptr(1)<<log) / step
	return (log-4)*4 + int(quarter), uintptr(1)<<log + (quarter+1)*step
}

// alloc returns size bytes, not cleared, or 0.
func (a *arena) alloc(size uintptr) uintptr {
	if a.refuse() {
		return 0
	}
	if size > smallBlock {
		return a.finish(a.mapping((size+blockHeader+pageSize-1)&^(pageSize-1)), (size+blockHeader+pageSize-1)&^(pageSize-1))
	}
	class, total := sizeClass(size + blockHeader)
	if p := a.free[class]; p != 0 {
		a.free[class] = *(*uintptr)(unsafe.Add(nil, p))
		return a.finish(p, total)
	}
	if a.rest < total {
		n := a.slabSize(total)
		p := a.mapping(n)
		if p == 0 {
			return 0
		}
		a.next, a.rest = p, n
	}
	p := a.next
	a.next += total
	a.rest -= total
	return a.finish(p, total)
}

// slabSize returns the size of the next slab: doubling, and less when the budget runs low, but room for need.
func (a *arena) slabSize(need uintptr) uintptr {
	n := a.slab
	a.slab = min(2*a.slab, largestSlab)
	for left := int64(a.budget.limits.Memory) - a.budget.memory.Load(); int64(n) > left && n/2 >= max(need, pageSize); {
		n /= 2
	}
	return n
}

// finish writes the header of the block at p and returns the address after it.
func (a *arena) finish(p, total uintptr) uintptr {
	if p == 0 {
		return 0
	}
	*(*uintptr)(unsafe.Add(nil, p)) = total
	return p + blockHeader
}

// size returns how many bytes the block at p can hold.
func (a *arena) size(p uintptr) uintptr {
	return *(*uintptr)(unsafe.Add(nil, p-blockHeader)) - blockHeader
}

// blockBytes returns the n bytes at p.
func blockBytes(p, n uintptr) []byte { return unsafe.Slice((*byte)(unsafe.Add(nil, p)), n) }

// release gives a block back.
func (a *arena) release(p uintptr) {
	total := a.size(p) + blockHeader
	p -= blockHeader
	if total > smallBlock+blockHeader && total%pageSize == 0 && a.unmapping(p) {
		return
	}
	class, _ := sizeClass(total)
	*(*uintptr)(unsafe.Add(nil, p)) = a.free[class]
	a.free[class] = p
}

// resize returns a block of size bytes with what fits of the block at p, which it gives back, or 0.
func (a *arena) resize(p, size uintptr) uintptr {
	old := a.size(p)
	if size <= old && size >= old/2 {
		return p
	}
	q := a.alloc(size)
	if q == 0 {
		return 0
	}
	n := min(old, size)
	copy(blockBytes(q, n), blockBytes(p, n))
	a.release(p)
	return q
}

// mapping takes n bytes from the budget and the system. n is a multiple of pageSize.
func (a *arena) mapping(n uintptr) uintptr {
	if !a.budget.reserve(n) {
		a.failed()
		return 0
	}
	a.account += int64(n)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.killed {
		return 0
	}
	b, err := mapMemory(int(n))
	if err != nil {
		a.failed()
		return 0
	}
	p := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	a.mapped[p] = b
	return p
}

// unmapping gives the mapping at p back, if it is a block's own.
func (a *arena) unmapping(p uintptr) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	b, ok := a.mapped[p]
	if !ok || a.killed {
		return a.killed
	}
	delete(a.mapped, p)
	unmapMemory(b)
	a.account -= int64(len(b))
	a.budget.release(int64(len(b)))
	return true
}

// kill takes the memory away, so that the engine panics at its next access. Any goroutine may call it. It reports
// whether this system can do that.
func (a *arena) kill() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.killed = true
	for _, b := range a.mapped {
		if !forbidMemory(b) {
			return false
		}
	}
	return true
}

// dead reports whether the memory was taken away.
func (a *arena) dead() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.killed
}

// close gives everything back.
func (a *arena) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.killed = true
	for _, b := range a.mapped {
		unmapMemory(b)
	}
	a.mapped = nil
	a.budget.release(a.account)
	a.account = 0
}

// functions returns the malloc functions for an engine. state is the engine's own account, by which it decides when to
// collect garbage.
func (a *arena) functions(e *engine) lib.TJSMallocFunctions {
	return lib.TJSMallocFunctions{
		Fjs_malloc: hook(e, func(_ *libc.TLS, state uintptr, size lib.Tsize_t) uintptr {
			p := a.alloc(uintptr(size))
			a.report(state, p, 1)
			return p
		}),
		Fjs_free: hook(e, func(_ *libc.TLS, state, p uintptr) {
			a.report(state, p, -1)
			if p != 0 {
				a.release(p)
			}
		}),
		Fjs_realloc: hook(e, func(_ *libc.TLS, state, p uintptr, size lib.Tsize_t) (q uintptr) {
			if p != 0 && size == 0 {
				a.report(state, p, -1)
				a.release(p)
				return 0
			}
			var old uintptr
			if p == 0 {
				q = a.alloc(uintptr(size))
			} else {
				old = a.size(p)
				q = a.resize(p, uintptr(size))
			}
			if q != 0 {
				a.report(state, q, 1)
				mallocState(state).Fmalloc_size -= lib.Tsize_t(old)
			}
			return q
		}),
		Fjs_malloc_usable_size: hook(e, func(_ *libc.TLS, p uintptr) lib.Tsize_t {
			if p == 0 {
				return 0
			}
			return lib.Tsize_t(a.size(p))
		}),
	}
}

func mallocState(p uintptr) *lib.TJSMallocState { return (*lib.TJSMallocState)(unsafe.Add(nil, p)) }

// report adds the block at p, if any, to the engine's account or takes it off.
func (a *arena) report(state, p uintptr, sign int) {
	if p == 0 {
		return
	}
	mallocState(state).Fmalloc_size += lib.Tsize_t(sign) * lib.Tsize_t(a.size(p))
	if sign > 0 && a.taken != nil {
		a.taken()
	}
}
