package nodeapi

import "litsession/internal/jsjson"

// CurveBLS is the curve type of session signatures.
const CurveBLS = "BLS"

// AuthMethod is one proof that the caller controls a PKP.
type AuthMethod struct {
	Type        int    // 1 wallet, 2 action, 3 WebAuthn, …
	AccessToken string // as the method has it; for type 1 an AuthSig as JSON text
}

// SignSessionKeyRequest asks a node to sign, in a PKP's name, that a session
// key may act for it.
type SignSessionKeyRequest struct {
	SessionKey   string       // URI of the session key, lit:session:<64 hex>
	AuthMethods  []AuthMethod // may be empty
	PKPPublicKey string       // 0x04 and 128 hex digits
	SIWEMessage  string       // EIP-4361 text with a ReCap
	CurveType    string       // [CurveBLS]
	IPFSID       string       // CIDv0 of the action; not together with Code
	Code         string       // the action's source in base64
	JSParams     []byte       // JSON object whose members become globals, nil for none
	Epoch        uint64       // 0 is the current one and is not sent
	HasAuthSig   bool         // set by parsing; nodes refuse such requests, JSON never writes one
}

// JSON returns the request's body, members in the official SDK's order.
func (r SignSessionKeyRequest) JSON() []byte {
	var o jsjson.Object
	o.String("sessionKey", r.SessionKey)
	o.Raw("authMethods", AuthMethodsJSON(r.AuthMethods))
	o.String("pkpPublicKey", r.PKPPublicKey)
	o.String("siweMessage", r.SIWEMessage)
	o.String("curveType", r.CurveType)
	if r.IPFSID != "" {
		o.String("litActionIpfsId", r.IPFSID)
	}
	if r.Code != "" {
		o.String("code", r.Code)
	}
	if r.JSParams != nil {
		o.Raw("jsParams", r.JSParams)
	}
	return withEpoch(&o, r.Epoch)
}

// AuthMethodsJSON returns the list as requests carry it.
func AuthMethodsJSON(methods []AuthMethod) []byte {
	items := make([][]byte, len(methods))
	for i, m := range methods {
		items[i] = new(jsjson.Object).
			Int("authMethodType", int64(m.Type)).
			String("accessToken", m.AccessToken).Bytes()
	}
	return jsjson.Array(items)
}

// ParseSignSessionKeyRequest reads a request's body. It checks types, not
// values; unknown members are ignored.
func ParseSignSessionKeyRequest(body []byte) (SignSessionKeyRequest, error) {
	d := decoderOf(jsjson.ParseUnicode(body))
	r := SignSessionKeyRequest{
		SessionKey:   d.string("sessionKey"),
		AuthMethods:  d.authMethods(),
		PKPPublicKey: d.optionalString("pkpPublicKey"),
		SIWEMessage:  d.string("siweMessage"),
		CurveType:    d.string("curveType"),
		IPFSID:       d.optionalString("litActionIpfsId"),
		Code:         d.optionalString("code"),
		JSParams:     d.raw("jsParams"),
		Epoch:        d.uint("epoch"),
	}
	authSig := d.object.Get("authSig")
	r.HasAuthSig = authSig.Exists() && !authSig.IsNull()
	return r, d.err
}

func (d *decoder) authMethods() []AuthMethod {
	methods := []AuthMethod{}
	for _, item := range d.items("authMethods") {
		member := &decoder{object: item}
		methods = append(methods, AuthMethod{
			Type:        int(member.uint("authMethodType")),
			AccessToken: member.string("accessToken"),
		})
		if member.err != nil || !item.Get("authMethodType").Exists() {
			d.fail("authMethods", "a list of {authMethodType, accessToken}")
		}
	}
	return methods
}

// SignSessionKeyResponse is one node's share of the signature.
type SignSessionKeyResponse struct {
	Result           string // "success"
	SignatureShare   string // identifier and compressed G2 point, 97 bytes in hex
	ShareIndex       int    // identifier − 1
	CurveType        string // [CurveBLS]
	SIWEMessage      string // what was signed: the request's message, rewritten
	DataSigned       string // hex of the 32 bytes that were signed
	BLSRootPublicKey string // network key, 48 bytes in hex
}

// JSON returns the answer's body.
func (r SignSessionKeyResponse) JSON() []byte {
	share := new(jsjson.Object).String("ProofOfPossession", r.SignatureShare).Bytes()
	return new(jsjson.Object).
		String("result", r.Result).
		Raw("signatureShare", share).
		Int("shareIndex", int64(r.ShareIndex)).
		String("curveType", r.CurveType).
		String("siweMessage", r.SIWEMessage).
		String("dataSigned", r.DataSigned).
		String("blsRootPubkey", r.BLSRootPublicKey).
		Bytes()
}

// ParseSignSessionKeyResponse reads an answer's body. It checks types, not
// values.
func ParseSignSessionKeyResponse(body []byte) (SignSessionKeyResponse, error) {
	d := newDecoder(body)
	share := &decoder{object: d.object.Get("signatureShare")}
	r := SignSessionKeyResponse{
		Result:           d.string("result"),
		SignatureShare:   share.string("ProofOfPossession"),
		ShareIndex:       int(d.uint("shareIndex")),
		CurveType:        d.string("curveType"),
		SIWEMessage:      d.string("siweMessage"),
		DataSigned:       d.string("dataSigned"),
		BLSRootPublicKey: d.string("blsRootPubkey"),
	}
	if d.err == nil {
		d.err = share.err
	}
	return r, d.err
}
