package action

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// frame matches one line of an engine stack trace: "    at name (file:line:column)" or "    at file:line:column".
var frame = regexp.MustCompile(`^    at (?:(.*) \()?(` + scriptName + `|<lit>|native)(?::(\d+):(\d+))?\)?$`)

// maxFrames is V8's Error.stackTraceLimit.
const maxFrames = 10

// v8Stack turns the engine's stack trace into V8's: no name for top-level and anonymous code, columns as V8 counts
// them, no frames of the prelude or of built-ins that it called, and none at its top of makers, the constructors of the
// error. It returns "" or lines that each start with "\n".
func v8Stack(stack, source string, makers ...string) string {
	var out, natives strings.Builder // natives: not yet known who called them
	var lines []string
	for line := range strings.Lines(stack) {
		if strings.Count(out.String(), "\n") >= maxFrames {
			return out.String()
		}
		m := frame.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		switch {
		case m == nil:
		case out.Len() == 0 && m[1] != "" && slices.Contains(makers, m[1]):
		case m[2] == "<lit>":
			natives.Reset()
		case m[2] == "native":
			fmt.Fprintf(&natives, "\n    at %s (<anonymous>)", m[1])
		default:
			if lines == nil {
				lines = strings.Split(source, "\n")
			}
			out.WriteString(natives.String())
			natives.Reset()
			out.WriteString(v8Frame(m[1], m[3], m[4], lines))
		}
	}
	return out.String() + natives.String()
}

// v8Frame returns the line for a function of the action at that row and column of its source.
func v8Frame(function, row, column string, lines []string) string {
	r, _ := strconv.Atoi(row)
	c, _ := strconv.Atoi(column)
	place := fmt.Sprintf("%s:%d:%d", scriptName, r, v8Column(lines, r, c))
	if function == "" || function == "<eval>" || function == "<anonymous>" {
		return "\n    at " + place
	}
	return "\n    at " + function + " (" + place + ")"
}

// v8Column returns the column that V8 names for what this engine places at row and column, all from 1. For a call the
// engine names the parenthesis, V8 the callee's last name or the word new; for a property the engine names the dot,
// V8 the name after it. Columns count UTF-16 code units in V8 and code points here.
func v8Column(lines []string, row, column int) int {
	if row < 1 || row > len(lines) || column < 1 {
		return column
	}
	before, after := lines[row-1], ""
	n := 1
	for at := range before {
		if n == column {
			before, after = before[:at], before[at:]
			break
		}
		n++
	}
	switch {
	case strings.HasPrefix(after, "."):
		return column + 1
	case strings.HasPrefix(after, "("):
		return column - callLength(before)
	}
	return column
}

// callLength returns how many characters before a call's parenthesis V8 places it.
func callLength(before string) int {
	callee := strings.TrimRight(before, " ")
	rest := strings.TrimRightFunc(callee, isName)
	if rest == callee {
		return 0
	}
	chain := rest // before all of a.b.c
	for strings.HasSuffix(chain, ".") {
		next := strings.TrimRightFunc(chain[:len(chain)-1], isName)
		if len(next) == len(chain)-1 {
			break
		}
		chain = next
	}
	word := strings.TrimRight(chain, " ")
	if keyword := strings.TrimRightFunc(word, isName); word[len(keyword):] == "new" {
		rest = keyword
	}
	return utf8.RuneCountInString(before[len(rest):])
}

func isName(r rune) bool {
	return r == '_' || r == '$' || r == '#' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
