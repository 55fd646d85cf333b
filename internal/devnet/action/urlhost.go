package action

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The percent-encode sets of the URL Standard: the ASCII characters that each encodes besides controls and everything
// that is not ASCII.
const (
	controlSet      = ""
	fragmentSet     = " \"<>`"
	querySet        = " \"#<>"
	specialQuerySet = querySet + "'"
	pathSet         = querySet + "?^`{}"
	questionSet     = "?" // what a pathname may not end
	userinfoSet     = pathSet + "/:;=@[\\]|"
)

const upperHex = "0123456789ABCDEF"

// percentEncode encodes the characters of set, controls and all that is not ASCII.
func percentEncode(text, set string) string {
	var s strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if set != questionSet && (c < 0x20 || c > 0x7e) || strings.IndexByte(set, c) >= 0 {
			s.WriteString("%" + upperHex[c>>4:c>>4+1] + upperHex[c&15:c&15+1])
		} else {
			s.WriteByte(c)
		}
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

// parseHost parses a host. One of a special scheme is a domain, an IPv4 or an IPv6 address; another's is opaque.
func parseHost(text string, special bool) (string, bool) {
	if strings.HasPrefix(text, "[") {
		if !strings.HasSuffix(text, "]") {
			return "", false
		}
		return parseIPv6(text[1 : len(text)-1])
	}
	if !special {
		if strings.ContainsAny(text, "\x00\t\n\r #/:<>?@[\\]^|") {
			return "", false
		}
		return percentEncode(text, controlSet), true
	}
	domain, ok := toASCII(percentDecode(text))
	if !ok || strings.ContainsAny(domain, " #%/:<>?@[\\]^|") || strings.ContainsFunc(domain, func(r rune) bool { return r <= 0x20 || r == 0x7f }) {
		return "", false
	}
	if endsInNumber(domain) {
		return parseIPv4(domain)
	}
	return domain, true
}

func parseIPv6(text string) (string, bool) {
	addr, err := netip.ParseAddr(text)
	if err != nil || !addr.Is6() || addr.Zone() != "" {
		return "", false
	}
	if addr.Is4In6() {
		b := addr.As16()
		group := func(i int) string { return strconv.FormatUint(uint64(b[i])<<8|uint64(b[i+1]), 16) }
		return "[::ffff:" + group(12) + ":" + group(14) + "]", true
	}
	return "[" + addr.String() + "]", true
}

// endsInNumber reports whether the last label makes the domain an IPv4 address, right or wrong.
func endsInNumber(domain string) bool {
	labels := strings.Split(strings.TrimSuffix(domain, "."), ".")
	last := labels[len(labels)-1]
	if last != "" && strings.Trim(last, "0123456789") == "" {
		return true
	}
	_, ok := parseIPv4Number(last)
	return ok
}

// parseIPv4Number parses a decimal, octal (0…) or hexadecimal (0x…) number.
func parseIPv4Number(text string) (uint64, bool) {
	if text == "" {
		return 0, false
	}
	digits, base := text, 10
	if len(text) > 1 && text[0] == '0' {
		digits, base = text[1:], 8
		if text[1]|0x20 == 'x' {
			digits, base = text[2:], 16
		}
	}
	if digits == "" {
		return 0, true
	}
	if strings.ContainsAny(digits, "+-_") {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, base, 64)
	return n, err == nil
}

func parseIPv4(domain string) (string, bool) {
	labels := strings.Split(strings.TrimSuffix(domain, "."), ".")
	if len(labels) > 4 {
		return "", false
	}
	var address uint64
	for i, label := range labels {
		n, ok := parseIPv4Number(label)
		last := i == len(labels)-1
		if !ok || !last && n > 255 || last && n >= 1<<(8*(5-len(labels))) {
			return "", false
		}
		if last {
			address |= n
		} else {
			address |= n << (8 * (3 - i))
		}
	}
	return netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}).String(), true
}

// toASCII lower-cases a domain and writes labels that are not ASCII in Punycode. It does not map or check characters
// as UTS #46 does.
func toASCII(domain string) (string, bool) {
	if !utf8.ValidString(domain) {
		return "", false
	}
	domain = strings.NewReplacer("\u3002", ".", "\uff0e", ".", "\uff61", ".", "\u00ad", "").Replace(strings.ToLower(domain))
	labels := strings.Split(domain, ".")
	for i, label := range labels {
		if strings.IndexFunc(label, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
			if len(label) > maxLabel {
				return "", false
			}
			labels[i] = "xn--" + punycode([]rune(label))
		}
	}
	return strings.Join(labels, "."), domain != ""
}

// maxLabel bounds the work of punycode, which grows with the square of the length, in bytes. DNS ends at 63.
const maxLabel = 1024

// punycode encodes a label. Source: RFC 3492, section 6.3.
func punycode(label []rune) string {
	const initialBias, initialN = 72, 128
	var out strings.Builder
	for _, r := range label {
		if r < initialN {
			out.WriteRune(r)
		}
	}
	basic := out.Len()
	if basic > 0 {
		out.WriteByte('-')
	}
	n, delta, bias := rune(initialN), 0, initialBias
	for done := basic; done < len(label); {
		next := rune(unicode.MaxRune)
		for _, r := range label {
			if r >= n && r < next {
				next = r
			}
		}
		delta += int(next-n) * (done + 1)
		n = next
		for _, r := range label {
			if r < n {
				delta++
			}
			if r == n {
				writeVariable(&out, delta, bias)
				bias = adaptBias(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
		delta++
		n++
	}
	return out.String()
}

const punycodeBase, punycodeMin, punycodeMax = 36, 1, 26

// writeVariable writes a generalized variable-length integer.
func writeVariable(out *strings.Builder, q, bias int) {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	for k := punycodeBase; ; k += punycodeBase {
		t := min(max(k-bias, punycodeMin), punycodeMax)
		if q < t {
			out.WriteByte(digits[q])
			return
		}
		out.WriteByte(digits[t+(q-t)%(punycodeBase-t)])
		q = (q - t) / (punycodeBase - t)
	}
}

func adaptBias(delta, points int, first bool) int {
	if first {
		delta /= 700
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (punycodeBase-punycodeMin)*punycodeMax/2; k += punycodeBase {
		delta /= punycodeBase - punycodeMin
	}
	return k + (punycodeBase-punycodeMin+1)*delta/(delta+38)
}

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
