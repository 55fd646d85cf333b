package action

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// encodingNames maps the labels that TextDecoder knows to their encodings. Source: the Encoding Standard.
var encodingNames = map[string]string{
	"utf-8": "utf-8", "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8",
	"utf-16le": "utf-16le", "utf-16": "utf-16le", "ucs-2": "utf-16le", "utf-16be": "utf-16be",
	"latin1": "windows-1252", "iso-8859-1": "windows-1252", "ascii": "windows-1252", "us-ascii": "windows-1252", "windows-1252": "windows-1252", "cp1252": "windows-1252",
}

// windows1252 are the characters of the bytes 0x80 … 0x9f.
var windows1252 = [32]rune{
	0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
	0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
}

func encodingName(label string) (string, error) {
	name, ok := encodingNames[strings.ToLower(strings.Trim(label, "\t\n\f\r "))]
	if !ok {
		return "", &jsError{class: "RangeError", message: fmt.Sprintf("The encoding label provided ('%s') is invalid.", label)}
	}
	return name, nil
}

// decodeText decodes bytes of an encoding, "latin1" being one code unit per byte. With fatal, malformed input is an
// error; without, it becomes U+FFFD. A byte order mark is dropped unless keepBOM.
func decodeText(encoding string, b []byte, fatal, keepBOM bool) (string, error) {
	var text string
	malformed := false
	switch encoding {
	case "latin1", "windows-1252":
		return decodeBytes(b, encoding == "windows-1252"), nil
	case "utf-8":
		malformed = !utf8.Valid(b)
		text = decodeUTF8(string(b))
	default:
		text, malformed = decodeUTF16(b, encoding == "utf-16be")
	}
	if fatal && malformed {
		return "", typeErrorf("The encoded data is not valid")
	}
	if !keepBOM {
		text = strings.TrimPrefix(text, "\uFEFF")
	}
	return text, nil
}

func decodeBytes(b []byte, windows bool) string {
	var s strings.Builder
	for _, c := range b {
		if windows && c >= 0x80 && c < 0xa0 {
			s.WriteRune(windows1252[c-0x80])
		} else {
			s.WriteRune(rune(c))
		}
	}
	return s.String()
}

// decodeUTF8 replaces each longest malformed sequence by one U+FFFD, as the Encoding Standard does and Go does not.
func decodeUTF8(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var s strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && n == 1 {
			n = malformedLength(text)
		}
		s.WriteRune(r)
		text = text[n:]
	}
	return s.String()
}

// malformedLength returns how many bytes at the start of text, which is malformed, begin a well-formed sequence; at
// least one. Source: Unicode 15, table 3-7.
func malformedLength(text string) int {
	low, high, continued := byte(0x80), byte(0xbf), 0
	switch c := text[0]; {
	case c >= 0xe0 && c <= 0xef:
		continued = 1
		if c == 0xe0 {
			low = 0xa0
		} else if c == 0xed {
			high = 0x9f
		}
	case c >= 0xf0 && c <= 0xf4:
		continued = 2
		if c == 0xf0 {
			low = 0x90
		} else if c == 0xf4 {
			high = 0x8f
		}
	}
	n := 1
	for ; n <= continued && n < len(text) && text[n] >= low && text[n] <= high; n++ {
		low, high = 0x80, 0xbf
	}
	return n
}

func decodeUTF16(b []byte, bigEndian bool) (text string, malformed bool) {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		if bigEndian {
			units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
		} else {
			units = append(units, uint16(b[i+1])<<8|uint16(b[i]))
		}
	}
	text = string(utf16.Decode(units))
	if len(b)%2 != 0 {
		text += "\uFFFD"
	}
	return text, strings.Count(text, "\uFFFD") > countUnits(units, 0xfffd)
}

func countUnits(units []uint16, unit uint16) (n int) {
	for _, u := range units {
		if u == unit {
			n++
		}
	}
	return n
}

// completeText returns how many bytes of b end with a whole character, so that the rest can wait for more.
func completeText(encoding string, b []byte) int {
	switch encoding {
	case "windows-1252":
		return len(b)
	case "utf-8":
		for n := 1; n <= min(3, len(b)); n++ {
			if tail := b[len(b)-n:]; utf8.RuneStart(tail[0]) {
				if !utf8.FullRune(tail) {
					return len(b) - n
				}
				break
			}
		}
		return len(b)
	}
	end := len(b) &^ 1
	high := 1
	if encoding == "utf-16be" {
		high = 0
	}
	if end >= 2 && b[end-2+high]&0xfc == 0xd8 {
		end -= 2
	}
	return end
}

