package action

import "strings"

// set changes one member as the setter of that name does. What it cannot parse changes nothing.
func (u *webURL) set(member, value string) {
	value = withoutBreaks(value)
	switch member {
	case "search", "hash":
		u.setTail(member, value)
	case "pathname":
		if !u.opaque {
			u.path = nil
			u.pathAndQuery(strings.ReplaceAll(percentEncode(value, questionSet), "#", "%23"))
		}
	case "protocol":
		u.setProtocol(value)
	default:
		if u.opaque || u.scheme == "file" && member != "host" && member != "hostname" {
			return
		}
		u.setAuthority(member, value)
	}
}

func (u *webURL) setTail(member, value string) {
	field, mark, set := &u.query, "?", querySet
	if u.special() {
		set = specialQuerySet
	}
	if member == "hash" {
		field, mark, set = &u.fragment, "#", fragmentSet
	}
	*field = nil
	if value != "" {
		*field = ptr(percentEncode(strings.TrimPrefix(value, mark), set))
		if member == "search" {
			**field = strings.ReplaceAll(**field, "#", "%23")
		}
	}
}

func (u *webURL) setProtocol(value string) {
	scheme, _, ok := cutScheme(strings.TrimSuffix(value, ":") + ":")
	_, special := defaultPorts[scheme]
	if !ok || special != u.special() || (scheme == "file") != (u.scheme == "file") {
		return
	}
	u.scheme = scheme
	u.setPort(u.port)
}

func (u *webURL) setAuthority(member, value string) {
	before := *u
	ok := true
	switch member {
	case "username":
		u.username = percentEncode(value, userinfoSet)
	case "password":
		u.password = percentEncode(value, userinfoSet)
	case "port":
		digits := leadingDigits(value)
		ok = value == "" || digits != "" && u.setPort(digits)
		if value == "" {
			u.port = ""
		}
	case "host", "hostname":
		ok = u.setHost(member, value)
	}
	if member == "host" || member == "hostname" {
		ok = ok && (*u.host != "" || u.username == "" && u.password == "" && u.port == "")
	} else {
		ok = ok && before.host != nil && *before.host != ""
	}
	if !ok {
		*u = before
	}
}

// setHost sets the host, and for the member "host" also the port if the value has a right one.
func (u *webURL) setHost(member, value string) bool {
	ends := "/?#"
	if u.special() {
		ends = `/\?#`
	}
	if end := strings.IndexAny(value, ends); end >= 0 {
		value = value[:end]
	}
	host, port := value, ""
	if inside := strings.IndexByte(value, ']'); strings.IndexByte(value[inside+1:], ':') >= 0 {
		at := inside + 1 + strings.IndexByte(value[inside+1:], ':')
		host, port = value[:at], value[at+1:]
		if member == "hostname" || host == "" || u.scheme == "file" {
			return false
		}
	}
	parsed, ok := parseHost(host, u.special())
	if !ok || parsed == "" && u.special() && u.scheme != "file" {
		return false
	}
	u.host = &parsed
	if digits := leadingDigits(port); digits != "" {
		u.setPort(digits)
	}
	return true
}

// leadingDigits returns the decimal digits that text begins with.
func leadingDigits(text string) string {
	return text[:len(text)-len(strings.TrimLeft(text, "0123456789"))]
}
