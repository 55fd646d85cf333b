package eth_test

import (
	"testing"

	"litsession/internal/eth"
)

// BenchmarkRecoverMessage is the check of a wallet's AuthSig; run it for js as well.
func BenchmarkRecoverMessage(b *testing.B) {
	const signature = "0x" + // of the key 1 over "text", by go-ethereum
		"7a12b7dfda08dd6960c766b4095d9c84b370a35ff7f67afffaa007e578161b7e7883e7d6b3060b2e873526dee4b93f75d2c5b66197bfd0b25bfebbe10f72b26201"
	want, err := eth.ParseAddress("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if got, err := eth.RecoverMessage("text", signature); err != nil || got != want {
			b.Fatalf("got %v, %v", got, err)
		}
	}
}
