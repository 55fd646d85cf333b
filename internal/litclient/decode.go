package litclient

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"litsession/internal/eth"
	"litsession/internal/ipfs"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// maxSessionLength is the longest time between issue and expiration that
// nodes accept. Source: protocol 8.4.2.
const maxSessionLength = 30 * 24 * time.Hour

// paramDecoder reads the members of a parameter object; the first failure
// stays in err.
type paramDecoder struct {
	object jsjson.Value
	err    error
}

// newParamDecoder reads an object that the caller passed as param.
func newParamDecoder(param string, text []byte) (*paramDecoder, error) {
	v, err := jsjson.Parse(text)
	if err != nil {
		return nil, literr.Invalid(param, "values that nodes can read: at most 127 levels deep, and with no name twice in an object", "%s: %w", param, err)
	}
	return &paramDecoder{object: v.Indexed()}, nil
}

func invalidParam(param, want string) *literr.Error {
	return literr.Invalid(param, want, "%s must be %s", param, want)
}

func (d *paramDecoder) setErr(err error) {
	if d.err == nil {
		d.err = err
	}
}

func (d *paramDecoder) fail(param, want string) { d.setErr(invalidParam(param, want)) }

// text reads an optional string; what JavaScript takes for false is "".
func (d *paramDecoder) text(name string) string {
	v := d.object.Get(name)
	if !v.Truthy() {
		return ""
	}
	text, ok := v.Text()
	if !ok {
		d.fail(name, "a string")
	}
	return text
}

// whole reads an optional whole number of at least 0.
func (d *paramDecoder) whole(name string) int64 {
	v := d.object.Get(name)
	if !v.Truthy() {
		return 0
	}
	n, ok := v.Int()
	if !ok || n < 0 {
		d.fail(name, "a whole number")
	}
	return n
}

// requireAction refuses a call that names no action.
func (d *paramDecoder) requireAction() {
	for _, name := range actionNames {
		if d.text(name) != "" {
			return
		}
	}
	const none = `Either "litActionCode" or "litActionIpfsId" must be provided.`
	param, hint := "litActionCode", `Raw JavaScript goes into "litActionSource".`
	for _, m := range misnamed {
		if m.right != "authMethods" && d.object.Get(m.wrong).Exists() {
			param, hint = m.right, "It is called "+m.right+", not "+m.wrong+"."
		}
	}
	d.setErr(literr.Invalid(param, "the action's source in base64, its CID, or litActionSource", none).WithHint(hint))
}

// requireProof refuses a call that brings nothing for nodes to authorize it by.
func (d *paramDecoder) requireProof() {
	methods, _ := d.object.Get("authMethods").Items()
	given := len(methods) > 0 || d.object.Get("authMethods").Truthy() && !d.object.Get("authMethods").IsList()
	for _, name := range actionNames {
		given = given || d.object.Get(name).Truthy()
	}
	if given {
		return
	}
	for _, m := range misnamed {
		if d.object.Get(m.wrong).Exists() {
			d.setErr(literr.Missing(m.right, m.right+" is required").WithHint("It is called " + m.right + ", not " + m.wrong + "."))
		}
	}
	d.setErr(literr.Missing("authMethods", "authMethods, or an action, is required").
		WithHint("Nodes sign for who brings auth methods, litActionIpfsId, litActionCode or litActionSource."))
}

// misnamed are names that callers use for others, among them those of requests to
// nodes and of other functions.
var misnamed = [...]struct{ wrong, right string }{
	{"code", "litActionCode"}, {"ipfsId", "litActionIpfsId"}, {"authMethod", "authMethods"},
}

// actionNames are the parameters that each name an action.
var actionNames = [...]string{"litActionCode", "litActionSource", "litActionIpfsId"}

// action reads which action is to run, if any, and with what.
func (d *paramDecoder) action(p *SignSessionKeyParams) {
	d.actionSource(p)
	d.jsParams(p)
	d.gateways(p)
}

func (d *paramDecoder) actionSource(p *SignSessionKeyParams) {
	code, source := d.text("litActionCode"), d.text("litActionSource")
	p.IPFSID = d.text("litActionIpfsId")
	given := 0
	for _, one := range []string{code, source, p.IPFSID} {
		if one != "" {
			given++
		}
	}
	switch {
	case given > 1:
		d.setErr(literr.Errorf(literr.ConflictingParams,
			"[getPkpSessionSigs/callback]litActionCode and litActionIpfsId cannot exist at the same time").
			With("param", "litActionCode").WithHint("Pass exactly one of litActionCode, litActionSource and litActionIpfsId."))
	case p.IPFSID != "":
		d.actionByCID(p)
	case source != "":
		p.Code = base64.StdEncoding.EncodeToString([]byte(source))
		p.ActionCID = ipfs.Sum([]byte(source)).String()
	case code != "":
		d.actionByCode(p, code)
	}
}

