// Package litclient is the protocol from the caller's seat: connect to a Lit
// network and get session signatures from it.
//
// Start with [New] and [Client.GetLitActionSessionSigs]. Clock, randomness,
// network and storage come in with the [Config].
package litclient

import (
	"context"
	"io"
	"time"

	"litsession/internal/contracts"
	"litsession/internal/eth"
	"litsession/internal/fetch"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/session"
	"litsession/storage"
)

const (
	defaultConnectTimeout = 20 * time.Second // official SDK 7.4.0, connectTimeout
	// A node lets an action run for 30 s and answers within 60.
	defaultSignTimeout = 60 * time.Second
	// defaultStorageTimeout is beyond what a storage over a network needs.
	defaultStorageTimeout = 5 * time.Second
	defaultDomain         = "litprotocol.com"
)

// Config says which network to use and with what. Network, Fetch, Store, Now
// and Random are required; [DecodeConfig] fills the rest from JavaScript.
type Config struct {
	Network              string              // datil-dev, datil-test, datil or custom
	RPCURL               string              // JSON-RPC of its chain; default the network's
	Staking              eth.Address         // of a custom network
	Resolver             *contracts.Resolver // of a custom network, instead of Staking
	NodeProtocol         string              // "http://" or "https://"; default by port and network
	ConnectTimeout       time.Duration       // for all handshakes together; default 20 s
	SignTimeout          time.Duration       // for the shares of one signature together; default 60 s
	StorageTimeout       time.Duration       // for one answer of Store, see [storage.Patient]; default 5 s
	CheckNodeAttestation bool                // see [Client.Connect]
	DefaultDomain        string              // SIWE domain when a call names none; default litprotocol.com
	Pins

	Fetch   fetch.Fetcher
	Store   storage.Store
	Now     func() time.Time
	Random  io.Reader
	Lock    session.Lock // held while a session key is made; nil for none
	OnEvent func(Event)  // told of what happens beside a call; may be nil

	// NextTurn lets others work who share the thread, between pieces of long work:
	// a page gets nothing done while Go has something to do, and neither an abort
	// nor an answer comes through. Nil where nobody shares it.
	NextTurn func(context.Context)
}

// Event is something that happened beside a call.
type Event struct {
	Err       error         // a failure of the storage; the session goes on from memory
	ClockSkew time.Duration // if Err is nil: what [Client.ClockSkew] is from now on
}

// DecodeConfig reads the official SDK's options: litNetwork, rpcUrl,
// contractContext, nodeProtocol, connectTimeout (ms), checkNodeAttestation,
// and ours: domain, networkPublicKey, nodes, storageTimeout (ms). Unknown options are left alone. Errors are
// [literr.UnknownNetwork] and [literr.InvalidParam] with detail param.
func DecodeConfig(text []byte) (Config, error) {
	d, err := newParamDecoder("config", text)
	if err != nil {
		return Config{}, err
	}
	c := Config{
		Network:        d.text("litNetwork"),
		RPCURL:         d.text("rpcUrl"),
		NodeProtocol:   d.text("nodeProtocol"),
		ConnectTimeout: time.Duration(d.whole("connectTimeout")) * time.Millisecond,
		StorageTimeout: time.Duration(d.whole("storageTimeout")) * time.Millisecond,
		DefaultDomain:  d.text("domain"),
		Pins:           d.pins(),
	}
	c.CheckNodeAttestation, _ = d.object.Get("checkNodeAttestation").Bool()
	d.contracts(&c)
	if c.RPCURL != "" && !contracts.IsHTTP(c.RPCURL) {
		d.fail("rpcUrl", "an address that begins with http:// or https://")
	}
	if d.err != nil {
		return Config{}, d.err
	}
	if _, ok := contracts.KnownNetwork(c.Network); !ok {
		return Config{}, literr.Errorf(literr.UnknownNetwork,
			`Unsupported network has been provided please use a "litNetwork" option which is supported (datil-dev, datil-test, datil, custom)`).
			With("param", "litNetwork")
	}
	if p := c.NodeProtocol; p != "" && p != "http://" && p != "https://" {
		return Config{}, invalidParam("nodeProtocol", `"http://" or "https://"`)
	}
	return c, nil
}

// contracts reads contractContext: addresses by name, or a resolver with
// addresses that win over it.
func (d *paramDecoder) contracts(c *Config) {
	context := d.object.Get("contractContext")
	if !context.Truthy() {
		return
	}
	staking := context.Get("Staking")
	if resolver := context.Get("resolverAddress"); resolver.Truthy() {
		c.Resolver = &contracts.Resolver{Address: d.address("contractContext.resolverAddress", resolver)}
		environment, ok := context.Get("environment").Int()
		if !ok || environment < 0 || environment > 2 {
			d.fail("contractContext.environment", "0, 1 or 2")
		}
		c.Resolver.Environment = uint8(environment)
		staking = context.Get("contractContext").Get("Staking")
	} else if !staking.Truthy() {
		d.setErr(literr.Invalid("contractContext", "an object with Staking, or with resolverAddress",
			`The provided contractContext was missing the "Staking" contract`))
	}
	if staking.Truthy() {
		c.Staking = d.address("contractContext.Staking.address", staking.Get("address"))
	}
}

func (d *paramDecoder) address(name string, v jsjson.Value) eth.Address {
	text, _ := v.Text()
	address, err := eth.ParseAddress(text)
	if err != nil {
		d.fail(name, "an address: 0x and 40 hex digits")
	}
	return address
}

// complete returns c with its defaults, and what is known of its network.
func (c Config) complete() (Config, contracts.Network, error) {
	known, ok := contracts.KnownNetwork(c.Network)
	if !ok {
		return c, known, literr.Errorf(literr.UnknownNetwork, "unknown network").With("param", "litNetwork")
	}
	if c.RPCURL == "" {
		c.RPCURL = known.RPCURL
	}
	if c.Staking == (eth.Address{}) && c.Resolver == nil {
		c.Staking = known.Staking
	}
	if c.Staking == (eth.Address{}) && c.Resolver == nil {
		return c, known, literr.Invalid("contractContext", "addresses of the network's contracts", "a custom network needs a contractContext").
			WithHint("Pass the one of the local network's descriptor.")
	}
	if c.ConnectTimeout <= 0 {
		c.ConnectTimeout = defaultConnectTimeout
	}
	if c.SignTimeout <= 0 {
		c.SignTimeout = defaultSignTimeout
	}
	if c.StorageTimeout <= 0 {
		c.StorageTimeout = defaultStorageTimeout
	}
	if c.DefaultDomain == "" {
		c.DefaultDomain = defaultDomain
	}
	if c.OnEvent == nil {
		c.OnEvent = func(Event) {}
	}
	if c.NextTurn == nil {
		c.NextTurn = noTurn
	}
	return c, known, nil
}

func noTurn(context.Context) {}
