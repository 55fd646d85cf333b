// Package redact takes secrets out of texts that strangers wrote, such as the
// words with which a node refuses a request.
//
// [New] is told what is secret; [Redactor.Text] replaces it wherever it stands.
package redact

import (
	"encoding/base64"
	"slices"
	"strings"

	"litsession/internal/jsjson"
)

// Mark stands where a secret stood.
const Mark = "[redacted]"

const (
	// MinLength is the length in bytes below which a text is not taken for a
	// secret: replacing it everywhere would make errors unreadable, and hide
	// little.
	MinLength = 4
	// wordLength is the length below which only a text with a digit is one, such
	// as a PIN: errors are made of the others.
	wordLength = 6
	// anywhere is the length from which on a secret is found inside words too.
	anywhere = 8
	// partial is how many bytes of a long secret's beginning are enough: who
	// quotes it may have cut it off.
	partial = 16
	// maxVariants bounds the secrets that are looked for in other encodings than
	// their own and JSON's, which takes several times their length.
	maxVariants = 64 << 10
)

// Redactor replaces secrets. Its zero value knows none.
type Redactor struct {
	short map[string]struct{} // below partial
	long  []string            // sorted
	begin [1 << 13]byte       // bits: two bytes that some secret begins with
}

// New returns a Redactor of the secrets, and of what becomes of them in JSON,
// in JSON within JSON, in URLs and, wherever it stands there, in base64. Those
// shorter than [MinLength], and short words without a digit, are left out.
func New(secrets []string) *Redactor {
	r := &Redactor{short: map[string]struct{}{}}
	for _, secret := range secrets {
		if len(secret) < wordLength && !strings.ContainsAny(secret, "0123456789") {
			continue
		}
		r.add(secret)
		inJSON := escaped(secret)
		r.add(inJSON)
		if len(secret) > maxVariants {
			continue
		}
		r.add(escaped(inJSON))
		for _, digits := range []string{"0123456789ABCDEF", "0123456789abcdef"} {
			inURL := percentEncoded(secret, digits)
			r.add(inURL)
			r.add(strings.ReplaceAll(inURL, "%20", "+")) // in a form
		}
		r.addBase64(secret)
	}
	slices.Sort(r.long)
	return r
}

func (r *Redactor) add(secret string) {
	switch {
	case len(secret) < MinLength:
		return
	case len(secret) < partial:
		r.short[secret] = struct{}{}
	default:
		r.long = append(r.long, secret)
	}
	pair := uint(secret[0])<<8 | uint(secret[1])
	r.begin[pair/8] |= 1 << (pair % 8)
}

// escaped is the inside of a text's JSON.
func escaped(text string) string {
	quoted := jsjson.AppendString(nil, text)
	return string(quoted[1 : len(quoted)-1])
}

// percentEncoded is what encodeURIComponent makes of a text, with the digits given.
func percentEncoded(text, digits string) string {
	var encoded []byte
	for _, b := range []byte(text) {
		if b < 0x80 && isLetter(b) || strings.IndexByte("-_.!~*'()", b) >= 0 {
			encoded = append(encoded, b)
		} else {
			encoded = append(encoded, '%', digits[b>>4], digits[b&15])
		}
	}
	return string(encoded)
}

// addBase64 adds what is the same in the base64 of every text that holds secret:
// that depends on where it begins among the three bytes that become four.
func (r *Redactor) addBase64(secret string) {
	for before := range 3 {
		bytes := append(make([]byte, before, before+len(secret)), secret...)
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := encoding.EncodeToString(bytes)
			if len(bytes)%3 != 0 {
				text = text[:len(text)-1] // which depends on what comes after
			}
			if text = text[(before*8+5)/6:]; len(text) >= anywhere {
				r.add(text)
			}
		}
	}
}

// Text returns text with every secret in it replaced by [Mark].
func (r *Redactor) Text(text string) string {
	var clean strings.Builder
	copied := 0
	for i := 0; i+MinLength <= len(text); {
		length := r.match(text, i)
		if length == 0 {
			i++
			continue
		}
		if i > copied || i == 0 { // else the mark before stands for both
			clean.WriteString(text[copied:i])
			clean.WriteString(Mark)
		}
		i += length
		copied = i
	}
	if copied == 0 {
		return text
	}
	clean.WriteString(text[copied:])
	return clean.String()
}

// match returns the length of the secret, or of enough of it, that begins at i;
// 0 if none does.
func (r *Redactor) match(text string, i int) int {
	pair := uint(text[i])<<8 | uint(text[i+1])
	if r.begin[pair/8]&(1<<(pair%8)) == 0 {
		return 0
	}
	rest := text[i:]
	next, _ := slices.BinarySearch(r.long, rest)
	longest := 0
	for _, near := range []int{next - 1, next} { // what shares most with rest stands beside it
		if near >= 0 && near < len(r.long) {
			longest = max(longest, shared(r.long[near], rest))
		}
	}
	if longest >= partial {
		return longest
	}
	for n := min(partial-1, len(rest)); n >= MinLength; n-- {
		if _, known := r.short[rest[:n]]; known && (n >= anywhere || isWord(text, i, i+n)) {
			return n
		}
	}
	return 0
}

// shared returns how many bytes two texts begin with alike.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// isWord reports whether no letter or digit stands beside text[start:end].
func isWord(text string, start, end int) bool {
	return (start == 0 || !isLetter(text[start-1])) && (end == len(text) || !isLetter(text[end]))
}

func isLetter(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}
