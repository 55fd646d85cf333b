package action

import (
	"strconv"
	"strings"
)

// webURL is a parsed URL. Source: the URL Standard of WHATWG, whose names are used here: "special" schemes have
// authorities and default ports, an "opaque path" is one that is no list (mailto:x).
type webURL struct {
	scheme             string // without the colon
	username, password string // percent-encoded
	host               *string
	port               string // decimal, "" for none or the scheme's own
	opaque             bool
	opaquePath         string
	path               []string
	query, fragment    *string // without ? and #
}

// defaultPorts are the special schemes with theirs.
var defaultPorts = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21", "file": ""}

func (u *webURL) special() bool {
	_, ok := defaultPorts[u.scheme]
	return ok
}

// parts is a URL as a JavaScript URL object shows it.
type urlParts struct {
	Href     string `json:"href"`
	Origin   string `json:"origin"`
	Protocol string `json:"protocol"`
	Username string `json:"username"`
	Password string `json:"password"`
	Host     string `json:"host"`
	Hostname string `json:"hostname"`
	Port     string `json:"port"`
	Pathname string `json:"pathname"`
	Search   string `json:"search"`
	Hash     string `json:"hash"`
}

func (u *webURL) parts() urlParts {
	p := urlParts{
		Href: u.String(), Origin: "null", Protocol: u.scheme + ":", Username: u.username, Password: u.password,
		Port: u.port, Pathname: u.pathname(),
	}
	if u.host != nil {
		p.Hostname = *u.host
		p.Host = u.authority()
	}
	if u.special() && u.scheme != "file" {
		p.Origin = u.scheme + "://" + p.Host
	}
	if u.query != nil && *u.query != "" {
		p.Search = "?" + *u.query
	}
	if u.fragment != nil && *u.fragment != "" {
		p.Hash = "#" + *u.fragment
	}
	return p
}

// authority returns host and port.
func (u *webURL) authority() string {
	if u.port == "" {
		return *u.host
	}
	return *u.host + ":" + u.port
}

func (u *webURL) pathname() string {
	if u.opaque {
		return u.opaquePath
	}
	var s strings.Builder
	for _, segment := range u.path {
		s.WriteString("/" + segment)
	}
	return s.String()
}

// String returns the URL as the standard writes it.
func (u *webURL) String() string {
	var s strings.Builder
	s.WriteString(u.scheme + ":")
	if u.host != nil {
		s.WriteString("//")
		if u.username != "" || u.password != "" {
			s.WriteString(u.username)
			if u.password != "" {
				s.WriteString(":" + u.password)
			}
			s.WriteByte('@')
		}
		s.WriteString(u.authority())
	} else if !u.opaque && len(u.path) > 1 && u.path[0] == "" {
		s.WriteString("/.")
	}
	s.WriteString(u.pathname())
	if u.query != nil {
		s.WriteString("?" + *u.query)
	}
	if u.fragment != nil {
		s.WriteString("#" + *u.fragment)
	}
	return s.String()
}

// parseURL parses text, relative to base unless that is nil.
func parseURL(text string, base *webURL) (*webURL, error) {
	invalid := &jsError{class: "TypeError", message: "Invalid URL: '" + text + "'"}
	text = stripURL(text)
	u := &webURL{}
	rest, fragment, hasFragment := strings.Cut(text, "#")
	if hasFragment {
		u.fragment = ptr(percentEncode(fragment, fragmentSet))
	}
	scheme, after, ok := cutScheme(rest)
	ok = ok && u.absolute(scheme, after, base) || !ok && base != nil && u.relative(rest, base, hasFragment)
	if !ok {
		return nil, invalid
	}
	return u, nil
}

// stripURL removes what the standard ignores: controls and spaces around, tabs and line breaks anywhere.
func stripURL(text string) string {
	return withoutBreaks(strings.TrimFunc(text, func(r rune) bool { return r <= ' ' }))
}

// withoutBreaks removes tabs and line breaks.
func withoutBreaks(text string) string {
	return strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(text)
}

// cutScheme splits "scheme:rest".
func cutScheme(text string) (scheme, rest string, ok bool) {
	for i, r := range text {
		switch {
		case r == ':' && i > 0:
			return strings.ToLower(text[:i]), text[i+1:], true
		case isASCIILetter(r), i > 0 && (r >= '0' && r <= '9' || r == '+' || r == '-' || r == '.'):
		default:
			return "", "", false
		}
	}
	return "", "", false
}

func isASCIILetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

func ptr(s string) *string { return &s }

