package siwe

import "strings"

// The parts of RFC 3986 that EIP-4361 builds on. Text that is not ASCII fits
// nowhere: it must come percent-encoded, or in Punycode.

const (
	subDelims = "!$&'()*+,;="
	genDelims = ":/?#[]@"
	// inPath is what a path may hold besides what every part may.
	inPath = ":@/"
	// inQuery is the same for a query and a fragment.
	inQuery = ":@/?"
)

// isURI reports whether text is an absolute URI, with or without a fragment.
func isURI(text string) bool {
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || !isScheme(scheme) {
		return false
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	if behind, ok := strings.CutPrefix(path, "//"); ok {
		end := strings.IndexByte(behind+"/", '/')
		if !isAuthority(behind[:end]) {
			return false
		}
		path = behind[end:]
	}
	return consistsOf(path, inPath) && consistsOf(query, inQuery) && consistsOf(fragment, inQuery)
}

func isScheme(text string) bool {
	if text == "" || !isLetter(text[0]) {
		return false
	}
	return all(text, func(c byte) bool { return isLetter(c) || isDigit(c) || strings.IndexByte("+-.", c) >= 0 })
}

// isAuthority reports whether text is [user@]host[:port]. The host may be
// empty, as in file:///.
func isAuthority(text string) bool {
	user, host, ok := strings.Cut(text, "@")
	if !ok {
		user, host = "", text
	}
	port := ""
	if literal, ok := strings.CutPrefix(host, "["); ok {
		address, behind, closed := strings.Cut(literal, "]")
		if !closed || !isIPLiteral(address) || behind != "" && behind[0] != ':' {
			return false
		}
		host, port = "", strings.TrimPrefix(behind, ":")
	} else {
		host, port, _ = strings.Cut(host, ":")
	}
	return consistsOf(user, ":") && consistsOf(host, "") && all(port, isDigit)
}

// isIPLiteral reports whether text is an IPv6 address or, with a v in front,
// one of a later version.
func isIPLiteral(text string) bool {
	if future, ok := strings.CutPrefix(strings.ToLower(text), "v"); ok {
		version, address, _ := strings.Cut(future, ".")
		return version != "" && all(version, isHexDigit) && address != "" &&
			!strings.Contains(address, "%") && consistsOf(address, ":")
	}
	const groups = 8
	front, back, short := strings.Cut(text, "::")
	if short {
		before, ok := countGroups(front, false)
		after, ok2 := countGroups(back, true)
		return ok && ok2 && before+after < groups
	}
	n, ok := countGroups(text, true)
	return ok && n == groups
}

// countGroups counts the groups of 16 bits in part of an IPv6 address. The
// last two may be written as an IPv4 address if the part is the end.
func countGroups(text string, isEnd bool) (n int, ok bool) {
	if text == "" {
		return 0, true
	}
	list := strings.Split(text, ":")
	for i, group := range list {
		switch {
		case isEnd && i == len(list)-1 && isIPv4(group):
			n += 2
		case group != "" && len(group) <= 4 && all(group, isHexDigit):
			n++
		default:
			return 0, false
		}
	}
	return n, true
}

func isIPv4(text string) bool {
	list := strings.Split(text, ".")
	for _, part := range list {
		isByte := len(part) == 1 || len(part) == 2 && part[0] != '0' ||
			len(part) == 3 && part[0] != '0' && part <= "255"
		if !isByte || !all(part, isDigit) {
			return false
		}
	}
	return len(list) == 4
}

// consistsOf reports whether text holds nothing but what any part of a URI may,
// percent-encoded bytes, and the characters of extra.
func consistsOf(text, extra string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] == '%' {
			if i+2 >= len(text) || !isHexDigit(text[i+1]) || !isHexDigit(text[i+2]) {
				return false
			}
			i += 2
			continue
		}
		if !isUnreserved(text[i]) && strings.IndexByte(subDelims+extra, text[i]) < 0 {
			return false
		}
	}
	return true
}

func all(text string, is func(byte) bool) bool {
	for i := range len(text) {
		if !is(text[i]) {
			return false
		}
	}
	return true
}

func isUnreserved(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '-' || c == '.' || c == '_' || c == '~'
}

func isHexDigit(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
