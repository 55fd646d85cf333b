package devnet

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"litsession/internal/bls"
)

const (
	accountCount = 10
	// accountCoins is what each account has at the start.
	accountCoins = 10_000
	// rootCount is the number of secp256k1 roots that PKPs are derived from.
	rootCount = 10
)

// keys are all secrets of a network, with what is public of them.
type keys struct {
	seed      []byte
	threshold int

	network  bls.PublicKey
	secret   [32]byte   // of network
	roots    [][]byte   // compressed public keys
	secrets  [][32]byte // of roots
	owner    *ecdsa.PrivateKey
	nodes    []*ecdsa.PrivateKey
	accounts []*ecdsa.PrivateKey
}

// dealKeys derives every key from the seed, each kind from a stream of its own,
// so that the accounts do not depend on how many nodes there are.
func dealKeys(config Config) (keys, error) {
	seed := []byte(config.Seed)
	k := keys{seed: seed, threshold: config.Threshold}
	var err error
	if k.secret, err = bls.NewSecret(stream(seed, "bls")); err != nil {
		return keys{}, fmt.Errorf("draw the network's key: %w", err)
	}
	if k.network, _, err = k.deal(1, config.Nodes); err != nil {
		return keys{}, fmt.Errorf("deal the network's key: %w", err)
	}
	for _, root := range secp256k1Keys(stream(seed, "roots"), rootCount) {
		k.roots = append(k.roots, crypto.CompressPubkey(&root.PublicKey))
		k.secrets = append(k.secrets, [32]byte(crypto.FromECDSA(root)))
	}
	k.owner = secp256k1Keys(stream(seed, "owner"), 1)[0]
	k.nodes = secp256k1Keys(stream(seed, "nodes"), config.Nodes)
	k.accounts = secp256k1Keys(stream(seed, "accounts"), accountCount)
	return k, nil
}

// stream is an endless source of bytes that looks random to whoever does not
// know the seed.
func stream(seed []byte, purpose string) io.Reader {
	label := append([]byte("litdevnet "+purpose+"\x00"), seed...)
	return rand.NewChaCha8(sha256.Sum256(label))
}

// secp256k1Keys draws count secret keys. A draw that is no key, which happens
// once in 2¹²⁸, is passed over.
func secp256k1Keys(random io.Reader, count int) []*ecdsa.PrivateKey {
	var drawn []*ecdsa.PrivateKey
	for len(drawn) < count {
		var secret [32]byte
		if _, err := io.ReadFull(random, secret[:]); err != nil {
			panic("internal error: a ChaCha8 stream ended: " + err.Error())
		}
		if key, err := crypto.ToECDSA(secret[:]); err == nil {
			drawn = append(drawn, key)
		}
	}
	return drawn
}

// alloc is what the accounts have at the start, in wei.
func (k keys) alloc() map[common.Address]*big.Int {
	balance := new(big.Int).Mul(big.NewInt(accountCoins), big.NewInt(params.Ether))
	alloc := map[common.Address]*big.Int{}
	for _, account := range k.accounts {
		alloc[crypto.PubkeyToAddress(account.PublicKey)] = balance
	}
	return alloc
}

// deal shares the network's key among the validators of an epoch. Each epoch has
// a polynomial of its own, which depends on nothing but the seed and the epoch's
// number: whatever a crash leaves of the chain, the nodes' shares fit it.
func (k keys) deal(epoch uint64, validators int) (bls.PublicKey, []bls.SecretShare, error) {
	return bls.DealSecret(k.secret, stream(k.seed, fmt.Sprintf("epoch %d", epoch)), k.threshold, validators)
}
