package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"

	"litsession/internal/devnet"
)

// Where a network listens that was not told.
const (
	defaultRPCPort   = 8545
	defaultNodePort  = 7470
	defaultAdminPort = 7400
)

// options are the command line.
type options struct {
	config     devnet.Config
	descriptor string
	quiet      bool
	flags      *flag.FlagSet
}

// parse reads the command line. An error is one line and names the flag.
func parse(args []string) (options, error) {
	o := options{flags: flag.NewFlagSet("litdevnet", flag.ContinueOnError)}
	o.flags.SetOutput(io.Discard)
	c := &o.config
	o.number(&c.Nodes, "nodes", devnet.DefaultNodes, "`N` nodes, 3 to 100")
	o.number(&c.Threshold, "threshold", 0, "`T` shares are needed (default ⌊2N/3⌋)")
	o.flags.StringVar(&c.Host, "host", "127.0.0.1", "`IP`v4 address to listen on and to advertise")
	o.number(&c.RPCPort.Number, "rpc-port", defaultRPCPort, "`P`ort of the chain's JSON-RPC, HTTP and WebSocket; 0 is any free one")
	o.number(&c.NodePort.Number, "node-port", defaultNodePort, "node i listens on port `P` + i; 0 is any free one for each")
	o.number(&c.AdminPort.Number, "admin-port", defaultAdminPort, "`P`ort of the admin API and the page; 0 is any free one")
	o.flags.Uint64Var(&c.ChainID, "chain-id", devnet.DefaultChainID, "the chain's `ID`")
	o.flags.StringVar(&c.Seed, "seed", "", "`TEXT` that all keys are derived from (default fresh randomness)")
	o.flags.StringVar(&c.Data, "data", "", "`DIR` to keep chain and keys in over a restart (default memory only)")
	o.flags.StringVar(&o.descriptor, "descriptor", "", "`FILE` to write what clients need to know to, as JSON, once the network is up")
	o.flags.StringVar(&c.Page, "page", "", "`DIR` to serve at the admin port")
	o.flags.StringVar((*string)(&c.Credits), "credits", string(devnet.CreditsOff), "how nodes check capacity credits: `MODE` is off, present (one is enough) or counted (in memory, with --data too)")
	o.flags.Func("allow-fetch", "let the fetch of Lit Actions reach `HOST`, or host:port, besides the network's own RPC and gateway; repeatable", func(host string) error {
		c.AllowFetch = append(c.AllowFetch, host)
		return nil
	})
	o.flags.BoolVar(&c.StrictNonce, "strict-nonce", false, "refuse a SIWE nonce that is no recent block of this chain")
	o.flags.BoolVar(&o.quiet, "quiet", false, "print nothing but errors")
	if err := o.flags.Parse(args); err != nil {
		return o, err
	}
	return o.checked()
}

// number is a flag for a whole number, which the package flag refuses without a
// reason.
func (o options) number(p *int, name string, preset int, usage string) {
	*p = preset
	o.flags.Var((*number)(p), name, usage)
}

type number int

func (n *number) String() string { return strconv.Itoa(int(*n)) }

func (n *number) Set(text string) error {
	value, err := strconv.Atoi(text)
	if err != nil {
		return errors.New("no whole number")
	}
	*n = number(value)
	return nil
}

// checked gives default ports way to free ones and refuses what no network can
// be.
func (o options) checked() (options, error) {
	if o.flags.NArg() > 0 {
		return o, fmt.Errorf("%q is no flag", o.flags.Arg(0))
	}
	asked := map[string]bool{}
	o.flags.Visit(func(f *flag.Flag) { asked[f.Name] = true })
	o.config.RPCPort.OrFree = !asked["rpc-port"]
	o.config.NodePort.OrFree = !asked["node-port"]
	o.config.AdminPort.OrFree = !asked["admin-port"]
	if asked["data"] && o.config.Data == "" {
		return o, errors.New("--data: a directory is needed")
	}
	if asked["threshold"] && o.config.Threshold == 0 {
		return o, errors.New("--threshold: 0 shares sign nothing")
	}
	if asked["nodes"] && o.config.Nodes == 0 {
		return o, errors.New("--nodes: a network has 3 to 100, not 0")
	}
	if o.config.ChainID == 0 {
		return o, errors.New("--chain-id: no chain has the id 0")
	}
	// What was not asked for is the data directory's, if it holds a network.
	if !asked["nodes"] {
		o.config.Nodes = 0
	}
	if !asked["chain-id"] {
		o.config.ChainID = 0
	}
	if err := o.config.Check(); errors.As(err, new(*devnet.ConfigError)) {
		return o, fmt.Errorf("--%w", err)
	} else if err != nil {
		return o, err
	}
	return o, nil
}

func (o options) usage(w io.Writer) {
	fmt.Fprintln(w, "litdevnet runs a local Lit network: a chain, nodes and a first PKP. Interrupt it to stop.")
	o.flags.SetOutput(w)
	o.flags.PrintDefaults()
}
