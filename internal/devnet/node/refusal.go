package node

import (
	"net/http"

	"litsession/internal/jsjson"
	"litsession/internal/nodeapi"
)

// refusal is an answer that is no success.
type refusal struct {
	status int
	body   []byte
	scheme nodeapi.Error // what body says, zero for a body outside the node's scheme
}

func (r *refusal) Error() string { return r.scheme.Error() }

func newRefusal(e nodeapi.Error) *refusal {
	return &refusal{status: e.Status, body: e.JSON(), scheme: e}
}

// refuse is a failure without a code: status 500.
func refuse(kind string, details ...string) *refusal {
	return newRefusal(nodeapi.Error{
		Kind: kind, Status: http.StatusInternalServerError, Message: kindText(kind), Details: details,
	})
}

// refuseCode is a failure with a code, of the code's nominal kind.
func refuseCode(code string, details ...string) *refusal {
	return refuseAs(codes[code].kind, code, details...)
}

// refuseAs is refuseCode for errors that the node raises under another kind
// than the code's own.
func refuseAs(kind, code string, details ...string) *refusal {
	facts := codes[code]
	if facts.message == "" {
		facts.message = kindText(kind)
	}
	return newRefusal(nodeapi.Error{
		Kind: kind, Code: code, Status: facts.status, Message: facts.message, Details: details,
	})
}

// correlated adds the request id to a refusal in the node's scheme.
func (r *refusal) correlated(id string) *refusal {
	if r.scheme.Kind == "" {
		return r
	}
	e := r.scheme
	e.CorrelationID = id
	return newRefusal(e)
}

// withLogs adds what an action printed.
func (r *refusal) withLogs(logs string) *refusal {
	e := r.scheme
	e.Logs = logs
	return newRefusal(e)
}

// within puts the details of what was being done in front.
func (r *refusal) within(details ...string) *refusal {
	e := r.scheme
	e.Details = append(details, e.Details...)
	return newRefusal(e)
}

// outsideScheme is the body of answers that are not built from a node error.
func outsideScheme(message, code string) []byte {
	return new(jsjson.Object).String("message", message).String("errorCode", code).Bytes()
}

const (
	kindUnexpected  = "Unexpected"
	kindValidation  = "Validation"
	kindConversion  = "Conversion"
	kindParser      = "Parser"
	kindSerializer  = "Serializer"
	kindTimeout     = "Timeout"
	kindMemoryLimit = "MemoryLimit"
	kindIPFS        = "IPFS"
	kindBlockchain  = "Blockchain"
)

// kindText is the message of errors whose code has none. Spellings as in the
// node. Source: protocol.md 8.2.
func kindText(kind string) string {
	switch kind {
	case kindUnexpected:
		return "An unexpected has occured."
	case kindValidation:
		return "An error related to validation has occured."
	case kindConversion:
		return "An error related to type conversion has occured."
	case kindParser:
		return "An error related to a parsing has occured."
	case kindSerializer:
		return "An error related to a serialization has occured."
	case kindTimeout:
		return "An timeout error has occured."
	case kindMemoryLimit:
		return "A memory limit was exceeded."
	case kindIPFS:
		return "An IPFS related error has occured."
	case kindBlockchain:
		return "A blockchan related error has occured."
	}
	return "An error has occured."
}

type codeFacts struct {
	kind    string
	status  int
	message string // "" for the text of the kind
}

// codes are the error codes that this node uses. It is never changed.
// Source: protocol.md 8.1, 8.2.
var codes = map[string]codeFacts{
	"CoreApiMissingRequiredXRequestIdHeader": {kindValidation, 400, ""},
	"CoreApiInvalidXSDKVersionHeader":        {kindValidation, 400, ""},

	"NodeAuthSigSignedMessageConversionError":      {kindValidation, 400, "auth_sig signedMessage couldn't be converted to SessionKeySignedMessage"},
	"NodeInvalidAuthSigSessionKeySignature":        {kindValidation, 400, "auth_sig Session key signature is not valid"},
	"NodeCannotProvideAuthMethodForEndpoint":       {kindValidation, 400, ""},
	"NodeCannotProvideAuthSigForEndpoint":          {kindValidation, 400, ""},
	"NodeIatOutsideGracePeriod":                    {kindValidation, 403, "While signing JWT, IAT outside grace period"},
	"NodeNotAuthorized":                            {kindValidation, 403, "User isn't authorized to access to decrypt or receive a JWT for this item"},
	"NodeResourceIdNotFound":                       {kindValidation, 404, "Could not find the passed resource ID"},
	"NodeInvalidIPFSID":                            {kindValidation, 400, "Invalid IPFS Id"},
	"NodeInvalidAuthSig":                           {kindValidation, 401, "auth_sig passed is invalid or couldn't be verified"},
	"NodeAuthSigScopeTooLimited":                   {kindValidation, 401, "auth_sig scope that is passed does not support the requested operation"},
	"NodeAuthSigAddressConversionError":            {kindValidation, 400, "auth_sig address couldn't be converted to Ethereum address"},
	"NodeInvalidAuthSigForSessionKey":              {kindValidation, 400, ""},
	"NodeInvalidCurveType":                         {kindValidation, 400, ""},
	"NodeInvalidAuthContextResource":               {kindValidation, 401, ""},
	"NodeLitActionsSessionSigAuthenticationFailed": {kindValidation, 401, ""},
	"NodeSIWEMessageError":                         {kindParser, 400, "Error parsing SIWE message"},
	"NodeSIWECapabilityInvalid":                    {kindValidation, 400, "Invalid Capability object in SIWE resource ReCap"},
	"NodeSIWESigConversionError":                   {kindValidation, 400, "Unable to convert SIWE sig to array"},
	"NodeWalletSignatureJSONError":                 {kindSerializer, 502, "Wallet Signature not in JSON format"},
	"NodeExpWrongOrTooLarge":                       {kindValidation, 403, "While signing JWT, EXP too large or wrong"},
	"NodeInvalidBlockhash":                         {kindValidation, 502, "Invalid Block Hash for sign session key"},
	"NodeRpcError":                                 {kindValidation, 502, "Lit nodes failed to complete the RPC call possibly due to RPC servers being down or because the RPC call is making an incorrect smart contract call that reverts"},
	"NodePKPTokenIdNotFound":                       {kindValidation, 400, "Could not find PKP token ID."},
	"NodeContractResolverConversionFailed":         {kindUnexpected, 500, ""},
	"NodeBLSRootKeyNotFound":                       {kindUnexpected, 500, ""},
	"NodeJsExecutionError":                         {kindValidation, 502, "There was an error executing the Javascript for this action"},
	"NodeJsTimeoutError":                           {kindValidation, 502, "There was a timeout error executing the Javascript for this action"},
	"NodeJsMemoryLimitError":                       {kindValidation, 502, "The memory limit was exceeded when executing the Javascript for this action"},
	"NodeConcurrencyOverload":                      {kindUnexpected, 429, ""},
	"NodeBadInput":                                 {kindBlockchain, 422, "This usually means your JSON body is wrong. Please check that every required member is there and of the type that the API documentation gives it."},
	"NodeSystemFault":                              {kindUnexpected, 500, "A general system fault has occurred in the node"},
}
