package litclient

import (
	"context"
	"io"
	"sync"
	"time"

	"litsession/internal/bls"
	"litsession/internal/contracts"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/session"
	"litsession/storage"
)

// Client talks to one network. Its methods may be called concurrently.
type Client struct {
	config Config
	known  contracts.Network
	cache  *session.Cache

	connecting, refreshing flights[struct{}]
	authorizing            flights[authorization]

	mutex   sync.Mutex
	network *network      // nil until connected
	skew    time.Duration // see [Client.ClockSkew]
}

// network is what connect found out. It is replaced, never changed.
type network struct {
	key         bls.PublicKey
	threshold   int
	epoch       contracts.Epoch
	staking     string   // address of the contract that says all this
	nodes       []string // URLs of all validators, in the contract's order
	connected   []string // those that agreed in the handshake, in the order of their answers
	hdRoots     []string
	blockhashes []string       // that nodes named, candidates for the nonce, the best first
	blockhashAt time.Time      // when we were told, by our clock
	skew        *time.Duration // of the nodes' clocks as the handshakes show it, nil if they do not
}

// liars is how many nodes may do and say what they like: with one more of them
// an honest one is among those who say the same.
func (n *network) liars() int { return len(n.nodes) - n.threshold }

// New returns a client that is not connected. Errors are
// [literr.UnknownNetwork] and [literr.InvalidParam].
func New(config Config) (*Client, error) {
	config, known, err := config.complete()
	if err != nil {
		return nil, err
	}
	report := func(err error) { config.OnEvent(Event{Err: err}) }
	store := storage.NewPatient(config.Store, config.StorageTimeout)
	return &Client{config: config, known: known, cache: session.NewCache(store, config.Lock, report)}, nil
}

// State is what a connected client knows of its network.
type State struct {
	ConnectedNodes     []string // URLs, in the order of their answers
	Nodes              []string // URLs of all validators
	MinNodeCount       int      // the threshold
	NetworkPublicKey   string   // 96 hex digits
	HDRootPublicKeys   []string // 66 hex digits each
	LatestBlockhash    string
	CurrentEpochNumber uint64
	ClockSkew          time.Duration
}

// State returns what the client knows; ok is false while it is not connected.
func (c *Client) State() (s State, ok bool) {
	n := c.current()
	if n == nil {
		return State{}, false
	}
	return State{
		ConnectedNodes:     n.connected,
		Nodes:              n.nodes,
		MinNodeCount:       n.threshold,
		NetworkPublicKey:   n.key.String(),
		HDRootPublicKeys:   n.hdRoots,
		LatestBlockhash:    n.latestBlockhash(),
		CurrentEpochNumber: n.epoch.CurrentNumber(c.now()),
		ClockSkew:          c.ClockSkew(),
	}, true
}

// JSON returns the state as JavaScript reads it; the clock's skew is in
// milliseconds.
func (s State) JSON() []byte {
	return new(jsjson.Object).
		Strings("connectedNodes", s.ConnectedNodes).
		Strings("nodes", s.Nodes).
		Int("minNodeCount", int64(s.MinNodeCount)).
		String("networkPubKey", s.NetworkPublicKey).
		String("subnetPubKey", s.NetworkPublicKey).
		String("networkPubKeySet", s.NetworkPublicKey).
		Strings("hdRootPubkeys", s.HDRootPublicKeys).
		String("latestBlockhash", s.LatestBlockhash).
		Int("currentEpochNumber", int64(s.CurrentEpochNumber)).
		Int("clockSkew", s.ClockSkew.Milliseconds()).Bytes()
}

// Disconnect forgets the network. Calls under way go on with what they know.
func (c *Client) Disconnect() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.network = nil
}

// SessionKey returns the stored session key, made and stored if there is none.
func (c *Client) SessionKey(ctx context.Context) (session.KeyPair, error) {
	return c.cache.Key(c.cache.During(ctx), c.config.Random)
}

// SessionKeyAtOnce is [Client.SessionKey] for callers who cannot wait. Of a
// store that answers later it knows what was read before, by Connect for
// instance; if nothing was, it is [literr.NotReady].
func (c *Client) SessionKeyAtOnce() (session.KeyPair, error) {
	return c.cache.KeyAtOnce(c.config.Random)
}

// ForgetSession forgets session key and AuthSigs, but for what is in the store.
// Calls that are under way end as they would have and store nothing any more.
// A store that answers later is asked again before there is a key at once.
func (c *Client) ForgetSession() { c.cache.Forget() }

func (c *Client) current() *network {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.network
}

// latest returns what is known of the network now, or was at the beginning of a
// call that a disconnect must not disturb.
func (c *Client) latest(before *network) *network {
	if n := c.current(); n != nil {
		return n
	}
	return before
}

// What the official SDK says when it is not connected, by call; callers match
// these texts, mistakes included.
const (
	notReady            = "LitNodeClient is not ready. Please call await litNodeClient.connect() first."
	notReadyForSessions = "[executeJs] " + notReady
	notReadyForSigning  = "[signSessionKey] ]LitNodeClient is not ready.  Please call await litNodeClient.connect() first."
)

// ready returns the network, or [literr.NotReady] in the given words.
func (c *Client) ready(words string) (*network, error) {
	return connected(c.current(), words)
}

func connected(n *network, words string) (*network, error) {
	if n == nil {
		return nil, literr.Errorf(literr.NotReady, "%s", words)
	}
	return n, nil
}

func (c *Client) randomBytes(b []byte) error {
	if _, err := io.ReadFull(c.config.Random, b); err != nil {
		return literr.Errorf(literr.Internal, "no randomness: %w", err)
	}
	return nil
}
