package contracts

import "litsession/internal/eth"

// Network is what is known beforehand of a network by its name.
type Network struct {
	RPCURL     string      // of its chain
	ChainID    uint64      // 0 for custom: whatever the chain says
	NodeScheme string      // of node URLs unless the port is 443, with ://
	Staking    eth.Address // zero for custom, whose user says where it is
}

// YellowstoneChainID is the id of Chronicle Yellowstone.
const YellowstoneChainID = 175188

// hosted are the contracts of the networks on Chronicle Yellowstone.
//
// Source: protocol 2.2, from the official packages 7.4.0.
var hosted = []struct{ network, staking, pkpNFT, pkpHelper, pkpPermissions, pubkeyRouter, rateLimitNFT string }{
	{
		"datil-dev",
		"0xD4507CD392Af2c80919219d7896508728f6A623F",
		"0x02C4242F72d62c8fEF2b2DB088A35a9F4ec741C7",
		"0xCa9C62fB4ceA8831eBb6fD9fE747Cc372515CF7f",
		"0xf64638F1eb3b064f5443F7c9e2Dc050ed535D891",
		"0xbc01f21C58Ca83f25b09338401D53D4c2344D1d9",
		"0x1A12D5B3D6A52B3bDe0468900795D35ce994ac2b",
	},
	{
		"datil-test",
		"0xdec37933239846834b3BfD408913Ed3dbEf6588F",
		"0x6a0f439f064B7167A8Ea6B22AcC07ae5360ee0d1",
		"0x341E5273E2E2ea3c4aDa4101F008b1261E58510D",
		"0x60C1ddC8b9e38F730F0e7B70A2F84C1A98A69167",
		"0x65C3d057aef28175AfaC61a74cc6b27E88405583",
		"0xa17f11B7f828EEc97926E56D98D5AB63A0231b77",
	},
	{
		"datil",
		"0x21d636d95eE71150c0c3Ffa79268c989a329d1CE",
		"0x487A9D096BB4B7Ac1520Cb12370e31e677B175EA",
		"0x5B55ee57C459a31072145F2Fc00b35de20520adD",
		"0x213Db6E1446928E19588269bEF7dFc9187c4829A",
		"0xF182d6bEf16Ba77e69372dD096D8B70Bc3d5B475",
		"0x01205d94Fee4d9F59A4aB24bf80D11d4DdAf6Eed",
	},
}

// KnownNetwork returns the network called datil-dev, datil-test, datil or custom,
// and whether there is one. The three hosted ones share a chain and differ in their
// contracts; they were announced to be retired in 2026.
//
// Source: protocol 2.1 to 2.3.
func KnownNetwork(name string) (Network, bool) {
	if name == "custom" {
		return Network{RPCURL: "http://127.0.0.1:8545", NodeScheme: "http://"}, true
	}
	addresses, ok := KnownAddresses(name)
	if !ok {
		return Network{}, false
	}
	return Network{
		RPCURL:     "https://yellowstone-rpc.litprotocol.com",
		ChainID:    YellowstoneChainID,
		NodeScheme: "https://",
		Staking:    addresses.Staking,
	}, true
}

// KnownAddresses returns the contracts of a hosted network, and whether it is one.
func KnownAddresses(network string) (Addresses, bool) {
	for _, known := range hosted {
		if known.network == network {
			return Addresses{
				Staking:        mustParse(known.staking),
				PKPNFT:         mustParse(known.pkpNFT),
				PKPHelper:      mustParse(known.pkpHelper),
				PKPPermissions: mustParse(known.pkpPermissions),
				PubkeyRouter:   mustParse(known.pubkeyRouter),
				RateLimitNFT:   mustParse(known.rateLimitNFT),
			}, true
		}
	}
	return Addresses{}, false
}

func mustParse(text string) eth.Address {
	address, err := eth.ParseAddress(text)
	if err != nil {
		panic("internal error: table of networks: " + err.Error())
	}
	return address
}
