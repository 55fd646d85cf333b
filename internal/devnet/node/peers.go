package node

import (
	"context"
	"crypto/ecdsa"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet/action"
	"litsession/internal/eth"
	"litsession/internal/jsjson"
)

// Peers are the other nodes, as the Lit Actions of this one meet them.
type Peers interface {
	// Join returns the node's part in what the nodes say to each other that run
	// an action for the same request. It ends with Leave.
	Join(requestID, cid string) Exchange
}

// Exchange is a node's part in the conversation of the nodes of one request.
type Exchange interface {
	action.Elector
	action.Broadcaster
	// ID is the same for all nodes of the conversation and for no other.
	ID() string
	// Leave ends the node's part: nobody waits for it any more.
	Leave()
}

// hosted adds to a run what depends on the request. What it returns is called
// when the run is over.
func (n *Node) hosted(r request, run action.Request) (_ action.Request, leave func()) {
	run.Headers, run.Limits, run.Fetch = r.header, n.config.Limits, n.config.Fetch
	if n.config.Identity != nil {
		run.Host.Claimer = claimer{n.config.Identity}
	}
	if n.config.Conditions != nil && run.Host.Conditions == nil {
		run.Host.Conditions = conditionChecker{node: n}
	}
	if n.config.Peers == nil {
		return run, func() {}
	}
	exchange := n.config.Peers.Join(r.id(), run.CID)
	run.Group, run.Host.Elector, run.Host.Broadcaster = exchange.ID(), exchange, exchange
	return run, exchange.Leave
}

// claimer signs claims with the key that Staking lists the node by.
type claimer struct{ identity *ecdsa.PrivateKey }

// ClaimKey derives the id of the key that an action's key id stands for and
// signs it, so that the claim can be minted with the signatures of enough nodes.
// The claimed key is that of the id by protocol.md 8.11.
func (c claimer) ClaimKey(_ context.Context, cid, keyID string) (json.RawMessage, error) {
	id := claimedKeyID(cid, keyID)
	signature, err := crypto.Sign(accounts.TextHash(id[:]), c.identity)
	if err != nil {
		return nil, fmt.Errorf("sign the claim: %w", err)
	}
	signature[crypto.RecoveryIDOffset] += 27
	return new(jsjson.Object).
		String("signature", hex.EncodeToString(signature)).
		String("derivedKeyId", hex.EncodeToString(id[:])).Bytes(), nil
}

// claimedKeyID is what the official SDK's computeHDKeyId(keyID, cid, true)
// returns, so that no two actions claim the same key.
func claimedKeyID(cid, keyID string) [32]byte { return eth.Keccak256([]byte(cid + ":" + keyID)) }
