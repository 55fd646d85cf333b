package contracts

import (
	"math/big"
	"strconv"
	"time"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// Config says which contracts to use.
type Config struct {
	Network   string
	RPCURL    string
	ChainID   uint64
	Addresses Addresses
	Resolver  *Resolver // where addresses that are missing are asked for
	Timing    Timing
	Limits    Limits
	// WalletCounts is that of [Client].
	WalletCounts bool
}

// DecodeConfig reads {network, rpc?, chainId?, customContext?, timing?, limits?,
// walletCounts?}. chainId is that of a custom network's chain; customContext is
// {Name: {address}} or {resolverAddress, environment, contractContext?}, as in the
// official SDK; a custom network needs it, and it wins on the others too. timing
// overwrites fields of [Timing] by {receipt, poll, outage, dropAfter, answer}, milliseconds.
// Failures are [literr.UnknownNetwork] and [literr.InvalidParam].
func DecodeConfig(text []byte) (Config, error) {
	v, err := jsjson.Parse(text)
	if err != nil {
		return Config{}, err
	}
	var c Config
	c.Network, _ = v.Get("network").Text()
	known, ok := KnownNetwork(c.Network)
	if !ok {
		return c, literr.Errorf(literr.UnknownNetwork, "[_resolveContractContext] Unsupported network: %s", literr.Cut(c.Network, 60)).
			WithHint("Use datil-dev, datil-test, datil or custom.").With("param", "network")
	}
	c.RPCURL, c.ChainID = known.RPCURL, known.ChainID
	if rpc, ok := v.Get("rpc").Text(); ok {
		if c.RPCURL = rpc; !IsHTTP(rpc) {
			return c, invalidOption("rpc", "an address that begins with http:// or https://")
		}
	}
	if err := c.chain(v.Get("chainId")); err != nil {
		return c, err
	}
	if err := c.Limits.decode(v.Get("limits")); err != nil {
		return c, err
	}
	c.Addresses, _ = KnownAddresses(c.Network)
	if err := c.context(v.Get("customContext")); err != nil {
		return c, err
	}
	c.WalletCounts, _ = v.Get("walletCounts").Bool()
	timing := v.Get("timing")
	for name, to := range map[string]*time.Duration{
		"receipt": &c.Timing.Receipt, "poll": &c.Timing.Poll, "outage": &c.Timing.Outage, "dropAfter": &c.Timing.DropAfter, "answer": &c.Timing.Answer,
	} {
		if ms, ok := timing.Get(name).Int(); ok && ms > 0 && ms <= maxTimeout.Milliseconds() {
			*to = time.Duration(ms) * time.Millisecond
		} else if timing.Get(name).Exists() {
			return c, invalidOption("timing."+name, "milliseconds, more than 0 and at most a day")
		}
	}
	return c, nil
}

func (c *Config) chain(v jsjson.Value) error {
	if !v.Exists() || v.IsNull() {
		return nil
	}
	word, ok := parseUint(v)
	id := new(big.Int).SetBytes(word[:])
	if !ok || id.Sign() == 0 || id.BitLen() > 53 { // as far as every library keeps it
		return invalidOption("chainId", "a whole number above 0 and below 2^53")
	}
	if known := c.ChainID; known != 0 && known != id.Uint64() {
		return invalidOption("chainId", strconv.FormatUint(known, 10)+", the chain of "+c.Network)
	}
	c.ChainID = id.Uint64()
	return nil
}

func (c *Config) context(v jsjson.Value) error {
	if !v.Truthy() {
		if c.Addresses == (Addresses{}) {
			return literr.Invalid("customContext", "addresses of the network's contracts, or of their resolver", "❌ Required contract data is missing").WithHint("Pass customContext: a custom network's addresses are not known.")
		}
		return nil
	}
	c.Addresses = Addresses{}
	if resolver := v.Get("resolverAddress"); resolver.Truthy() {
		address, err := contextAddress("resolverAddress", resolver)
		if err != nil {
			return err
		}
		environment, ok := v.Get("environment").Int()
		if !ok || environment < 0 || environment > 2 {
			return invalidOption("customContext.environment", "0, 1 or 2")
		}
		c.Resolver = &Resolver{Address: address, Environment: uint8(environment)}
		v = v.Get("contractContext")
	}
	members, _ := v.Members()
	for _, member := range members {
		if to := c.Addresses.of(member.Name); to != nil {
			var err error
			if *to, err = contextAddress(member.Name+".address", member.Value.Get("address")); err != nil {
				return err
			}
		}
	}
	return nil
}

func contextAddress(name string, v jsjson.Value) (eth.Address, error) {
	text, _ := v.Text()
	address, err := eth.ParseAddress(text)
	if err != nil {
		return address, invalidOption("customContext."+name, "0x and 40 hex digits")
	}
	return address, nil
}

// JSON is {Name: {address}} of the contracts whose address is known.
func (a Addresses) JSON() []byte {
	var all jsjson.Object
	for _, r := range resolverNames {
		if address := *a.of(r.contract); address != (eth.Address{}) {
			all.Raw(r.contract, new(jsjson.Object).String("address", address.String()).Bytes())
		}
	}
	return all.Bytes()
}
