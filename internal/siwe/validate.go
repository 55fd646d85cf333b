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
		return badField("scheme", "the scheme", "one of RFC 3986")
	case m.Domain == "" || !isAuthority(m.Domain):
		return badField("domain", "the domain", "an RFC 3986 authority")
	case m.Version != "1":
		return badField("version", "the version", "1")
	case !isURI(m.URI):
		return badField("uri", "the URI", "one of RFC 3986")
	case !isNonce(m.Nonce):
		return badField("nonce", "the nonce", "at least 8 letters and digits")
	}
	if name := m.lineBreak(); name != "" {
		return malformed("a field holds a line break").With("param", name).With("want", "one line")
	}
	for _, resource := range m.Resources {
		if !isURI(resource) {
			return badField("resources", "a resource", "a URI of RFC 3986")
		}
	}
	return m.validateTimes()
}

func (m Message) validateTimes() error {
	times := []struct{ name, value string }{
		{"issuedAt", m.IssuedAt}, {"expirationTime", m.ExpirationTime}, {"notBefore", m.NotBefore},
	}
	for _, time := range times {
		if time.value == "" && time.name != "issuedAt" {
			continue
		}
		if _, err := ParseTime(time.value); err != nil {
			return badField(time.name, "a time", "in RFC 3339 form")
		}
	}
	return nil
}

// lineBreak names the field that holds one; those that Validate has looked at
// cannot.
func (m Message) lineBreak() string {
	switch {
	case strings.ContainsAny(m.Statement, "\n\r"):
		return "statement"
	case strings.ContainsAny(m.RequestID, "\n\r"):
		return "requestId"
	}
	return ""
}

// CheckGrammar checks the rest of EIP-4361's grammar, as npm's siwe does when
// it reads a text: a statement of ASCII without `"%<>\^{|}` and backticks, and
// a request id that could stand in a path. Errors are [literr.InvalidParam].
func (m Message) CheckGrammar() error {
	if strings.Contains(m.Statement, "%") || !consistsOf(m.Statement, genDelims+" ") {
		return malformed("the statement holds a character that EIP-4361 has no room for").
			With("param", "statement").With("want", "ASCII, and of that only what EIP-4361 allows")
	}
	if !consistsOf(m.RequestID, ":@") {
		return malformed("the request id holds a character that EIP-4361 has no room for").
			With("param", "requestId").With("want", "characters of a URI's path")
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
