package bls_test

import (
	"encoding/hex"
	"testing"

	"litsession/internal/bls"
	"litsession/internal/literr"
)

func FuzzParseSignatureShare(f *testing.F) {
	for _, c := range readVectors(f).Cases {
		for _, share := range c.Shares {
			f.Add(unhex(f, share))
		}
	}
	outside := outsideG2(f)
	f.Add(append([]byte{1}, outside[:]...))
	f.Add(append([]byte{1, 0xc0}, make([]byte, 95)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		text := hex.EncodeToString(b)
		share, err := bls.ParseSignatureShare(text)
		if err != nil {
			if literr.CodeOf(err) != literr.BadShare {
				t.Errorf("code of %v", err)
			}
			return
		}
		if share.String() != text {
			t.Errorf("%s printed as %s", text, share)
		}
		if _, err := bls.Combine([]bls.SignatureShare{share}); err != nil {
			t.Errorf("a share alone: %v", err)
		}
	})
}

func FuzzParsePublicKey(f *testing.F) {
	for _, c := range readVectors(f).Cases {
		f.Add(unhex(f, c.PublicKey))
	}
	outside := outsideG1(f)
	f.Add(outside[:])
	f.Fuzz(func(t *testing.T, b []byte) {
		text := hex.EncodeToString(b)
		key, err := bls.ParsePublicKey(text)
		if err != nil {
			if literr.CodeOf(err) != literr.BadSignature {
				t.Errorf("code of %v", err)
			}
			return
		}
		if key.String() != text {
			t.Errorf("%s printed as %s", text, key)
		}
	})
}
