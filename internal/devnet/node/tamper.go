package node

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"time"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"litsession/internal/bls"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// props is what some faults need, made when they are switched on.
type props struct {
	network bls.PublicKey   // of OtherNetworkKey
	share   bls.SecretShare // of that key, or of WrongShare
	block   Block           // of StaleBlockhash and ForeignBlockhash
}

func (n *Node) prepare(kind FaultKind) (props, error) {
	switch kind {
	case WrongShare, OtherNetworkKey:
		return n.foreignKey()
	case StaleBlockhash:
		return props{block: n.config.Blocks.LatestBlock()}, nil
	case ForeignBlockhash:
		return props{block: Block{Hash: sha256.Sum256([]byte("no block of this chain"))}}, nil
	}
	return props{}, nil
}

// foreignKey is a key that is not the network's, and the node's share of it.
func (n *Node) foreignKey() (props, error) {
	network, shares, err := bls.Deal(rand.Reader, 1, 1)
	if err != nil {
		return props{}, fmt.Errorf("deal a wrong share: %w", err)
	}
	return props{network: network, share: shares[0]}, nil
}

// instead returns a foreign key's share in the place of a node's own. With a
// threshold of one the share is the same for every index.
func instead(foreign, own bls.SecretShare) bls.SecretShare {
	foreign.Index = own.Index
	return foreign
}

// disguised returns the node as the fault makes it appear: with other keys,
// another clock or another chain. It serves one request and no faults.
func (n *Node) disguised(f Fault, p props) *Node {
	config := n.snapshot()
	switch f.Kind {
	case OtherNetworkKey:
		config.Keys.Network = p.network
		shares := map[uint64]bls.SecretShare{}
		for epoch, own := range config.Keys.Shares {
			shares[epoch] = instead(p.share, own)
		}
		config.Keys.Shares = shares
	case ErrKeys:
		config.Keys = Keys{Epoch: config.Keys.Epoch}
	case StaleBlockhash, ForeignBlockhash:
		config.Blocks = stuckBlocks{config.Blocks, p.block}
	case ClockSkew:
		now := config.Now
		config.Now = func() time.Time { return now().Add(time.Duration(f.Seconds) * time.Second) }
	}
	return &Node{config: config, spent: n.spent}
}

// stuckBlocks is a chain whose newest block stays the same.
type stuckBlocks struct {
	Blocks
	newest Block
}

func (s stuckBlocks) LatestBlock() Block { return s.newest }

// deliver sends an answer, spoilt on its way if the fault says so.
func (n *Node) deliver(ctx context.Context, w http.ResponseWriter, f Fault, status int, body []byte) {
	half := len(body) / 2
	switch f.Kind {
	case SlowBody:
		reply(w, status, body[:half])
		_ = http.NewResponseController(w).Flush() // an error is a client that left
		if n.dawdle(ctx, f) {
			_, _ = w.Write(body[half:])
		}
	case Malformed:
		reply(w, status, body[:half])
	case Oversized:
		reply(w, status, oversized(body, f.Shape))
	default:
		reply(w, status, body)
	}
}

// oversizedBytes is how much Oversized adds to an answer: the official SDK and
// most programs read that without a word.
const oversizedBytes = 4 << 20

// oversized returns an answer that is valid and far too long.
func oversized(answer []byte, shape Shape) []byte {
	if open, ok := bytes.CutSuffix(answer, []byte("}")); shape == Values && ok {
		open = append(slices.Clone(open), `,"padding":[0`...)
		return append(append(open, bytes.Repeat([]byte(",0"), oversizedBytes/2)...), "]}"...)
	}
	return append(slices.Clone(answer), bytes.Repeat([]byte(" "), oversizedBytes)...)
}

// limitRate refuses as a node whose user has no credit, or that is overloaded.
// Source: protocol.md 8.2, 8.10.
func (f Fault) limitRate(w http.ResponseWriter) {
	if f.Status == http.StatusTooManyRequests {
		e := nodeapi.Error{
			Kind: kindUnexpected, Code: "NodeConcurrencyOverload", Status: f.Status,
			Message: kindText(kindUnexpected), Details: []string{"The fault rate-limited is switched on"},
		}
		reply(w, f.Status, e.JSON())
		return
	}
	reply(w, http.StatusPaymentRequired, outsideScheme("Rate limit exceeded.  Try again later.", "rate_limit_exceeded"))
}

// widened adds a capability that nobody asked for.
func widened(asked recap.Capability) (recap.Capability, error) {
	key := recap.AccessControlCondition + "://*"
	for i := 1; asked.Has(key); i++ {
		key = fmt.Sprintf("%s://%d", recap.AccessControlCondition, i)
	}
	var more recap.Capability
	if err := more.Allow(key, recap.DecryptAccessControlCondition.Name(), nil); err != nil {
		return recap.Capability{}, fmt.Errorf("add a capability: %w", err)
	}
	more.Merge(asked)
	return more, nil
}

// tamper changes a node's answer as the fault says.
func tamper(kind FaultKind, answer nodeapi.SignSessionKeyResponse, share bls.SecretShare, message siwe.Message) nodeapi.SignSessionKeyResponse {
	index := hex.EncodeToString([]byte{share.Index})
	switch kind {
	case IdentityShare:
		identity := new(bls12381.G2Affine).Bytes()
		answer.SignatureShare = index + hex.EncodeToString(identity[:])
	case OffSubgroup:
		outside := bls12381.GeneratePointNotInG2(bls12381.E2{})
		point := new(bls12381.G2Affine).FromJacobian(&outside).Bytes()
		answer.SignatureShare = index + hex.EncodeToString(point[:])
	case DuplicateIndex:
		other := share.Index - 1
		if other == 0 {
			other = 2
		}
		answer.SignatureShare = hex.EncodeToString([]byte{other}) + answer.SignatureShare[2:]
		answer.ShareIndex = int(other) - 1
	case ReplayedShare:
		if issued, err := siwe.ParseTime(message.IssuedAt); err == nil {
			message.IssuedAt = blockTime(Block{Time: issued.Add(-24 * time.Hour)})
		}
		digest := session.MessageHash(message.String())
		answer.SignatureShare = share.Sign(digest[:]).String()
	case OtherMessage:
		digest := session.MessageHash("another message")
		answer.SignatureShare = share.Sign(digest[:]).String()
		answer.DataSigned = hex.EncodeToString(digest[:])
	}
	return answer
}
