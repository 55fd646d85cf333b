package nodeapi

import (
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// decoder reads the members of one JSON object. The first member that is
// missing or of the wrong type stays in err.
type decoder struct {
	object jsjson.Value
	err    error
}

func newDecoder(text []byte) *decoder { return decoderOf(jsjson.ParseAnswer(text)) }

func decoderOf(v jsjson.Value, err error) *decoder {
	d := &decoder{object: v, err: err}
	if err == nil && !v.IsObject() {
		d.err = literr.Invalid("body", "a JSON object", "the body is not a JSON object")
	}
	return d
}

func (d *decoder) fail(name, want string) {
	if d.err == nil {
		d.err = literr.Invalid(name, want, "member `%s` is not %s", name, want)
	}
}

func (d *decoder) string(name string) string {
	text, ok := d.object.Get(name).Text()
	if !ok {
		d.fail(name, "a string")
	}
	return text
}

// optionalString reads a string that may be absent or null.
func (d *decoder) optionalString(name string) string {
	if v := d.object.Get(name); !v.Exists() || v.IsNull() {
		return ""
	}
	return d.string(name)
}

// uint reads a whole number that may be absent, which is 0, but not null.
func (d *decoder) uint(name string) uint64 {
	v := d.object.Get(name)
	if !v.Exists() {
		return 0
	}
	n, ok := v.Int()
	if !ok || n < 0 {
		d.fail(name, "a whole number")
		return 0
	}
	return uint64(n)
}

func (d *decoder) items(name string) []jsjson.Value {
	items, ok := d.object.Get(name).Items()
	if !ok {
		d.fail(name, "a list")
	}
	return items
}

func (d *decoder) strings(name string) []string {
	list := []string{}
	for _, item := range d.items(name) {
		text, ok := item.Text()
		if !ok {
			d.fail(name, "a list of strings")
		}
		list = append(list, text)
	}
	return list
}

// raw reads a value of any type as JSON text; nil if it is absent or null.
func (d *decoder) raw(name string) []byte {
	if v := d.object.Get(name); !v.IsNull() {
		return v.Raw()
	}
	return nil
}
