// Package nodeapi is the HTTP JSON of one Lit node, shared by the client and
// the local network's nodes, so that the two cannot drift apart.
//
// Requests and answers are structs with a JSON method and a Parse function;
// [Client] sends them. What a node says when it refuses is an [Error].
//
// Source: the Datil wire protocol as JS SDK 7.4.0 and lit-node 1.0.18 speak it.
package nodeapi

// Paths of a node's endpoints, to be appended to its URL.
const (
	HandshakePath      = "/web/handshake/"
	SignSessionKeyPath = "/web/sign_session_key/v1"
	ExecutePath        = "/web/execute/v1"
	PKPSignPath        = "/web/pkp/sign/v1"
)

// Headers of every request. Nodes require a request id on the handshake and
// echo it as correlationId in errors.
const (
	HeaderSDKVersion = "X-Lit-SDK-Version"
	HeaderSDKType    = "X-Lit-SDK-Type"
	HeaderRequestID  = "X-Request-Id"
)

// SDKVersion is the version of the official SDK whose requests these are.
// Nodes decide by it which answers to give.
const SDKVersion = "7.4.0"

// SDKType is the value of [HeaderSDKType]; nodes know no other for browsers.
const SDKType = "Typescript"

// NoKey is what a node says in the place of a key that it does not have yet.
const NoKey = "ERR"
