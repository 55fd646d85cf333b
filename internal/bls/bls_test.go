package bls_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"litsession/internal/bls"
	"litsession/internal/literr"
)

type vectors struct {
	Cases []struct {
		Name, PublicKey, Message string
		Shares                   []string
		Combinations             map[string]string
	}
	Signatures []struct {
		Name, PublicKey, Message, Signature string
	}
	Deal struct {
		Secret, Coef1, NetworkPubKey string
		Shares                       []string
	}
}

func readVectors(t testing.TB) vectors {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Cases) == 0 || len(v.Signatures) == 0 || len(v.Deal.Shares) == 0 {
		t.Fatal("no vectors")
	}
	return v
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parseShares(t testing.TB, texts []string) []bls.SignatureShare {
	t.Helper()
	var shares []bls.SignatureShare
	for _, text := range texts {
		share, err := bls.ParseSignatureShare(text)
		if err != nil {
			t.Fatal(err)
		}
		if share.String() != text {
			t.Errorf("share printed as %s, was %s", share, text)
		}
		shares = append(shares, share)
	}
	return shares
}

func parseKey(t testing.TB, text string) bls.PublicKey {
	t.Helper()
	key, err := bls.ParsePublicKey(text)
	if err != nil {
		t.Fatal(err)
	}
	if key.String() != text {
		t.Errorf("key printed as %s, was %s", key, text)
	}
	return key
}

