//go:build js

package main

import (
	"strings"
	"syscall/js"
	"testing"
)

const storageKey = "lit-session-key"

func TestSessionKeyRestsInStorage(t *testing.T) {
	local := eval(`(localStorage.clear(), localStorage)`)
	defer local.Call("clear")
	first := sessionKey(t, open(t, unreachable, custom, `{storage: localStorage}`))
	if stored := local.Call("getItem", storageKey).String(); stored != first {
		t.Errorf("localStorage holds %s, the call answers %s", stored, first)
	}
	second := sessionKey(t, open(t, unreachable, custom, `{storage: localStorage}`))
	if second != first {
		t.Errorf("another client on the same storage answers %s, want %s", second, first)
	}
}

func TestSessionKeyOfTheOfficialSDKIsUsed(t *testing.T) {
	// RFC 8032, section 7.1, test 1.
	const key = `{"publicKey":"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",` +
		`"secretKey":"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"}`
	eval(`(key) => { localStorage.clear(); localStorage.setItem("lit-session-key", key) }`).Invoke(key)
	defer eval(`localStorage`).Call("clear")
	if got := sessionKey(t, open(t, unreachable, custom, `{storage: localStorage}`)); got != key {
		t.Errorf("got %s", got)
	}
}

// TestStorageThatFailsEndsNoCall checks that the session goes on from memory
// and that each failure is an event whose JSON makeError could take.
func TestStorageThatFailsEndsNoCall(t *testing.T) {
	const full = `{getItem: () => null, setItem() { throw new DOMException("", "QuotaExceededError") }, removeItem() {}}`
	tests := []struct{ name, storage, want string }{
		{"full", full, `"reason":"storage_full"`},
		{"denied", `{getItem() { throw new DOMException("", "SecurityError") }, setItem() { throw new DOMException("", "SecurityError") }}`, `"reason":"storage_denied"`},
		{"rejecting", `{getItem: async () => { throw 1 }, setItem: async () => { throw 2 }}`, `"reason":"storage_denied"`},
		{"without methods", `{}`, `"reason":"storage_denied"`},
		{"garbage", `{getItem: () => 7n, setItem() {}}`, `"reason":"storage_corrupt"`},
		{"text that is no key", `{getItem: () => "{}", setItem() {}}`, `"reason":"storage_corrupt"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			js.Global().Set("events", js.Global().Get("Array").New())
			defer js.Global().Delete("events")
			client := open(t, unreachable, custom, `{storage: `+test.storage+`, onEvent: (json) => { events.push(json); throw new Error("a listener's own") }}`)
			if test.name == "rejecting" { // what answers later is known after connect
				rejection(t, client.Call("connect"))
				nextTask()
			}
			key := sessionKey(t, client)
			if !strings.HasPrefix(key, `{"publicKey":"`) {
				t.Errorf("key %s", key)
			}
			events := eval(`events.map((json) => JSON.stringify(JSON.parse(json))).join("\n")`).String()
			if !strings.HasPrefix(events, `{"type":"error","error":{"reason":"storage_`) || !strings.Contains(events, test.want) ||
				!strings.Contains(events, `"details":{"key":"lit-session-key"}`) {
				t.Errorf("events:\n%s", events)
			}
			if secret := key[strings.Index(key, `"secretKey":"`)+13:][:64]; strings.Contains(events, secret) {
				t.Error("an event holds the secret key")
			}
			if test.name == "text that is no key" || test.name == "garbage" {
				return // such a storage never holds what was written to it
			}
			if again := sessionKey(t, client); again != key {
				t.Errorf("the next call answers another key")
			}
		})
	}
}

// slow is a storage whose answers take a turn of the event loop; other clients
// get theirs in between.
const slow = `(() => {
	const entries = new Map();
	const later = (value) => new Promise((done) => setTimeout(done, 1, value));
	return {
		getItem: (key) => later(entries.get(key)),
		setItem: async (key, value) => { await later(); entries.set(key, value); },
		removeItem: async (key) => { await later(); entries.delete(key); },
		entries,
	};
})()`

// webLock is what the loader makes of Web Locks.
const webLock = `(name) => new Promise((granted, refused) => {
	navigator.locks.request("test " + name, () => new Promise((done) => granted(done))).catch(refused);
})`

func TestSessionKeyOfASlowStorage(t *testing.T) {
	client := open(t, unreachable, custom, `{storage: `+slow+`}`)
	for range 2 { // neither time may it wait, which would be for ever
		wantReason(t, client.Call("getSessionKey").Get("error"), "not_ready")
	}
	rejection(t, client.Call("connect"))
	key := keyOf(t, client)
	if again := sessionKey(t, client); again != key {
		t.Errorf("%s became %s", key, again)
	}
}

// TestTabsShareOneKey has clients of several programs start at once on one
// storage, as tabs do.
func TestTabsShareOneKey(t *testing.T) {
	for name, ports := range map[string]string{
		"a storage that answers later, with Web Locks": `{storage: shared, lock: ` + webLock + `}`,
		"one that answers at once":                     `{storage: localStorage}`,
		"one that answers at once, with Web Locks":     `{storage: localStorage, lock: ` + webLock + `}`,
		"with locks that throw":                        `{storage: localStorage, lock() { throw new Error("no") }}`,
		"with locks that are refused":                  `{storage: localStorage, lock: async () => { throw new Error("no") }}`,
		"with locks that are none":                     `{storage: localStorage, lock: 7}`,
	} {
		t.Run(name, func(t *testing.T) {
			eval(`localStorage`).Call("clear")
			defer eval(`localStorage`).Call("clear")
			js.Global().Set("shared", eval(slow))
			defer js.Global().Delete("shared")
			const hangs = `() => new Promise(() => {})`
			var tabs []js.Value
			for range 5 {
				tab := open(t, hangs, custom, ports)
				controller := eval(`new AbortController()`)
				connecting := tab.Call("connect", js.Undefined(), controller.Get("signal"))
				t.Cleanup(func() { controller.Call("abort"); rejection(t, connecting) })
				tabs = append(tabs, tab)
			}
			keys := map[string]bool{}
			for _, tab := range tabs {
				keys[keyOf(t, tab)] = true
			}
			if len(keys) != 1 {
				t.Errorf("%d tabs have %d keys", len(tabs), len(keys))
			}
		})
	}
}

// keyOf asks until the key is there.
func keyOf(t *testing.T, client js.Value) string {
	t.Helper()
	for range 5000 {
		if outcome := client.Call("getSessionKey"); outcome.Get("error").IsUndefined() {
			return outcome.Get("value").String()
		}
		nextTask()
	}
	t.Fatal("there is no key")
	return ""
}

func TestNowIsTheClock(t *testing.T) {
	const params = `'{"litActionSource":"1","jsParams":{},"expiration":"2030-01-01T00:00:00.000Z",` +
		`"pkpPublicKey":"0x04c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee51ae168fea63dc339a3c58419466ceaeef7f632653266d0e1236431a950cfe52a",` +
		`"resourceAbilityRequests":[{"resource":{"resourcePrefix":"lit-pkp","resource":"*"},"ability":"pkp-signing"}]}'`
	for now, want := range map[string]string{
		`Date.UTC(2029, 11, 31)`: "not_ready", // the parameters are fine; nothing is connected
		`Date.UTC(2030, 0, 2)`:   "invalid_param",
	} {
		client := open(t, unreachable, custom, `{now: () => `+now+`}`)
		wantReason(t, rejection(t, client.Call("getLitActionSessionSigs", eval(params))), want)
	}
}
