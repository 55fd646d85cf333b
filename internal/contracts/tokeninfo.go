package contracts

import (
	"crypto/sha256"

	"github.com/mr-tron/base58"
	"golang.org/x/crypto/ripemd160" //lint:ignore SA1019 addresses of Bitcoin and Cosmos are made with it

	"litsession/internal/eth"
	"litsession/internal/jsjson"
)

// TokenInfoJSON is {publicKey, ethAddress, btcAddress, cosmosAddress} of a PKP's key:
// where it has accounts. Bitcoin's is P2PKH of the main network over the uncompressed
// key, Cosmos' is over the compressed one.
//
// Source: official package misc 7.4.0, derivedAddresses; BIP 173 for bech32.
func TokenInfoJSON(key eth.PublicKey) []byte {
	var o jsjson.Object
	return o.String("publicKey", key.String()).String("ethAddress", key.Address().String()).
		String("btcAddress", bitcoinAddress(key)).String("cosmosAddress", bech32("cosmos", hash160(compressed(key)))).Bytes()
}

func hash160(b []byte) []byte {
	sum := sha256.Sum256(b)
	h := ripemd160.New()
	h.Write(sum[:])
	return h.Sum(nil)
}

func compressed(key eth.PublicKey) []byte {
	return append([]byte{2 + key[64]&1}, key[1:33]...)
}

func bitcoinAddress(key eth.PublicKey) string {
	versioned := append([]byte{0}, hash160(key[:])...)
	once := sha256.Sum256(versioned)
	twice := sha256.Sum256(once[:])
	return base58.Encode(append(versioned, twice[:4]...))
}

// bech32 writes 20 bytes behind a prefix, with a checksum over both.
func bech32(prefix string, content []byte) string {
	const digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	var data []byte
	bits, have := uint(0), 0
	for _, b := range content {
		bits, have = bits<<8|uint(b), have+8
		for ; have >= 5; have -= 5 {
			data = append(data, byte(bits>>(have-5))&31)
		}
	}
	var checked []byte
	for i := range len(prefix) {
		checked = append(checked, prefix[i]>>5)
	}
	checked = append(checked, 0)
	for i := range len(prefix) {
		checked = append(checked, prefix[i]&31)
	}
	checked = append(append(checked, data...), 0, 0, 0, 0, 0, 0)
	sum := bech32Sum(checked) ^ 1
	text := []byte(prefix + "1")
	for _, d := range data {
		text = append(text, digits[d])
	}
	for i := range 6 {
		text = append(text, digits[sum>>(5*(5-i))&31])
	}
	return string(text)
}

func bech32Sum(values []byte) uint32 {
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, generator := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= generator
			}
		}
	}
	return sum
}