func TestSharesCombineToTheOfficialSignature(t *testing.T) {
	for _, c := range readVectors(t).Cases {
		key, shares, message := parseKey(t, c.PublicKey), parseShares(t, c.Shares), unhex(t, c.Message)
		for positions, want := range c.Combinations {
			t.Run(c.Name+positions, func(t *testing.T) {
				signature, err := bls.Combine(pick(t, shares, positions))
				if err == nil {
					err = key.Verify(message, signature)
				}
				if want == "error" {
					if err == nil {
						t.Fatal("no error")
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if signature.String() != want {
					t.Errorf("got %s, want %s", signature, want)
				}
			})
		}
	}
}

// pick returns the shares at the positions that a JSON array lists.
func pick(t *testing.T, shares []bls.SignatureShare, positions string) []bls.SignatureShare {
	t.Helper()
	var indexes []int
	if err := json.Unmarshal([]byte(positions), &indexes); err != nil {
		t.Fatal(err)
	}
	var picked []bls.SignatureShare
	for _, i := range indexes {
		picked = append(picked, shares[i])
	}
	return picked
}

func TestRealSignaturesVerify(t *testing.T) {
	for _, c := range readVectors(t).Signatures {
		t.Run(c.Name, func(t *testing.T) {
			key, message := parseKey(t, c.PublicKey), unhex(t, c.Message)
			signature, err := bls.ParseSignature(strings.ToUpper(c.Signature))
			if err != nil {
				t.Fatal(err)
			}
			if signature.String() != c.Signature {
				t.Errorf("printed as %s", signature)
			}
			if err := key.Verify(message, signature); err != nil {
				t.Error(err)
			}
			message[0] ^= 1
			if err := key.Verify(message, signature); !errors.Is(err, literr.BadSignature) {
				t.Errorf("another message: %v", err)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	v := readVectors(t)
	good := v.Signatures[0]
	key, message := parseKey(t, good.PublicKey), unhex(t, good.Message)
	signature := bls.Signature(unhex(t, good.Signature))
	negated := signature
	negated[0] ^= 0x20
	identity := bls.Signature{0xc0}
	identityKey := bls.PublicKey{0xc0}
	uncompressed := signature
	uncompressed[0] &= 0x7f

	rows := []struct {
		name string
		key  bls.PublicKey
		sig  bls.Signature
	}{
		{"another key", parseKey(t, v.Signatures[1].PublicKey), signature},
		{"the negated signature", key, negated},
		{"the identity as signature", key, identity},
		{"the identity as key", identityKey, signature},
		{"identity as both, for which the equation holds", identityKey, identity},
		{"zero bytes", key, bls.Signature{}},
		{"zero bytes as key", bls.PublicKey{}, signature},
		{"no flag for compression", key, uncompressed},
		{"a signature outside the subgroup", key, outsideG2(t)},
		{"a key outside the subgroup", outsideG1(t), signature},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if err := row.key.Verify(message, row.sig); !errors.Is(err, literr.BadSignature) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	v := readVectors(t)
	share, key, outside := v.Cases[0].Shares[0], v.Cases[0].PublicKey, outsideG2(t)
	rows := []struct{ name, share string }{
		{"empty", ""},
		{"0x in front", "0x" + share},
		{"one digit short", share[1:]},
		{"no index", share[2:]},
		{"index of 32 bytes, as later networks have", strings.Repeat("0", 62) + share},
		{"not hex", "zz" + share[2:]},
		{"index 0", "00" + share[2:]},
		{"identity", "01c0" + strings.Repeat("0", 190)},
		{"identity with something behind", "01c0" + strings.Repeat("0", 189) + "1"},
		{"zero bytes", strings.Repeat("01", 1) + strings.Repeat("0", 192)},
		{"coordinate not below the prime", "019f" + strings.Repeat("f", 190)},
		{"no flag for compression", "0131" + share[4:]},
		{"outside the subgroup", "01" + outside.String()},
	}
	for _, row := range rows {
		t.Run("share: "+row.name, func(t *testing.T) {
			got, err := bls.ParseSignatureShare(row.share)
			if literr.CodeOf(err) != literr.BadShare || errors.Is(err, literr.BadSignature) {
				t.Errorf("got %v", err)
			}
			if got != (bls.SignatureShare{}) {
				t.Error("a share was returned with the error")
			}
		})
	}
	for _, text := range []string{"", key[1:], "0x" + key, key + "00", "ERR", "c0" + strings.Repeat("0", 94), outsideG1(t).String()} {
		if _, err := bls.ParsePublicKey(text); !errors.Is(err, literr.BadSignature) {
			t.Errorf("key %q: %v", text, err)
		}
	}
	for _, text := range []string{"", share, "0x" + share[2:]} {
		if _, err := bls.ParseSignature(text); !errors.Is(err, literr.BadSignature) {
			t.Errorf("signature %q: %v", text, err)
		}
	}
}

func TestCombineRefuses(t *testing.T) {
	shares := parseShares(t, readVectors(t).Cases[0].Shares)
	// λ₁ = 2 and λ₂ = −1, so this one cancels the first.
	doubled := parseShares(t, []string{"02" + double(t, shares[0].String()[2:])})[0]
	rows := []struct {
		name   string
		shares []bls.SignatureShare
		want   literr.Code
	}{
		{"none", nil, literr.NotEnoughShares},
		{"an index twice", []bls.SignatureShare{shares[0], shares[1], shares[0]}, literr.BadShare},
		{"an index twice with another point", []bls.SignatureShare{doubled, shares[1]}, literr.BadShare},
		{"shares that cancel each other", []bls.SignatureShare{shares[0], doubled}, literr.BadShare},
		{"the zero value", []bls.SignatureShare{shares[0], {}}, literr.BadShare},
		{"an index without a point", []bls.SignatureShare{shares[0], {Index: 9}}, literr.BadShare},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if _, err := bls.Combine(row.shares); literr.CodeOf(err) != row.want {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
}

// Every subset of at least threshold shares gives the one signature that verifies,
// whatever the order.
func TestAnyThresholdOfSharesCombines(t *testing.T) {
	for _, size := range []struct{ threshold, n int }{{1, 1}, {1, 3}, {2, 3}, {3, 5}, {6, 10}, {67, 100}, {200, 255}} {
		t.Run(fmt.Sprintf("%d of %d", size.threshold, size.n), func(t *testing.T) {
			random := rand.NewChaCha8([32]byte{byte(size.n)})
			key, holders, err := bls.Deal(random, size.threshold, size.n)
			if err != nil {
				t.Fatal(err)
			}
			message := []byte("one message")
			shares := make([]bls.SignatureShare, size.n)
			for i, holder := range holders {
				shares[i] = holder.Sign(message)
			}
			order := rand.New(random)
			var first bls.Signature
			for round := range 6 {
				order.Shuffle(size.n, func(i, j int) { shares[i], shares[j] = shares[j], shares[i] })
				count := size.threshold + order.IntN(size.n-size.threshold+1)
				signature, err := bls.Combine(shares[:count])
				if err != nil {
					t.Fatal(err)
				}
				if round == 0 {
					first = signature
					if err := key.Verify(message, signature); err != nil {
						t.Fatal(err)
					}
				}
				if signature != first {
					t.Errorf("round %d with %d shares: another signature", round, count)
				}
			}
			if size.threshold < 2 {
				return
			}
			tooFew, err := bls.Combine(shares[:size.threshold-1])
			if err != nil {
				t.Fatal(err)
			}
			if tooFew == first || !errors.Is(key.Verify(message, tooFew), literr.BadSignature) {
				t.Error("fewer shares than the threshold sign")
			}
		})
	}
}

func TestWrongShareSpoilsTheSignature(t *testing.T) {
	random := rand.NewChaCha8([32]byte{7})
	key, holders, err := bls.Deal(random, 3, 5)
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("one message")
	honest := []bls.SignatureShare{holders[0].Sign(message), holders[2].Sign(message), holders[4].Sign(message)}
	renumbered := honest[1]
	renumbered.Index = 2
	_, strangers, err := bls.Deal(random, 3, 5)
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		name  string
		share bls.SignatureShare
	}{
		{"of another message", holders[2].Sign([]byte("another"))},
		{"negated", parseShares(t, []string{flipSign(honest[1].String())})[0]},
		{"under another index", renumbered},
		{"of another key", strangers[2].Sign(message)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			signature, err := bls.Combine([]bls.SignatureShare{honest[0], row.share, honest[2]})
			if err != nil {
				t.Fatal(err)
			}
			if err := key.Verify(message, signature); !errors.Is(err, literr.BadSignature) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// flipSign negates the point of a share.
func flipSign(share string) string {
	b, _ := hex.DecodeString(share)
	b[1] ^= 0x20
	return hex.EncodeToString(b)
}

// double returns twice a point of G2, both as hex.
func double(t *testing.T, text string) string {
	t.Helper()
	var p bls12381.G2Affine
	if _, err := p.SetBytes(unhex(t, text)); err != nil {
		t.Fatal(err)
	}
	p.Add(&p, &p)
	b := p.Bytes()
	return hex.EncodeToString(b[:])
}

// outsideG2 returns a point of the curve of G2 that is not in the subgroup.
func outsideG2(t testing.TB) bls.Signature {
	t.Helper()
	jacobian := bls12381.GeneratePointNotInG2(bls12381.E2{})
	var p bls12381.G2Affine
	p.FromJacobian(&jacobian)
	if !p.IsOnCurve() || p.IsInSubGroup() || p.IsInfinity() {
		t.Fatal("not the point this test needs")
	}
	return p.Bytes()
}

// outsideG1 is outsideG2 for G1.
func outsideG1(t testing.TB) bls.PublicKey {
	t.Helper()
	var p bls12381.G1Affine
	for x := uint64(0); ; x++ {
		p.X.SetUint64(x)
		p.Y.Square(&p.X).Mul(&p.Y, &p.X)
		b, _ := bls12381.CurveCoefficients()
		p.Y.Add(&p.Y, &b)
		if p.Y.Sqrt(&p.Y) != nil && !p.IsInSubGroup() {
			return p.Bytes()
		}
	}
}
