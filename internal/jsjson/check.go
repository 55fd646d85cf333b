package jsjson

import "strconv"

// checker goes over a text once and refuses what is not JSON. It keeps nothing
// but the names of the objects that it is in.
type checker struct {
	text  []byte
	at    int
	left  int      // values that may still come
	pairs bool     // refuse a surrogate without its other half
	names []string // of the objects around at, outermost first
	whole string   // text, so that names need no copies; made when the first is met
}

func (c *checker) syntax() error {
	return malformed("syntax error at byte " + strconv.Itoa(c.at))
}

// next returns the byte to be read, 0 at the end.
func (c *checker) next() byte {
	if c.at < len(c.text) {
		return c.text[c.at]
	}
	return 0
}

func (c *checker) space() {
	for c.at < len(c.text) && isSpace(c.text[c.at]) {
		c.at++
	}
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\r' || b == '\t' }

func (c *checker) value(depth int) error {
	if depth > maxDepth {
		return malformed("nested too deeply")
	}
	if c.left--; c.left < 0 {
		return malformed("too many values")
	}
	switch b := c.next(); {
	case b == '{':
		return c.object(depth)
	case b == '[':
		return c.array(depth)
	case b == '"':
		return c.string()
	case b == 't':
		return c.literal("true")
	case b == 'f':
		return c.literal("false")
	case b == 'n':
		return c.literal("null")
	default:
		return c.number()
	}
}

func (c *checker) literal(word string) error {
	if end := c.at + len(word); end <= len(c.text) && string(c.text[c.at:end]) == word {
		c.at = end
		return nil
	}
	return c.syntax()
}

func (c *checker) array(depth int) error {
	c.at++
	if c.space(); c.next() == ']' {
		c.at++
		return nil
	}
	for {
		if err := c.value(depth + 1); err != nil {
			return err
		}
		if over, err := c.comma(']'); over || err != nil {
			return err
		}
	}
}

// comma reads what stands behind a value of a list: a comma, or the list's end.
func (c *checker) comma(end byte) (over bool, err error) {
	c.space()
	switch c.next() {
	case end:
		c.at++
		return true, nil
	case ',':
		c.at++
		c.space()
		return false, nil
	}
	return false, c.syntax()
}

func (c *checker) object(depth int) error {
	c.at++
	if c.space(); c.next() == '}' {
		c.at++
		return nil
	}
	known := nameSet{first: len(c.names)}
	defer func() { c.names = c.names[:known.first] }()
	for {
		start := c.at
		if err := c.string(); err != nil {
			return err
		}
		if !known.add(c, c.name(start)) {
			return malformed("an object repeats a name, at byte " + strconv.Itoa(start))
		}
		if c.space(); c.next() != ':' {
			return c.syntax()
		}
		c.at++
		c.space()
		if err := c.value(depth + 1); err != nil {
			return err
		}
		if over, err := c.comma('}'); over || err != nil {
			return err
		}
	}
}

// name returns the string that was read from start on.
func (c *checker) name(start int) string {
	if c.whole == "" {
		c.whole = string(c.text)
	}
	inner := c.whole[start+1 : c.at-1]
	for i := range len(inner) {
		if inner[i] == '\\' {
			return unquote(c.text[start:c.at])
		}
	}
	return inner
}

// nameSet is the names of one object.
type nameSet struct {
	first int                 // of the checker's names
	large map[string]struct{} // nil as long as they are few
}

// add reports whether name is new.
func (s *nameSet) add(c *checker, name string) bool {
	const few = 16
	if s.large != nil {
		before := len(s.large)
		s.large[name] = struct{}{}
		return len(s.large) > before
	}
	for _, known := range c.names[s.first:] {
		if known == name {
			return false
		}
	}
	c.names = append(c.names, name)
	if len(c.names)-s.first == few {
		s.large = map[string]struct{}{}
		for _, known := range c.names[s.first:] {
			s.large[known] = struct{}{}
		}
	}
	return true
}

func (c *checker) string() error {
	if c.next() != '"' {
		return c.syntax()
	}
	for c.at++; c.at < len(c.text); c.at++ {
		switch b := c.text[c.at]; {
		case b == '"':
			c.at++
			return nil
		case b < 0x20:
			return c.syntax()
		case b == '\\':
			if err := c.escape(); err != nil {
				return err
			}
		}
	}
	return c.syntax()
}

// escape reads an escape sequence up to its last byte.
func (c *checker) escape() error {
	c.at++
	switch c.next() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
	default:
		return c.syntax()
	}
	unit, err := c.unit()
	if err != nil || !c.pairs || unit < 0xd800 || unit > 0xdfff {
		return err
	}
	if unit < 0xdc00 && c.at+2 < len(c.text) && c.text[c.at+1] == '\\' && c.text[c.at+2] == 'u' {
		c.at += 2
		if low, err := c.unit(); err != nil || low >= 0xdc00 && low <= 0xdfff {
			return err
		}
	}
	return malformed("a string with half a character")
}

// unit reads the four digits behind a u.
func (c *checker) unit() (uint64, error) {
	if c.at+4 >= len(c.text) {
		return 0, c.syntax()
	}
	unit, err := strconv.ParseUint(string(c.text[c.at+1:c.at+5]), 16, 16)
	if err != nil {
		return 0, c.syntax()
	}
	c.at += 4
	return unit, nil
}

func (c *checker) number() error {
	if c.next() == '-' {
		c.at++
	}
	if c.next() == '0' {
		c.at++
	} else if !c.digits() {
		return c.syntax()
	}
	if c.next() == '.' {
		if c.at++; !c.digits() {
			return c.syntax()
		}
	}
	if b := c.next(); b == 'e' || b == 'E' {
		c.at++
		if b := c.next(); b == '+' || b == '-' {
			c.at++
		}
		if !c.digits() {
			return c.syntax()
		}
	}
	return nil
}

// digits reports whether there was one at least.
func (c *checker) digits() bool {
	start := c.at
	for b := c.next(); b >= '0' && b <= '9'; b = c.next() {
		c.at++
	}
	return c.at > start
}
