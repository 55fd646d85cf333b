package contracts

import "litsession/internal/eth"

// Network is what is known beforehand of a network by its name.
type Network struct {
	RPCURL     string      // of its chain
	NodeScheme string      // of node URLs unless the port is 443, with ://
	Staking    eth.Address // zero for custom, whose user says where it is
}

// KnownNetwork returns the network called datil-dev, datil-test, datil or custom,
// and whether there is one. The three hosted ones share a chain and differ in their
// contracts; they were announced to be retired in 2026.
//
// Source: protocol 2.1 to 2.3.
func KnownNetwork(name string) (Network, bool) {
	const yellowstone = "https://yellowstone-rpc.litprotocol.com"
	var staking string
	switch name {
	case "custom":
		return Network{RPCURL: "http://127.0.0.1:8545", NodeScheme: "http://"}, true
	case "datil-dev":
		staking = "0xD4507CD392Af2c80919219d7896508728f6A623F"
	case "datil-test":
		staking = "0xdec37933239846834b3BfD408913Ed3dbEf6588F"
	case "datil":
		staking = "0x21d636d95eE71150c0c3Ffa79268c989a329d1CE"
	default:
		return Network{}, false
	}
	address, err := eth.ParseAddress(staking)
	if err != nil {
		panic("internal error: table of networks: " + err.Error())
	}
	return Network{RPCURL: yellowstone, NodeScheme: "https://", Staking: address}, true
}
