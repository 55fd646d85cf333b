// Package node is one node of the local Lit network: an HTTP handler that
// answers clients as a Datil node does, byte for byte where bytes are signed.
//
// Start with [New]. A node reads PKPs and their permissions from a chain, runs
// Lit Actions in an [action.Runtime] and signs with its own share of the
// network's key; what it shares with other nodes is only what [Config] gives
// them both. [Node.SetFault] makes it misbehave, for tests of clients.
//
// Source: protocol.md 3.4, 3.5, 8.
package node

import (
	"context"
	"crypto/ecdsa"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"litsession/internal/bls"
	"litsession/internal/devnet/action"
	"litsession/internal/eth"
	"litsession/internal/nodeapi"
)

// Version is what a node says in X-Lit-Node-Version: the lit-node release
// whose behaviour this is.
const Version = "1.0.18"

// Config is what one node knows. The members up to Address are
// required, and Now.
type Config struct {
	Keys        Keys
	Blocks      Blocks
	PKPs        PKPs
	Permissions Permissions
	Actions     *action.Runtime
	// ECDSA is the node's part in signatures with PKPs.
	ECDSA ECDSA
	// Address is where the node listens, host:port, as session signatures name
	// it.
	Address string
	// Host is what running actions may ask. Its Code is also where the node
	// finds the action of a litActionIpfsId; the node checks the hash itself.
	Host action.Host
	// Conditions answers the checkConditions of actions. Default nobody: it throws.
	Conditions Conditions
	// Limits of a Lit Action; zero fields are the defaults. The hosted networks
	// keep execute's in Staking, whose published ABI does not have them.
	Limits action.Limits
	// Fetch says what an action's fetch may reach; zero is nothing.
	Fetch action.FetchPolicy
	// Now is the node's clock.
	Now func() time.Time
	// Random draws a whole number below n, for the jitter of a slow node.
	// Default rand.Int64N.
	Random func(n int64) int64
	// Peers are the other nodes. Default nobody: actions that want to meet them
	// get an error.
	Peers Peers
	// Identity is the node's own key, by which Staking lists it. Default none: the
	// node signs no claims.
	Identity *ecdsa.PrivateKey
	// Load is what the requests of this node, and of those that it shares it with,
	// may hold. Default one of its own within the default limits.
	Load *Load
	// CreditCheck says whether execute and pkp/sign need a capacity credit.
	// Default [CreditsOff]; the others need Credits and CreditWindow, the time in
	// which a credit's requests are counted.
	CreditCheck  CreditCheck
	Credits      Credits
	CreditWindow time.Duration
	// StrictNonce refuses a SIWE nonce that is no block of the chain. Otherwise
	// any 32 bytes in hex pass and the message's own Issued At stands for the
	// block's time, so that all nodes still sign the same text.
	StrictNonce bool
}

// Keys are a node's part of the network's keys. The zero value is a node that
// has none yet. A node reads its maps and lists and never writes them.
type Keys struct {
	// Network is the BLS root key.
	Network bls.PublicKey
	// Shares of the root key by epoch number. A node that does not validate in an
	// epoch has none for it, and signs nothing that names it.
	Shares map[uint64]bls.SecretShare
	// Epoch is the current epoch, which requests mean that name none.
	Epoch uint64
	// HDRoots are the secp256k1 roots of PKP keys, compressed points of 33
	// bytes, in the network's order.
	HDRoots [][]byte
}

// Block is what a node needs of a block.
type Block struct {
	Hash [32]byte
	Time time.Time // whole seconds
}

// Blocks are the blocks whose hashes serve as nonces. A clock that is behind
// must not see a latest block that is ahead of it.
type Blocks interface {
	LatestBlock() Block
	Block(hash [32]byte) (Block, bool)
}

// AuthMethod is something that a PKP's owner permitted, as the contract has it.
type AuthMethod struct {
	Type uint64
	ID   []byte
}

