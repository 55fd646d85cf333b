package action

import (
	"context"
	"encoding/json"
	"math/big"
)

// Host is what an action may ask of its node. A nil member means that this network does not offer it: the functions
// that need it throw an error saying so. Every method must return when its context ends.
type Host struct {
	Permissions Permissions
	Code        Code
	Chains      Chains
	Signer      Signer
	Claimer     Claimer
	Elector     Elector
	Broadcaster Broadcaster
	Conditions  Conditions
}

// Permissions reads PKPPermissions and PubkeyRouter on the network's chain. Token ids are 256-bit. Auth method ids
// are what the contract stores, except where noted.
type Permissions interface {
	// IsPermittedAction takes the 34 bytes of the action's multihash.
	IsPermittedAction(ctx context.Context, tokenID *big.Int, multihash []byte) (bool, error)
	IsPermittedAddress(ctx context.Context, tokenID *big.Int, address [20]byte) (bool, error)
	IsPermittedAuthMethod(ctx context.Context, tokenID *big.Int, authMethodType uint64, id []byte) (bool, error)
	// PermittedActions returns multihashes.
	PermittedActions(ctx context.Context, tokenID *big.Int) ([][]byte, error)
	PermittedAddresses(ctx context.Context, tokenID *big.Int) ([][20]byte, error)
	PermittedAuthMethods(ctx context.Context, tokenID *big.Int) ([]AuthMethod, error)
	// PermittedAuthMethodScopes returns the scope bits 0 … maxScopeID-1.
	PermittedAuthMethodScopes(ctx context.Context, tokenID *big.Int, authMethodType uint64, id []byte, maxScopeID uint64) ([]bool, error)
}

// AuthMethod is one permitted auth method as PKPPermissions lists it.
type AuthMethod struct {
	Type       uint64
	ID         []byte
	UserPubkey []byte
}

// Code finds the source of an action by its CIDv0 text. The source's hash is checked by the implementation.
type Code interface {
	ActionCode(ctx context.Context, cid string) (string, error)
}

// Chains reaches blockchains by the SDK's chain names.
type Chains interface {
	// RPCURL returns the node's JSON-RPC address for the chain.
	RPCURL(ctx context.Context, chain string) (string, error)
	// Nonce returns the account's transaction count.
	Nonce(ctx context.Context, chain string, address [20]byte) (uint64, error)
	// CallContract does eth_call with an RLP-serialised transaction and returns the returned bytes.
	CallContract(ctx context.Context, chain string, transaction []byte) ([]byte, error)
}

// SignRequest is one signature that an action asks for.
type SignRequest struct {
	// Scheme is "EcdsaK256Sha256".
	Scheme string
	// ToSign is the 32-byte digest.
	ToSign []byte
	// PublicKey is the PKP's key as the action wrote it: hex with or without 0x, not checked.
	PublicKey string
	// SigName is the action's name for the signature.
	SigName string
	// Auth and CID are those of the action that asks; the node checks the PKP's permissions with them.
	Auth Auth
	CID  string
}

// Signer signs with PKPs. It checks that the PKP permits the request.
type Signer interface {
	// Sign returns the node's entry of the execute response's signedData.
	Sign(ctx context.Context, req SignRequest) (json.RawMessage, error)
	// SignAndCombine signs on threshold many nodes and returns the whole signature.
	SignAndCombine(ctx context.Context, req SignRequest) (Signature, error)
}

// Signature is a whole ECDSA signature: two big-endian words and the recovery id, 0 or 1.
type Signature struct {
	R, S [32]byte
	V    byte
}

// Claimer derives keys for claims and returns the node's entry of the execute response's claimData. cid is that of the
// action that claims.
type Claimer interface {
	ClaimKey(ctx context.Context, cid, keyID string) (json.RawMessage, error)
}

// Elector says whether this node is the one that runs fn of runOnce, and carries that one's answer to the others.
type Elector interface {
	// Elected reports whether this node is elected for the name in this request.
	Elected(ctx context.Context, name string) (bool, error)
	// Publish hands the elected node's answer to the others.
	Publish(ctx context.Context, name, answer string) error
	// Await returns the answer that the elected node published.
	Await(ctx context.Context, name string) (string, error)
}

// Broadcaster exchanges a value among the nodes that run the same request and returns what each of them sent.
type Broadcaster interface {
	BroadcastAndCollect(ctx context.Context, name, value string) ([]string, error)
}

// Conditions evaluates access control conditions for the action with the CID, given as the action's JSON. authSig is
// null if the action gave none.
type Conditions interface {
	CheckConditions(ctx context.Context, cid string, conditions, authSig json.RawMessage, chain string) (bool, error)
}
