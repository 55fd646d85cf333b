package siwe

import (
	"strconv"
	"strings"

	"litsession/internal/eth"
	"litsession/internal/literr"
)

const preambleEnd = " wants you to sign in with your Ethereum account:"

func malformed(why string) *literr.Error {
	return literr.Invalid("message", "the text of an EIP-4361 message", malformedText, why)
}

const malformedText = "malformed SIWE message: %s"

// badField is malformed with the field at fault, by its name in npm's siwe,
// and what belongs there. label is what the message calls it.
func badField(name, label, want string) *literr.Error {
	return literr.Invalid(name, want, malformedText, label+" is not "+want)
}

// Parse reads a message and checks it as [Message.Validate] does. The address
// must carry its EIP-55 checksum. Errors are [literr.InvalidParam] and never
// quote the text.
func Parse(text string) (Message, error) {
	p := parser{lines: strings.Split(text, "\n")}
	m := p.message()
	if p.err != nil {
		return Message{}, p.err
	}
	if err := m.Validate(); err != nil {
		return Message{}, err
	}
	return m, nil
}

// parser consumes lines; after the first error it does nothing more.
type parser struct {
	lines []string
	err   error
}

func (p *parser) message() (m Message) {
	m.Scheme, m.Domain = p.preamble()
	m.Address = p.address()
	p.empty()
	if !p.at("") {
		m.Statement = p.next()
	}
	p.empty()
	m.URI = p.field("URI: ")
	m.Version = p.field("Version: ")
	m.ChainID = p.chainID()
	m.Nonce = p.field("Nonce: ")
	m.IssuedAt = p.field("Issued At: ")
	m.ExpirationTime = p.optional("Expiration Time: ")
	m.NotBefore = p.optional("Not Before: ")
	if m.EmptyRequestID = p.at("Request ID: "); m.EmptyRequestID {
		p.next()
	} else {
		m.RequestID = p.optional("Request ID: ")
	}
	m.Resources = p.resources()
	if p.err == nil && len(p.lines) > 0 {
		p.fail("a line that belongs to no field")
	}
	return m
}

func (p *parser) fail(why string) {
	if p.err == nil {
		p.err = malformed(why).With("param", "message").With("want", "a message as EIP-4361 has it")
	}
}

func (p *parser) next() string {
	if len(p.lines) == 0 {
		p.fail("it ends too early")
		return ""
	}
	line := p.lines[0]
	p.lines = p.lines[1:]
	return line
}

func (p *parser) at(line string) bool { return len(p.lines) > 0 && p.lines[0] == line }

func (p *parser) empty() {
	if p.next() != "" {
		p.fail("an empty line is missing")
	}
}

func (p *parser) preamble() (scheme, domain string) {
	origin, ok := strings.CutSuffix(p.next(), preambleEnd)
	if !ok {
		p.fail("the first line is not that of a SIWE message")
	}
	if scheme, domain, ok = strings.Cut(origin, "://"); ok {
		if scheme == "" {
			p.fail("the scheme is empty")
		}
		return scheme, domain
	}
	return "", origin
}

func (p *parser) address() eth.Address {
	line := p.next()
	address, err := eth.ParseAddress(line)
	if err != nil || address.String() != line {
		p.fail("the address is not in EIP-55 form")
	}
	return address
}

func (p *parser) field(label string) string {
	value, ok := strings.CutPrefix(p.next(), label)
	if !ok || value == "" {
		p.fail(strings.TrimRight(label, ": ") + " is missing")
	}
	return value
}

func (p *parser) optional(label string) string {
	if len(p.lines) == 0 || !strings.HasPrefix(p.lines[0], label) {
		return ""
	}
	return p.field(label)
}

// maxChainID is the largest whole number that JavaScript can tell from the next.
const maxChainID = 1<<53 - 1

func (p *parser) chainID() uint64 {
	text := p.field("Chain ID: ")
	id, err := strconv.ParseUint(text, 10, 64)
	if err != nil || strconv.FormatUint(id, 10) != text {
		p.fail("Chain ID is not a whole number")
	}
	if id > maxChainID {
		p.fail("Chain ID is larger than JavaScript can keep")
	}
	return id
}

func (p *parser) resources() []string {
	if !p.at("Resources:") {
		return nil
	}
	p.next()
	list := []string{}
	for len(p.lines) > 0 {
		resource, ok := strings.CutPrefix(p.next(), "- ")
		if !ok {
			p.fail("a resource does not start with \"- \"")
		}
		list = append(list, resource)
	}
	return list
}