// Permissions reads who may use a PKP.
type Permissions interface {
	// OwnerOf fails for a token that was never minted.
	OwnerOf(ctx context.Context, tokenID [32]byte) (eth.Address, error)
	PermittedAuthMethods(ctx context.Context, tokenID [32]byte) ([]AuthMethod, error)
	// Scopes returns the scope bits 0 … count-1 of a method.
	Scopes(ctx context.Context, tokenID [32]byte, method AuthMethod, count uint64) ([]bool, error)
}

// PKPs finds a PKP for a request that names none.
type PKPs interface {
	// FirstPKP returns the key of the first PKP that permits the method; ok is
	// false if there is none.
	FirstPKP(ctx context.Context, method AuthMethod) (key eth.PublicKey, ok bool, err error)
}

// Node is one node. It is an [http.Handler] and safe for concurrent use.
type Node struct {
	mutex    sync.Mutex
	config   Config // only Keys change, and each request is served with a copy
	fault    Fault
	props    props // what the fault needs
	requests map[Endpoint]int
	spent    *spending
}

// New makes a node. It opens no port.
func New(config Config) *Node {
	if config.Random == nil {
		config.Random = rand.Int64N
	}
	if config.Load == nil {
		config.Load = NewLoad(LoadLimits{})
	}
	return &Node{config: config, requests: map[Endpoint]int{}, spent: new(spending)}
}

// SetKeys replaces the node's keys. A request that is being served goes on with
// those that it began with.
func (n *Node) SetKeys(keys Keys) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.config.Keys = keys
}

// snapshot returns the configuration as it is now.
func (n *Node) snapshot() Config {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.config
}

// Endpoint names what a node serves, as status and faults do.
type Endpoint string

// The endpoints of a node.
const (
	Handshake      Endpoint = "handshake"
	SignSessionKey Endpoint = "sign_session_key"
	Execute        Endpoint = "execute"
	PKPSign        Endpoint = "pkp_sign"
)

// Endpoints returns all endpoints of a node.
func Endpoints() []Endpoint { return []Endpoint{Handshake, SignSessionKey, Execute, PKPSign} }

func endpointOf(path string) (Endpoint, bool) {
	switch path {
	case nodeapi.HandshakePath, strings.TrimSuffix(nodeapi.HandshakePath, "/"):
		return Handshake, true
	case nodeapi.SignSessionKeyPath:
		return SignSessionKey, true
	case nodeapi.ExecutePath:
		return Execute, true
	case nodeapi.PKPSignPath:
		return PKPSign, true
	}
	return "", false
}

// Requests returns how many requests each endpoint was sent, those included
// that a fault kept from an answer. Pre-flights do not count.
func (n *Node) Requests() map[Endpoint]int {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	counts := map[Endpoint]int{}
	for _, endpoint := range Endpoints() {
		counts[endpoint] = n.requests[endpoint]
	}
	return counts
}

// serve answers one request of an endpoint with the body of a success or with
// a [*refusal].
func (n *Node) serve(ctx context.Context, endpoint Endpoint, r request) ([]byte, error) {
	switch endpoint {
	case Handshake:
		return n.handshake(r)
	case SignSessionKey:
		return n.signSessionKey(ctx, r)
	case Execute:
		body, err := n.execute(ctx, r)
		return traced(r, body, err)
	}
	body, err := n.pkpSign(ctx, r)
	return traced(r, body, err)
}

// request is what handlers see of an HTTP request.
type request struct {
	header http.Header
	body   []byte
	epoch  uint64           // that execute and pkp/sign name, 0 for the current one
	wrong  *bls.SecretShare // to sign with instead of the node's own share
	fault  FaultKind        // how to spoil a session's signature
}

// id is the request id, which answers echo as correlationId.
func (r request) id() string {
	if id := r.header.Get(nodeapi.HeaderRequestID); id != "" {
		return id
	}
	return r.header.Get("X-Correlation-Id")
}
