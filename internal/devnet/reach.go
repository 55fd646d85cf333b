package devnet

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"

	"litsession/internal/devnet/action"
)

// Request targets of the network's services that actions may use.
var (
	rpcTarget     = regexp.MustCompile(`^/$`)
	gatewayTarget = regexp.MustCompile(`^/ipfs/[0-9A-Za-z]+$`) // one CID, and nothing that a server could read as more
)

// fetchPolicy is what an action's fetch may reach: the chain's RPC, the gateway's
// files, and the hosts of the configuration. The rest of the admin port and the
// nodes are closed.
func (n *Network) fetchPolicy() (action.FetchPolicy, error) {
	allowed, err := action.AllowHosts(n.config.AllowFetch...)
	if err != nil {
		return action.FetchPolicy{}, err
	}
	rpc, err := addressOf(n.chain.URL())
	if err != nil {
		return action.FetchPolicy{}, err
	}
	policy := action.FetchPolicy{
		Own: []action.OwnService{
			{Address: rpc, Method: http.MethodPost, Target: rpcTarget},
			{Address: n.admin.address, Method: http.MethodGet, Target: gatewayTarget},
		},
		Closed:  []uint16{n.admin.address.Port()},
		Allowed: allowed,
	}
	for _, s := range n.servers {
		policy.Closed = append(policy.Closed, s.address.Port())
	}
	return policy, nil
}

// addressOf returns where an http URL with an IP address leads.
func addressOf(address string) (netip.AddrPort, error) {
	u, err := url.Parse(address)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("read the address of the chain: %w", err)
	}
	at, err := netip.ParseAddrPort(u.Host)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("read the address of the chain: %w", err)
	}
	return at, nil
}
