package action

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"litsession/internal/eth"
)

// errNoAuthSig is what signing functions throw inside sign_session_key. Source: protocol.md 9.2.
var errNoAuthSig = errors.New("You can not sign without providing an auth_sig. You must create a session with the PKP, and then pass session sigs in, which will be converted to an auth sig per node. Refer the the docs on creating and using session sigs.")

// ecdsaScheme is the scheme of every signature an action can ask for.
const ecdsaScheme = "EcdsaK256Sha256"

func (x *run) maySign() error {
	if !x.req.AuthSig {
		return errNoAuthSig
	}
	return nil
}

// askSign takes how ("sign" a share or "combine"), the digest, the public key and the signature's name.
func (x *run) askSign(args arguments) (answering, error) {
	if err := x.maySign(); err != nil {
		return nil, err
	}
	if x.req.Host.Signer == nil {
		return nil, notOffered("signing")
	}
	req := SignRequest{Scheme: ecdsaScheme, ToSign: args.bytes(1), PublicKey: args.text(2), SigName: args.text(3), Auth: x.req.Auth, CID: x.req.CID}
	if len(req.ToSign) != 32 {
		return nil, fmt.Errorf("toSign must be 32 bytes long, not %d", len(req.ToSign))
	}
	if err := x.budget.signatures.take(); err != nil {
		return nil, err
	}
	if args.text(0) == "combine" {
		return func(ctx context.Context) (any, error) { return x.signAndCombine(ctx, req) }, nil
	}
	return func(ctx context.Context) (any, error) {
		share, err := x.req.Host.Signer.Sign(ctx, req)
		if err != nil {
			return nil, err
		}
		x.outputs.sign(req.SigName, share)
		return "success", nil
	}, nil
}

// signAndCombine returns the signature as the JSON text that the runtime gives to an action: r is the compressed
// point, whose sign is the recovery id's.
func (x *run) signAndCombine(ctx context.Context, req SignRequest) (any, error) {
	sig, err := x.req.Host.Signer.SignAndCombine(ctx, req)
	if err != nil {
		return nil, err
	}
	return asJSON(struct {
		R string `json:"r"`
		S string `json:"s"`
		V byte   `json:"v"`
	}{R: "0" + strconv.Itoa(int(2+sig.V&1)) + hex.EncodeToString(sig.R[:]), S: hex.EncodeToString(sig.S[:]), V: sig.V})
}

func (x *run) askClaimKey(args arguments) (answering, error) {
	if x.req.Host.Claimer == nil {
		return nil, notOffered("claimKey")
	}
	return func(ctx context.Context) (any, error) {
		claim, err := x.req.Host.Claimer.ClaimKey(ctx, x.req.CID, args.text(0))
		if err != nil {
			return nil, err
		}
		x.outputs.claim(args.text(0), claim)
		return "success", nil
	}, nil
}

// opPersonalDigest returns the hash of an EIP-191 personal message.
func (x *run) opPersonalDigest(args arguments) (any, error) {
	hash := eth.HashMessage(string(args.bytes(0)))
	return hash[:], nil
}

// publicKeyTokenID returns the token id of a PKP: the hash of its 65 bytes.
func publicKeyTokenID(text string) (any, error) {
	key, err := parseHex(text, "publicKey")
	if err != nil {
		return nil, err
	}
	if len(key) != 65 || key[0] != 4 {
		return nil, errors.New("publicKey must be 65 bytes long and begin with 04")
	}
	hash := eth.Keccak256(key)
	return eth.Hex(hash[:]), nil
}

// aesDecrypt undoes the SDK's encryptWithSymmetricKey: AES-CBC with PKCS #7 padding, the IV in front. It returns text.
func aesDecrypt(key, ciphertext []byte) (any, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("aesDecrypt: %w", err)
	}
	n := len(ciphertext) - aes.BlockSize
	if n < aes.BlockSize || n%aes.BlockSize != 0 {
		return nil, errors.New("aesDecrypt: ciphertext is not an IV and whole blocks")
	}
	plain := make([]byte, n)
	cipher.NewCBCDecrypter(block, ciphertext[:aes.BlockSize]).CryptBlocks(plain, ciphertext[aes.BlockSize:])
	plain, err = unpad(plain)
	if err != nil {
		return nil, fmt.Errorf("aesDecrypt: %w", err)
	}
	return decodeUTF8(string(plain)), nil
}

// unpad removes PKCS #7 padding of 16-byte blocks.
func unpad(b []byte) ([]byte, error) {
	n := int(b[len(b)-1])
	if n < 1 || n > aes.BlockSize || n > len(b) {
		return nil, errors.New("wrong padding")
	}
	for _, c := range b[len(b)-n:] {
		if int(c) != n {
			return nil, errors.New("wrong padding")
		}
	}
	return b[:len(b)-n], nil
}

// outputs are the signatures and claims of a run and its child runs. Several goroutines write them.
type outputs struct {
	mu     sync.Mutex
	signed map[string]json.RawMessage
	claims map[string]json.RawMessage
}

func (o *outputs) sign(name string, share json.RawMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.signed[name] = share
}

func (o *outputs) claim(name string, claim json.RawMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.claims[name] = claim
}
