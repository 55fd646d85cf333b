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
