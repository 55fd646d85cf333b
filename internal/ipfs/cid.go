// Package ipfs names content as IPFS does. A Lit Action is named by the CID that
// `ipfs add` with its defaults gives to the bytes of its code: version 0, 46
// characters beginning with Qm.
//
// Start with [Sum], and [ParseCID] for names that others give.
package ipfs

import (
	"strings"

	"github.com/ipfs/go-cid"

	"litsession/internal/literr"
)

// multihashSize is the size of a SHA-256 multihash: function 0x12, length 0x20,
// then the hash.
const multihashSize = 2 + 32

// textSize is the number of base58 digits of a CID of version 0.
const textSize = 46

// CID names content: version 0, so always SHA-256 and always in base58. CIDs can be
// compared with ==. The zero value names nothing.
type CID struct {
	cid cid.Cid
}

// ParseCID reads 46 base58 digits beginning with Qm. CIDs of version 1 are refused
// even where they name the same content, because networks compare permitted actions
// by their bytes. A failure is [literr.InvalidParam] with details param and want.
func ParseCID(text string) (CID, error) {
	if len(text) != textSize || !strings.HasPrefix(text, "Qm") {
		return CID{}, badCID("is not 46 characters beginning with Qm")
	}
	parsed, err := cid.Decode(text)
	if err != nil {
		return CID{}, badCID("is not base58")
	}
	return FromMultihash(parsed.Hash())
}

// FromMultihash takes the 34 bytes that name an action on chain: 0x12, 0x20 and the
// SHA-256 hash. Another hash or length is [literr.InvalidParam].
func FromMultihash(b []byte) (CID, error) {
	if len(b) != multihashSize || b[0] != 0x12 || b[1] != 0x20 {
		return CID{}, badCID("is not a SHA-256 multihash")
	}
	parsed, err := cid.Cast(b)
	if err != nil {
		return CID{}, badCID("is not a SHA-256 multihash")
	}
	return CID{parsed}, nil
}

// String returns 46 base58 digits.
func (c CID) String() string { return c.cid.String() }

// Multihash returns the 34 bytes of [FromMultihash].
func (c CID) Multihash() []byte { return []byte(c.cid.Hash()) }

func badCID(why string) error {
	return literr.Invalid("cid", "a CID of version 0: 46 characters beginning with Qm", "the IPFS content identifier %s", why)
}
