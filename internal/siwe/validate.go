package siwe

import "strings"

// minNonceLength is EIP-4361's.
const minNonceLength = 8

// Validate checks what EIP-4361 asks of each field by itself: a domain and a
// URI, version 1, a nonce of at least 8 letters and digits, well-formed times,
// and no line break anywhere. It compares no time with a clock.
// Errors are [literr.InvalidParam].
func (m Message) Validate() error {
	switch {
	case m.Domain == "" || strings.ContainsAny(m.Domain, " /?#\t"):
		return malformed("the domain is not an RFC 3986 authority")
	case m.Version != "1":
		return malformed("the version is not 1")
	case !isURI(m.URI):
		return malformed("the URI has no scheme")
	case !isNonce(m.Nonce):
		return malformed("the nonce is not at least 8 letters and digits")
	case m.hasLineBreak():
		return malformed("a field holds a line break")
	}
	for _, resource := range m.Resources {
		if !isURI(resource) {
			return malformed("a resource is not a URI")
		}
	}
	return m.validateTimes()
}

func (m Message) validateTimes() error {
	if _, err := ParseTime(m.IssuedAt); err != nil {
		return err
	}
	for _, optional := range []string{m.ExpirationTime, m.NotBefore} {
		if optional == "" {
			continue
		}
		if _, err := ParseTime(optional); err != nil {
			return err
		}
	}
	return nil
}

func (m Message) hasLineBreak() bool {
	fields := []string{m.Scheme, m.Domain, m.Statement, m.URI, m.RequestID}
	return strings.ContainsAny(strings.Join(append(fields, m.Resources...), ""), "\n\r")
}

// isURI reports whether text begins with a scheme of RFC 3986 and holds no
// space. The rest is not checked.
func isURI(text string) bool {
	scheme, _, ok := strings.Cut(text, ":")
	if !ok || scheme == "" || strings.ContainsAny(text, " \t") || !isLetter(scheme[0]) {
		return false
	}
	for i := range len(scheme) {
		if c := scheme[i]; !isLetter(c) && !isDigit(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

func isNonce(text string) bool {
	for i := range len(text) {
		if !isLetter(text[i]) && !isDigit(text[i]) {
			return false
		}
	}
	return len(text) >= minNonceLength
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