// absolute parses what follows the scheme.
func (u *webURL) absolute(scheme, rest string, base *webURL) bool {
	u.scheme = scheme
	switch {
	case scheme == "file":
		if base != nil && base.scheme != "file" {
			base = nil
		}
		return u.file(rest, base)
	case u.special():
		if base != nil && base.scheme == scheme && !startsSlashes(rest, 2) {
			return u.relative(rest, base, u.fragment != nil)
		}
		return u.withAuthority(strings.TrimLeft(rest, `/\`))
	case strings.HasPrefix(rest, "//"):
		return u.withAuthority(rest[2:])
	case strings.HasPrefix(rest, "/"):
		u.pathAndQuery(rest)
		return true
	}
	path, query, ok := strings.Cut(rest, "?")
	if ok {
		u.query = ptr(percentEncode(query, querySet))
	}
	u.opaque = true
	u.opaquePath = percentEncode(path, controlSet)
	return true
}

// startsSlashes reports whether text starts with n slashes of either kind.
func startsSlashes(text string, n int) bool {
	return len(text) >= n && strings.Trim(text[:n], `/\`) == ""
}

// relative resolves text, which has no scheme of its own, against base.
func (u *webURL) relative(text string, base *webURL, hasFragment bool) bool {
	if base.opaque {
		if text != "" || !hasFragment {
			return false
		}
		fragment := u.fragment
		*u = *base
		u.fragment = fragment
		return true
	}
	u.scheme = base.scheme
	if u.scheme == "file" {
		return u.file(text, base)
	}
	slashes := "/"
	if u.special() {
		slashes = `/\`
	}
	if len(text) >= 2 && strings.Trim(text[:2], slashes) == "" {
		if u.special() {
			text = strings.TrimLeft(text, slashes)
		} else {
			text = text[2:]
		}
		return u.withAuthority(text)
	}
	u.username, u.password, u.host, u.port = base.username, base.password, base.host, base.port
	u.against(text, base)
	return true
}

// against resolves a path, a query or nothing against base's path.
func (u *webURL) against(text string, base *webURL) {
	switch {
	case text == "":
		u.path, u.query = base.path, base.query
	case text[0] == '?':
		u.path = base.path
		u.pathAndQuery(text)
	case text[0] == '/' || text[0] == '\\' && u.special():
		u.path = nil
		u.pathAndQuery(text)
	default:
		u.path = append([]string(nil), base.path...)
		if len(u.path) > 0 {
			u.path = u.path[:len(u.path)-1]
		}
		u.pathAndQuery(text)
	}
}

// withAuthority parses "user:password@host:port/path?query".
func (u *webURL) withAuthority(text string) bool {
	ends := "/?"
	if u.special() {
		ends = `/\?`
	}
	end := strings.IndexAny(text, ends)
	if end < 0 {
		end = len(text)
	}
	authority, rest := text[:end], text[end:]
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		if at == len(authority)-1 {
			return false
		}
		username, password, _ := strings.Cut(authority[:at], ":")
		u.username, u.password = percentEncode(username, userinfoSet), percentEncode(password, userinfoSet)
		authority = authority[at+1:]
	}
	if !u.setHostPort(authority) {
		return false
	}
	u.pathAndQuery(rest)
	return true
}

// setHostPort parses "host:port" or "[v6]:port".
func (u *webURL) setHostPort(text string) bool {
	host, port, colon := cutPort(text)
	if host == "" && (u.special() || colon) {
		return false
	}
	parsed, ok := parseHost(host, u.special())
	if !ok || !u.setPort(port) {
		return false
	}
	u.host = &parsed
	return true
}

// cutPort splits "host:port" at the last colon that is not inside brackets.
func cutPort(text string) (host, port string, colon bool) {
	if at := strings.LastIndexByte(text, ':'); at > strings.LastIndexByte(text, ']') {
		return text[:at], text[at+1:], true
	}
	return text, "", false
}

func (u *webURL) setPort(text string) bool {
	if text == "" {
		u.port = ""
		return true
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || strings.HasPrefix(text, "+") {
		return false
	}
	u.port = strconv.FormatUint(n, 10)
	if u.port == defaultPorts[u.scheme] {
		u.port = ""
	}
	return true
}

// file parses what follows "file:", without drive letters, which this system does not have.
func (u *webURL) file(text string, base *webURL) bool {
	u.host = ptr("")
	if startsSlashes(text, 2) {
		end := strings.IndexAny(text[2:], `/\?`)
		if end < 0 {
			end = len(text) - 2
		}
		host, ok := parseHost(text[2:2+end], true)
		if !ok && end > 0 {
			return false
		}
		if host != "localhost" {
			u.host = &host
		}
		u.pathAndQuery(text[2+end:])
		return true
	}
	if base == nil {
		u.pathAndQuery(text)
		return true
	}
	u.host = base.host
	u.against(text, base)
	return true
}

// pathAndQuery parses "path?query" and appends the path's segments to what u already has.
func (u *webURL) pathAndQuery(text string) {
	path, query, ok := strings.Cut(text, "?")
	if ok {
		set := querySet
		if u.special() {
			set = specialQuerySet
		}
		u.query = ptr(percentEncode(query, set))
	}
	if path == "" && (!u.special() || len(u.path) > 0) {
		return
	}
	if u.special() {
		path = strings.ReplaceAll(path, `\`, "/")
	}
	path = strings.TrimPrefix(path, "/")
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		last := i == len(segments)-1
		switch {
		case isDots(segment, 2):
			if len(u.path) > 0 {
				u.path = u.path[:len(u.path)-1]
			}
			if last {
				u.path = append(u.path, "")
			}
		case isDots(segment, 1):
			if last {
				u.path = append(u.path, "")
			}
		default:
			u.path = append(u.path, percentEncode(segment, pathSet))
		}
	}
}

// isDots reports whether segment is n dots, each of which may be written %2e.
func isDots(segment string, n int) bool {
	return len(segment) <= 3*n && strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") == strings.Repeat(".", n)
}
