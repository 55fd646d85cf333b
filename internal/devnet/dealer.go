package devnet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/consensys/gnark-crypto/ecc/secp256k1"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet/action"
	"litsession/internal/devnet/chain"
	"litsession/internal/devnet/chain/hdkey"
	"litsession/internal/devnet/node"
)

const (
	// presignatureLife is how long nodes may take to ask for their shares of
	// one signature: no request lasts longer.
	presignatureLife = 2 * time.Minute
	// maxPresignatures bounds the dealer's memory. The oldest goes first.
	maxPresignatures = 4096
)

// dealer stands for what the nodes of a real network do among themselves: it
// makes ECDSA signatures with PKPs in shares, and hands each node its own.
type dealer struct {
	roots     [][32]byte // secrets that PKP keys are derived from
	reader    chain.Reader
	threshold int
	// validators are the nodes that hold shares in an epoch, in Staking's order.
	validators func(epoch uint64) []int
	// alive reports whether a node can take part.
	alive func(node int) bool
	now   func() time.Time

	mutex sync.Mutex
	dealt map[node.ECDSARequest]*dealtSignature
	order []node.ECDSARequest // of dealt, oldest first
}

// dealtSignature is one signature in shares.
type dealtSignature struct {
	until  time.Time
	bigR   [33]byte
	shares map[int][32]byte // by position among the validators, of those that take part
	whole  action.Signature
}

// nodeDealer is the dealer as one node sees it.
type nodeDealer struct {
	dealer *dealer
	index  int
}

func (n *Network) newDealer() *dealer {
	return &dealer{
		roots: n.keys.secrets, reader: n.chain.Reader(), threshold: n.config.Threshold,
		validators: func(epoch uint64) []int { return n.epochs.Load().validators[epoch] },
		alive:      func(i int) bool { return !n.nodes[i].Fault().RefusesConnections() },
		now:        n.config.Now, dealt: map[node.ECDSARequest]*dealtSignature{},
	}
}

// Share returns the node's share.
func (d nodeDealer) Share(ctx context.Context, s node.ECDSARequest) (node.ECDSAShare, error) {
	signature, err := d.dealer.signature(ctx, s)
	if err != nil {
		return node.ECDSAShare{}, err
	}
	position := slices.Index(d.dealer.validators(s.Epoch), d.index)
	if position < 0 {
		return node.ECDSAShare{}, fmt.Errorf("node %d is no validator of epoch %d", d.index, s.Epoch)
	}
	share, ok := signature.shares[position]
	return node.ECDSAShare{Participates: ok, Index: position, BigR: signature.bigR, S: share}, nil
}

// Combined returns the signature, which is public once the nodes have made it.
func (d nodeDealer) Combined(ctx context.Context, s node.ECDSARequest) (action.Signature, error) {
	signature, err := d.dealer.signature(ctx, s)
	if err != nil {
		return action.Signature{}, err
	}
	return signature.whole, nil
}

// signature returns what was dealt for the request, or deals it.
func (d *dealer) signature(ctx context.Context, s node.ECDSARequest) (*dealtSignature, error) {
	secret, err := d.secret(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("derive the PKP's key: %w", err)
	}
	return d.once(s, secret)
}

// once deals the signature unless that was done for the request before.
func (d *dealer) once(s node.ECDSARequest, secret [32]byte) (*dealtSignature, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.forget()
	if signature, ok := d.dealt[s]; ok {
		return signature, nil
	}
	participants, err := d.participants(s.Epoch)
	if err != nil {
		return nil, err
	}
	signature, err := deal(secret, s.Digest, participants)
	if err != nil {
		return nil, fmt.Errorf("deal a signature: %w", err)
	}
	signature.until = d.now().Add(presignatureLife)
	d.dealt[s] = signature
	d.order = append(d.order, s)
	return signature, nil
}

// secret derives a PKP's secret key and checks that it is the one of the public
// key.
func (d *dealer) secret(ctx context.Context, s node.ECDSARequest) ([32]byte, error) {
	pkp, err := d.reader.PKP(ctx, s.PublicKey.TokenID())
	if err != nil {
		return [32]byte{}, err
	}
	secret, err := hdkey.SecretKey(d.roots, pkp.DerivedKeyID[:])
	if err != nil {
		return [32]byte{}, err
	}
	key, err := crypto.ToECDSA(secret[:])
	if err != nil {
		return [32]byte{}, err
	}
	if !bytes.Equal(crypto.FromECDSAPub(&key.PublicKey), s.PublicKey[:]) {
		return [32]byte{}, errors.New("it is not derived from this network's roots")
	}
	return secret, nil
}

// forget drops what is too old and makes room for one more.
func (d *dealer) forget() {
	now := d.now()
	for len(d.order) > 0 && (len(d.order) >= maxPresignatures || d.dealt[d.order[0]].until.Before(now)) {
		delete(d.dealt, d.order[0])
		d.order = d.order[1:]
	}
}

// participants draws threshold many of the validators that are up, by their
// positions.
func (d *dealer) participants(epoch uint64) ([]int, error) {
	validators := d.validators(epoch)
	var drawn []int
	for _, position := range rand.Perm(len(validators)) {
		if len(drawn) < d.threshold && d.alive(validators[position]) {
			drawn = append(drawn, position)
		}
	}
	if len(drawn) < d.threshold {
		return nil, fmt.Errorf("only %d nodes are up and a signature needs %d", len(drawn), d.threshold)
	}
	return drawn, nil
}

// deal signs with a fresh nonce and splits s into a sum of random shares.
func deal(secret, digest [32]byte, participants []int) (*dealtSignature, error) {
	var nonce, r, s fr.Element
	if _, err := nonce.SetRandom(); err != nil {
		return nil, err
	}
	point := bigR(nonce)
	x := point.X.Bytes()
	r.SetBytes(x[:])
	var key, message fr.Element
	key.SetBytes(secret[:])
	message.SetBytes(digest[:])
	s.Mul(&r, &key).Add(&s, &message)
	s.Mul(&s, nonce.Inverse(&nonce))
	if r.IsZero() || s.IsZero() {
		return nil, errors.New("the nonce is of no use") // once in 2²⁵⁵
	}
	shares, err := split(s, participants)
	if err != nil {
		return nil, err
	}
	odd := point.Y.BigInt(new(big.Int)).Bit(0)
	return &dealtSignature{
		bigR:   [33]byte(append([]byte{2 + byte(odd)}, x[:]...)),
		shares: shares,
		whole:  lowS(r, s, byte(odd)),
	}, nil
}

func bigR(nonce fr.Element) secp256k1.G1Affine {
	var point secp256k1.G1Affine
	point.ScalarMultiplicationBase(nonce.BigInt(new(big.Int)))
	return point
}

// split makes shares that sum up to s, any but all of which are random.
func split(s fr.Element, participants []int) (map[int][32]byte, error) {
	shares := map[int][32]byte{}
	rest := s
	for _, i := range participants[1:] {
		var share fr.Element
		if _, err := share.SetRandom(); err != nil {
			return nil, err
		}
		rest.Sub(&rest, &share)
		shares[i] = share.Bytes()
	}
	shares[participants[0]] = rest.Bytes()
	return shares, nil
}

// lowS is the signature with the smaller of its two values of s, as Ethereum
// wants it.
func lowS(r, s fr.Element, v byte) action.Signature {
	if s.LexicographicallyLargest() {
		s.Neg(&s)
		v = 1 - v
	}
	return action.Signature{R: r.Bytes(), S: s.Bytes(), V: v}
}
