package bls_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"litsession/internal/bls"
)

// What a client does with the answers of a network: parse each share, combine
// threshold of them, verify once. In WebAssembly, under Node:
//
//	GOOS=js GOARCH=wasm go test -exec="$(go env GOROOT)/lib/wasm/go_js_wasm_exec" -run xxx -bench . ./internal/bls
func BenchmarkClient(b *testing.B) {
	message := make([]byte, 32)
	for _, size := range []struct{ threshold, n int }{{2, 3}, {6, 10}, {20, 30}, {67, 100}} {
		random := rand.NewChaCha8([32]byte{})
		key, holders, err := bls.Deal(random, size.threshold, size.n)
		if err != nil {
			b.Fatal(err)
		}
		var shares []bls.SignatureShare
		for _, i := range rand.New(random).Perm(size.n)[:size.threshold] {
			shares = append(shares, holders[i].Sign(message))
		}
		signature, err := bls.Combine(shares)
		if err != nil {
			b.Fatal(err)
		}
		name := fmt.Sprintf("%dof%d", size.threshold, size.n)
		b.Run("Combine/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := bls.Combine(shares); err != nil {
					b.Fatal(err)
				}
			}
		})
		if size.n != 10 {
			continue
		}
		text := shares[0].String()
		b.Run("ParseSignatureShare", func(b *testing.B) {
			for b.Loop() {
				if _, err := bls.ParseSignatureShare(text); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("Verify", func(b *testing.B) {
			for b.Loop() {
				if err := key.Verify(message, signature); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