func (d *paramDecoder) actionByCID(p *SignSessionKeyParams) {
	cid, err := ipfs.ParseCID(p.IPFSID)
	if err != nil {
		d.fail("litActionIpfsId", "a CIDv0, 46 characters beginning with Qm")
		return
	}
	p.ActionCID = cid.String()
}

func (d *paramDecoder) actionByCode(p *SignSessionKeyParams, code string) {
	source, err := base64.StdEncoding.Strict().DecodeString(code)
	// The decoder skips line breaks; nodes do not.
	if err != nil || strings.ContainsAny(code, "\r\n") || !utf8.Valid(source) {
		d.setErr(invalidParam("litActionCode", "the action's source in base64").
			WithHint(`Raw JavaScript goes into "litActionSource".`))
		return
	}
	p.Code = code
	p.ActionCID = ipfs.Sum(source).String()
}

func (d *paramDecoder) requireJSParams() {
	if !d.object.Get("jsParams").Truthy() {
		d.setErr(literr.Missing("jsParams", "'jsParams' is required."))
	}
}

func (d *paramDecoder) jsParams(p *SignSessionKeyParams) {
	v := d.object.Get("jsParams")
	if !v.Truthy() {
		return
	}
	if !v.IsObject() {
		d.fail("jsParams", "an object, whose members become the action's globals")
	}
	p.JSParams = v.Raw()
}

// defaultGateways are those of the official SDK 7.4.0, tried in this order.
var defaultGateways = [...]string{"https://flk-ipfs.io/ipfs/", "https://litprotocol.mypinata.cloud/ipfs/"}

// gateways reads ipfsOptions: with overwriteCode the client fetches the code.
func (d *paramDecoder) gateways(p *SignSessionKeyParams) {
	options := d.object.Get("ipfsOptions")
	if !options.Get("overwriteCode").Truthy() {
		return
	}
	if v := options.Get("gatewayUrl"); v.Truthy() {
		url, _ := v.Text()
		ok := strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://")
		if !ok || !strings.HasSuffix(url, "/ipfs/") || strings.Contains(url, "@") {
			d.fail("ipfsOptions.gatewayUrl", "an http(s) address without credentials that ends in /ipfs/")
		}
		p.Gateways = append(p.Gateways, url)
	}
	p.Gateways = append(p.Gateways, defaultGateways[:]...)
}

func (d *paramDecoder) pkp(p *SignSessionKeyParams) {
	text := d.text("pkpPublicKey")
	if text == "" {
		d.setErr(literr.Missing("pkpPublicKey", "pkpPublicKey is required"))
		return
	}
	key, err := eth.ParsePublicKey(text)
	if err != nil {
		d.setErr(invalidParam("pkpPublicKey", "an uncompressed secp256k1 public key: 04 and 128 hex digits, with or without 0x"))
	}
	p.PKP = key
}

func (d *paramDecoder) requests(p *SessionSigsParams) {
	const name = "resourceAbilityRequests"
	v := d.object.Get(name)
	if !v.Truthy() {
		d.setErr(literr.Missing(name, "[getPkpSessionSigs/callback]resourceAbilityRequests is required"))
		return
	}
	items, ok := v.Items()
	if !ok || len(items) == 0 {
		d.fail(name, "a list of at least one {resource, ability}")
	}
	for _, item := range items {
		p.Requests = append(p.Requests, d.request(name, item))
	}
	p.RequestsJSON = v.Raw()
}

func (d *paramDecoder) request(name string, item jsjson.Value) ResourceAbility {
	resource := item.Get("resource")
	prefix, ok := resource.Get("resourcePrefix").Text()
	id, ok2 := resource.Get("resource").Text()
	ability, ok3 := item.Get("ability").Text()
	if !ok || !ok2 || !ok3 {
		d.fail(name, "a list of {resource, ability}")
	}
	if id == "" {
		d.fail(name, `a list of resources with an id each, "*" for all`)
	}
	r := ResourceAbility{Resource: recap.Resource{Prefix: prefix, ID: id}, Ability: recap.Ability(ability)}
	if !r.Ability.Fits(prefix) {
		d.setErr(literr.Invalid(name, "an ability of the resource's kind", "The specified Lit resource does not support the specified ability."))
	}
	if data := item.Get("data"); data.Truthy() {
		if !data.IsObject() {
			d.fail(name+".data", "an object")
		}
		r.Data = data.Raw()
	}
	return r
}

