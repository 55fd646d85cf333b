package devnet_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet"
	"litsession/internal/nodeapi"
)

// ecdsaShare is one node's share, cleaned as clients do it.
type ecdsaShare struct {
	DataSigned, SignatureShare, BigR, PublicKey string
}

// combined is a signature as clients put it together.
type combined struct {
	r, s  string // 64 hex digits
	recID byte
}

// combineShares is protocol.md 7.8.
func combineShares(shares []ecdsaShare) (combined, error) {
	order := crypto.S256().Params().N
	var valid []ecdsaShare
	s := new(big.Int)
	for _, share := range shares {
		if share.SignatureShare == "" {
			continue
		}
		part, ok := new(big.Int).SetString(share.SignatureShare, 16)
		if !ok {
			return combined{}, errors.New("a share is no number")
		}
		if len(valid) > 0 && share.BigR != valid[0].BigR {
			return combined{}, errors.New("the shares are of several presignatures")
		}
		valid = append(valid, share)
		s.Add(s, part).Mod(s, order)
	}
	if len(valid) == 0 {
		return combined{}, errors.New("No valid shares to combine")
	}
	point, err := hex.DecodeString(valid[0].BigR)
	if err != nil {
		return combined{}, err
	}
	r := new(big.Int).SetBytes(point[1:])
	recID := point[0] & 1
	if s.Cmp(new(big.Int).Rsh(order, 1)) > 0 {
		s.Sub(order, s)
		recID = 1 - recID
	}
	return combined{fmt.Sprintf("%064x", r.Mod(r, order)), fmt.Sprintf("%064x", s), recID}, nil
}

// signer is the Ethereum address that made the signature.
func (c combined) signer(t testing.TB, digest []byte) string {
	t.Helper()
	key, err := crypto.SigToPub(digest, append(hexBytes(t, c.r+c.s), c.recID))
	if err != nil {
		return err.Error()
	}
	return crypto.PubkeyToAddress(*key).String()
}

func TestCombineVectors(t *testing.T) {
	var vectors []struct {
		BigR, PublicKey, MessageHash string
		Shares                       []string
		R, S                         string
		RecID                        byte
	}
	if err := json.Unmarshal(must(os.ReadFile("testdata/combine.json"))(t), &vectors); err != nil || len(vectors) != 3 {
		t.Fatal(err, len(vectors))
	}
	for _, v := range vectors {
		var shares []ecdsaShare
		for _, s := range v.Shares {
			shares = append(shares, ecdsaShare{SignatureShare: s, BigR: v.BigR})
		}
		if got := must(combineShares(shares))(t); got != (combined{v.R, v.S, v.RecID}) {
			t.Errorf("got %+v, want %+v", got, v)
		}
	}
}

func pkpSignBody(t testing.TB, d devnet.Descriptor, digest []byte, sig json.RawMessage) string {
	t.Helper()
	numbers := make([]int, len(digest))
	for i, b := range digest {
		numbers[i] = int(b)
	}
	return body(t, map[string]any{"toSign": numbers, "pubkey": d.PKP.PublicKey, "authSig": sig, "epoch": d.Epoch})
}

// pkpShare reads the answer of pkp/sign: strings within strings.
func pkpShare(t testing.TB, answer []byte) ecdsaShare {
	t.Helper()
	var a struct {
		Success        bool
		SignatureShare map[string]any
	}
	if err := json.Unmarshal(answer, &a); err != nil || !a.Success {
		t.Fatalf("%v: %s", err, answer)
	}
	text := func(name string) string { return strings.Trim(a.SignatureShare[name].(string), `"`) }
	return ecdsaShare{text("digest"), text("signature_share"), text("big_r"), text("public_key")}
}

func TestASessionSignsWithThePKP(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 5, Threshold: 3}).Descriptor()
	_, sigs := newSession(t, d, everything)
	for _, text := range []string{"one", "two"} {
		digest := crypto.Keccak256([]byte(text))
		var shares []ecdsaShare
		failed := 0
		for _, s := range sigs {
			status, answer := call(t, "POST", s.Node+nodeapi.PKPSignPath, pkpSignBody(t, d, digest, authSig(s)))
			if status != http.StatusOK {
				t.Fatalf("%d %s", status, answer)
			}
			share := pkpShare(t, answer)
			if share.DataSigned == "fail" {
				failed++
			} else if share.DataSigned != strings.ToUpper(hex.EncodeToString(digest)) || !strings.EqualFold("0x"+share.PublicKey, d.PKP.PublicKey) {
				t.Errorf("%+v", share)
			}
			shares = append(shares, share)
		}
		if failed != 2 {
			t.Errorf("%d of 5 nodes take no part, want 2", failed)
		}
		if got := must(combineShares(shares))(t).signer(t, digest); got != d.PKP.EthAddress {
			t.Errorf("signed by %s, want %s", got, d.PKP.EthAddress)
		}
	}
	s := sigs[0]
	status, answer := call(t, "POST", s.Node+nodeapi.PKPSignPath, pkpSignBody(t, d, []byte("short"), authSig(s)))
	if e := nodeapi.ParseError(status, answer); strings.Join(e.Details, "") != "toSign must be 32 bytes" {
		t.Errorf("%d %s", status, answer)
	}
}

