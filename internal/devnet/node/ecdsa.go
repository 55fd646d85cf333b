package node

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet/action"
	"litsession/internal/eth"
	"litsession/internal/jsjson"
)

// ECDSA is one node's part in threshold signatures with PKPs. Whether the PKP
// permits a signature is for the node to check.
type ECDSA interface {
	// Share returns the node's share. All nodes that are asked for the same
	// signature hold shares of one presignature.
	Share(ctx context.Context, s ECDSARequest) (ECDSAShare, error)
	// Combined returns the whole signature, as when nodes exchange shares.
	Combined(ctx context.Context, s ECDSARequest) (action.Signature, error)
}

// ECDSARequest names a signature, alike on all nodes.
type ECDSARequest struct {
	RequestID string // of the client's request
	Epoch     uint64 // whose validators sign
	PublicKey eth.PublicKey
	Digest    [32]byte
}

// ECDSAShare is a node's share of a signature: s is the sum of all nodes'
// shares modulo the group order.
type ECDSAShare struct {
	// Participates is false for a node beyond the threshold, which has no
	// share.
	Participates bool
	Index        int      // of the node among the epoch's validators, from 0
	BigR         [33]byte // the presignature's point, compressed
	S            [32]byte
}

// signECDSA returns the node's share if the PKP permits it to sign anything.
func (n *Node) signECDSA(ctx context.Context, r request, key eth.PublicKey, digest []byte, auth authContext) (ECDSAShare, error) {
	if err := n.checkPermission(ctx, key.TokenID(), auth, scopeSignAnything); err != nil {
		return ECDSAShare{}, err
	}
	asked, err := n.ecdsaRequest(r, key, digest)
	if err != nil {
		return ECDSAShare{}, err
	}
	share, err := n.config.ECDSA.Share(ctx, asked)
	if err == nil && r.wrong != nil {
		share.S = spoiled(share.S)
	}
	return share, err
}

// ecdsaRequest names the signature. A node that has no share of the root key in
// the epoch has none of the PKPs' keys either.
func (n *Node) ecdsaRequest(r request, key eth.PublicKey, digest []byte) (ECDSARequest, error) {
	if _, err := n.shareOf(r.epoch); err != nil {
		return ECDSARequest{}, err
	}
	return ECDSARequest{RequestID: r.id(), Epoch: n.epochOf(r.epoch), PublicKey: key, Digest: [32]byte(digest)}, nil
}

// spoiled is a well-formed share that is of no use.
func spoiled(s [32]byte) [32]byte {
	wrong := new(big.Int).SetBytes(s[:])
	wrong.Add(wrong, big.NewInt(1)).Mod(wrong, crypto.S256().Params().N).FillBytes(s[:])
	return s
}

// actionSigner signs for one run of an action.
type actionSigner struct {
	node    *Node
	request request
	auth    authContext // of the session, without the actions of the run
}

// authorized is how the run's request to sign was authorized: besides the
// session, by the action that asks.
func (s actionSigner) authorized(req action.SignRequest) authContext {
	auth := s.auth
	auth.actionCIDs = append(append([]string{}, s.auth.actionCIDs...), req.Auth.ActionIPFSIDStack...)
	auth.actionCIDs = append(auth.actionCIDs, req.CID)
	return auth
}

// Sign returns the node's entry of signedData.
func (s actionSigner) Sign(ctx context.Context, req action.SignRequest) (json.RawMessage, error) {
	key, err := eth.ParsePublicKey(req.PublicKey)
	if err != nil {
		return nil, err
	}
	share, err := s.node.signECDSA(ctx, s.request, key, req.ToSign, s.authorized(req))
	if err != nil {
		return nil, thrown(err)
	}
	return share.entry(req, key), nil
}

// SignAndCombine returns the whole signature.
func (s actionSigner) SignAndCombine(ctx context.Context, req action.SignRequest) (action.Signature, error) {
	key, err := eth.ParsePublicKey(req.PublicKey)
	if err != nil {
		return action.Signature{}, err
	}
	if err := s.node.checkPermission(ctx, key.TokenID(), s.authorized(req), scopeSignAnything); err != nil {
		return action.Signature{}, thrown(err)
	}
	asked, err := s.node.ecdsaRequest(s.request, key, req.ToSign)
	if err != nil {
		return action.Signature{}, thrown(err)
	}
	return s.node.config.ECDSA.Combined(ctx, asked)
}

// thrown is a refusal as an action sees it: the words without the JSON.
func thrown(err error) error {
	var refused *refusal
	if errors.As(err, &refused) && len(refused.scheme.Details) > 0 {
		return errors.New(strings.Join(refused.scheme.Details, ": "))
	}
	return err
}

// entry is the share as execute answers it.
func (s ECDSAShare) entry(req action.SignRequest, key eth.PublicKey) []byte {
	digest, share, bigR, public := "fail", "", "", ""
	if s.Participates {
		digest, share, bigR, public = upperHex(req.ToSign), upperHex(s.S[:]), upperHex(s.BigR[:]), upperHex(key[:])
	}
	return new(jsjson.Object).
		String("sigType", "K256").
		String("dataSigned", digest).
		String("signatureShare", share).
		Int("shareIndex", int64(s.Index)).
		String("bigR", bigR).
		String("publicKey", public).
		String("sigName", req.SigName).Bytes()
}

func upperHex(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
