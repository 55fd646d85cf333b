package storage_test

import (
	"context"
	"errors"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"litsession/internal/literr"
	"litsession/storage"
)

func eval(source string) js.Value { return js.Global().Call("eval", source) }

func web(source string) storage.Web { return storage.NewWeb(eval(source)) }

func TestWeb(t *testing.T) {
	objects := map[string]string{
		"localStorage":   `(localStorage.clear(), localStorage)`,
		"sessionStorage": `(sessionStorage.clear(), sessionStorage)`,
		"an object that answers null for absent": `(() => {
			const m = new Map(); return {getItem: (k) => m.get(k) ?? null, setItem: (k, v) => void m.set(k, v), removeItem: (k) => void m.delete(k)} })()`,
		"an object that answers undefined for absent, and something to a set": `(() => {
			const m = new Map(); return {getItem: (k) => m.get(k), setItem: (k, v) => m.set(k, v), removeItem: (k) => m.delete(k)} })()`,
		"an object with promises": `(() => {
			const m = new Map(); return {async getItem(k) { return m.get(k) ?? null }, async setItem(k, v) { m.set(k, v) }, async removeItem(k) { m.delete(k) }} })()`,
		"an object whose promises take their time": `(() => {
			const m = new Map(), later = (v) => new Promise((r) => setTimeout(r, 0, v));
			return {getItem: (k) => later(m.get(k)), setItem: (k, v) => later().then(() => m.set(k, v)), removeItem: (k) => later().then(() => m.delete(k))} })()`,
		"a class that needs its receiver": `new (class {
			#m = new Map(); getItem(k) { return this.#m.get(k) } setItem(k, v) { this.#m.set(k, v) } removeItem(k) { this.#m.delete(k) } })()`,
		"thenables": `(() => {
			const m = new Map(), then = (v) => ({then(ok) { ok(v) }});
			return {getItem: (k) => then(m.get(k)), setItem: (k, v) => then(void m.set(k, v)), removeItem: (k) => then(void m.delete(k))} })()`,
	}
	for name, source := range objects {
		t.Run(name, func(t *testing.T) {
			contract(t, func(*testing.T) storage.Store { return web(source) })
		})
		t.Run("patiently, "+name, func(t *testing.T) {
			contract(t, func(*testing.T) storage.Store { return storage.NewPatient(web(source), time.Minute) })
		})
	}
}

func TestWebWritesWhatOthersRead(t *testing.T) {
	local := eval(`(localStorage.clear(), localStorage)`)
	set(t, storage.NewWeb(local), "lit-session-key", `{"publicKey":"00"}`)
	if got := local.Call("getItem", "lit-session-key").String(); got != `{"publicKey":"00"}` {
		t.Errorf("localStorage holds %q", got)
	}
}

func TestWebFailures(t *testing.T) {
	const quota = `new DOMException("Setting the value of 'key' exceeded the quota.", "QuotaExceededError")`
	tests := []struct {
		name, object string
		want         literr.Code
	}{
		{"a quota", `{f() { throw ` + quota + ` }}`, literr.StorageFull},
		{"a quota, by a promise", `{async f() { throw ` + quota + ` }}`, literr.StorageFull},
		{"a quota in Firefox", `{f() { throw {name: "NS_ERROR_DOM_QUOTA_REACHED"} }}`, literr.StorageFull},
		{"a quota in node-localstorage", `{f() { throw {name: "QUOTA_EXCEEDED_ERR"} }}`, literr.StorageFull},
		{"a policy", `{f() { throw new DOMException("denied", "SecurityError") }}`, literr.StorageDenied},
		{"an error", `{f() { throw new Error("no") }}`, literr.StorageDenied},
		{"a rejection", `{f: () => Promise.reject(new Error("no"))}`, literr.StorageDenied},
		{"a rejection with nothing", `{f: () => Promise.reject()}`, literr.StorageDenied},
		{"a thrown string", `{f() { throw "no" }}`, literr.StorageDenied},
		{"a thrown hostile object", `{f() { throw new Proxy({}, {get() { throw 1 }}) }}`, literr.StorageDenied},
		{"a hostile getter", `{get f() { throw new Error("no") }}`, literr.StorageDenied},
		{"a hostile thenable", `{f: () => ({get then() { throw new Error("no") }})}`, literr.StorageDenied},
		{"no method", `{}`, literr.StorageDenied},
		{"a method that is none", `{f: 7}`, literr.StorageDenied},
		{"storage that was taken away", `(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy })()`, literr.StorageDenied},
		{"nothing at all", `null`, literr.StorageDenied},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			// f stands for each of the three methods.
			object := eval(`((o) => o && new Proxy({}, {get: () => o.f}))(` + test.object + `)`)
			s := storage.NewWeb(object)
			for _, err := range allFailures(s) {
				wantCode(t, err, test.want, "key")
			}
		})
	}
}

