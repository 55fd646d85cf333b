package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strconv"
	"strings"

	"litsession/internal/devnet"
	"litsession/internal/devnet/ethers"
)

func writeDescriptor(file string, d devnet.Descriptor) error {
	err := d.WriteFile(file)
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("--descriptor: %s: %w", file, path.Err) // the file that the user knows
	}
	if err != nil {
		return fmt.Errorf("--descriptor: %w", err)
	}
	return nil
}

// greet says what a person needs next.
func greet(w io.Writer, o options, d devnet.Descriptor) error {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-11s"+format+"\n", append([]any{name}, args...)...)
	}
	b.WriteString("A local Lit network is up.\n\n")
	if d.PageURL != "" {
		line("page", "%s/ (open it in a browser)", d.PageURL)
	}
	line("chain", "%s, chain id %d", d.RPCURL, d.ChainID)
	line("nodes", "%s, any %d of %d sign", span(d.Nodes), d.Threshold, len(d.Nodes))
	line("admin", "%s/status", d.AdminURL)
	line("gateway", "%s takes the code of Lit Actions and gives it back by CID", d.IPFSGateway)
	line("account", "%s with coins to spend, the first of %d", d.Accounts[0].Address, len(d.Accounts))
	line("PKP", "%s, owned by that account", d.PKP.EthAddress)
	line("", "public key %s", d.PKP.PublicKey)
	line("action", `%s may use the PKP; it answers "true" when magicNumber >= 42`, d.PKP.PermittedAction.CID)
	line("all of it", "%s/descriptor.json, private keys included", d.AdminURL)
	if o.descriptor != "" {
		line("", "written to %s", o.descriptor)
	}
	line("use it", `new LitNodeClient({ litNetwork: "custom", rpcUrl, contractContext }) with both from there`)
	b.WriteString("\n")
	for _, moved := range movedPorts(o, d) {
		b.WriteString(moved + "\n")
	}
	library, err := ethers.Source()
	if err != nil {
		return err
	}
	if library == nil {
		b.WriteString("Lit Actions find no ethers here. " + ethers.HowToGet + "\n")
	}
	b.WriteString("Stop it with Ctrl-C.\n")
	_, err = io.WriteString(w, b.String())
	return err
}

// span shortens the nodes' addresses where they are in a row.
func span(nodes []devnet.NodeURL) string {
	first, last := nodes[0].URL, nodes[len(nodes)-1].URL
	if portOf(last)-portOf(first) == len(nodes)-1 {
		return fmt.Sprintf("%s to %d", first, portOf(last))
	}
	return first + " and others"
}

// movedPorts says which default ports were taken by somebody else.
func movedPorts(o options, d devnet.Descriptor) []string {
	var moved []string
	note := func(what string, want devnet.Port, address string) {
		if got := portOf(address); want.OrFree && got != want.Number {
			moved = append(moved, fmt.Sprintf("Port %d was taken: %s on %d instead.", want.Number, what, got))
		}
	}
	note("the chain is", o.config.RPCPort, d.RPCURL)
	note("the admin API is", o.config.AdminPort, d.AdminURL)
	for i, node := range d.Nodes {
		want := o.config.NodePort
		want.Number += i
		note(fmt.Sprintf("node %d is", i), want, node.URL)
	}
	return moved
}

// portOf returns the port of a URL that the network made itself.
func portOf(address string) int {
	u, err := url.Parse(address)
	if err != nil {
		return 0
	}
	port, _ := strconv.Atoi(u.Port())
	return port
}
