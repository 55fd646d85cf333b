package action

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/pbkdf2"
	"strings"
)

// algorithmNames are the algorithms of crypto.subtle that this runtime has, in the standard's spelling.
var algorithmNames = []string{"HMAC", "AES-GCM", "AES-CBC", "AES-CTR", "PBKDF2", "HKDF", "ECDSA", "RSASSA-PKCS1-v1_5", "RSA-PSS", "Ed25519"}

// algorithmName returns the standard's spelling of name, which may be in any case.
func algorithmName(name string) (string, error) {
	for _, known := range algorithmNames {
		if strings.EqualFold(known, name) {
			return known, nil
		}
	}
	return "", notSupported("Unrecognized algorithm name %q", name)
}

// encrypt encrypts with AES.
func (r *webCryptoRequest) encrypt(data []byte) (any, error) {
	block, err := aes.NewCipher(r.key.Bytes)
	if err != nil {
		return nil, notSupported("%s cannot encrypt", r.key.Name)
	}
	switch r.key.Name {
	case "AES-GCM":
		gcm, err := r.gcm(block)
		if err != nil {
			return nil, err
		}
		return gcm.Seal(nil, r.Algorithm.IV, data, r.Algorithm.AdditionalData), nil
	case "AES-CBC":
		if len(r.Algorithm.IV) != aes.BlockSize {
			return nil, operationError("iv must be 16 bytes long")
		}
		pad := aes.BlockSize - len(data)%aes.BlockSize
		data = append(bytes.Clone(data), bytes.Repeat([]byte{byte(pad)}, pad)...)
		cipher.NewCBCEncrypter(block, r.Algorithm.IV).CryptBlocks(data, data)
		return data, nil
	}
	return r.counterMode(block, data)
}

// decrypt undoes encrypt.
func (r *webCryptoRequest) decrypt(data []byte) (any, error) {
	block, err := aes.NewCipher(r.key.Bytes)
	if err != nil {
		return nil, notSupported("%s cannot decrypt", r.key.Name)
	}
	switch r.key.Name {
	case "AES-GCM":
		gcm, err := r.gcm(block)
		if err != nil {
			return nil, err
		}
		plain, err := gcm.Open([]byte{}, r.Algorithm.IV, data, r.Algorithm.AdditionalData)
		if err != nil {
			return nil, operationError("Decryption failed")
		}
		return plain, nil
	case "AES-CBC":
		if len(r.Algorithm.IV) != aes.BlockSize || len(data) == 0 || len(data)%aes.BlockSize != 0 {
			return nil, operationError("Decryption failed")
		}
		plain := make([]byte, len(data))
		cipher.NewCBCDecrypter(block, r.Algorithm.IV).CryptBlocks(plain, data)
		if plain, err = unpad(plain); err != nil {
			return nil, operationError("Decryption failed")
		}
		return plain, nil
	}
	return r.counterMode(block, data)
}

// gcm returns the AEAD for the call's IV and tag lengths, one of which must be the usual one.
func (r *webCryptoRequest) gcm(block cipher.Block) (cipher.AEAD, error) {
	tag := r.Algorithm.TagLength / 8
	if tag == 0 {
		tag = 16
	}
	if len(r.Algorithm.IV) == 12 && tag >= 12 && tag <= 16 {
		return cipher.NewGCMWithTagSize(block, tag)
	}
	if tag == 16 && len(r.Algorithm.IV) > 0 {
		return cipher.NewGCMWithNonceSize(block, len(r.Algorithm.IV))
	}
	return nil, operationError("iv or tagLength is not supported")
}

// counterMode encrypts or decrypts with a counter over the whole last block.
func (r *webCryptoRequest) counterMode(block cipher.Block, data []byte) (any, error) {
	if r.key.Name != "AES-CTR" || len(r.Algorithm.Counter) != aes.BlockSize {
		return nil, operationError("counter must be 16 bytes long")
	}
	out := make([]byte, len(data))
	cipher.NewCTR(block, r.Algorithm.Counter).XORKeyStream(out, data)
	return out, nil
}

// maxIterations bounds PBKDF2 over all its blocks, which nothing can interrupt, to about a second.
const maxIterations = 2_000_000

func (r *webCryptoRequest) deriveBits() (any, error) {
	newHash, id, err := hashOf(r.Algorithm.Hash)
	if err != nil {
		return nil, err
	}
	if r.Length <= 0 || r.Length%8 != 0 || r.Length > 1<<14 {
		return nil, operationError("length must be a multiple of 8, at most %d", 1<<14)
	}
	switch r.key.Name {
	case "PBKDF2":
		blocks := (r.Length/8 + id.Size() - 1) / id.Size()
		if r.Algorithm.Iterations < 1 || r.Algorithm.Iterations > maxIterations/blocks {
			return nil, operationError("iterations must be between 1 and %d", maxIterations/blocks)
		}
		return pbkdf2.Key(newHash, string(r.key.Bytes), r.Algorithm.Salt, r.Algorithm.Iterations, r.Length/8)
	case "HKDF":
		return hkdf.Key(newHash, r.key.Bytes, r.Algorithm.Salt, string(r.Algorithm.Info), r.Length/8)
	}
	return nil, notSupported("%s cannot derive bits", r.key.Name)
}