func (d *paramDecoder) expiration(p *SignSessionKeyParams, now time.Time) {
	p.Expiration = d.text("expiration")
	if p.Expiration == "" {
		return
	}
	t, err := siwe.ParseTime(p.Expiration)
	switch {
	case err != nil:
		d.fail("expiration", "a time in ISO 8601 form, as toISOString gives it")
	case !t.After(now):
		d.fail("expiration", "a time in the future")
	case t.After(now.Add(maxSessionLength)):
		d.fail("expiration", "at most 30 days ahead")
	}
}

func (d *paramDecoder) sessionKey(p *SignSessionKeyParams) {
	v := d.object.Get("sessionKey")
	if !v.Truthy() {
		return
	}
	key, err := session.ParseKeyPair(v.Raw())
	if err != nil {
		d.setErr(err)
	}
	p.SessionKey = &key
}

// capabilities keeps the callers' bytes, which are signed, and only looks at
// their form.
func (d *paramDecoder) capabilities(p *SessionSigsParams) {
	list := d.object.Get("capabilityAuthSigs")
	items, ok := list.Items()
	if list.Truthy() && !ok {
		d.fail("capabilityAuthSigs", "a list of AuthSigs")
	}
	for _, item := range items {
		d.capability(p, "capabilityAuthSigs", item)
	}
	if v := d.object.Get("capacityDelegationAuthSig"); v.Truthy() {
		d.capability(p, "capacityDelegationAuthSig", v)
	}
}

func (d *paramDecoder) capability(p *SessionSigsParams, name string, v jsjson.Value) {
	if _, err := session.ParseAuthSig(v.Raw()); err != nil {
		d.fail(name, "an AuthSig: {sig, derivedVia, signedMessage, address}")
	}
	p.Capabilities = append(p.Capabilities, v.Raw())
}

func (d *paramDecoder) authMethods(p *SignSessionKeyParams) {
	p.AuthMethods = []nodeapi.AuthMethod{}
	v := d.object.Get("authMethods")
	if !v.Truthy() {
		return
	}
	items, ok := v.Items()
	for _, item := range items {
		kind, isNumber := item.Get("authMethodType").Int()
		token, isText := item.Get("accessToken").Text()
		ok = ok && isNumber && isText && kind > 0
		p.AuthMethods = append(p.AuthMethods, nodeapi.AuthMethod{Type: int(kind), AccessToken: token})
	}
	if !ok {
		d.fail("authMethods", "a list of {authMethodType, accessToken}")
	}
}

// forCallback reads what is of use to an authNeededCallback only. It goes there
// as it is: what a callback makes of it is its own affair.
func (d *paramDecoder) forCallback(p *SessionSigsParams) {
	p.Code, p.IPFSID = d.text("litActionCode"), d.text("litActionIpfsId")
	if source := d.text("litActionSource"); source != "" {
		p.Code = base64.StdEncoding.EncodeToString([]byte(source))
	}
	p.ActionCID = p.IPFSID
	if p.Code != "" {
		p.ActionCID += " " + ipfs.Sum([]byte(p.Code)).String()
	}
	if v := d.object.Get("jsParams"); v.Truthy() {
		p.JSParams = v.Raw()
	}
	if d.text("pkpPublicKey") != "" {
		d.pkp(&p.SignSessionKeyParams)
	}
	p.Chain = d.text("chain")
	if p.Chain == "" {
		p.Chain = "ethereum"
	}
	p.SwitchChain = d.object.Get("switchChain").Truthy()
	p.Callback = d.text("authNeededCallback")
}

// statement reads a line that goes into the message.
func (d *paramDecoder) statement(p *SignSessionKeyParams) {
	p.Statement = d.text("statement")
	if strings.ContainsAny(p.Statement, "\n\r") {
		d.fail("statement", "one line")
	}
}

// base reads sessionCapabilityObject, which crosses as {urn}.
func (d *paramDecoder) base(p *SessionSigsParams) {
	v := d.object.Get("sessionCapabilityObject")
	if !v.Truthy() {
		return
	}
	urn, _ := v.Get("urn").Text()
	capability, err := recap.ParseURN(urn)
	if err != nil {
		d.fail("sessionCapabilityObject", "a session capability object")
	}
	p.Base = capability
}

func (d *paramDecoder) domain() string {
	domain := d.text("domain")
	probe := siwe.Message{Domain: domain, URI: "a:", Version: "1", Nonce: "00000000", IssuedAt: "2026-01-01T00:00:00Z"}
	if domain != "" && probe.Validate() != nil {
		d.fail("domain", "a host, with the port if it has one")
	}
	return domain
}
