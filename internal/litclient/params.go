package litclient

import (
	"time"

	"litsession/internal/eth"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/session"
)

// ResourceAbility is one thing that the session is to be allowed.
type ResourceAbility struct {
	Resource recap.Resource
	Ability  recap.Ability
	Data     []byte // restriction, JSON object; nil for none
}

// SignSessionKeyParams are the parameters of [Client.SignSessionKey], decoded
// and checked. Make them with [DecodeSignSessionKeyParams].
type SignSessionKeyParams struct {
	PKP         eth.PublicKey
	Code        string   // the action's source in base64, "" when IPFSID says which or there is none
	IPFSID      string   // the action's CIDv0, "" when Code is given or there is no action
	ActionCID   string   // of either, "" for no action; for a callback a name of what it is told
	Gateways    []string // where to fetch the code of IPFSID; nil leaves that to the nodes
	JSParams    []byte   // JSON, as the caller wrote it; nil for none
	AuthMethods []nodeapi.AuthMethod
	Requests    []ResourceAbility
	Statement   string           // what stands between the fixed statement and the ReCap's
	ChainID     uint64           // of the message
	Expiration  string           // RFC 3339 as the caller wrote it, "" for the default
	Domain      string           // "" for the client's
	SessionKey  *session.KeyPair // nil for the stored one
	Progress    Progress         // may be nil
}

// SessionSigsParams are the parameters of the functions that return session
// signatures, decoded and checked. Make them with [DecodeSessionSigsParams],
// [DecodePKPSessionSigsParams] or [DecodeWalletSessionSigsParams].
type SessionSigsParams struct {
	SignSessionKeyParams
	RequestsJSON []byte           // Requests in the caller's bytes
	Base         recap.Capability // the caller's own; its statement stands before the requested one's
	Capabilities [][]byte         // JSON of AuthSigs to be carried along
	RerunAction  bool             // of a PKP's session: take no stored AuthSig
	Chain        string           // for the callback only, as is what follows
	SwitchChain  bool
	SignIn       SignIn // asks a wallet for an AuthSig, nil for none
	Callback     string // tells SignIn from that of other calls; its answer is shared with equal ones only
}

// DecodeSessionSigsParams reads getLitActionSessionSigs' parameter object and
// checks everything that can be known without the network; now is for the
// expiration. The first thing that is wrong is returned, as
// [literr.InvalidParam], [literr.MissingParam], [literr.ConflictingParams] or
// [literr.InvalidSessionKey], with detail param. No value is quoted.
func DecodeSessionSigsParams(text []byte, now time.Time) (SessionSigsParams, error) {
	return decodeSessionSigsParams(text, now, func(d *paramDecoder, p *SessionSigsParams) {
		d.requireAction()
		d.requireJSParams()
		d.action(&p.SignSessionKeyParams)
		d.pkp(&p.SignSessionKeyParams)
	})
}

// DecodePKPSessionSigsParams is [DecodeSessionSigsParams] for
// getPkpSessionSigs, where the action is optional.
func DecodePKPSessionSigsParams(text []byte, now time.Time) (SessionSigsParams, error) {
	return decodeSessionSigsParams(text, now, func(d *paramDecoder, p *SessionSigsParams) {
		d.action(&p.SignSessionKeyParams)
		d.pkp(&p.SignSessionKeyParams)
		d.requireProof()
	})
}

// DecodeWalletSessionSigsParams is [DecodeSessionSigsParams] for
// getSessionSigs, where PKP and action are for the callback and optional. The
// callback itself is set by the caller.
func DecodeWalletSessionSigsParams(text []byte, now time.Time) (SessionSigsParams, error) {
	return decodeSessionSigsParams(text, now, func(d *paramDecoder, p *SessionSigsParams) { d.forCallback(p) })
}

