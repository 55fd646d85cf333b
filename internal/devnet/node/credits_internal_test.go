package node

import (
	"testing"

	"litsession/internal/eth"
)

// FuzzParseDelegation reads what AuthSigs of anybody bring.
func FuzzParseDelegation(f *testing.F) {
	for _, note := range []string{
		`{}`, `{"delegate_to":["f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"],"nft_id":["1","2"],"uses":"3"}`,
		`{"delegate_to":[]}`, `{"nft_id":["18446744073709551616"]}`, `{"uses":"-1"}`, `{"uses":null}`, `[]`, `"x"`, `{`,
	} {
		f.Add([]byte(note))
	}
	user := eth.Address{1}
	f.Fuzz(func(t *testing.T, note []byte) {
		d, refused := parseDelegation(note)
		if refused != nil {
			if refused.status != 500 || refused.scheme.Kind != kindConversion {
				t.Errorf("%s: %d %s", note, refused.status, refused.body)
			}
			return
		}
		if d.listed && len(d.users) == 0 && d.isFor(user) || !d.listed && !d.isFor(user) {
			t.Errorf("%s: %+v", note, d)
		}
		if len(d.tokenIDs) > 0 && !d.named || d.uses > 0 && !d.limited {
			t.Errorf("%s: %+v", note, d)
		}
	})
}
