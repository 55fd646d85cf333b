package litclient_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/literr"
)

// outcome is what is wanted of a call that fails.
type outcome struct {
	reason  literr.Code
	retry   bool
	message string // in the message
	details map[string]any
}

func (o outcome) check(t *testing.T, what string, err error) *literr.Error {
	t.Helper()
	var e *literr.Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: got %v", what, err)
	}
	if e.Code != o.reason || literr.Retryable(err) != o.retry || !strings.Contains(e.Error(), o.message) {
		t.Errorf("%s: got %s, retryable %v: %v", what, e.Code, literr.Retryable(err), e)
	}
	for name, want := range o.details {
		if got := e.Detail(name); got != want {
			t.Errorf("%s: details.%s is %v, want %v", what, name, got, want)
		}
	}
	return e
}

// TestWhyThereIsNoSession: what the nodes say, as the caller is told.
func TestWhyThereIsNoSession(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	const generator = "0x0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
	for name, row := range map[string]struct {
		change func(map[string]any)
		want   outcome
	}{
		"an action that prints and throws": {
			withAction(`console.log("why"); throw Error("no")`),
			outcome{literr.ActionFailed, false, "", map[string]any{"logs": "why\n"}},
		},
		"a PKP that is none": {
			func(p map[string]any) { p["pkpPublicKey"] = generator },
			outcome{literr.RequestRefused, false, "There is no such PKP on this network", map[string]any{"param": "pkpPublicKey"}},
		},
		"an auth method without a verifier": {
			func(p map[string]any) {
				p["authMethods"] = []any{map[string]any{"authMethodType": 77, "accessToken": "a token"}}
			},
			outcome{literr.RequestRefused, false, "Unsupported auth method type: 77", nil},
		},
	} {
		p := w.pkpParams()
		row.change(p)
		_, err := w.pkpSessionSigs(t.Context(), t, c, p)
		e := row.want.check(t, name, err)
		if name == "an action that prints and throws" && strings.Contains(e.Error(), "why") {
			t.Errorf("the message quotes the log: %v", e)
		}
	}
}

// TestAnActionThatAnswersDifferently: its answer is part of what is signed.
func TestAnActionThatAnswersDifferently(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	p := w.pkpParams()
	withAction(`Lit.Actions.setResponse({ response: "true " + Math.random() + secret + "x".repeat(5000) })`)(p)
	p["jsParams"] = map[string]any{"secret": "a secret of the caller's"}
	p["authMethods"] = []any{w.ethWallet(t, 0, nil)} // who may sign without the action, which is not permitted
	_, err := w.pkpSessionSigs(t.Context(), t, c, p)
	e := outcome{literr.NodesDisagree, false, `The action answers differently on the nodes: "true 0.`, nil}.check(t, "random", err)
	failures, _ := e.Detail("failures").([]literr.Failure)
	if len(failures) != len(w.Nodes) {
		t.Errorf("%d failures", len(failures))
	}
	answers := map[string]bool{}
	for _, f := range failures {
		answers[f.Message] = true
		if f.URL == "" || !strings.HasPrefix(f.Message, `its action answered "true 0.`) || len(f.Message) > 300 {
			t.Errorf("failure %+v", f)
		}
	}
	if len(answers) < 2 || strings.Contains(e.Error(), "secret of") || len(e.Error()) > 2000 {
		t.Errorf("%d answers, %v", len(answers), e)
	}
}

// TestWhetherARetryHelps: rate limits, by what the nodes say of them.
func TestWhetherARetryHelps(t *testing.T) {
	network := start(t)
	d := network.Descriptor()
	c := newClient(t, d)
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	limited := func(until string) json.RawMessage {
		return encode(t, map[string]any{"message": "Rate limit exceeded.  Try again " + until + ".", "errorCode": "rate_limit_exceeded"})
	}
	in := func(d time.Duration) string { return "at " + time.Now().Add(d).UTC().Format(time.RFC3339) }
	for name, row := range map[string]struct {
		fault, other devnet.Fault // of six nodes, and of four
		want         outcome
		from, to     int // retryAfter
	}{
		"no credit":         {fault: devnet.Fault{Kind: "rate-limited", Status: 402}, want: outcome{literr.RateLimited, false, "capacity credit", nil}},
		"too many requests": {fault: devnet.Fault{Kind: "rate-limited", Status: 429}, want: outcome{literr.RateLimited, true, "Try again", nil}},
		"a time": {
			fault: devnet.Fault{Kind: "http-error", Status: 402, Body: limited(in(time.Hour))},
			other: devnet.Fault{Kind: "http-error", Status: 402, Body: limited(in(20 * time.Hour))},
			want:  outcome{literr.RateLimited, true, "Try again in 3", nil}, from: 3000, to: 3600,
		},
		"a time beyond belief": {
			fault: devnet.Fault{Kind: "http-error", Status: 402, Body: limited("at 2999-01-01T00:00:00Z")},
			want:  outcome{literr.RateLimited, true, "Try again in 86400 s", nil}, from: 86400, to: 86400,
		},
	} {
		setFaults(t, network, 10, row.fault)
		if row.other.Kind != "" {
			setFaults(t, network, 4, row.other)
		}
		err := verified(t, c, d, 30*time.Second)
		e := row.want.check(t, name, err)
		if after, _ := e.Detail("retryAfter").(int); after < row.from || after > row.to {
			t.Errorf("%s: after %d s", name, after)
		}
	}
}