func decodeSessionSigsParams(text []byte, now time.Time, own func(*paramDecoder, *SessionSigsParams)) (SessionSigsParams, error) {
	d, err := newParamDecoder("params", text)
	if err != nil {
		return SessionSigsParams{}, err
	}
	p := SessionSigsParams{SignSessionKeyParams: SignSessionKeyParams{ChainID: 1}}
	own(d, &p)
	p.RerunAction = d.flag("rerunAction")
	d.requests(&p)
	d.expiration(&p.SignSessionKeyParams, now)
	d.sessionKey(&p.SignSessionKeyParams)
	d.capabilities(&p)
	d.authMethods(&p.SignSessionKeyParams)
	d.base(&p)
	p.Domain = d.domain()
	p.Statement = p.Base.Statement()
	return p, d.err
}

// flag reads an optional boolean.
func (d *paramDecoder) flag(name string) bool {
	v := d.object.Get(name)
	value, ok := v.Bool()
	if !ok && v.Exists() && !v.IsNull() {
		d.fail(name, "true or false")
	}
	return value
}

// DecodeSignSessionKeyParams is [DecodeSessionSigsParams] for signSessionKey:
// action, statement and chainId are optional. Nodes sign nothing without
// resourceAbilityRequests.
func DecodeSignSessionKeyParams(text []byte, now time.Time) (SignSessionKeyParams, error) {
	d, err := newParamDecoder("params", text)
	if err != nil {
		return SignSessionKeyParams{}, err
	}
	p := SessionSigsParams{}
	d.action(&p.SignSessionKeyParams)
	d.pkp(&p.SignSessionKeyParams)
	d.requireProof()
	d.requests(&p)
	d.expiration(&p.SignSessionKeyParams, now)
	d.sessionKey(&p.SignSessionKeyParams)
	d.authMethods(&p.SignSessionKeyParams)
	d.statement(&p.SignSessionKeyParams)
	p.Domain = d.domain()
	p.ChainID = 1
	if id := d.object.Get("chainId"); id.Exists() && !id.IsNull() {
		p.ChainID = uint64(d.whole("chainId"))
	}
	return p.SignSessionKeyParams, d.err
}

// WalletSigParams are the parameters of [Client.GetWalletSig], decoded and
// checked. Make them with [DecodeWalletSigParams].
type WalletSigParams struct {
	SessionSigsParams
	KeyURI string // of the session key, lit:session:<64 hex>
	Nonce  string // block hash; "" for the latest
}

// DecodeWalletSigParams is [DecodeWalletSessionSigsParams] for getWalletSig,
// where the session key may be given by its URI alone.
func DecodeWalletSigParams(text []byte, now time.Time) (WalletSigParams, error) {
	d, err := newParamDecoder("params", text)
	if err != nil {
		return WalletSigParams{}, err
	}
	p := WalletSigParams{KeyURI: d.text("sessionKeyUri"), Nonce: d.text("nonce")}
	d.forCallback(&p.SessionSigsParams)
	if d.object.Get("resourceAbilityRequests").Truthy() {
		d.requests(&p.SessionSigsParams)
	}
	d.expiration(&p.SignSessionKeyParams, now)
	d.sessionKey(&p.SignSessionKeyParams)
	d.base(&p.SessionSigsParams)
	p.Domain = d.domain()
	if p.KeyURI == "" && p.SessionKey != nil {
		p.KeyURI = p.SessionKey.URI()
	}
	if p.KeyURI == "" {
		d.setErr(literr.Missing("sessionKeyUri", "sessionKeyUri is required"))
	}
	return p, d.err
}

// ResignParams are the parameters of [Client.CheckNeedToResign].
type ResignParams struct {
	AuthSig  session.AuthSig
	KeyURI   string
	Requests []ResourceAbility
}

// DecodeResignParams reads checkNeedToResignSessionKey's parameter object.
// Errors are those of [DecodeSessionSigsParams].
func DecodeResignParams(text []byte) (ResignParams, error) {
	d, err := newParamDecoder("params", text)
	if err != nil {
		return ResignParams{}, err
	}
	var p SessionSigsParams
	d.requests(&p)
	authSig, err := session.ParseAuthSig(d.object.Get("authSig").Raw())
	if err != nil {
		d.fail("authSig", "an AuthSig: {sig, derivedVia, signedMessage, address}")
	}
	return ResignParams{AuthSig: authSig, KeyURI: d.text("sessionKeyUri"), Requests: p.Requests}, d.err
}
