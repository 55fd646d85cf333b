package devnet_test

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/require"
)

const (
	warmUpCalls = 200
	soakCalls   = 1000
	// What may be left more after all calls than after the warm-up: the heap and
	// the process breathe by some megabytes, and connections come and go. A thing
	// forgotten per call would exceed each of these.
	heapGrowth      = 1 << 20
	residentGrowth  = 16 << 20
	goroutineGrowth = 40
)

// use is what a process holds.
type use struct {
	heap       uint64 // bytes that Go's collector leaves
	resident   uint64 // bytes, those of the actions' engine included
	goroutines int
}

// settled is the use once nothing is in progress.
func settled(t *testing.T) use {
	t.Helper()
	var u use
	for range 3 { // finalizers free what the next collection takes
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u.heap, u.resident, u.goroutines = m.HeapAlloc, resident(t), runtime.NumGoroutine()
	return u
}

// resident is the memory that the system counts for this process; 0 where it
// does not say.
func resident(t *testing.T) uint64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return must(strconv.ParseUint(strings.Fields(rest)[0], 10, 64))(t) << 10
		}
	}
	return 0
}

// TestSoak has a thousand sessions signed in a row, each by a client of its own,
// and looks at what is left of them.
func TestSoak(t *testing.T) {
	require.That(t, !testing.Short(), "it signs a thousand times, which -short leaves out")
	d := start(t, devnet.Config{}).Descriptor()
	begin := time.Now()
	var early use
	for i := range soakCalls {
		if i == warmUpCalls {
			early = settled(t)
		}
		if _, sigs := newSession(t, d, everything); len(sigs) != len(d.Nodes) {
			t.Fatalf("call %d: %d session signatures", i, len(sigs))
		}
		if i%100 == 99 {
			u := settled(t)
			t.Logf("%4d calls: heap %5.1f MB, resident %5.1f MB, %d goroutines", i+1, mega(u.heap), mega(u.resident), u.goroutines)
		}
	}
	signed := 0
	for _, node := range readStatus(t, d).Nodes {
		signed += node.Requests["sign_session_key"]
	}
	if signed < soakCalls*d.Threshold {
		t.Errorf("the nodes signed %d times for %d calls", signed, soakCalls)
	}
	t.Logf("%d ms per call", time.Since(begin).Milliseconds()/soakCalls)
	late := settled(t)
	if late.heap > early.heap+heapGrowth || late.resident > early.resident+residentGrowth || late.goroutines > early.goroutines+goroutineGrowth {
		t.Errorf("after %d calls %+v, after %d %+v", warmUpCalls, early, soakCalls, late)
	}
}

func mega(bytes uint64) float64 { return float64(bytes) / 1e6 }
