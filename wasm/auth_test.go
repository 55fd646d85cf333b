//go:build js

package main

import (
	"strings"
	"testing"
)

// TestFunctions asks every function once, with what the vectors of
// internal/recap, internal/siwe and internal/eth say; the cases are there.
func TestFunctions(t *testing.T) {
	const (
		capability = `{"prf":["bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"],"att":{"a:":{"N/A":[{}]}}`
		urn        = "urn:recap:eyJhdHQiOnsiYToiOnsiTi9BIjpbe31dfX0sInByZiI6WyJ6YjJyaGs2R01QUUYzaGZ6d1hUYU5ZRkxLb21NZUM2VVhkVXQ2alpLUHBlVmlyTHRWIl19"
		statement  = "I further authorize the stated URI to perform the following actions on my behalf: (1) 'N': 'A' for 'a:'."
		decoded    = `{"att":{"a:":{"N/A":[{}]}},"prf":["bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"]}`
		text       = `"a.b wants you to sign in with your Ethereum account:\n0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\n\n\nURI: x:y\nVersion: 1\nChain ID: 1\nNonce: 12345678\nIssued At: 2026-01-15T12:00:00.000Z"`
		fields     = `{"domain":"a.b","address":"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266","uri":"x:y","version":"1","chainId":1,"nonce":"12345678","issuedAt":"2026-01-15T12:00:00.000Z"}`
		signature  = "0x391170eff11e409daa3255919c45e25593a40a52475d2a84c8dca1ff5ff1d38d51079619191ba2d5503d0caa32049acbfce5771dca9932197e91f517884b1db11c"
		publicKey  = "0x04ba5734d8f7091719471e7f7ed6b9df170dc70cc661ca05e688601ad984f068b0d67351e5f06073092499336ab0839ef8a521afd334e53807205fa2f08eec74f4"
	)
	tests := []struct{ name, args, want string }{
		{"encodeRecap", capability + `}`, `"` + urn + `"`},
		{"decodeRecap", `"` + urn + `"`, decoded},
		{"recapStatement", capability + `}`, `"` + statement + `"`},
		{"recapProof", `"zb2rhk6GMPQF3hfzwXTaNYFLKomMeC6UXdUt6jZKPpeVirLtV"`, `"bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"`},
		{"applyRecap", capability + `,"statement":"Hi.","resources":["x:y"]}`, `{"statement":"Hi. ` + statement + `","resources":["x:y","` + urn + `"]}`},
		{"applyRecap", capability + `,"statement":""}`, `{"statement":" ` + statement + `","resources":["` + urn + `"]}`},
		{"applyRecap", capability + `}`, `{"statement":"` + statement + `","resources":["` + urn + `"]}`},
		{"extractRecap", `{"statement":"Hi. ` + statement + `","resources":["x:y","` + urn + `"]}`, decoded},
		{"formatSiwe", fields, text},
		{"parseSiwe", text, fields},
		{"checksumAddress", `"0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"`, `"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"`},
		{"publicKeyAddress", `"` + publicKey + `"`, `"0x70997970C51812dc3A010C7d01b50e0d17dc79C8"`},
		{"keccak256", `{"text":"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266:lit"}`, `"0x1dfbf6898c5d5df60d24439ee7e78bce96ccb727512ab447e76f9140f1fc52b7"`},
		{"recoverAddress", `{"signedMessage":"hi","sig":"` + signature + `"}`, `"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"`},
	}
	asked := map[string]bool{"getIpfsId": true, "generateSessionKeyPair": true, "tokenInfo": true} // elsewhere
	exports := api(unreachable)
	for _, test := range tests {
		asked[test.name] = true
		t.Run(test.name, func(t *testing.T) {
			outcome := exports.Call("call", test.name, test.args)
			if e := outcome.Get("error"); !e.IsUndefined() {
				t.Fatal(e.Get("message"))
			}
			if got := outcome.Get("value").String(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if test.name == "keccak256" {
				return // every text has a hash
			}
			for _, wrong := range []string{`7`, `null`, `{}`, `""`, `[]`, `{"resources":7}`} {
				if test.name == "parseSiwe" || test.name == "applyRecap" || strings.HasPrefix(wrong, "{") {
					wantReason(t, exports.Call("call", test.name, wrong).Get("error"), refusal(test.name))
				}
			}
		})
	}
	for name := range functions {
		if !asked[name] {
			t.Errorf("%s is not tested", name)
		}
	}
}

func refusal(name string) string {
	if name == "recoverAddress" {
		return "bad_signature"
	}
	return "invalid_param"
}

func TestSessionKeysDiffer(t *testing.T) {
	exports := api(unreachable)
	first := exports.Call("call", "generateSessionKeyPair", "null").Get("value").String()
	second := exports.Call("call", "generateSessionKeyPair", "null").Get("value").String()
	if first == second || len(first) != len(`{"publicKey":"","secretKey":""}`)+64+128 {
		t.Errorf("%s and %s", first, second)
	}
}
