package node

import (
	"encoding/hex"
	"regexp"

	"litsession/internal/eth"
	"litsession/internal/nodeapi"
)

// assumedSDKVersion is what the node takes a client for that does not say.
const assumedSDKVersion = "1.2.60"

// semver is Semantic Versioning 2.0.0, a little lax about identifiers.
var semver = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)

// handshake says who the node is. Source: protocol.md 3.4, 8.3.
func (n *Node) handshake(r request) ([]byte, error) {
	if r.id() == "" {
		return nil, refuseCode("CoreApiMissingRequiredXRequestIdHeader", "Missing header X-Request-Id")
	}
	version, err := sdkVersion(r)
	if err != nil {
		return nil, err
	}
	if _, err := nodeapi.ParseHandshakeRequest(r.body); err != nil {
		return nil, badInput(err)
	}
	keys := n.config.Keys
	block := n.config.Blocks.LatestBlock()
	answer := nodeapi.HandshakeResponse{
		ServerPublicKey:     "",
		SubnetPublicKey:     keys.Network.String(),
		NetworkPublicKey:    keys.Network.String(),
		NetworkPublicKeySet: keys.Network.String(),
		ClientSDKVersion:    version,
		LatestBlockhash:     eth.Hex(block.Hash[:]),
	}
	for _, root := range keys.HDRoots {
		answer.HDRootPublicKeys = append(answer.HDRootPublicKeys, hex.EncodeToString(root))
	}
	if len(keys.Shares) == 0 {
		answer.ServerPublicKey, answer.SubnetPublicKey = nodeapi.NoKey, nodeapi.NoKey
		answer.NetworkPublicKey, answer.NetworkPublicKeySet = nodeapi.NoKey, nodeapi.NoKey
	}
	return answer.JSON(), nil
}

func sdkVersion(r request) (string, error) {
	version := r.header.Get(nodeapi.HeaderSDKVersion)
	switch {
	case version == "":
		return assumedSDKVersion, nil
	case version == "0.0.0" || !semver.MatchString(version):
		return "", refuseCode("CoreApiInvalidXSDKVersionHeader", "Invalid header "+nodeapi.HeaderSDKVersion)
	}
	return version, nil
}

// badInput is a body that is no request. The node raises the code under
// another kind than its own.
func badInput(err error) *refusal { return refuseAs(kindUnexpected, "NodeBadInput", err.Error()) }
