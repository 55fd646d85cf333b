package devnet

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"time"

	"litsession/internal/devnet/action"
	"litsession/internal/devnet/chain"
	"litsession/internal/devnet/node"
)

// DefaultNodes is the number of nodes of the zero [Config].
const DefaultNodes = 10

// DefaultChainID is the chain's id in the zero [Config], the one that the
// official SDK assumes for custom networks.
const DefaultChainID = chain.DefaultChainID

// CreditCheck is how nodes check capacity credits.
type CreditCheck = node.CreditCheck

// The ways to check capacity credits.
const (
	CreditsOff     = node.CreditsOff     // not at all
	CreditsPresent = node.CreditsPresent // one that has not expired is enough
	CreditsCounted = node.CreditsCounted // uses and rates are counted
)

// Config says what network to start. The zero value is ten nodes on free ports
// of 127.0.0.1, with fresh keys, in memory.
type Config struct {
	Nodes     int    // 3 … 100, default [DefaultNodes]
	Threshold int    // shares needed, 2 … Nodes, default ⌊2·Nodes/3⌋
	Host      string // IPv4 address to listen on, which Staking tells clients; default 127.0.0.1
	RPCPort   Port   // of the chain's JSON-RPC
	NodePort  Port   // of the first node; node i has this number plus i
	AdminPort Port   // of the admin API, the IPFS gateway and the page
	ChainID   uint64 // default [DefaultChainID]
	// Seed makes the network's keys, accounts and first PKP a function of this
	// text. Default: fresh randomness.
	Seed string
	// Data is a directory that keeps the network over a restart: the chain, the
	// keys, what was posted to the gateway. After Close nothing is lost, after a
	// crash at most the newest blocks. Parts of a Config that decide the keys and
	// the first block (Seed, Nodes, Threshold, ChainID) are the directory's where
	// they are left zero, and must be the same otherwise. It is made if need be, and
	// serves one process at a time. It holds all secrets, for its owner alone.
	// Default: memory only.
	Data string
	// Page is a directory to be served at the admin port's /. Default: none.
	Page string
	// StrictNonce makes nodes refuse a nonce that is no block of this chain.
	StrictNonce bool
	// Credits is how nodes check capacity credits. Default [CreditsOff]. What
	// [CreditsCounted] has counted is in memory, with Data too.
	Credits CreditCheck
	// AllowFetch are the hosts that an action's fetch may reach besides the
	// network's own RPC and IPFS gateway, as [action.AllowHosts] takes them: a name
	// or an IP address, and a port after a colon or every port. localhost:3000 is a
	// dapp's own server. The admin API and the nodes stay closed. Default: none.
	AllowFetch []string
	// Limits bound what the requests of all nodes hold together.
	Limits Limits
	// ActionTime is how long a Lit Action may run. Default: the node's 30 s.
	ActionTime time.Duration
	// Now is the clock of the chain and the nodes. Default time.Now.
	Now func() time.Time
}

// Limits are for everything that the nodes of a network do at the same time:
// whoever reaches a port may post to it. Nodes refuse what goes beyond them as
// those of the hosted networks do, with status 429 and NodeConcurrencyOverload. A
// zero field means its default.
type Limits struct {
	// Requests are how many are in progress, those that wait for their action's turn
	// included. Default [node.DefaultRequests] for each node.
	Requests int
	// BodyBytes are for what bodies hold, four times their length; bodies of up to
	// 32 KiB do not count. Default [node.DefaultBodyBytes].
	BodyBytes int64
	// ActionBytes are for Lit Actions. Default [action.DefaultMemory].
	ActionBytes int64
}

// ConfigError says which part of a [Config] is wrong.
type ConfigError struct {
	Field   string // as the command's flag is called
	Problem string
}

func (e *ConfigError) Error() string { return e.Field + ": " + e.Problem }

func wrong(field, format string, args ...any) error {
	return &ConfigError{Field: field, Problem: fmt.Sprintf(format, args...)}
}

func (c Config) withDefaults() Config {
	if c.Nodes == 0 {
		c.Nodes = DefaultNodes
	}
	if c.Threshold == 0 {
		c.Threshold = 2 * c.Nodes / 3
	}
	if c.Host == "" {
		c.Host = "127.0.0.1"
	}
	if c.ChainID == 0 {
		c.ChainID = DefaultChainID
	}
	if c.Seed == "" {
		random := make([]byte, sha256.Size)
		rand.Read(random)
		c.Seed = string(random)
	}
	if c.Credits == "" {
		c.Credits = CreditsOff
	}
	if c.Limits.Requests == 0 {
		c.Limits.Requests = node.DefaultRequests * c.Nodes
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Check refuses what [Start] would, as far as it can be told without opening a
// port. Errors are [*ConfigError], and [*DataError] for a damaged directory.
func (c Config) Check() error {
	c, err := c.withRecord()
	if err != nil {
		return err
	}
	c = c.withDefaults()
	host, err := netip.ParseAddr(c.Host)
	switch {
	case c.Nodes < 3 || c.Nodes > 100:
		return wrong("nodes", "a network has 3 to 100, not %d", c.Nodes)
	case c.Threshold < 2 || c.Threshold > c.Nodes:
		return wrong("threshold", "%d nodes need 2 to %d, not %d", c.Nodes, c.Nodes, c.Threshold)
	case err != nil || !host.Is4():
		return wrong("host", "%q is not an IPv4 address", c.Host)
	}
	if !slices.Contains(node.CreditChecks(), c.Credits) {
		return wrong("credits", "%q is not one of %v", c.Credits, node.CreditChecks())
	}
	if _, err := action.AllowHosts(c.AllowFetch...); err != nil {
		return wrong("allow-fetch", "%v", err)
	}
	if err := c.checkPorts(); err != nil {
		return err
	}
	return c.checkPage()
}

func (c Config) checkPorts() error {
	for _, p := range []struct {
		field string
		first Port
		count int
	}{{"rpc-port", c.RPCPort, 1}, {"node-port", c.NodePort, c.Nodes}, {"admin-port", c.AdminPort, 1}} {
		switch last := p.first.Number + p.count - 1; {
		case p.first.Number < 0 || p.first.Number > 65535:
			return wrong(p.field, "there is no port %d", p.first.Number)
		case last > 65535:
			return wrong(p.field, "%d nodes from port %d on end above 65535", p.count, p.first.Number)
		}
	}
	return nil
}

func (c Config) checkPage() error {
	if c.Page == "" {
		return nil
	}
	info, err := os.Stat(c.Page)
	if err != nil {
		return wrong("page", "%v", err)
	}
	if !info.IsDir() {
		return wrong("page", "%s is not a directory", c.Page)
	}
	return nil
}
