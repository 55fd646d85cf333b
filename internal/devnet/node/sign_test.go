package node_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"litsession/internal/bls"
	"litsession/internal/devnet/node"
	"litsession/internal/eth"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/siwe"
)

// attempt is a request in the making, against a node in the making.
type attempt struct {
	config  node.Config
	ledger  *ledger
	request nodeapi.SignSessionKeyRequest
	message siwe.Message
	authSig bool   // whether the request brings one
	body    string // in place of the request, if not empty
}

func newAttempt(t testing.TB, r recorded) *attempt {
	t.Helper()
	a := &attempt{config: r.config(t), request: r.request(t)}
	a.ledger = a.config.Permissions.(*ledger)
	a.message = must(siwe.Parse(a.request.SIWEMessage))(t)
	return a
}

func (a *attempt) send(t testing.TB) (int, string) {
	t.Helper()
	body := a.body
	if body == "" {
		body = string(a.request.JSON())
	}
	if a.authSig {
		body = `{"authSig":{},` + body[1:]
	}
	w := post(t, node.New(a.config), "/web/sign_session_key/v1", body)
	return w.Code, w.Body.String()
}

// resign puts the changed message into the request.
func (a *attempt) resign() { a.request.SIWEMessage = a.message.String() }

func (a *attempt) issued(s string)  { a.message.IssuedAt = s; a.resign() }
func (a *attempt) expires(s string) { a.message.ExpirationTime = s; a.resign() }

func (a *attempt) code(source string) {
	a.request.Code = base64.StdEncoding.EncodeToString([]byte(source))
}

// refused is a refusal of a traced request: with correlation id.
func refused(details, code, kind, message, status string) string {
	if code != "" {
		code = `"errorCode":"` + code + `",`
	}
	return `{"correlationId":"lit_1","details":[` + details + `],` + code + `"errorKind":"` + kind +
		`","message":"` + message + `","status":` + status + `}`
}

const (
	validation = "An error related to validation has occured."
	conversion = "An error related to type conversion has occured."
	unexpected = "An unexpected has occured."
	siweError  = "Error parsing SIWE message"
)

