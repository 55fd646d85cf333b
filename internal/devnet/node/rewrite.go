package node

import (
	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/recap"
	"litsession/internal/siwe"
)

// authContext is how a request was authorized, the node's addition to the
// session's capability.
type authContext struct {
	methods    []authMethodContext
	actionCIDs []string // of the action that ran, if any
	response   string   // of that action

	// Of requests with a session signature only:
	user      string   // address of who signed the capability
	wallet    string   // the same if it is a wallet, "" for a PKP
	resources []string // of the wallet's message
}

// json returns the context in canonical order. Source: protocol.md 8.4.3.
func (a authContext) json() []byte {
	methods := make([][]byte, len(a.methods))
	for i, m := range a.methods {
		methods[i] = new(jsjson.Object).
			String("appId", m.appID).
			Int("authMethodType", int64(m.methodType)).
			Bool("usedForSignSessionKeyRequest", true).
			String("userId", m.userID).Bytes()
	}
	return new(jsjson.Object).
		Strings("actionIpfsIdStack", a.actionCIDs).
		Strings("actionIpfsIds", nil).
		Raw("authMethodContexts", jsjson.Array(methods)).
		Raw("authSigAddress", []byte("null")).
		String("customAuthResource", a.response).
		Strings("resources", nil).Bytes()
}

// rewrite returns the message that the network signs in place of the client's.
// Nothing in it is the node's own, so that all nodes sign the same bytes.
// Source: protocol.md 8.4.3.
func rewrite(message siwe.Message, pkp eth.Address, block Block, asked recap.Capability, auth authContext) (siwe.Message, error) {
	var merged recap.Capability
	context := new(jsjson.Object).Raw("auth_context", auth.json()).Bytes()
	if err := merged.Allow(recap.AuthContextKey, recap.AuthContextAbility, context); err != nil {
		return siwe.Message{}, refuse(kindUnexpected, err.Error())
	}
	merged.Merge(asked)
	message.Address = pkp
	message.Nonce = eth.Hex(block.Hash[:])
	message.IssuedAt = blockTime(block)
	message.Statement += " " + merged.Statement()
	message.Resources = []string{merged.URN()}
	return message, nil
}
