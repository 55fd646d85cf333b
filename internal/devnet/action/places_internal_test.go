package action

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPlaces(t *testing.T) {
	p := newPlaces(2)
	over, end := context.WithCancel(t.Context())
	end()
	enter := func(ctx context.Context, name string) func() {
		t.Helper()
		leave, err := p.enter(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		return leave
	}
	full := func(name string) {
		t.Helper()
		if _, err := p.enter(over, name); !errors.Is(err, context.Canceled) {
			t.Errorf("group %q entered: %v", name, err)
		}
	}
	a1, single := enter(t.Context(), "a"), enter(t.Context(), "")
	full("")
	full("b")
	a2 := enter(over, "a") // its group is in already
	a1()
	full("b")
	a2()
	b := enter(t.Context(), "b")
	full("a")
	single()
	b()
	if len(p.free) != 0 || len(p.groups) != 0 {
		t.Errorf("%d places are taken, by %d groups", len(p.free), len(p.groups))
	}
}

// TestGroupsEnterWhole has more runs than places, all of which wait for the others of their group.
func TestGroupsEnterWhole(t *testing.T) {
	const groups, size = 20, 5
	p := newPlaces(3)
	var all sync.WaitGroup
	var met [groups]sync.WaitGroup
	for g := range groups {
		met[g].Add(size)
		for range size {
			all.Go(func() {
				leave, err := p.enter(t.Context(), fmt.Sprint(g))
				if err != nil {
					t.Error(err)
					return
				}
				met[g].Done()
				met[g].Wait()
				leave()
			})
		}
	}
	all.Wait()
	if len(p.free) != 0 || len(p.groups) != 0 {
		t.Errorf("%d places are taken, by %d groups", len(p.free), len(p.groups))
	}
}

// TestAllRunsShareTheirMemory has runs that together want more than there is, and looks for what they leave behind.
func TestAllRunsShareTheirMemory(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, asked *http.Request) {
		if asked.URL.Path == "/wait" {
			close(arrived)
			<-release
		}
		_, _ = w.Write(make([]byte, 1<<20))
	}))
	defer server.Close()
	r, err := New(Options{Memory: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	policy := FetchPolicy{Allowed: AllowedHosts{{name: "127.0.0.1"}}}
	limits := Limits{Memory: 48 << 20, Time: time.Minute}
	const eater = `const kept = []; for (;;) kept.push(new Uint8Array(1 << 20));`
	_, err = r.Run(t.Context(), Request{Code: eater, Limits: limits})
	if err == nil || !strings.Contains(err.Error(), "the maximum memory of 48 MB") {
		t.Errorf("alone: %v", err)
	}
	const keeper = `const kept = []; for (let i = 0; i < 40; i++) kept.push(new Uint8Array(1 << 20)); fetch(at).then(() => kept.length);`
	keep := Request{Code: keeper, Params: []byte(`{"at":"` + server.URL + `/wait"}`), Fetch: policy, Limits: limits}
	first := make(chan error)
	go func() {
		_, err := r.Run(t.Context(), keep)
		first <- err
	}()
	select {
	case <-arrived:
	case err := <-first:
		t.Fatal(err)
	}
	_, err = r.Run(t.Context(), keep)
	var failed *Error
	if !errors.As(err, &failed) || failed.Kind != Crowded || !strings.Contains(failed.Message, "all functions that run at this moment exceeded the maximum memory of this network, 64 MB") {
		t.Errorf("while another has most of it: %v", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the one that had it: %v", err)
	}
	for _, code := range []string{eater, `throw 1`, `for (;;) {}`, `fetch('` + server.URL + `'); setTimeout(() => { throw 1 }, 5)`, `fetch('` + server.URL + `').then((r) => r.arrayBuffer())`} {
		_, _ = r.Run(t.Context(), Request{Code: code, Fetch: policy, Limits: Limits{Memory: 8 << 20, Time: 50 * time.Millisecond}})
	}
	if used := r.memory.used.Load(); used != 0 {
		t.Errorf("%d bytes are still accounted for", used)
	}
}
