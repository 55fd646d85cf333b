package jsjson

// walker goes from value to value of a list or an object, names and values
// alike, whose text was checked. What is in them it passes over.
type walker struct {
	text []byte
	at   int
}

// more goes to the next value, and reports whether there is one.
func (w *walker) more() bool {
	// Behind the opening bracket or a value, before the next one or the end.
	if w.at == 0 {
		w.at = 1
	}
	w.separator()
	return w.text[w.at] != ']' && w.text[w.at] != '}'
}

func (w *walker) separator() {
	for b := w.text[w.at]; isSpace(b) || b == ',' || b == ':'; b = w.text[w.at] {
		w.at++
	}
}

// value returns the value at hand and goes behind it.
func (w *walker) value() Value {
	w.separator()
	start := w.at
	switch w.text[start] {
	case '"':
		w.string()
	case '{', '[':
		w.nested()
	default:
		for !endsScalar(w.text[w.at]) {
			w.at++
		}
	}
	return Value{raw: w.text[start:w.at:w.at]}
}

func endsScalar(b byte) bool { return b == ',' || b == ']' || b == '}' || isSpace(b) }

func (w *walker) string() {
	for w.at++; w.text[w.at] != '"'; w.at++ {
		if w.text[w.at] == '\\' {
			w.at++
		}
	}
	w.at++
}

func (w *walker) nested() {
	for depth := 0; ; {
		switch w.text[w.at] {
		case '"':
			w.string()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				w.at++
				return
			}
		}
		w.at++
	}
}

// Walk calls visit with v and, where that returns true, with what is in it, member
// names left out.
func (v Value) Walk(visit func(Value) bool) {
	if !visit(v) || !v.IsObject() && !v.IsList() {
		return
	}
	for w := (walker{text: v.raw}); w.more(); {
		if v.IsObject() {
			w.value()
		}
		w.value().Walk(visit)
	}
}

// Rewritten returns v's text, compact, with every string in it, names too, as change
// makes it. Where change makes something else of the text of a number, or of a list
// of numbers, a string takes its place.
func (v Value) Rewritten(change func(string) string) []byte { return v.rewrite(nil, change) }

func (v Value) rewrite(to []byte, change func(string) string) []byte {
	if text, ok := v.Text(); ok {
		return AppendString(to, change(text))
	}
	if !v.IsObject() && !v.IsFlat() {
		to = append(to, '[')
		for w := (walker{text: v.raw}); w.more(); {
			to = w.value().rewrite(to, change)
			to = append(to, ',')
		}
		return closed(to, ']')
	}
	if !v.IsObject() {
		if text := change(string(v.raw)); text != string(v.raw) {
			return AppendString(to, text)
		}
		return append(to, v.raw...)
	}
	to = append(to, '{')
	for w := (walker{text: v.raw}); w.more(); {
		to = w.value().rewrite(to, change)
		to = append(to, ':')
		to = w.value().rewrite(to, change)
		to = append(to, ',')
	}
	return closed(to, '}')
}

// closed ends a list, whose last comma goes.
func closed(to []byte, end byte) []byte {
	if last := len(to) - 1; to[last] == ',' {
		to = to[:last]
	}
	return append(to, end)
}

// IsFlat reports whether v is a number, a word, or a list of nothing else.
func (v Value) IsFlat() bool {
	for i, b := range v.raw {
		if b == '"' || b == '{' || b == '[' && i > 0 {
			return false
		}
	}
	return true
}
