package action

import (
	"strings"

	whatwg "github.com/nlnwa/whatwg-url/url"
)

// maxLabel bounds a part of a host name, in bytes; the domain name system stops at 63 already. Punycode's work grows with
// the square of the length, and nothing can interrupt it.
const maxLabel = 4096

// urls is the URL Standard's parser. It is never changed.
var urls = whatwg.NewParser(whatwg.WithPreParseHostFunc(func(_ *whatwg.Url, host string) string {
	for label := range strings.SplitSeq(host, ".") {
		if len(label) > maxLabel {
			return "\x00" // which no host may hold
		}
	}
	return host
}))

// urlParts is a URL as a JavaScript URL object shows it.
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

func partsOf(u *whatwg.Url) urlParts {
	p := urlParts{
		Href: u.Href(false), Origin: "null", Protocol: u.Protocol(), Username: u.Username(), Password: u.Password(),
		Host: u.Host(), Hostname: u.Hostname(), Port: u.Port(), Pathname: u.Pathname(), Search: u.Search(), Hash: u.Hash(),
	}
	if u.IsSpecialScheme() && u.Scheme() != "file" {
		p.Origin = u.Protocol() + "//" + u.Host()
	}
	return p
}

// parseURL parses text, relative to base unless that is nil.
func parseURL(text string, base *whatwg.Url) (u *whatwg.Url, err error) {
	invalid := &jsError{class: "TypeError", message: "Invalid URL: '" + text + "'"}
	if manyAts(text) {
		return nil, invalid
	}
	if base == nil {
		u, err = urls.Parse(text)
	} else {
		u, err = base.Parse(text)
	}
	if err != nil {
		return nil, invalid
	}
	return u, nil
}

// manyAts reports whether there may be so many @ before a host that parsing would take minutes, which nothing can
// interrupt: the library begins anew at each.
func manyAts(text string) bool {
	text = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(text)
	if tail := strings.IndexAny(text, "?#"); tail >= 0 {
		text = text[:tail]
	}
	isSlash := func(r rune) bool { return r == '/' || r == '\\' }
	for range 2 { // the scheme, if there is one with slashes behind it, and what may be an authority
		text = strings.TrimLeftFunc(text, isSlash)
		part := text
		if end := strings.IndexFunc(text, isSlash); end >= 0 {
			part = text[:end]
		}
		if strings.Count(part, "@") > 100 {
			return true
		}
		text = text[len(part):]
	}
	return false
}

// setURL changes one member as the setter of that name does. What it cannot parse changes nothing.
func setURL(u *whatwg.Url, member, value string) {
	setters := map[string]func(string){
		"protocol": u.SetProtocol, "username": u.SetUsername, "password": u.SetPassword, "host": u.SetHost,
		"hostname": u.SetHostname, "port": u.SetPort, "pathname": u.SetPathname, "search": u.SetSearch, "hash": u.SetHash,
	}
	if set, ok := setters[member]; ok {
		set(value)
	}
}
