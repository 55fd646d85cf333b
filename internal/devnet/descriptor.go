package devnet

import (
	"encoding/hex"
	"encoding/json"

	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet/chain"
	"litsession/internal/eth"
	"litsession/internal/ipfs"
)

// descriptorVersion changes when a field changes its meaning.
const descriptorVersion = 1

// Descriptor is what a client needs to know of a network. Its JSON is the file
// that the command writes.
type Descriptor struct {
	Version          int                       `json:"version"`
	RPCURL           string                    `json:"rpcUrl"`
	ChainID          uint64                    `json:"chainId"`
	Threshold        int                       `json:"threshold"`
	Epoch            uint64                    `json:"epoch"`
	NetworkPublicKey string                    `json:"networkPublicKey"` // 96 hex digits
	Nodes            []NodeURL                 `json:"nodes"`            // all that were started, in their order
	ContractContext  map[string]chain.Contract `json:"contractContext"`
	Accounts         []Account                 `json:"accounts"`
	PKP              PKP                       `json:"pkp"`
	IPFSGateway      string                    `json:"ipfsGateway"` // ends in /ipfs/
	AdminURL         string                    `json:"adminUrl"`
	PageURL          string                    `json:"pageUrl,omitempty"`
}

// NodeURL is where a node listens: the string that clients sign.
type NodeURL struct {
	URL string `json:"url"`
}

// Account has coins to spend.
type Account struct {
	Address    string `json:"address"`    // EIP-55
	PrivateKey string `json:"privateKey"` // 0x and 64 hex digits
}

// PKP is a minted key and the action that may use it.
type PKP struct {
	TokenID         string          `json:"tokenId"`    // 0x and 64 hex digits
	PublicKey       string          `json:"publicKey"`  // 0x04 and 128 hex digits
	EthAddress      string          `json:"ethAddress"` // EIP-55
	PermittedAction PermittedAction `json:"permittedAction"`
}

// PermittedAction is a Lit Action by source and name.
type PermittedAction struct {
	Code string `json:"code"` // source text
	CID  string `json:"cid"`
}

// Descriptor returns what clients need to know, with the epoch that it is now.
// Nodes are all that were started, validators or not. The caller must not change
// its lists.
func (n *Network) Descriptor() Descriptor {
	d := n.descriptor
	d.Epoch = n.epochs.Load().current
	return d
}

// WriteFile replaces a file by the descriptor's JSON in one step, so that whoever
// waits for it never reads half of it. It holds private keys and is for its owner
// alone.
func (d Descriptor) WriteFile(path string) error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(path, append(text, '\n'))
}

func (n *Network) describe(keys keys, pkp chain.PKP, cid ipfs.CID, network chain.Network) Descriptor {
	d := Descriptor{
		Version:          descriptorVersion,
		RPCURL:           n.chain.URL(),
		ChainID:          n.chain.ChainID(),
		Threshold:        network.Threshold,
		NetworkPublicKey: keys.network.String(),
		ContractContext:  n.chain.Contracts(),
		PKP: PKP{
			TokenID:         eth.Hex(pkp.TokenID[:]),
			PublicKey:       eth.Hex(pkp.PublicKey[:]),
			EthAddress:      pkp.Address.Hex(),
			PermittedAction: PermittedAction{Code: GuideAction, CID: cid.String()},
		},
		IPFSGateway: n.admin.url() + "/ipfs/",
		AdminURL:    n.admin.url(),
	}
	for _, s := range n.servers {
		d.Nodes = append(d.Nodes, NodeURL{s.url()})
	}
	for _, key := range keys.accounts {
		d.Accounts = append(d.Accounts, Account{
			Address:    crypto.PubkeyToAddress(key.PublicKey).Hex(),
			PrivateKey: "0x" + hex.EncodeToString(crypto.FromECDSA(key)),
		})
	}
	if n.config.Page != "" {
		d.PageURL = n.admin.url()
	}
	return d
}