// TestRefusals has one row or more for each check of protocol.md 8.4, in their
// order.
func TestRefusals(t *testing.T) {
	r := readRecorded(t)
	const badInput = `"errorCode":"NodeBadInput","errorKind":"Unexpected","message":"This usually means your JSON body is wrong. Please check that every required member is there and of the type that the API documentation gives it.","status":422}`
	for _, tt := range []struct {
		name   string
		change func(*attempt)
		want   string
	}{
		{"the body is no JSON", func(a *attempt) { a.body = "{" },
			`{"details":["malformed JSON: syntax error at byte 1"],` + badInput},
		{"a required member is missing", func(a *attempt) { a.body = `{"authMethods":[]}` },
			"{\"details\":[\"member `sessionKey` is not a string\"]," + badInput},
		{"epoch is null", func(a *attempt) { a.body = strings.Replace(r.SignSessionKeyRequestBody, "1234}", "null}", 1) },
			"{\"details\":[\"member `epoch` is not a whole number\"]," + badInput},
		{"a curve type that is none", func(a *attempt) { a.request.CurveType = "ED" },
			"{\"details\":[\"member `curveType` is neither BLS nor K256\"]," + badInput},

		{"1 the curve is not BLS", func(a *attempt) { a.request.CurveType = "K256" },
			`{"details":["Invalid curve_type: K256 - only BLS curve type is allowed for this endpoint"],"errorCode":"NodeInvalidCurveType","errorKind":"Validation","message":"` + validation + `","status":400}`},
		{"2 an authSig", func(a *attempt) { a.authSig = true },
			`{"details":["You can't provide an AuthSig on this endpoint.  Instead, send it as an AuthMethod in the authMethods array."],"errorCode":"NodeInvalidAuthSigForSessionKey","errorKind":"Validation","message":"` + validation + `","status":400}`},
		{"3 the message is no SIWE", func(a *attempt) { a.request.SIWEMessage = "hello" },
			refused(`"Error parsing SIWE message","malformed SIWE message: the first line is not that of a SIWE message"`, "NodeSIWEMessageError", "Parser", siweError, "400")},
		{"4 the statement speaks of the auth context", func(a *attempt) {
			a.message.Statement = "lit-resolvedauthcontext " + a.message.Statement
			a.resign()
		}, refused(`"Can't define Auth Context resources in capability"`, "NodeInvalidAuthContextResource", "Validation", validation, "401")},
		{"5 the node has no key", func(a *attempt) { a.config.Keys = node.Keys{} },
			refused(`"No BLS root key found"`, "NodeBLSRootKeyNotFound", "Unexpected", unexpected, "500")},
		{"6 an auth method that this network cannot verify", func(a *attempt) {
			a.request.AuthMethods = []nodeapi.AuthMethod{{Type: 3, AccessToken: "x"}}
		}, refused(`"Unsupported auth method type: 3","This local network has no verifier for WebAuthn"`, "", "Unexpected", unexpected, "500")},
		{"6 an auth method that nobody knows", func(a *attempt) {
			a.request.AuthMethods = []nodeapi.AuthMethod{{Type: 99, AccessToken: "x"}}
		}, refused(`"Unsupported auth method type: 99"`, "", "Unexpected", unexpected, "500")},
		{"7 the public key is no key", func(a *attempt) { a.request.PKPPublicKey = "0x04ff" },
			refused(`"the public key is not 130 hex digits"`, "", "Conversion", conversion, "500")},
		{"7 the message is another PKP's", func(a *attempt) { a.message.Address = eth.Address{}; a.resign() },
			refused(`"Address in SIWE message 0x0000000000000000000000000000000000000000 does not match PKP ETH address 0x70997970C51812dc3A010C7d01b50e0d17dc79C8"`, "NodeSIWEMessageError", "Parser", siweError, "400")},
		{"7' neither a PKP nor an auth method", func(a *attempt) { a.request.PKPPublicKey = "" },
			refused(`"No auth methods provided"`, "", "Unexpected", unexpected, "500")},
		{"8 the message is for another session key", func(a *attempt) { a.request.SessionKey = "lit:session:00" },
			refused(`"URI in SIWE message lit:session:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a does not match URI in request lit:session:00"`, "NodeSIWEMessageError", "Parser", siweError, "400")},

		{"9 issued in the future", func(a *attempt) { a.issued("2026-01-15T12:01:00.001Z") },
			refused(`"Session key issued_at 2026-01-15T12:01:00.001Z is in the future beyond the grace period of 60 seconds (now is 2026-01-15T12:00:00.000Z)"`, "NodeSIWEMessageError", "Validation", siweError, "400")},
		{"9 never expires", func(a *attempt) { a.expires("") },
			refused(`"Session key expiration time is not set"`, "NodeSIWEMessageError", "Validation", siweError, "400")},
		{"9 expires before it begins", func(a *attempt) { a.expires("2026-01-15T11:59:59.999Z") },
			refused(`"Session key expiration 2026-01-15T11:59:59.999Z is in behind issue_at which is 2026-01-15T12:00:00.000Z"`, "NodeExpWrongOrTooLarge", "Validation", "While signing JWT, EXP too large or wrong", "403")},
		{"9 has expired", func(a *attempt) { a.issued("2026-01-14T12:00:00.000Z"); a.expires("2026-01-15T11:58:59.999Z") },
			refused(`"Session key expiration 2026-01-15T11:58:59.999Z is in the past beyond the grace period of 60 seconds (now is 2026-01-15T12:00:00.000Z)"`, "NodeSIWEMessageError", "Validation", siweError, "400")},
		{"9 lasts more than 30 days", func(a *attempt) { a.expires("2026-02-14T12:00:00.001Z") },
			refused(`"Session key expiration 2026-02-14T12:00:00.001Z is beyond the max expiry timestamp of 2026-02-14T12:00:00.000Z (issued_at is 2026-01-15T12:00:00.000Z)"`, "NodeSIWEMessageError", "Validation", siweError, "400")},

		{"10 code and a CID", func(a *attempt) { a.request.IPFSID = r.LitActionCID },
			refused(`"Can't provide both code & lit_action_ipfs_id"`, "", "Unexpected", unexpected, "500")},
		{"11 code is not base64", func(a *attempt) { a.request.Code = "(() => {})()" },
			refused(`"Your Lit Action code could not be decoded from base64","illegal base64 data at input byte 0"`, "", "Conversion", conversion, "500")},
		{"11 code is base64 without padding", func(a *attempt) { a.request.Code = "MQ" },
			refused(`"Your Lit Action code could not be decoded from base64","illegal base64 data at input byte 0"`, "", "Conversion", conversion, "500")},
		{"11 code is base64 in lines", func(a *attempt) { a.request.Code = "MQ\n==" },
			refused(`"Your Lit Action code could not be decoded from base64","the text holds a line break"`, "", "Conversion", conversion, "500")},
		{"11 code is no text", func(a *attempt) { a.request.Code = "/w==" },
			refused(`"Your Lit Action code could not be converted from base64 decoded bytes into a string.  Please check your base64 encoding code.","invalid UTF-8"`, "", "Conversion", conversion, "500")},
		{"11 no such file", func(a *attempt) {
			a.request.Code, a.request.IPFSID = "", "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"
		}, refused(`"no such file","Error getting ipfs file: QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"`, "", "IPFS", "An IPFS related error has occured.", "500")},
		{"11 a file that is not what its name says", func(a *attempt) {
			a.request.Code, a.request.IPFSID = "", r.LitActionCID
			a.config.Host.Code = sources{r.LitActionCID: `LitActions.setResponse({response: "true"})`}
		}, refused(`"the file's hash is not that of its name","Error getting ipfs file: `+r.LitActionCID+`"`, "", "IPFS", "An IPFS related error has occured.", "500")},
		{"11 the action says no", func(a *attempt) { a.request.JSParams = []byte(`{"magicNumber":41}`) },
			refused(`"Authentication failed for session_sig signing via Lit Action","Authentication failed for session_sig signing via Lit Action"`, "NodeLitActionsSessionSigAuthenticationFailed", "Validation", validation, "401")},
		{"11 the action says nothing", func(a *attempt) { a.code("1") },
			refused(`"Authentication failed for session_sig signing via Lit Action","Authentication failed for session_sig signing via Lit Action"`, "NodeLitActionsSessionSigAuthenticationFailed", "Validation", validation, "401")},
		{"11 the action throws", func(a *attempt) { a.code(`console.log("a"); throw new Error("boom")`) },
			`{"success":false,"error":"Uncaught Error: boom\n    at <user_provided_script>:1:25","logs":"a\n"}`},
		{"11 the action loops for ever", func(a *attempt) {
			a.config.Limits.Time = 2 * time.Second // enough to print on a busy machine
			a.code(`console.log("a"); for (;;) {}`)
		},
			`{"correlationId":"lit_1","details":["Your function exceeded the maximum runtime of 2000ms and was terminated."],"errorCode":"NodeJsTimeoutError","errorKind":"Timeout","logs":"a\n","message":"There was a timeout error executing the Javascript for this action","status":502}`},
		{"11 the action takes all memory", func(a *attempt) {
			a.code(`const all = []; for (;;) all.push(new Uint8Array(1 << 20))`)
		}, refused(`"Your function exceeded the maximum memory of 32 MB and was terminated."`, "NodeJsMemoryLimitError", "MemoryLimit", "The memory limit was exceeded when executing the Javascript for this action", "502")},

		{"12 the nonce is no hash", func(a *attempt) { a.message.Nonce = "0xabcdef12"; a.resign() },
			refused(`"Error fetching block from hash","the nonce is not 32 bytes in hex"`, "NodeInvalidBlockhash", "Validation", "Invalid Block Hash for sign session key", "502")},
		{"12 the nonce is no block of this chain", func(a *attempt) {
			a.config.StrictNonce = true
			a.message.Nonce = "0x" + strings.Repeat("ab", 32)
			a.resign()
		}, refused(`"Error fetching block from hash","no block has the hash 0x`+strings.Repeat("ab", 32)+`"`, "NodeInvalidBlockhash", "Validation", "Invalid Block Hash for sign session key", "502")},
		{"12 the block is too old", func(a *attempt) { a.ledger.blocks[0].Time = r.Clock.AddDate(0, 0, -30).Add(-time.Second) },
			refused(`"Blocktime 2025-12-16T11:59:59Z is beyond the max expiry timestamp of 2025-12-16T12:00:00.000Z"`, "NodeSIWEMessageError", "Validation", siweError, "400")},
		{"13 no resources", func(a *attempt) { a.message.Resources = nil; a.resign() },
			refused(`"Unable to convert SIWE into Capability object"`, "", "Conversion", conversion, "500")},
		{"13 the last resource is no ReCap", func(a *attempt) {
			a.message.Resources = append(a.message.Resources, "https://example.com")
			a.resign()
		}, refused(`"Unable to convert SIWE into Capability object"`, "", "Conversion", conversion, "500")},
		{"13 the statement is not the ReCap's", func(a *attempt) { a.message.Statement += " Really."; a.resign() },
			refused(`"the statement does not end with that of the ReCap"`, "NodeSIWECapabilityInvalid", "Parser", "Invalid Capability object in SIWE resource ReCap", "400")},
		{"15 the action is not permitted", func(a *attempt) { a.ledger.permitted = nil },
			refused(`"None of the AuthMethods, AuthSig or Lit Actions meet the requires scope [2]."`, "NodeAuthSigScopeTooLimited", "Validation", "auth_sig scope that is passed does not support the requested operation", "401")},
		{"15 the PKP was never minted", func(a *attempt) { a.ledger.key = eth.PublicKey{} },
			refused(`"Error getting owner of PKP"`, "NodeContractResolverConversionFailed", "Unexpected", unexpected, "500")},
		{"15 the chain is gone", func(a *attempt) { a.ledger.fails = true },
			refused(`"the chain is gone"`, "NodeRpcError", "Validation", "Lit nodes failed to complete the RPC call possibly due to RPC servers being down or because the RPC call is making an incorrect smart contract call that reverts", "502")},
		{"16 an epoch without a share", func(a *attempt) { a.request.Epoch = 7 },
			refused(`"No key share for the requested epoch"`, "", "Unexpected", unexpected, "500")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAttempt(t, r)
			tt.change(a)
			status, got := a.send(t)
			if got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
			if said := nodeapi.ParseError(status, []byte(tt.want)).Status; said != status && said != 0 {
				t.Errorf("HTTP status %d, body says %d", status, said)
			}
		})
	}
}

