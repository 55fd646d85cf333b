package eth_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"strings"
	"testing"

	"litsession/internal/eth"
	"litsession/internal/literr"
)

// vectors is the part of the protocol's vectors that concerns this package.
type vectors struct {
	PKPs []struct {
		PublicKey, EthAddress, TokenIDHex, TokenIDDec string
	}
	SIWE []struct {
		Name, Text, EIP191Hash string
	}
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.PKPs) == 0 || len(v.SIWE) == 0 {
		t.Fatal("no vectors")
	}
	return v
}

func TestPublicKeyNamesItsPKP(t *testing.T) {
	for _, want := range readVectors(t).PKPs {
		key, err := eth.ParsePublicKey(want.PublicKey)
		if err != nil {
			t.Errorf("%s: %v", want.PublicKey, err)
			continue
		}
		if got := key.String(); got != want.PublicKey {
			t.Errorf("String() = %s, want %s", got, want.PublicKey)
		}
		if got := key.Address().String(); got != want.EthAddress {
			t.Errorf("Address() = %s, want %s", got, want.EthAddress)
		}
		id := key.TokenID()
		if got := eth.Hex(id[:]); got != want.TokenIDHex {
			t.Errorf("TokenID() = %s, want %s", got, want.TokenIDHex)
		}
		if got := new(big.Int).SetBytes(id[:]).String(); got != want.TokenIDDec {
			t.Errorf("TokenID() = %s, want %s", got, want.TokenIDDec)
		}
	}
}

func TestPublicKeyText(t *testing.T) {
	good := readVectors(t).PKPs[0].PublicKey
	// The prime of the field plus one: a coordinate that is congruent to 1.
	const overflowing = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30"
	rows := []struct {
		name, text string
		ok         bool
	}{
		{"with 0x", good, true},
		{"without 0x", good[2:], true},
		{"upper-case digits", "0x" + strings.ToUpper(good[2:]), true},
		{"empty", "", false},
		{"only 0x", "0x", false},
		{"0x twice", "0x" + good, false},
		{"upper-case 0X", "0X" + good[2:], false},
		{"one digit short", good[:len(good)-1], false},
		{"one byte short", good[:len(good)-2], false},
		{"one byte more", good + "00", false},
		{"space in front", " " + good, false},
		{"not hex", good[:len(good)-1] + "g", false},
		{"compressed", "0x02" + good[4:68], false},
		{"hybrid mark 06", "0x06" + good[4:], false},
		{"infinity", "0x04" + strings.Repeat("0", 128), false},
		{"off the curve by one bit", flipLastBit(good), false},
		{"x not below the prime", "0x04" + overflowing + good[68:], false},
		{"y not below the prime", good[:68] + overflowing, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			key, err := eth.ParsePublicKey(row.text)
			if row.ok {
				if err != nil || key.String() != good {
					t.Fatalf("got %v, %v", key, err)
				}
				return
			}
			checkInvalidParam(t, err, row.text)
			if key != (eth.PublicKey{}) {
				t.Errorf("a key was returned with the error: %v", key)
			}
		})
	}
}

func TestNewPublicKeyChecksLength(t *testing.T) {
	for _, length := range []int{0, 64, 66} {
		if _, err := eth.NewPublicKey(make([]byte, length)); !errors.Is(err, literr.InvalidParam) {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

func TestAddressHasEIP55Checksum(t *testing.T) {
	raw, err := os.ReadFile("testdata/eip55.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range strings.Fields(string(raw)) {
		for _, text := range []string{want, strings.ToLower(want), "0x" + strings.ToUpper(want[2:])} {
			a, err := eth.ParseAddress(text)
			if err != nil || a.String() != want {
				t.Errorf("%s: got %v, %v", text, a, err)
			}
		}
	}
}

func TestAddressText(t *testing.T) {
	const good = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
	rows := []struct{ name, text string }{
		{"empty", ""},
		{"without 0x", good[2:]},
		{"upper-case 0X", "0X" + good[2:]},
		{"one digit short", good[:41]},
		{"one byte more", good + "00"},
		{"not hex", good[:41] + "g"},
		{"newline behind", good + "\n"},
		{"64 digits", "0x" + strings.Repeat("0", 64)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, err := eth.ParseAddress(row.text)
			checkInvalidParam(t, err, row.text)
		})
	}
}

func TestHashMessageIsEIP191(t *testing.T) {
	for _, want := range readVectors(t).SIWE {
		sum := eth.HashMessage(want.Text)
		if got := eth.Hex(sum[:]); got != want.EIP191Hash {
			t.Errorf("%s: %s, want %s", want.Name, got, want.EIP191Hash)
		}
	}
}

func TestParseHex(t *testing.T) {
	rows := []struct {
		text, want string
		ok         bool
	}{
		{"0x", "0x", true},
		{"0x00fF", "0x00ff", true},
		{"", "", false},
		{"0", "", false},
		{"00", "", false},
		{"0x0", "", false},
		{"0xzz", "", false},
		{"0X00", "", false},
		{"0x00 ", "", false},
	}
	for _, row := range rows {
		b, err := eth.ParseHex(row.text)
		switch {
		case !row.ok && !errors.Is(err, eth.ErrHex):
			t.Errorf("%q: got %x, %v", row.text, b, err)
		case row.ok && (err != nil || eth.Hex(b) != row.want):
			t.Errorf("%q: got %x, %v", row.text, b, err)
		}
	}
}

// checkInvalidParam wants the code and both details, and nowhere the input, which
// may be a key that was pasted into the wrong field.
func checkInvalidParam(t *testing.T, err error, input string) {
	t.Helper()
	var e *literr.Error
	if !errors.As(err, &e) || e.Code != literr.InvalidParam {
		t.Fatalf("got %v, want %s", err, literr.InvalidParam)
	}
	if e.Detail("param") == nil || e.Detail("want") == nil {
		t.Errorf("details are missing: %v", e.Details)
	}
	if len(input) > 8 && strings.Contains(err.Error(), input[len(input)-8:]) {
		t.Errorf("the error repeats the input: %v", err)
	}
}

func flipLastBit(text string) string {
	last := text[len(text)-1]
	const digits, flipped = "0123456789abcdef", "1032547698badcfe"
	return text[:len(text)-1] + string(flipped[strings.IndexByte(digits, last)])
}

func TestParseChecksummed(t *testing.T) {
	const good = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
	for _, text := range []string{good, strings.ToLower(good), "0x" + strings.ToUpper(good[2:])} {
		if a, err := eth.ParseChecksummed(text); err != nil || a.String() != good {
			t.Errorf("%s: got %v, %v", text, a, err)
		}
	}
	for _, text := range []string{"", "0x12", good[:41] + "D", "0x5aaEB" + good[7:]} {
		_, err := eth.ParseChecksummed(text)
		checkInvalidParam(t, err, text)
	}
}