func TestAnActionSignsWithThePKP(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 4, Threshold: 2}).Descriptor()
	_, sigs := newSession(t, d, everything)
	digest := crypto.Keccak256([]byte("message"))
	const code = `(async () => {
		await Lit.Actions.signEcdsa({toSign, publicKey, sigName: "sig"});
		Lit.Actions.setResponse({response: await Lit.Actions.signAndCombineEcdsa({toSign, publicKey, sigName: "whole"})});
	})();`
	var shares []ecdsaShare
	for _, s := range sigs {
		request := executeBody(t, s, code)
		numbers := make([]int, len(digest))
		for i, b := range digest {
			numbers[i] = int(b)
		}
		request["jsParams"] = map[string]any{"toSign": numbers, "publicKey": d.PKP.PublicKey}
		e := execute(t, s, request)
		shares = append(shares, e.SignedData["sig"])
		var whole struct {
			R, S string
			V    byte
		}
		if err := json.Unmarshal([]byte(e.Response), &whole); err != nil {
			t.Fatalf("%v: %s", err, e.Response)
		}
		if got := (combined{whole.R[2:], whole.S, whole.V}).signer(t, digest); got != d.PKP.EthAddress {
			t.Errorf("the action has a signature by %s", got)
		}
	}
	if got := must(combineShares(shares))(t).signer(t, digest); got != d.PKP.EthAddress {
		t.Errorf("signed by %s, want %s", got, d.PKP.EthAddress)
	}
}

func TestAWrongShareSpoilsTheSignature(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 3, Threshold: 3})
	d := n.Descriptor()
	_, sigs := newSession(t, d, everything)
	if err := n.SetFault(1, devnet.Fault{Kind: "wrong-share", Path: "pkp_sign"}); err != nil {
		t.Fatal(err)
	}
	digest := crypto.Keccak256([]byte("message"))
	var shares []ecdsaShare
	for _, s := range sigs {
		_, answer := call(t, "POST", s.Node+nodeapi.PKPSignPath, pkpSignBody(t, d, digest, authSig(s)))
		shares = append(shares, pkpShare(t, answer))
	}
	if got := must(combineShares(shares))(t).signer(t, digest); got == d.PKP.EthAddress {
		t.Error("the signature is good all the same")
	}
}

func TestPKPSignRefuses(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	_, sigs := newSession(t, d, everything)
	foreign := "0x" + hex.EncodeToString(crypto.FromECDSAPub(&must(crypto.GenerateKey())(t).PublicKey))
	for name, row := range map[string]struct {
		change  map[string]any
		code    string
		details string // a prefix
	}{
		"a key that is none":           {map[string]any{"pubkey": "0x04"}, "", "the public key is not 130 hex digits"},
		"a key that is no text":        {map[string]any{"pubkey": 4}, "NodeBadInput", "member `pubkey` is not a string"},
		"a key that is no PKP":         {map[string]any{"pubkey": foreign}, "NodeContractResolverConversionFailed", "Error getting owner of PKP"},
		"too few bytes":                {map[string]any{"toSign": []int{1}}, "", "toSign must be 32 bytes"},
		"something that is no byte":    {map[string]any{"toSign": []int{256}}, "NodeBadInput", "member `toSign` is not a list of bytes"},
		"auth methods beside the rest": {map[string]any{"authMethods": []int{}}, "NodeCannotProvideAuthMethodForEndpoint", "You can't provide an AuthMethod"},
	} {
		request := map[string]any{"toSign": make([]int, 32), "pubkey": d.PKP.PublicKey, "authSig": authSig(sigs[0])}
		for member, value := range row.change {
			request[member] = value
		}
		status, answer := call(t, "POST", sigs[0].Node+nodeapi.PKPSignPath, body(t, request))
		if e := nodeapi.ParseError(status, answer); e.Code != row.code || !strings.HasPrefix(strings.Join(e.Details, "|"), row.details) {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
}
