package node

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"

	"litsession/internal/bls"
	"litsession/internal/eth"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// signSessionKey answers with the node's share of the signature of the
// rewritten message. Source: protocol.md 8.4.
func (n *Node) signSessionKey(ctx context.Context, r request) ([]byte, error) {
	asked, err := nodeapi.ParseSignSessionKeyRequest(r.body)
	if err != nil {
		return nil, badInput(err)
	}
	if err := checkShape(asked); err != nil {
		return nil, err // before the node begins to trace: without a correlation id
	}
	body, err := n.signTraced(ctx, r, asked)
	return traced(r, body, err)
}

func checkShape(asked nodeapi.SignSessionKeyRequest) error {
	switch asked.CurveType {
	case nodeapi.CurveBLS:
	case "K256":
		return refuseCode("NodeInvalidCurveType", "Invalid curve_type: "+asked.CurveType+" - only BLS curve type is allowed for this endpoint")
	default:
		return badInput(errors.New("member `curveType` is neither BLS nor K256"))
	}
	if asked.HasAuthSig {
		return refuseCode("NodeInvalidAuthSigForSessionKey", "You can't provide an AuthSig on this endpoint.  Instead, send it as an AuthMethod in the authMethods array.")
	}
	return nil
}

// signTraced makes the checks from the third on, in the order of protocol.md
// 8.4: which refusal a client sees when several are due depends on it.
func (n *Node) signTraced(ctx context.Context, r request, asked nodeapi.SignSessionKeyRequest) ([]byte, error) {
	message, err := parseMessage(asked.SIWEMessage)
	if err != nil {
		return nil, err
	}
	if len(n.config.Keys.Shares) == 0 {
		return nil, refuseCode("NodeBLSRootKeyNotFound", "No BLS root key found")
	}
	methods, err := n.verifyAuthMethods(asked.AuthMethods)
	if err != nil {
		return nil, err
	}
	pkp, err := n.findPKP(ctx, asked, message, methods)
	if err != nil {
		return nil, err
	}
	if message.URI != asked.SessionKey {
		return nil, refuseCode("NodeSIWEMessageError", "URI in SIWE message "+message.URI+" does not match URI in request "+asked.SessionKey)
	}
	if err := checkTimes(message, n.config.Now()); err != nil {
		return nil, err
	}
	auth, err := n.authorize(ctx, r, asked, methods)
	if err != nil {
		return nil, err
	}
	block, err := n.nonceBlock(message)
	if err != nil {
		return nil, err
	}
	capability, err := requestedCapability(message)
	if err != nil {
		return nil, err
	}
	if err := n.checkPermission(ctx, pkp.TokenID(), auth, signAnythingOrMessages); err != nil {
		return nil, err
	}
	if r.fault == OtherSIWE {
		if capability, err = widened(capability); err != nil {
			return nil, err
		}
	}
	signed, err := rewrite(message, pkp.Address(), block, capability, auth)
	if err != nil {
		return nil, err
	}
	return n.signMessage(r, asked.Epoch, signed)
}

func parseMessage(text string) (siwe.Message, error) {
	message, err := siwe.Parse(text)
	if err != nil {
		return siwe.Message{}, refuseCode("NodeSIWEMessageError", "Error parsing SIWE message", err.Error())
	}
	if strings.Contains(message.Statement, recap.ResolvedAuthContext) {
		return siwe.Message{}, refuseCode("NodeInvalidAuthContextResource", authContextRefused)
	}
	return message, nil
}

const authContextRefused = "Can't define Auth Context resources in capability"

// findPKP returns the key that the session is for.
func (n *Node) findPKP(ctx context.Context, asked nodeapi.SignSessionKeyRequest, message siwe.Message, methods []authMethodContext) (eth.PublicKey, error) {
	if asked.PKPPublicKey == "" {
		return n.firstPKP(ctx, methods)
	}
	key, err := eth.ParsePublicKey(asked.PKPPublicKey)
	if err != nil {
		return key, refuse(kindConversion, err.Error())
	}
	if key.Address() != message.Address {
		return key, refuseCode("NodeSIWEMessageError", "Address in SIWE message "+message.Address.String()+" does not match PKP ETH address "+key.Address().String())
	}
	return key, nil
}

func (n *Node) firstPKP(ctx context.Context, methods []authMethodContext) (eth.PublicKey, error) {
	if len(methods) == 0 {
		return eth.PublicKey{}, refuse(kindUnexpected, "No auth methods provided")
	}
	key, ok, err := n.config.PKPs.FirstPKP(ctx, methods[0].method())
	if err != nil {
		return key, refuseCode("NodeRpcError", err.Error())
	}
	if !ok {
		return key, refuseCode("NodePKPTokenIdNotFound", "No PKP found for the auth method")
	}
	return key, nil
}

// requestedCapability returns what the message delegates: the ReCap in its
// last resource.
func requestedCapability(message siwe.Message) (recap.Capability, error) {
	last := len(message.Resources) - 1
	if last < 0 || !recap.IsURN(message.Resources[last]) {
		return recap.Capability{}, refuse(kindConversion, "Unable to convert SIWE into Capability object")
	}
	capability, err := recap.FromMessage(message)
	if err != nil {
		return recap.Capability{}, refuseAs(kindParser, "NodeSIWECapabilityInvalid", err.Error())
	}
	for _, key := range capability.Resources() {
		if resource, _ := recap.ParseKey(key); resource.Prefix == recap.ResolvedAuthContext {
			return recap.Capability{}, refuseCode("NodeInvalidAuthContextResource", authContextRefused)
		}
	}
	return capability, nil
}

// signMessage signs the message with the share of the epoch that was asked for.
func (n *Node) signMessage(r request, epoch uint64, message siwe.Message) ([]byte, error) {
	share, err := n.shareOf(epoch)
	if err != nil {
		return nil, err
	}
	if r.wrong != nil {
		share = instead(*r.wrong, share)
	}
	text := message.String()
	digest := session.MessageHash(text)
	return tamper(r.fault, response(share, n.config.Keys.Network, text, digest), share, message).JSON(), nil
}

// shareOf returns the node's share of an epoch, the current one for 0.
func (n *Node) shareOf(epoch uint64) (bls.SecretShare, error) {
	share, ok := n.config.Keys.Shares[n.epochOf(epoch)]
	if !ok {
		return share, refuse(kindUnexpected, "No key share for the requested epoch")
	}
	return share, nil
}

func (n *Node) epochOf(asked uint64) uint64 {
	if asked == 0 {
		return n.config.Keys.Epoch
	}
	return asked
}

func response(share bls.SecretShare, network bls.PublicKey, text string, digest [32]byte) nodeapi.SignSessionKeyResponse {
	return nodeapi.SignSessionKeyResponse{
		Result:           "success",
		SignatureShare:   share.Sign(digest[:]).String(),
		ShareIndex:       int(share.Index) - 1,
		CurveType:        nodeapi.CurveBLS,
		SIWEMessage:      text,
		DataSigned:       hex.EncodeToString(digest[:]),
		BLSRootPublicKey: network.String(),
	}
}
