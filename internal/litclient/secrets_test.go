package litclient_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/litclient"
	"litsession/internal/literr"
	"litsession/internal/redact"
)

// marked are the secrets of a call, each with "MARKED" in it, which base64 writes as
// one of three texts: TUFSS0VE, 1BUktFR or NQVJLRU.
const (
	markedToken = `{"idToken":"eyJMARKED.eyJhYmMARKEDabc.c2lnbmF0dXJlMARKED","pin":"MARKED-1"}`
	markedParam = "p4ss MARKED \"word\" &\n żółw"
	markedCode  = `// MARKED: this source is nobody else's
		console.log("logged " + secret);
		const sent = { secret, bytes, list, text: JSON.stringify({ secret, list }) };
		throw Error(JSON.stringify(sent) + btoa("x" + list.nested) + encodeURIComponent(secret));`
)

var markedBytes = []int{77, 65, 82, 75, 69, 68, 77, 65, 82, 75, 69, 68}

func markedParams(d devnet.Descriptor) map[string]any {
	p := guideParams(d)
	p["litActionSource"] = markedCode
	p["authMethods"] = []any{map[string]any{"authMethodType": 6, "accessToken": markedToken}}
	p["jsParams"] = map[string]any{
		"secret": markedParam, "bytes": markedBytes, "number": 7782757,
		"list": map[string]any{"nested": "MARKED in a list of its own"},
	}
	return p
}

// wantNoMark searches all that a caller can see of an error.
func wantNoMark(t *testing.T, what string, err error) {
	t.Helper()
	var e *literr.Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: got %v", what, err)
	}
	seen := fmt.Sprintf("%s %+v", e, e.Details)
	for cause := e.Cause; cause != nil; {
		seen += fmt.Sprintf("%s %+v", cause, cause)
		next, ok := cause.(*literr.Error)
		if !ok {
			break
		}
		cause = next.Cause
	}
	for _, secret := range []string{"MARKED", "77,65,82", "77 65 82", "7782757", "TUFSS0VE", "1BUktFR", "NQVJLRU"} {
		if at := strings.Index(seen, secret); at >= 0 {
			t.Errorf("%s: %s in …%s…", what, secret, seen[max(at-80, 0):min(at+80, len(seen))])
		}
	}
	if quotesNothing := strings.Contains(seen, `"error":{}}. HTTP`); !strings.Contains(seen, redact.Mark) && !quotesNothing {
		t.Errorf("%s: nothing was taken out of %s", what, seen)
	}
	if len(seen) > 200_000 {
		t.Errorf("%s: %d bytes", what, len(seen))
	}
}

// TestErrorsHaveNoSecret: nodes, and an action, repeat all that they were sent.
func TestErrorsHaveNoSecret(t *testing.T) {
	network := start(t)
	d := network.Descriptor()
	c := newClient(t, d)
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	sent := encode(t, markedParams(d))
	inNodeScheme := func(text string) string {
		return string(encode(t, map[string]any{"errorKind": text, "errorCode": text, "status": 500, "message": text,
			"correlationId": text, "details": []string{text, "long " + strings.Repeat(text, 2000)}, "logs": text, text: 7782757}))
	}
	bodies := map[string]string{
		"as it was":  string(sent),
		"in JSON":    string(encode(t, string(sent))),
		"thrown":     string(encode(t, map[string]any{"success": false, "error": string(sent), "logs": string(sent)})),
		"cut off":    inNodeScheme(markedToken[:30]),
		"a token":    inNodeScheme(markedToken),
		"of a token": inNodeScheme("eyJhYmMARKEDabc and c2lnbmF0dXJlMARKED"),
		"in base64":  inNodeScheme("xx" + base64.StdEncoding.EncodeToString([]byte("yy"+markedParam))),
		"in a URL":   inNodeScheme("?q=" + url.QueryEscape(markedToken)),
		"a list":     `[["` + "MARKED in a list of its own" + `"],[77,65,82,75,69,68,77,65,82,75,69,68]]`,
	}
	calls := map[string]func() error{
		"getLitActionSessionSigs": func() error {
			p, err := litclient.DecodeSessionSigsParams(sent, time.Now())
			if err == nil {
				_, err = c.GetLitActionSessionSigs(t.Context(), p)
			}
			return err
		},
		"getPkpSessionSigs": func() error {
			p, err := litclient.DecodePKPSessionSigsParams(sent, time.Now())
			if err == nil {
				_, err = c.GetPkpSessionSigs(t.Context(), p)
			}
			return err
		},
		"signSessionKey": func() error {
			p, err := litclient.DecodeSignSessionKeyParams(sent, time.Now())
			if err == nil {
				_, err = c.SignSessionKey(t.Context(), p)
			}
			return err
		},
	}
	for name, call := range calls {
		for what, body := range bodies {
			setFaults(t, network, 10, devnet.Fault{Kind: "http-error", Path: "sign_session_key", Body: json.RawMessage(body)})
			wantNoMark(t, name+" "+what, call())
		}
	}
	setFaults(t, network, 10, devnet.Fault{})
	without := markedParams(d)
	delete(without, "authMethods")
	sent = encode(t, without)
	for name, call := range calls {
		err := call()
		if !errors.Is(err, literr.ActionFailed) {
			t.Errorf("%s: got %v", name, err)
		}
		wantNoMark(t, name+" of a thrown error", err)
	}
}
