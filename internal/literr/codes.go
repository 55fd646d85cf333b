package literr

// Code names a kind of failure. Codes are stable: removing or renaming one is
// a breaking change. In JavaScript a code is the error's `reason`.
type Code string

// Error returns the code itself, so that a Code can be the target of errors.Is.
func (c Code) Error() string { return string(c) }

// What the caller passed.
const (
	InvalidParam      Code = "invalid_param"       // correct the parameter named in details.param to what details.want says
	MissingParam      Code = "missing_param"       // pass the parameter named in details.param
	ConflictingParams Code = "conflicting_params"  // pass only one of the parameters named in the message
	UnknownNetwork    Code = "unknown_network"     // use one of the network names in the message
	InvalidSessionKey Code = "invalid_session_key" // pass the sessionKey object that getSessionKey returned
	NotReady          Code = "not_ready"           // await connect() first
	NoWalletSignature Code = "no_wallet_signature" // have the callback return an AuthSig with sig, derivedVia, signedMessage and address
)

// What could not be reached.
const (
	NodeUnreachable    Code = "node_unreachable"    // check that the node at details.url runs and can be reached
	ChainUnreachable   Code = "chain_unreachable"   // check rpcUrl and that the chain answers there
	GatewayUnreachable Code = "gateway_unreachable" // check the IPFS gateway, or pass the code itself
	NotEnoughNodes     Code = "not_enough_nodes"    // try again; details.failures says what each node answered
	Timeout            Code = "timeout"             // try again or allow more time
	NoBlockhash        Code = "no_blockhash"        // try again in a few seconds: the nodes know no block
)

// What the nodes answered.
const (
	NotAuthorized   Code = "not_authorized"    // the action refused, or it is not permitted for this PKP
	ActionFailed    Code = "action_failed"     // the action threw, ran too long or used too much memory: read details.failures and details.logs
	RequestRefused  Code = "request_refused"   // the nodes do not take the request as it is: read details.failures
	RateLimited     Code = "rate_limited"      // wait details.retryAfter seconds; if it is not retryable, bring a capacity credit
	NodeFault       Code = "node_fault"        // the nodes failed on their own; try again
	NotEnoughShares Code = "not_enough_shares" // fewer than threshold nodes signed; try again
)

// What did not verify. Nothing that carries one of these was returned.
const (
	BadSignature    Code = "bad_signature"    // the signature does not verify with the network's key
	BadShare        Code = "bad_share"        // a signature share is malformed, repeated or wrong
	BadAttestation  Code = "bad_attestation"  // a node could not prove what it runs
	CIDMismatch     Code = "cid_mismatch"     // the gateway's content is not what the CID names
	MessageMismatch Code = "message_mismatch" // the nodes signed something other than what was asked
	NodesDisagree   Code = "nodes_disagree"   // fewer than threshold nodes say the same; an action must answer alike on all of them
	NetworkChanged  Code = "network_changed"  // the network is another one than at connect: connect again
)

// What the browser's storage did. These are reported as events; no call fails
// because of them.
const (
	StorageDenied  Code = "storage_denied"  // storage is switched off or forbidden here; the session lives in memory
	StorageFull    Code = "storage_full"    // storage has no room; the session lives in memory
	StorageCorrupt Code = "storage_corrupt" // the stored value was not ours to use and was replaced
)

// What a wallet and the chain did with a transaction. What is known of it is in
// details: txHash, from, nonce.
const (
	NoWallet           Code = "no_wallet"           // install a wallet, or pass a signer
	UserRejected       Code = "user_rejected"       // the user said no in the wallet; ask again only when the user wants to
	WrongChain         Code = "wrong_chain"         // switch the wallet to the chain of details.want
	InsufficientFunds  Code = "insufficient_funds"  // the account at details.from has details.balance wei and needs details.cost
	TooExpensive       Code = "too_expensive"       // the network asks for details.asked wei: raise the limit that details.param names if that is right
	Reverted           Code = "reverted"            // the contract refused: details.revert says why
	TransactionDropped Code = "transaction_dropped" // it was never mined or another one took its place; the same call sends it again
	WalletFailed       Code = "wallet_failed"       // the wallet failed on its own; the same call looks whether it sent before it sends again
)

// Internal is a broken invariant of this program: please report it.
const Internal Code = "internal"

// Codes lists every code, in the order of this file.
func Codes() []Code {
	return []Code{
		InvalidParam, MissingParam, ConflictingParams, UnknownNetwork, InvalidSessionKey, NotReady, NoWalletSignature,
		NodeUnreachable, ChainUnreachable, GatewayUnreachable, NotEnoughNodes, Timeout, NoBlockhash,
		NotAuthorized, ActionFailed, RequestRefused, RateLimited, NodeFault, NotEnoughShares,
		BadSignature, BadShare, BadAttestation, CIDMismatch, MessageMismatch, NodesDisagree, NetworkChanged,
		StorageDenied, StorageFull, StorageCorrupt,
		NoWallet, UserRejected, WrongChain, InsufficientFunds, TooExpensive, Reverted, TransactionDropped, WalletFailed,
		Internal,
	}
}

// Retryable reports whether the same call may succeed later without a change
// by the caller.
func (c Code) Retryable() bool {
	switch c {
	case NodeUnreachable, ChainUnreachable, GatewayUnreachable, NotEnoughNodes, Timeout, NoBlockhash,
		RateLimited, NodeFault, TransactionDropped, WalletFailed:
		return true
	}
	return false
}
