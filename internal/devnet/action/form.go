package action

import (
	"net/url"
	"strconv"
	"strings"
)

// formDecode parses application/x-www-form-urlencoded.
func formDecode(text string) [][2]string {
	pairs := [][2]string{}
	for one := range strings.SplitSeq(text, "&") {
		if one == "" {
			continue
		}
		name, value, _ := strings.Cut(one, "=")
		plain := func(s string) string { return decodeUTF8(percentDecode(strings.ReplaceAll(s, "+", " "))) }
		pairs = append(pairs, [2]string{plain(name), plain(value)})
	}
	return pairs
}

// formEncode writes application/x-www-form-urlencoded.
func formEncode(pairs [][2]string) string {
	// QueryEscape keeps ~ and encodes *, the form encoding does the reverse.
	escape := func(s string) string {
		return strings.NewReplacer("~", "%7E", "%2A", "*").Replace(url.QueryEscape(s))
	}
	var s strings.Builder
	for i, pair := range pairs {
		if i > 0 {
			s.WriteByte('&')
		}
		s.WriteString(escape(pair[0]) + "=" + escape(pair[1]))
	}
	return s.String()
}

// percentDecode decodes every well-formed %xx and leaves the rest.
func percentDecode(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	var s strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if n, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				s.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		s.WriteByte(text[i])
	}
	return s.String()
}
