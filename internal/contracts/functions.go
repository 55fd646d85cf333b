package contracts

import (
	"encoding/binary"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// Names of the contracts that functions are called of, as configurations spell them.
const (
	pkpNFT         = "PKPNFT"
	pkpHelper      = "PKPHelper"
	pkpPermissions = "PKPPermissions"
	pubkeyRouter   = "PubkeyRouter"
	rateLimitNFT   = "RateLimitNFT"
)

// NameStaking is the name of the contract that knows the validators.
const NameStaking = "Staking"

// entry is a function of a contract, an event or an error: the name, what it takes
// and what it returns, in Solidity's words.
type entry struct{ contract, name, takes, returns string }

// functions are those that can be called by name; their ABI is the same on all
// networks. A tuple's fields have names where callers know them by these.
//
// Source: protocol 10.1 to 10.5.
var functions = []entry{
	{pkpNFT, "mintNext", "uint256 keyType", "uint256"},
	{pkpNFT, "claimAndMint", "uint256 keyType,bytes32 derivedKeyId,(bytes32 r,bytes32 s,uint8 v)[] signatures", "uint256"},
	{pkpNFT, "mintCost", "", "uint256"},
	{pkpNFT, "getPubkey", "uint256 tokenId", "bytes"},
	{pkpNFT, "getEthAddress", "uint256 tokenId", "address"},
	{pkpNFT, "exists", "uint256 tokenId", "bool"},
	{pkpNFT, "getNextDerivedKeyId", "", "bytes32"},
	{pkpNFT, "ownerOf", "uint256 tokenId", "address"},
	{pkpNFT, "balanceOf", "address owner", "uint256"},
	{pkpNFT, "totalSupply", "", "uint256"},
	{pkpNFT, "tokenOfOwnerByIndex", "address owner,uint256 index", "uint256"},
	{pkpNFT, "tokenByIndex", "uint256 index", "uint256"},
	{pkpNFT, "transferFrom", "address from,address to,uint256 tokenId", ""},

	{pkpHelper, "mintNextAndAddAuthMethods", "uint256 keyType,uint256[] permittedAuthMethodTypes,bytes[] permittedAuthMethodIds,bytes[] permittedAuthMethodPubkeys,uint256[][] permittedAuthMethodScopes,bool addPkpEthAddressAsPermittedAddress,bool sendPkpToItself", "uint256"},
	{pkpHelper, "mintNextAndAddAuthMethodsWithTypes", "uint256 keyType,bytes[] permittedIpfsCIDs,uint256[][] permittedIpfsCIDScopes,address[] permittedAddresses,uint256[][] permittedAddressScopes,uint256[] permittedAuthMethodTypes,bytes[] permittedAuthMethodIds,bytes[] permittedAuthMethodPubkeys,uint256[][] permittedAuthMethodScopes,bool addPkpEthAddressAsPermittedAddress,bool sendPkpToItself", "uint256"},

	{pkpPermissions, "addPermittedAction", "uint256 tokenId,bytes ipfsCID,uint256[] scopes", ""},
	{pkpPermissions, "removePermittedAction", "uint256 tokenId,bytes ipfsCID", ""},
	{pkpPermissions, "isPermittedAction", "uint256 tokenId,bytes ipfsCID", "bool"},
	{pkpPermissions, "getPermittedActions", "uint256 tokenId", "bytes[]"},
	{pkpPermissions, "addPermittedAddress", "uint256 tokenId,address user,uint256[] scopes", ""},
	{pkpPermissions, "removePermittedAddress", "uint256 tokenId,address user", ""},
	{pkpPermissions, "isPermittedAddress", "uint256 tokenId,address user", "bool"},
	{pkpPermissions, "getPermittedAddresses", "uint256 tokenId", "address[]"},
	{pkpPermissions, "addPermittedAuthMethod", "uint256 tokenId,(uint256 authMethodType,bytes id,bytes userPubkey) authMethod,uint256[] scopes", ""},
	{pkpPermissions, "removePermittedAuthMethod", "uint256 tokenId,uint256 authMethodType,bytes id", ""},
	{pkpPermissions, "isPermittedAuthMethod", "uint256 tokenId,uint256 authMethodType,bytes id", "bool"},
	{pkpPermissions, "getPermittedAuthMethods", "uint256 tokenId", "(uint256 authMethodType,bytes id,bytes userPubkey)[]"},
	{pkpPermissions, "addPermittedAuthMethodScope", "uint256 tokenId,uint256 authMethodType,bytes id,uint256 scopeId", ""},
	{pkpPermissions, "removePermittedAuthMethodScope", "uint256 tokenId,uint256 authMethodType,bytes id,uint256 scopeId", ""},
	{pkpPermissions, "isPermittedAuthMethodScopePresent", "uint256 tokenId,uint256 authMethodType,bytes id,uint256 scopeId", "bool"},
	{pkpPermissions, "getPermittedAuthMethodScopes", "uint256 tokenId,uint256 authMethodType,bytes id,uint256 maxScopeId", "bool[]"},
	{pkpPermissions, "getTokenIdsForAuthMethod", "uint256 authMethodType,bytes id", "uint256[]"},
	{pkpPermissions, "getAuthMethodId", "uint256 authMethodType,bytes id", "uint256"},
	{pkpPermissions, "batchAddRemoveAuthMethods", "uint256 tokenId,uint256[] permittedAuthMethodTypesToAdd,bytes[] permittedAuthMethodIdsToAdd,bytes[] permittedAuthMethodPubkeysToAdd,uint256[][] permittedAuthMethodScopesToAdd,uint256[] permittedAuthMethodTypesToRemove,bytes[] permittedAuthMethodIdsToRemove", ""},

	{pubkeyRouter, "getPubkey", "uint256 tokenId", "bytes"},
	{pubkeyRouter, "getEthAddress", "uint256 tokenId", "address"},
	{pubkeyRouter, "isRouted", "uint256 tokenId", "bool"},
	{pubkeyRouter, "ethAddressToPkpId", "address ethAddress", "uint256"},

	{rateLimitNFT, "mint", "uint256 expiresAt", "uint256"},
	{rateLimitNFT, "pruneExpired", "address owner", ""},
	{rateLimitNFT, "transferFrom", "address from,address to,uint256 tokenId", ""},
	{rateLimitNFT, "calculateCost", "uint256 requestsPerKilosecond,uint256 expiresAt", "uint256"},
	{rateLimitNFT, "calculateRequestsPerKilosecond", "uint256 payingAmount,uint256 expiresAt", "uint256"},
	{rateLimitNFT, "capacity", "uint256 tokenId", "(uint256 requestsPerKilosecond,uint256 expiresAt)"},
	{rateLimitNFT, "isExpired", "uint256 tokenId", "bool"},
	{rateLimitNFT, "tokenURI", "uint256 tokenId", "string"},
	{rateLimitNFT, "ownerOf", "uint256 tokenId", "address"},
	{rateLimitNFT, "balanceOf", "address owner", "uint256"},
	{rateLimitNFT, "totalSupply", "", "uint256"},
	{rateLimitNFT, "tokenOfOwnerByIndex", "address owner,uint256 index", "uint256"},
	{rateLimitNFT, "tokenByIndex", "uint256 index", "uint256"},
}

// What a mint is known by.
var (
	keyRouted   = entry{pubkeyRouter, "PubkeyRoutingDataSet", "uint256 indexed tokenId,bytes pubkey,address stakingContract,uint256 keyType,bytes32 derivedKeyId", ""}
	transferred = entry{pkpNFT, "Transfer", "address indexed from,address indexed to,uint256 indexed tokenId", ""}
)

// events are those that the writes above leave in a receipt. The contract is not
// always the one that was called. Source: as for functions.
var events = []entry{
	keyRouted,
	{pkpNFT, "PKPMinted", "uint256 indexed tokenId,bytes pubkey", ""},
	transferred,
	{pkpPermissions, "PermittedAuthMethodAdded", "uint256 indexed tokenId,uint256 authMethodType,bytes id,bytes userPubkey", ""},
	{pkpPermissions, "PermittedAuthMethodRemoved", "uint256 indexed tokenId,uint256 authMethodType,bytes id", ""},
	{pkpPermissions, "PermittedAuthMethodScopeAdded", "uint256 indexed tokenId,uint256 authMethodType,bytes id,uint256 scopeId", ""},
	{pkpPermissions, "PermittedAuthMethodScopeRemoved", "uint256 indexed tokenId,uint256 authMethodType,bytes id,uint256 scopeId", ""},
}

// customErrors are what contracts revert with instead of a text: those of ownership
// that the writes above meet in Lit's contracts (ABIs of the official package 7.4.0),
// and those of OpenZeppelin's tokens (ERC-6093 and ERC721Enumerable). Of any other
// error the selector is told.
var customErrors = []entry{
	{"", "CallerNotOwner", "", ""},
	{"", "NotContractOwner", "address user,address contractOwner", ""},
	{"", "OwnableUnauthorizedAccount", "address account", ""},
	{"", "ERC721InvalidOwner", "address owner", ""},
	{"", "ERC721NonexistentToken", "uint256 tokenId", ""},
	{"", "ERC721IncorrectOwner", "address sender,uint256 tokenId,address owner", ""},
	{"", "ERC721InvalidSender", "address sender", ""},
	{"", "ERC721InvalidReceiver", "address receiver", ""},
	{"", "ERC721InsufficientApproval", "address operator,uint256 tokenId", ""},
	{"", "ERC721InvalidApprover", "address approver", ""},
	{"", "ERC721InvalidOperator", "address operator", ""},
	{"", "ERC721OutOfBoundsIndex", "address owner,uint256 index", ""},
}

// signature is a function, event or error with its types parsed.
type signature struct {
	entry
	inputs, outputs []abiType
}

func (e entry) parse() signature {
	inputs, err := parseTypes(e.takes)
	if err != nil {
		panic("internal error: ABI of " + e.name)
	}
	outputs, err := parseTypes(e.returns)
	if err != nil {
		panic("internal error: ABI of " + e.name)
	}
	return signature{e, inputs, outputs}
}

// String is the text that a selector or topic is the hash of.
func (s signature) String() string { return s.name + typesString(s.inputs) }

func (s signature) topic() [32]byte { return eth.Keccak256([]byte(s.String())) }

func (s signature) selector() uint32 {
	topic := s.topic()
	return binary.BigEndian.Uint32(topic[:])
}

// findFunction returns a function by its names; what does not exist is
// [literr.InvalidParam].
func findFunction(contract, name string) (signature, error) {
	for _, e := range functions {
		if e.contract == contract && e.name == name {
			return e.parse(), nil
		}
	}
	return signature{}, literr.Invalid("function", "a function that minting, permitting and paying need", "there is no function %s of a contract %s", name, contract)
}

// calldata encodes a call whose arguments are a JSON list. An argument that does
// not fit is [literr.InvalidParam] with its name in detail param.
func (s signature) calldata(arguments jsjson.Value) ([]byte, error) {
	values, _ := arguments.Items()
	if len(values) != len(s.inputs) {
		return nil, literr.Invalid(s.name, "the arguments "+s.takes, "%s takes %d arguments, not %d", s.name, len(s.inputs), len(values))
	}
	encoded, err := encodeAll(s.inputs, values)
	if err != nil {
		wrong := err.(*typeError)
		return nil, literr.Invalid(wrong.at, wrong.want, "%s of %s must be %s", wrong.at, s.name, wrong.want)
	}
	return encodeCall(s.selector(), encoded...), nil
}

// result decodes what a call returned: a JSON list of its values.
func (s signature) result(answer []byte) ([]byte, error) {
	r := &wordReader{rest: answer}
	values := decodeAll(s.outputs, r)
	if err := r.end(); err != nil {
		return nil, err
	}
	return jsjson.Array(values), nil
}

// eventOf decodes a log of one of the events: {event, eventSignature, args}, with
// args a list of [name, value]. A log of another event, or one that does not fit its
// ABI, gives false: contracts may log what they like.
func eventOf(topics [][32]byte, data []byte) ([]byte, bool) {
	if len(topics) == 0 {
		return nil, false
	}
	for _, e := range events {
		s := e.parse()
		if s.topic() != topics[0] {
			continue
		}
		arguments, err := s.arguments(topics[1:], data)
		if err != nil {
			return nil, false
		}
		var object jsjson.Object
		return object.String("event", s.name).String("eventSignature", s.String()).Raw("args", jsjson.Array(arguments)).Bytes(), true
	}
	return nil, false
}

// arguments decodes those in topics and those in data, in the event's order. All
// indexed ones of our events fit into a word.
func (s signature) arguments(topics [][32]byte, data []byte) ([][]byte, error) {
	var inData []abiType
	for _, input := range s.inputs {
		if !input.index {
			inData = append(inData, input)
		}
	}
	r := &wordReader{rest: data}
	values := decodeAll(inData, r)
	if err := r.end(); err != nil {
		return nil, err
	}
	var all [][]byte
	for _, input := range s.inputs {
		var value []byte
		if input.index {
			if len(topics) == 0 {
				return nil, errShort
			}
			word := &wordReader{rest: topics[0][:]}
			value, topics = input.decode(word), topics[1:]
			if err := word.end(); err != nil {
				return nil, err
			}
		} else {
			value, values = values[0], values[1:]
		}
		all = append(all, jsjson.Array([][]byte{jsjson.AppendString(nil, input.name), value}))
	}
	if len(topics) > 0 {
		return nil, errTrailing
	}
	return all, nil
}
