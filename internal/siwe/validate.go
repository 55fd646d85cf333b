package siwe

import "strings"

// minNonceLength is EIP-4361's.
const minNonceLength = 8

// Validate checks what EIP-4361 asks of each field by itself: a domain and
// URIs of RFC 3986, version 1, a nonce of at least 8 letters and digits,
// well-formed times, and no line break anywhere. As nodes do, it leaves open
// what a statement and a request id are made of; see [Message.CheckGrammar].
// It compares no time with a clock. Errors are [literr.InvalidParam].
func (m Message) Validate() error {
	switch {
	case m.Scheme != "" && !isScheme(m.Scheme):
		return malformed("the scheme is not one of RFC 3986")
	case m.Domain == "" || !isAuthority(m.Domain):
		return malformed("the domain is not an RFC 3986 authority")
	case m.Version != "1":
		return malformed("the version is not 1")
	case !isURI(m.URI):
		return malformed("the URI is not one of RFC 3986")
	case !isNonce(m.Nonce):
		return malformed("the nonce is not at least 8 letters and digits")
	case m.hasLineBreak():
		return malformed("a field holds a line break")
	}
	for _, resource := range m.Resources {
		if !isURI(resource) {
			return malformed("a resource is not a URI of RFC 3986")
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

// CheckGrammar checks the rest of EIP-4361's grammar, as npm's siwe does when
// it reads a text: a statement of ASCII without `"%<>\^{|}` and backticks, and
// a request id that could stand in a path. Errors are [literr.InvalidParam].
func (m Message) CheckGrammar() error {
	if strings.Contains(m.Statement, "%") || !consistsOf(m.Statement, genDelims+" ") {
		return malformed("the statement holds a character that EIP-4361 has no room for")
	}
	if !consistsOf(m.RequestID, ":@") {
		return malformed("the request id holds a character that EIP-4361 has no room for")
	}
	return nil
}

func isNonce(text string) bool {
	for i := range len(text) {
		if !isLetter(text[i]) && !isDigit(text[i]) {
			return false
		}
	}
	return len(text) >= minNonceLength
}
