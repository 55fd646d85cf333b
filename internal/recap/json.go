package recap

import (
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multibase"

	"litsession/internal/jsjson"
)

// Decode reads a capability from an object of JavaScript, {att, prf}: att as
// in a ReCap but with keys in any order, prf a list of CIDs in any form.
// Errors are [literr.InvalidParam].
func Decode(object jsjson.Value) (Capability, error) {
	var c Capability
	if err := c.parseAttenuations(object.Get("att")); err != nil {
		return Capability{}, err
	}
	proofs, ok := object.Get("prf").Texts()
	if !ok {
		return Capability{}, invalid("Invalid proof list")
	}
	for _, proof := range proofs {
		parsed, err := parseProof(proof)
		if err != nil {
			return Capability{}, err
		}
		// ERC-5573 wants version 1 in base58.
		text, err := cid.NewCidV1(parsed.Type(), parsed.Hash()).StringOfBase(multibase.Base58BTC)
		if err != nil {
			return Capability{}, invalid("Invalid proof: " + err.Error())
		}
		c.proofs = append(c.proofs, text)
	}
	return c, nil
}

// JSON returns {att, prf} with the keys of att in canonical order and proofs
// as [Proof] writes them. A proof that is no CID is [literr.InvalidParam].
func (c Capability) JSON() ([]byte, error) {
	proofs := make([]string, len(c.proofs))
	for i, proof := range c.proofs {
		var err error
		if proofs[i], err = Proof(proof); err != nil {
			return nil, err
		}
	}
	return new(jsjson.Object).Raw("att", c.attenuationsJSON()).Strings("prf", proofs).Bytes(), nil
}

// Proof returns a CID as the official SDK shows proofs: version 0 in base58,
// version 1 in base32. A text that is no CID is [literr.InvalidParam].
func Proof(text string) (string, error) {
	parsed, err := parseProof(text)
	if err != nil {
		return "", err
	}
	return parsed.String(), nil
}

func parseProof(text string) (cid.Cid, error) {
	parsed, err := cid.Decode(text)
	if err != nil {
		return cid.Cid{}, invalid("Invalid proof: it is not a CID")
	}
	return parsed, nil
}
