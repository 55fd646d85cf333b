package action

import (
	"encoding/json"

	whatwg "github.com/nlnwa/whatwg-url/url"
)

// opURL parses a URL, relative to the second argument if there is one, and returns its parts as JSON.
func (x *run) opURL(args arguments) (any, error) {
	var base *whatwg.Url
	if args.has(1) {
		var err error
		if base, err = parseURL(args.text(1), nil); err != nil {
			return nil, err
		}
	}
	u, err := parseURL(args.text(0), base)
	if err != nil {
		return nil, err
	}
	return asJSON(partsOf(u))
}

// opURLSet parses a URL, changes one of its parts and returns them all as JSON.
func (x *run) opURLSet(args arguments) (any, error) {
	u, err := parseURL(args.text(0), nil)
	if err != nil {
		return nil, err
	}
	setURL(u, args.text(1), args.text(2))
	return asJSON(partsOf(u))
}

func (x *run) opFormDecode(args arguments) (any, error) { return asJSON(formDecode(args.text(0))) }

func (x *run) opFormEncode(args arguments) (any, error) {
	var pairs [][2]string
	if err := json.Unmarshal([]byte(args.text(0)), &pairs); err != nil {
		return nil, err
	}
	return formEncode(pairs), nil
}

func asJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}