// byteEncodings are the names of uint8arrayToString and uint8arrayFromString besides numberBases. Source: npm
// uint8arrays, whose base64 names mean what multibase means by them: padding only where the name says so.
var byteEncodings = map[string]struct {
	encode func([]byte) string
	decode func(string) ([]byte, error)
}{
	"utf8":         {func(b []byte) string { return decodeUTF8(string(b)) }, func(s string) ([]byte, error) { return []byte(s), nil }},
	"utf-8":        {func(b []byte) string { return decodeUTF8(string(b)) }, func(s string) ([]byte, error) { return []byte(s), nil }},
	"hex":          {hex.EncodeToString, hex.DecodeString},
	"base16":       {hex.EncodeToString, hex.DecodeString},
	"base16upper":  {func(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }, hex.DecodeString},
	"latin1":       {func(b []byte) string { return decodeBytes(b, false) }, bytesOfLatin1},
	"ascii":        {func(b []byte) string { return decodeBytes(b, false) }, bytesOfLatin1},
	"binary":       {func(b []byte) string { return decodeBytes(b, false) }, bytesOfLatin1},
	"base32":       {base32Lower.EncodeToString, base32Lower.DecodeString},
	"base64":       {base64.RawStdEncoding.EncodeToString, unpadded(base64.RawStdEncoding)},
	"base64pad":    {base64.StdEncoding.EncodeToString, unpadded(base64.RawStdEncoding)},
	"base64url":    {base64.RawURLEncoding.EncodeToString, unpadded(base64.RawURLEncoding)},
	"base64urlpad": {base64.URLEncoding.EncodeToString, unpadded(base64.RawURLEncoding)},
}

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// numberBases are the encodings that take the bytes for one number, with their digits.
var numberBases = map[string]string{
	"base10":    "0123456789",
	"base36":    "0123456789abcdefghijklmnopqrstuvwxyz",
	"base58btc": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
}

// unpadded decodes with or without padding.
func unpadded(e *base64.Encoding) func(string) ([]byte, error) {
	return func(s string) ([]byte, error) { return e.DecodeString(strings.TrimRight(s, "=")) }
}

func bytesOfLatin1(s string) ([]byte, error) {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return b, nil
}

// maxNumber bounds what is converted from or to a number base: the work grows with the square of the length, and
// nothing can interrupt it.
const maxNumber = 16 << 10

func bytesToString(b []byte, name string) (string, error) {
	if digits, ok := numberBases[name]; ok {
		if len(b) > maxNumber {
			return "", fmt.Errorf("%s: more than %d bytes", name, maxNumber)
		}
		return inBase(b, digits), nil
	}
	encoding, ok := byteEncodings[name]
	if !ok {
		return "", fmt.Errorf("Unsupported encoding %q", name)
	}
	return encoding.encode(b), nil
}

func stringToBytes(text, name string) (b []byte, err error) {
	if digits, ok := numberBases[name]; ok {
		if len(text) > maxNumber {
			return nil, fmt.Errorf("%s: more than %d digits", name, maxNumber)
		}
		b, err = fromBase(text, digits)
	} else if encoding, ok := byteEncodings[name]; ok {
		b, err = encoding.decode(text)
	} else {
		return nil, fmt.Errorf("Unsupported encoding %q", name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// inBase writes b as one big-endian number, each leading zero byte as the first digit.
func inBase(b []byte, digits string) string {
	zeros := 0
	for zeros < len(b) && b[zeros] == 0 {
		zeros++
	}
	n, mod, base := new(big.Int).SetBytes(b), new(big.Int), big.NewInt(int64(len(digits)))
	var out []byte
	for n.Sign() > 0 {
		n.DivMod(n, base, mod)
		out = append(out, digits[mod.Int64()])
	}
	for range zeros {
		out = append(out, digits[0])
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}

func fromBase(s, digits string) ([]byte, error) {
	n, base := new(big.Int), big.NewInt(int64(len(digits)))
	for i := range len(s) {
		digit := strings.IndexByte(digits, s[i])
		if digit < 0 {
			return nil, fmt.Errorf("no digit of this base: %q", s[i])
		}
		n.Add(n.Mul(n, base), big.NewInt(int64(digit)))
	}
	zeros := 0
	for zeros < len(s) && s[zeros] == digits[0] {
		zeros++
	}
	return append(make([]byte, zeros), n.Bytes()...), nil
}
