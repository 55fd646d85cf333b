package redact_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"litsession/internal/redact"
)

const (
	token    = `{"sig":"0xabcdef","text":"line one` + "\n" + `żółw & more"}`
	password = "hunter2!"
	pin      = "493817"
	shortPIN = "4938"
)

func TestTextHasNoSecret(t *testing.T) {
	r := redact.New([]string{token, password, pin, shortPIN, "abc", "a12", "words", ""})
	quoted := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for in, want := range map[string]string{
		"":                           "",
		"nothing":                    "nothing",
		"a" + token + "b":            "a[redacted]b",
		token + token:                "[redacted]",
		token + " " + token:          "[redacted] [redacted]",
		"cut off: " + token[:20]:     "cut off: [redacted]",
		"a few bytes: " + token[:8]:  "a few bytes: " + token[:8],
		"pass" + password + "word":   "pass[redacted]word",
		"pin " + pin + ".":           "pin [redacted].",
		pin:                          "[redacted]",
		"1" + pin:                    "1" + pin, // a longer number
		"abc stays":                  "abc stays",
		"a12, words stay":            "a12, words stay",
		"the PIN is not " + shortPIN: "the PIN is not [redacted]",
		"status 49381":               "status 49381",
		"b64 " + base64.StdEncoding.EncodeToString([]byte(password)):     "b64 [redacted]E=",
		"inner " + strings.ReplaceAll(quoted(token), `\u0026`, "&"):      `inner "[redacted]"`,
		"form " + url.QueryEscape(token) + "&x":                          "form [redacted]&x",
		"path " + strings.ReplaceAll(url.QueryEscape(token), "+", "%20"): "path [redacted]",
	} {
		if got := r.Text(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestNoPartOfItInBase64: whatever stands before and behind.
func TestNoPartOfItInBase64(t *testing.T) {
	const secret = "a secret of twenty-six byte"
	r := redact.New([]string{secret})
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
		for _, before := range []string{"", "x", "xy", "xyz"} {
			for _, behind := range []string{"", "~", "~~", "~~~"} {
				got := r.Text(encoding.EncodeToString([]byte(before + secret + behind)))
				if len(got) > len(redact.Mark)+12 || !strings.Contains(got, redact.Mark) {
					t.Errorf("%q before and %q behind: %s", before, behind, got)
				}
			}
		}
	}
}

// TestTimeIsLinear: as many secrets as jsParams may have, all alike, and a long text.
func TestTimeIsLinear(t *testing.T) {
	var secrets []string
	for i := range 20_000 {
		secrets = append(secrets, "https://a.example/"+strings.Repeat("a", i%64), strings.Repeat("ab", 4+i%200))
	}
	start := time.Now()
	r := redact.New(secrets)
	for _, text := range []string{strings.Repeat("https://", 60_000), strings.Repeat("ab", 200_000), strings.Repeat("a", 400_000)} {
		r.Text(text)
	}
	if took := time.Since(start); took > time.Minute { // of a second or so; quadratic would be hours
		t.Errorf("took %s", took)
	}
}

func FuzzText(f *testing.F) {
	f.Add("secret!", "a long secret of many bytes", "in a secret! text")
	f.Fuzz(func(t *testing.T, one, two, text string) {
		r := redact.New([]string{one, two})
		got := r.Text(text + two + text)
		if len(two) >= 8 && !strings.ContainsAny(two, redact.Mark) && strings.Contains(got, two) {
			t.Fatalf("%q has %q", got, two)
		}
	})
}
