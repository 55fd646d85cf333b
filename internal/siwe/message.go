// Package siwe writes and reads EIP-4361 "Sign-In with Ethereum" messages.
//
// A [Message] keeps its timestamps as text, because the network re-emits them
// verbatim and signatures cover every byte: printing what [Parse] returned
// gives the parsed text back.
//
// Source: EIP-4361; the text as Lit's clients and nodes write it.
package siwe

import (
	"strconv"
	"strings"
	"time"

	"litsession/internal/eth"
)

// timeLayout is JavaScript's toISOString: UTC, always three fraction digits.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Message is one sign-in message. A field that EIP-4361 calls optional is
// absent when it is empty.
type Message struct {
	Scheme         string // "https" in https://example.com, mostly absent
	Domain         string // RFC 3986 authority: host, with the port if it has one
	Address        eth.Address
	Statement      string // one line, optional
	URI            string
	Version        string // always "1"
	ChainID        uint64
	Nonce          string   // at least 8 letters and digits; for Lit a block hash
	IssuedAt       string   // RFC 3339, kept as written
	ExpirationTime string   // RFC 3339, kept as written, optional
	NotBefore      string   // RFC 3339, kept as written, optional
	RequestID      string   // optional
	EmptyRequestID bool     // the line is there, and its value is empty
	Resources      []string // nil: no list; empty: a list without entries
}

// FormatTime returns t as messages carry it: UTC with milliseconds.
func FormatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// ParseTime reads a timestamp as EIP-4361 allows it (RFC 3339), with T and Z in
// either case. A leap second, which is the last one of a month in UTC, is the
// moment that follows it: no clock here shows one.
func ParseTime(text string) (time.Time, error) {
	const hour, minute = len("2006-01-02T15"), len("2006-01-02T15:04")
	isLeap := strings.HasPrefix(text[min(minute, len(text)):], ":60")
	if isLeap {
		text = text[:minute] + ":59" + text[minute+len(":60"):]
	}
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text))
	// Parse also takes hours of one digit and a comma before the fraction.
	if err != nil || len(text) < hour+1 || text[hour] != ':' || strings.Contains(text, ",") {
		return time.Time{}, malformed("a time is not in RFC 3339 form")
	}
	if !isLeap {
		return t, nil
	}
	next := t.Truncate(time.Second).Add(time.Second)
	if utc := next.UTC(); utc.Day() != 1 || utc.Hour() != 0 || utc.Minute() != 0 {
		return time.Time{}, malformed("a time is not in RFC 3339 form")
	}
	return next, nil
}

// String returns the text that is signed: lines joined by "\n", none at the
// end. It checks nothing; see [Message.Validate].
func (m Message) String() string {
	var b strings.Builder
	if m.Scheme != "" {
		b.WriteString(m.Scheme + "://")
	}
	b.WriteString(m.Domain + preambleEnd + "\n" + m.Address.String() + "\n\n")
	if m.Statement != "" {
		b.WriteString(m.Statement + "\n")
	}
	b.WriteString("\nURI: " + m.URI)
	b.WriteString("\nVersion: " + m.Version)
	b.WriteString("\nChain ID: " + strconv.FormatUint(m.ChainID, 10))
	b.WriteString("\nNonce: " + m.Nonce)
	b.WriteString("\nIssued At: " + m.IssuedAt)
	for _, line := range []struct{ label, value string }{
		{"Expiration Time: ", m.ExpirationTime},
		{"Not Before: ", m.NotBefore},
		{"Request ID: ", m.RequestID},
	} {
		if line.value != "" || line.label == "Request ID: " && m.EmptyRequestID {
			b.WriteString("\n" + line.label + line.value)
		}
	}
	if m.Resources != nil {
		b.WriteString("\nResources:")
	}
	for _, resource := range m.Resources {
		b.WriteString("\n- " + resource)
	}
	return b.String()
}
