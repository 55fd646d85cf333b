package nodeapi

import "litsession/internal/jsjson"

// HandshakeRequest asks a node who it is.
type HandshakeRequest struct {
	ClientPublicKey string // any text; the official SDK sends "test"
	Challenge       string // 32 random bytes in hex, to be found again in the attestation; optional
	Epoch           uint64 // 0 is the current one and is not sent
}

// JSON returns the request's body.
func (r HandshakeRequest) JSON() []byte {
	var o jsjson.Object
	o.String("clientPublicKey", r.ClientPublicKey)
	if r.Challenge != "" {
		o.String("challenge", r.Challenge)
	}
	return withEpoch(&o, r.Epoch)
}

func withEpoch(o *jsjson.Object, epoch uint64) []byte {
	if epoch > 0 {
		o.Int("epoch", int64(epoch))
	}
	return o.Bytes()
}

// ParseHandshakeRequest reads a request's body. Unknown members are ignored.
func ParseHandshakeRequest(body []byte) (HandshakeRequest, error) {
	d := newDecoder(body)
	r := HandshakeRequest{
		ClientPublicKey: d.string("clientPublicKey"),
		Challenge:       d.optionalString("challenge"),
		Epoch:           d.uint("epoch"),
	}
	return r, d.err
}

// HandshakeResponse is what a node says of itself. The three network keys are
// the same one, 48 bytes of compressed G1 in hex, or [NoKey].
type HandshakeResponse struct {
	ServerPublicKey     string // "" for historical reasons
	SubnetPublicKey     string
	NetworkPublicKey    string
	NetworkPublicKeySet string
	ClientSDKVersion    string   // echo of the request's header
	HDRootPublicKeys    []string // compressed secp256k1 points in hex, may be empty
	Attestation         []byte   // JSON object, nil if the node has none
	LatestBlockhash     string   // "0x" and 32 bytes in hex, or "0x" before the node knows one
}

// JSON returns the answer's body.
func (r HandshakeResponse) JSON() []byte {
	attestation := r.Attestation
	if attestation == nil {
		attestation = []byte("null")
	}
	return new(jsjson.Object).
		String("serverPublicKey", r.ServerPublicKey).
		String("subnetPublicKey", r.SubnetPublicKey).
		String("networkPublicKey", r.NetworkPublicKey).
		String("networkPublicKeySet", r.NetworkPublicKeySet).
		String("clientSdkVersion", r.ClientSDKVersion).
		Strings("hdRootPubkeys", r.HDRootPublicKeys).
		Raw("attestation", attestation).
		String("latestBlockhash", r.LatestBlockhash).
		Bytes()
}

// ParseHandshakeResponse reads an answer's body. It checks types, not values.
func ParseHandshakeResponse(body []byte) (HandshakeResponse, error) {
	d := newDecoder(body)
	r := HandshakeResponse{
		ServerPublicKey:     d.optionalString("serverPublicKey"),
		SubnetPublicKey:     d.string("subnetPublicKey"),
		NetworkPublicKey:    d.string("networkPublicKey"),
		NetworkPublicKeySet: d.string("networkPublicKeySet"),
		ClientSDKVersion:    d.optionalString("clientSdkVersion"),
		HDRootPublicKeys:    d.strings("hdRootPubkeys"),
		Attestation:         d.raw("attestation"),
		LatestBlockhash:     d.string("latestBlockhash"),
	}
	return r, d.err
}
