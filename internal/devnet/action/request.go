package action

import (
	"encoding/json"
	"net/http"
	"time"
)

// Request is one run.
type Request struct {
	// Code is the action's source: a classic script in UTF-8. Empty or white space ends at once with an empty response.
	Code string
	// CID is the CIDv0 of Code, for the child runs that the action starts. It is not checked.
	CID string
	// Params is the JSON text of an object, whose members become globals. Nil means none.
	Params []byte
	// Auth is what the action sees as Lit.Auth.
	Auth Auth
	// AuthSig says that the request came with an authSig. Without one every signing function throws.
	AuthSig bool
	// Group names runs that need each other and therefore wait for a free place together, such as those of several
	// nodes for one request. "" is a run by itself.
	Group string
	// Headers are the HTTP request headers that the node received, seen as Lit.Headers but for those that hold credentials:
	// Cookie and Authorization.
	Headers http.Header
	// Limits of the run. A zero field means its default.
	Limits Limits
	// Fetch says whom the action's fetch may reach.
	Fetch FetchPolicy
	// Host is what the action may ask of its node.
	Host Host
}

// Auth is the content of Lit.Auth. Source: protocol.md 9.1.
type Auth struct {
	ActionIPFSIDs      []string            `json:"actionIpfsIds"`
	ActionIPFSIDStack  []string            `json:"actionIpfsIdStack"`
	AuthSigAddress     *string             `json:"authSigAddress"` // nil becomes null
	AuthMethodContexts []AuthMethodContext `json:"authMethodContexts"`
	Resources          []string            `json:"resources"`
	CustomAuthResource string              `json:"customAuthResource"`
}

// AuthMethodContext is one verified auth method. Source: protocol.md 8.4.1.
type AuthMethodContext struct {
	UserID                       string `json:"userId"`
	AppID                        string `json:"appId"`
	AuthMethodType               int    `json:"authMethodType"`
	UsedForSignSessionKeyRequest bool   `json:"usedForSignSessionKeyRequest"`
}

// json returns a as JSON with lists instead of null.
func (a Auth) json() ([]byte, error) {
	if a.ActionIPFSIDs == nil {
		a.ActionIPFSIDs = []string{}
	}
	if a.ActionIPFSIDStack == nil {
		a.ActionIPFSIDStack = []string{}
	}
	if a.AuthMethodContexts == nil {
		a.AuthMethodContexts = []AuthMethodContext{}
	}
	if a.Resources == nil {
		a.Resources = []string{}
	}
	return json.Marshal(a)
}

// Limits bound one run together with the child actions that it calls. A zero field means the default in brackets.
// Source: protocol.md 9.3, except where noted.
type Limits struct {
	Time          time.Duration // [30 s] from the start of the script to the end of its event loop
	Memory        int           // [256 MiB] bytes of the engine's heap
	Code          int           // [16 MiB] bytes of source
	Response      int           // [102400] bytes of UTF-8
	Logs          int           // [102400] bytes of UTF-8
	Fetches       int           // [50]
	ContractCalls int           // [30]
	Signatures    int           // [10]
	Broadcasts    int           // [30]
	Depth         int           // [5] nested calls of child actions
	FetchBody     int           // [8 MiB] bytes of one response body that fetch reads; this network's own limit
}

// Result is what an action set.
type Result struct {
	// Response is what the last setResponse was given, "" without one.
	Response string
	// Logs is what the console printed, one line per call, each ending in "\n".
	Logs string
	// SignedData holds what [Signer] returned, by sigName.
	SignedData map[string]json.RawMessage
	// ClaimData holds what [Claimer] returned, by key id.
	ClaimData map[string]json.RawMessage
}
