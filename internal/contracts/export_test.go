package contracts

import "litsession/internal/jsjson"

// Entry is one line of the tables.
type Entry struct{ Contract, Name, Signature, Selector, Topic string }

func table(entries []entry) []Entry {
	list := make([]Entry, len(entries))
	for i, e := range entries {
		s := e.parse()
		topic := s.topic()
		list[i] = Entry{e.contract, e.name, s.String(), Hash(topic).String()[:10], Hash(topic).String()}
	}
	return list
}

// Functions, Events and CustomErrors are the tables.
func Functions() []Entry    { return table(functions) }
func Events() []Entry       { return table(events) }
func CustomErrors() []Entry { return table(customErrors) }

// Calldata encodes a call of a function with a JSON list of arguments.
func Calldata(contract, name string, arguments []byte) ([]byte, error) {
	s, err := findFunction(contract, name)
	if err != nil {
		return nil, err
	}
	v, err := jsjson.Parse(arguments)
	if err != nil {
		return nil, err
	}
	return s.calldata(v)
}

// Encode encodes a JSON list of values of the types.
func Encode(types string, values []byte) ([]byte, error) {
	parsed, err := parseTypes(types)
	if err != nil {
		return nil, err
	}
	v, err := jsjson.Parse(values)
	if err != nil {
		return nil, err
	}
	items, _ := v.Items()
	list, err := encodeAll(parsed, items)
	return sequence(list), err
}

// Decode is the inverse.
func Decode(types string, data []byte) ([]byte, error) {
	parsed, err := parseTypes(types)
	if err != nil {
		return nil, err
	}
	r := &wordReader{rest: data}
	values := decodeAll(parsed, r)
	return jsjson.Array(values), r.end()
}

// RevertReason and EventOf are those of the package.
var (
	RevertReason = revertReason
	EventOf      = eventOf
)
