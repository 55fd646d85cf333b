package session

import "litsession/internal/jsjson"

// How a session signature says that it is one.
const (
	derivedViaSession = "litSessionSignViaNacl"
	algoSession       = "ed25519"
)

// Template is what the session signatures for all nodes have in common. The
// JSON texts are signed as they are.
type Template struct {
	Requests     []byte   // JSON list of {resource, ability}, the caller's bytes
	Capabilities [][]byte // JSON of AuthSigs, the one of the session last
	IssuedAt     string   // ISO 8601 with milliseconds
	Expiration   string   // as the caller wrote it
}

// SessionSig is the proof for one node.
type SessionSig struct {
	Node          string // node URL, exactly as signed
	Sig           string // ed25519, 128 hex digits
	SignedMessage string // JSON text
	Address       string // session public key, 64 hex digits
}

// SessionSigs holds one signature per node, in the nodes' order.
type SessionSigs []SessionSig

// SignForNodes signs the template once for every node URL.
func SignForNodes(key KeyPair, t Template, nodes []string) SessionSigs {
	list := make(SessionSigs, len(nodes))
	for i, node := range nodes {
		message := t.message(key, node)
		list[i] = SessionSig{
			Node:          node,
			Sig:           key.Sign(message),
			SignedMessage: string(message),
			Address:       key.PublicKey(),
		}
	}
	return list
}

func (t Template) message(key KeyPair, node string) []byte {
	return new(jsjson.Object).
		String("sessionKey", key.PublicKey()).
		Raw("resourceAbilityRequests", t.Requests).
		Raw("capabilities", jsjson.Array(t.Capabilities)).
		String("issuedAt", t.IssuedAt).
		String("expiration", t.Expiration).
		String("nodeAddress", node).Bytes()
}

// JSON returns the object that maps node URLs to session signatures.
func (s SessionSigs) JSON() []byte {
	var o jsjson.Object
	for _, sig := range s {
		o.Raw(sig.Node, new(jsjson.Object).
			String("sig", sig.Sig).
			String("derivedVia", derivedViaSession).
			String("signedMessage", sig.SignedMessage).
			String("address", sig.Address).
			String("algo", algoSession).Bytes())
	}
	return o.Bytes()
}