// TestAnAuthContextInTheReCapIsRefused is check 14 of protocol.md 8.4. A ReCap
// that keeps its statement has the word in it, which check 4 sees first; so the
// resource must be one that the statement does not speak of.
func TestAnAuthContextInTheReCapIsRefused(t *testing.T) {
	a := newAttempt(t, readRecorded(t))
	const urn = `{"att":{"lit-resolvedauthcontext://*":{}},"prf":[]}`
	a.message.Resources = []string{"urn:recap:" + base64.RawURLEncoding.EncodeToString([]byte(urn))}
	a.message.Statement = "I further authorize the stated URI to perform the following actions on my behalf:"
	a.resign()
	_, got := a.send(t)
	if want := refused(`"Can't define Auth Context resources in capability"`, "NodeInvalidAuthContextResource", "Validation", validation, "401"); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestAccepted(t *testing.T) {
	r := readRecorded(t)
	for _, tt := range []struct {
		name   string
		change func(*attempt)
	}{
		{"a response that only holds the word true", func(a *attempt) {
			source := `LitActions.setResponse({response: "untrue & <so>"})`
			a.code(source)
			a.permitAction(t, source, false, false, true)
		}},
		{"the action by its CID", func(a *attempt) { a.request.Code, a.request.IPFSID = "", r.LitActionCID }},
		{"scope 2 alone", func(a *attempt) { a.permitAction(t, r.LitActionCode, false, false, true) }},
		{"the current epoch, unnamed", func(a *attempt) { a.request.Epoch = 0 }},
		{"a public key without 0x", func(a *attempt) { a.request.PKPPublicKey = a.request.PKPPublicKey[2:] }},
		{"an issued-at within the grace", func(a *attempt) { a.issued("2026-01-15T12:01:00.000Z") }},
		{"a nonce without 0x", func(a *attempt) { a.message.Nonce = a.message.Nonce[2:]; a.resign() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAttempt(t, r)
			tt.change(a)
			if status, body := a.send(t); status != http.StatusOK {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

func (a *attempt) permitAction(t testing.TB, source string, scopes ...bool) {
	t.Helper()
	a.ledger.permitted = map[string][]bool{entry(actionMethod(t, source)): scopes}
}

// TestANonceOfAnotherChain must give all nodes the same time, not after the
// client's clock.
func TestANonceOfAnotherChain(t *testing.T) {
	a := newAttempt(t, readRecorded(t))
	a.message.Nonce = "0x" + strings.Repeat("AB", 32)
	a.issued("2026-01-15T12:00:00.999Z")
	status, body := a.send(t)
	answer, err := nodeapi.ParseSignSessionKeyResponse([]byte(body))
	if err != nil {
		t.Fatalf("%d %s", status, body)
	}
	signed := must(siwe.Parse(answer.SIWEMessage))(t)
	if signed.IssuedAt != "2026-01-15T12:00:00Z" || signed.Nonce != strings.ToLower(a.message.Nonce) {
		t.Errorf("issued at %s, nonce %s", signed.IssuedAt, signed.Nonce)
	}
}

// TestWhatTheNodeRewrites checks the message that is signed field by field.
func TestWhatTheNodeRewrites(t *testing.T) {
	a := newAttempt(t, readRecorded(t))
	a.message.Resources = append([]string{"https://example.com/kept-by-nobody"}, a.message.Resources...)
	a.message.NotBefore, a.message.RequestID, a.message.ChainID = "2026-01-15T11:00:00+02:00", "r 1", 137
	a.resign()
	status, body := a.send(t)
	answer, err := nodeapi.ParseSignSessionKeyResponse([]byte(body))
	if err != nil {
		t.Fatalf("%d %s", status, body)
	}
	got := must(siwe.Parse(answer.SIWEMessage))(t)
	want := a.message
	want.IssuedAt = "2026-01-15T11:59:23Z"
	added := must(recap.ParseURN(got.Resources[0]))(t)
	want.Statement += " " + added.Statement()
	want.Resources = got.Resources[:1]
	if got.String() != want.String() || len(got.Resources) != 1 {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if !added.Grants("lit-pkp://*", "Threshold/Signing") || !added.Grants(recap.AuthContextKey, recap.AuthContextAbility) {
		t.Errorf("the ReCap grants %v", added.Resources())
	}
}

// TestAWrongShare is well-formed, has the node's index and is not the share.
func TestAWrongShare(t *testing.T) {
	r := readRecorded(t)
	n := node.New(r.config(t))
	if err := n.SetFault(node.Fault{Kind: node.WrongShare, Times: 1}); err != nil {
		t.Fatal(err)
	}
	share := func() bls.SignatureShare {
		w := post(t, n, "/web/sign_session_key/v1", r.SignSessionKeyRequestBody)
		answer := must(nodeapi.ParseSignSessionKeyResponse(w.Body.Bytes()))(t)
		return must(bls.ParseSignatureShare(answer.SignatureShare))(t)
	}
	bad, good := share(), share()
	if bad.Index != good.Index || bad.String() == good.String() {
		t.Errorf("wrong share %s, right share %s", bad, good)
	}
}
