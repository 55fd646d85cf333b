package hdkey_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet/chain/hdkey"
)

var _ vm.PrecompiledContract = hdkey.Precompiled{}

type vector struct {
	IDASCII string `json:"idAscii"`
	IDHex   string `json:"idHex"`
	Roots   []string
	Derived string
}

func (v vector) id(t testing.TB) []byte {
	if v.IDHex == "" {
		return []byte(v.IDASCII)
	}
	return unhex(t, v.IDHex)
}

func TestPublicKeyVectors(t *testing.T) {
	for _, v := range vectors(t) {
		got, err := hdkey.PublicKey(roots(t, v), v.id(t))
		if err != nil {
			t.Fatal(err)
		}
		if hex.EncodeToString(got[:]) != v.Derived {
			t.Errorf("id %q %s: got %x, want %s", v.IDASCII, v.IDHex, got, v.Derived)
		}
	}
}

func TestPrecompiledIsPublicKey(t *testing.T) {
	v := vectors(t)[1]
	input := append(v.id(t), bytes.Join(roots(t, v), nil)...)
	got, err := hdkey.Precompiled{}.Run(input)
	if err != nil {
		t.Fatal(err)
	}
	if hex.EncodeToString(got) != v.Derived {
		t.Errorf("got %x, want %s", got, v.Derived)
	}
	other := bytes.Clone(input)
	other[0] ^= 1
	if (hdkey.Precompiled{}).RequiredGas(input) != (hdkey.Precompiled{}).RequiredGas(other) {
		t.Error("the gas depends on the id")
	}
}

func TestPrecompiledRejects(t *testing.T) {
	v := vectors(t)[1]
	id, root := v.id(t), roots(t, v)[0]
	for name, input := range map[string][]byte{
		"nothing":                     nil,
		"an id without roots":         id,
		"a root cut short":            append(bytes.Clone(id), root[:32]...),
		"a byte too many":             append(append(bytes.Clone(id), root...), 0),
		"a root that is not a point":  append(append(bytes.Clone(id), 2), bytes.Repeat([]byte{0xff}, 32)...),
		"an unknown form of encoding": append(bytes.Clone(id), append([]byte{5}, root[1:]...)...),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := (hdkey.Precompiled{}).Run(input); err == nil {
				t.Errorf("got %x, want an error", got)
			}
		})
	}
}

func TestSecretKeyMatchesPublicKey(t *testing.T) {
	var secrets [][32]byte
	var publics [][]byte
	for i := range byte(4) {
		secret := [32]byte{31: i + 1, 0: i}
		key, err := crypto.ToECDSA(secret[:])
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, secret)
		publics = append(publics, crypto.CompressPubkey(&key.PublicKey))
	}
	id := crypto.Keccak256([]byte("any id"))
	secret, err := hdkey.SecretKey(secrets, id)
	if err != nil {
		t.Fatal(err)
	}
	want, err := hdkey.PublicKey(publics, id)
	if err != nil {
		t.Fatal(err)
	}
	key, err := crypto.ToECDSA(secret[:])
	if err != nil {
		t.Fatal(err)
	}
	if got := crypto.FromECDSAPub(&key.PublicKey); !bytes.Equal(got, want[:]) {
		t.Errorf("secret key has public key %x, want %x", got, want)
	}
}

func FuzzPrecompiled(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(append(v.id(f), bytes.Join(roots(f, v), nil)...))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) > 1000 {
			return // time is linear in the roots
		}
		got, err := hdkey.Precompiled{}.Run(input)
		if err == nil && (len(got) != hdkey.UncompressedSize || got[0] != 4) {
			t.Errorf("got %x", got)
		}
	})
}

func vectors(t testing.TB) []vector {
	text, err := os.ReadFile("testdata/derivekey.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 {
		t.Fatalf("got %d vectors, want 2", len(all))
	}
	return all
}

func roots(t testing.TB, v vector) [][]byte {
	var all [][]byte
	for _, root := range v.Roots {
		all = append(all, unhex(t, root))
	}
	return all
}

func unhex(t testing.TB, text string) []byte {
	decoded, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}
