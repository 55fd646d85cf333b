package siwe

import (
	"strings"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
)

// Decode reads a message from an object of JavaScript with the fields of npm's
// siwe, and checks it as [Message.Validate] does. What is null counts as
// absent. An address in lower case gets its checksum, one in mixed case must
// have the right one; a domain may carry the scheme in front.
func Decode(object jsjson.Value) (Message, error) {
	d := decoder{object: object}
	m := Message{
		Scheme:         d.text("scheme"),
		Domain:         d.text("domain"),
		Statement:      d.text("statement"),
		URI:            d.text("uri"),
		Version:        d.text("version"),
		ChainID:        d.chainID(),
		Nonce:          d.text("nonce"),
		IssuedAt:       d.text("issuedAt"),
		ExpirationTime: d.text("expirationTime"),
		NotBefore:      d.text("notBefore"),
		RequestID:      d.text("requestId"),
		Resources:      d.resources(),
	}
	address := d.text("address")
	if d.err != nil {
		return Message{}, d.err
	}
	if scheme, domain, ok := strings.Cut(m.Domain, "://"); ok && m.Scheme == "" {
		m.Scheme, m.Domain = scheme, domain
	}
	var err error
	if m.Address, err = eth.ParseChecksummed(address); err != nil {
		return Message{}, err
	}
	return m, m.Validate()
}

// decoder reads fields; after the first error it does nothing more.
type decoder struct {
	object jsjson.Value
	err    error
}

func (d *decoder) fail(field, want string) {
	if d.err == nil {
		d.err = badField(field, field, want)
	}
}

func (d *decoder) field(name string) (v jsjson.Value, ok bool) {
	v = d.object.Get(name)
	return v, v.Exists() && !v.IsNull()
}

func (d *decoder) text(name string) string {
	v, ok := d.field(name)
	if !ok {
		return ""
	}
	text, ok := v.Text()
	if !ok {
		d.fail(name, "a string")
	}
	return text
}

func (d *decoder) chainID() uint64 {
	v, _ := d.field("chainId")
	id, ok := v.Int()
	if !ok || id < 0 {
		d.fail("chainId", "a whole number")
	}
	return uint64(id)
}

func (d *decoder) resources() []string {
	v, ok := d.field("resources")
	if !ok {
		return nil
	}
	list, ok := v.Texts()
	if !ok {
		d.fail("resources", "a list of strings")
	}
	return append([]string{}, list...)
}

// JSON returns the message as an object with the fields of npm's siwe, without
// those that are absent.
func (m Message) JSON() []byte {
	var o jsjson.Object
	text := func(name, value string) {
		if value != "" {
			o.String(name, value)
		}
	}
	text("scheme", m.Scheme)
	text("domain", m.Domain)
	text("address", m.Address.String())
	text("statement", m.Statement)
	text("uri", m.URI)
	text("version", m.Version)
	o.Int("chainId", int64(m.ChainID))
	text("nonce", m.Nonce)
	text("issuedAt", m.IssuedAt)
	text("expirationTime", m.ExpirationTime)
	text("notBefore", m.NotBefore)
	text("requestId", m.RequestID)
	if m.EmptyRequestID {
		o.String("requestId", "")
	}
	if m.Resources != nil {
		o.Strings("resources", m.Resources)
	}
	return o.Bytes()
}