// allFailures returns what get, set and remove fail with.
func allFailures(s storage.Store) []error {
	_, _, get := s.Get(context.Background(), "key")
	return []error{get, s.Set(context.Background(), "key", "value"), s.Remove(context.Background(), "key")}
}

func TestWebGarbage(t *testing.T) {
	for _, source := range []string{`7`, `0`, `true`, `false`, `Symbol("x")`, `1n`, `({})`, `[]`, `(() => "x")`, `new String("x")`, `"x".repeat(2 ** 21)`,
		`Promise.resolve(7)`, `Promise.resolve({toString() { throw 1 }})`, `new Uint8Array(4)`, `NaN`} {
		t.Run(source, func(t *testing.T) {
			_, _, err := web(`({getItem: () => `+source+`})`).Get(context.Background(), "key")
			wantCode(t, err, literr.StorageCorrupt, "key")
		})
	}
}

func TestWebLists(t *testing.T) {
	s := web(`(localStorage.clear(), localStorage)`)
	set(t, s, "one", "1")
	if keys, err := s.Keys(context.Background()); err != nil || len(keys) != 1 || keys[0] != "one" {
		t.Errorf("got %q, %v", keys, err)
	}
	for _, source := range []string{`({})`, `({key: 7})`, `({key: () => 7})`, `({key: () => "endless"})`, `({key: async () => ({})})`,
		`({get key() { throw 1 }})`} {
		if keys, err := web(source).Keys(context.Background()); !errors.Is(err, storage.ErrCannotList) {
			t.Errorf("%s: got %d keys, %v", source, len(keys), err)
		}
	}
}

func TestWebThatHangs(t *testing.T) {
	object := eval(`(() => { const hang = () => new Promise(() => {}); return {getItem: hang, setItem: hang, removeItem: hang} })()`)
	t.Run("for longer than somebody waits", func(t *testing.T) {
		for _, err := range allFailures(storage.NewPatient(storage.NewWeb(object), time.Millisecond)) {
			wantCode(t, err, literr.StorageDenied, "key")
		}
	})
	t.Run("until the context ends", func(t *testing.T) {
		why := errors.New("enough")
		ctx, cancel := context.WithCancelCause(context.Background())
		failed := make(chan error)
		go func() { failed <- storage.NewWeb(object).Set(ctx, "key", "value") }()
		cancel(why)
		if err := <-failed; !errors.Is(err, why) || literr.CodeOf(err) != literr.Internal {
			t.Errorf("got %v", err)
		}
	})
}

func TestWebMessagesQuoteNoValue(t *testing.T) {
	s := web(`({setItem(k, v) { throw new Error("cannot store " + v) }})`)
	if err := s.Set(context.Background(), "key", "s3cret"); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the message is %q", err)
	}
}

func TestWebOnARealQuota(t *testing.T) {
	local := eval(`(localStorage.clear(), localStorage)`)
	defer local.Call("clear")
	s := storage.NewWeb(local)
	set(t, s, "before", "kept")
	wantCode(t, s.Set(context.Background(), "key", strings.Repeat("x", 6<<20)), literr.StorageFull, "key")
	wantAbsent(t, s, "key")
	wantValue(t, s, "before", "kept")
}

func TestWebAtOnce(t *testing.T) {
	ctx := storage.AtOnce(context.Background())
	t.Run("answers that are there", func(t *testing.T) {
		s := web(`(() => { const m = new Map(); return {getItem: (k) => m.get(k), setItem: (k, v) => m.set(k, v), removeItem: (k) => m.delete(k)} })()`)
		if err := s.Set(ctx, "key", "value"); err != nil {
			t.Fatal(err)
		}
		if got, ok, err := s.Get(ctx, "key"); got != "value" || !ok || err != nil {
			t.Errorf("got %q, %v, %v", got, ok, err)
		}
		if err := s.Remove(ctx, "key"); err != nil {
			t.Error(err)
		}
	})
	for name, f := range map[string]string{
		"a promise":           `async () => "value"`,
		"one that rejects":    `async () => { throw new Error("no") }`, // must not be reported as unhandled
		"one that never ends": `() => new Promise(() => {})`,
		"a thenable":          `() => ({then(ok) { ok("value") }})`,
	} {
		t.Run(name, func(t *testing.T) {
			s := web(`((f) => ({getItem: f, setItem: f, removeItem: f}))(` + f + `)`)
			_, _, get := s.Get(ctx, "key")
			for _, err := range []error{get, s.Set(ctx, "key", "value"), s.Remove(ctx, "key")} {
				if !errors.Is(err, storage.ErrNotAtOnce) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
	t.Run("a throw", func(t *testing.T) {
		_, _, err := web(`({getItem() { throw new Error("no") }})`).Get(ctx, "key")
		wantCode(t, err, literr.StorageDenied, "key")
	})
}
