package devnet_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/fetch"
	"litsession/internal/litclient"
	"litsession/internal/nodeapi"
	"litsession/internal/session"
	"litsession/internal/siwe"
	"litsession/storage"
)

// everything is what the sessions of these tests may do.
const everything = `[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"},` +
	`{"resource":{"resource":"*","resourcePrefix":"lit-litaction"},"ability":"lit-action-execution"}]`

// newSession has a network sign a session, as our client does it.
func newSession(t testing.TB, d devnet.Descriptor, requests string, methods ...nodeapi.AuthMethod) (session.KeyPair, session.SessionSigs) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"litNetwork": "custom", "rpcUrl": d.RPCURL, "contractContext": d.ContractContext})
	if err != nil {
		t.Fatal(err)
	}
	config := must(litclient.DecodeConfig(text))(t)
	config.Fetch, config.Store, config.Random, config.Now = fetch.HTTP{}, new(storage.Memory), rand.Reader, time.Now
	c := must(litclient.New(config))(t)
	if err := c.Connect(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	params, err := json.Marshal(map[string]any{
		"pkpPublicKey": d.PKP.PublicKey, "litActionSource": d.PKP.PermittedAction.Code,
		"jsParams": map[string]int{"magicNumber": 42}, "resourceAbilityRequests": json.RawMessage(requests),
		"authMethods": json.RawMessage(nodeapi.AuthMethodsJSON(methods)),
	})
	if err != nil {
		t.Fatal(err)
	}
	decoded := must(litclient.DecodeSessionSigsParams(params, time.Now()))(t)
	sigs := must(c.GetLitActionSessionSigs(t.Context(), decoded))(t)
	return must(c.SessionKey(t.Context()))(t), sigs
}

// must turns a failure into the end of the test.
func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// authSig is a session signature as requests carry it.
func authSig(s session.SessionSig) json.RawMessage {
	text, err := json.Marshal(map[string]string{
		"sig": s.Sig, "derivedVia": "litSessionSignViaNacl", "signedMessage": s.SignedMessage, "address": s.Address, "algo": "ed25519",
	})
	if err != nil {
		panic(err)
	}
	return text
}

func body(t testing.TB, members map[string]any) string {
	t.Helper()
	return string(must(json.Marshal(members))(t))
}

func executeBody(t testing.TB, s session.SessionSig, code string) map[string]any {
	t.Helper()
	return map[string]any{"authSig": authSig(s), "code": base64.StdEncoding.EncodeToString([]byte(code))}
}

type executed struct {
	Success    bool
	Response   string
	Logs       string
	SignedData map[string]ecdsaShare
}

func execute(t testing.TB, s session.SessionSig, request map[string]any) executed {
	t.Helper()
	status, answer := call(t, "POST", s.Node+nodeapi.ExecutePath, body(t, request))
	var e executed
	if err := json.Unmarshal(answer, &e); err != nil || status != http.StatusOK || !e.Success {
		t.Fatalf("%s: %d %s", s.Node, status, answer)
	}
	return e
}

func TestASessionExecutes(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	_, sigs := newSession(t, d, everything)
	const code = `console.log("hi"); Lit.Actions.setResponse({response: JSON.stringify([Lit.Auth, who])})`
	for _, s := range sigs {
		request := executeBody(t, s, code)
		request["jsParams"] = map[string]string{"who": "me"}
		e := execute(t, s, request)
		var answer []json.RawMessage
		if err := json.Unmarshal([]byte(e.Response), &answer); err != nil {
			t.Fatal(err)
		}
		var auth struct {
			ActionIpfsIds, ActionIpfsIdStack []string
			AuthSigAddress                   *string
			CustomAuthResource               string
		}
		if err := json.Unmarshal(answer[0], &auth); err != nil {
			t.Fatal(err)
		}
		if string(answer[1]) != `"me"` || e.Logs != "hi\n" {
			t.Errorf("%+v", e)
		}
		if auth.AuthSigAddress != nil || auth.CustomAuthResource != "true" ||
			!slices.Equal(auth.ActionIpfsIdStack, []string{d.PKP.PermittedAction.CID, auth.ActionIpfsIds[0]}) {
			t.Errorf("Lit.Auth is %s", answer[0])
		}
	}
	s := sigs[0]
	byCID := map[string]any{"authSig": authSig(s), "ipfsId": d.PKP.PermittedAction.CID, "jsParams": map[string]int{"magicNumber": 41}}
	if e := execute(t, s, byCID); e.Response != "false" {
		t.Errorf("by CID: %+v", e)
	}
	status, answer := call(t, "POST", s.Node+nodeapi.ExecutePath, body(t, executeBody(t, s, `throw new Error("boom")`)))
	if e := nodeapi.ParseError(status, answer); status != http.StatusBadRequest || !strings.Contains(e.Exception, "Uncaught Error: boom") {
		t.Errorf("%d %s", status, answer)
	}
}

// forged is a session signature that is changed and signed again.
type forged struct {
	key  session.KeyPair
	sig  session.SessionSig
	body map[string]any
	d    devnet.Descriptor
}

func (f *forged) replace(old, new string) {
	f.sig.SignedMessage = strings.ReplaceAll(f.sig.SignedMessage, old, new)
	f.sig.Sig = f.key.Sign([]byte(f.sig.SignedMessage))
}

// set gives a member of the message a value, as JSON text.
func (f *forged) set(name, value string) {
	var message map[string]json.RawMessage
	if err := json.Unmarshal([]byte(f.sig.SignedMessage), &message); err != nil {
		panic(err)
	}
	message[name] = json.RawMessage(value)
	text, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	f.sig.SignedMessage = string(text)
	f.sig.Sig = f.key.Sign(text)
}

func quote(t time.Time) string { return `"` + siwe.FormatTime(t) + `"` }

func TestSessionSignaturesThatAreRefused(t *testing.T) {
	clock := time.Now().Truncate(time.Second)
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	key, sigs := newSession(t, d, everything)
	pkpKey, pkpOnly := newSession(t, d, `[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"}]`)
	at := func(offset time.Duration) string { return siwe.FormatTime(clock.Add(offset)) }
	const authSigCode, noCapability = "NodeInvalidAuthSig", "Resource id not found in auth_sig capabilities|Could not find valid capability."
	for _, row := range []struct {
		name, code string
		status     int
		details    string // joined by |; a prefix if it ends in *
		change     func(*forged)
	}{
		{"auth methods", "NodeCannotProvideAuthMethodForEndpoint", 400, "*", func(f *forged) { f.body["authMethods"] = []int{} }},
		{"no code", "NodeInvalidIPFSID", 400, "No code or ipfs hash provided", func(f *forged) { delete(f.body, "code") }},
		{"1 an address that is no key", authSigCode, 401, "The session key is not 32 bytes in hex", func(f *forged) { f.sig.Address = "0x12" }},
		{"1 another message than signed", authSigCode, 401, "Session key signature is not valid", func(f *forged) { f.sig.SignedMessage += " " }},
		{"2 a message that is no JSON", authSigCode, 401, "malformed JSON*", func(f *forged) { f.replace("{", "[") }},
		{"2 a message without a node", authSigCode, 401, "member `nodeAddress` is not a string", func(f *forged) { f.replace("nodeAddress", "node") }},
		{"2 an AuthSig with more members", authSigCode, 401, "malformed AuthSig*", func(f *forged) {
			f.set("capabilities", `[{"sig":"a","derivedVia":"a","signedMessage":"a","address":"a","more":"a"}]`)
		}},
		{"3 no request for the resource", authSigCode, 401, "Resource id not found in auth_sig resource ability requests", func(f *forged) { f.set("resourceAbilityRequests", "[]") }},
		{"4 issued in the future", authSigCode, 401, "Session key issued_at " + at(time.Hour) + " is in the future beyond the grace period*", func(f *forged) {
			f.set("issuedAt", quote(clock.Add(time.Hour)))
		}},
		{"4 expires before it begins", authSigCode, 401, "Session key expiration " + at(-time.Second) + " is in behind issue_at which is " + at(0), func(f *forged) {
			f.set("issuedAt", quote(clock))
			f.set("expiration", quote(clock.Add(-time.Second)))
		}},
		{"4 has expired", authSigCode, 401, "Session key expiration " + at(-time.Hour) + " is in the past beyond the grace period*", func(f *forged) {
			f.set("issuedAt", quote(clock.Add(-2*time.Hour)))
			f.set("expiration", quote(clock.Add(-time.Hour)))
		}},
		{"4 lasts too long", authSigCode, 401, "Session key expiration " + at(31*24*time.Hour) + " is beyond the max expiry timestamp of " + at(30*24*time.Hour) + " (issued_at is " + at(0) + ")", func(f *forged) {
			f.set("issuedAt", quote(clock))
			f.set("expiration", quote(clock.Add(31*24*time.Hour)))
		}},
		{"5 another node's", authSigCode, 401, "Session key node_address 1.2.3.4:443 does not match our node address " + strings.TrimPrefix(sigs[0].Node, "http://"), func(f *forged) {
			f.set("nodeAddress", `" https://1.2.3.4:443"`)
		}},
		{"6 no capabilities", authSigCode, 401, noCapability, func(f *forged) { f.set("capabilities", "[]") }},
		{"6 another session's capability", authSigCode, 401, noCapability, func(f *forged) {
			f.key = must(session.GenerateKeyPair(rand.Reader))(t)
			f.sig.Address = f.key.PublicKey()
			f.replace("", "")
		}},
		{"6 a capability that was changed", authSigCode, 401, noCapability, func(f *forged) { f.replace("Version: 1", "Version: 1 ") }},
		{"6 a capability in another's name", authSigCode, 401, noCapability, func(f *forged) { f.replace(f.d.PKP.EthAddress, f.d.Accounts[0].Address) }},
		{"6 a capability for something else", authSigCode, 401, noCapability, func(f *forged) {
			f.key = pkpKey
			i := slices.IndexFunc(pkpOnly, func(s session.SessionSig) bool { return s.Node == f.sig.Node })
			f.sig = pkpOnly[i]
			f.set("resourceAbilityRequests", everything)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := &forged{key: key, sig: sigs[0], d: d}
			f.body = executeBody(t, f.sig, `Lit.Actions.setResponse({response: "ran"})`)
			row.change(f)
			f.body["authSig"] = authSig(f.sig)
			status, answer := call(t, "POST", sigs[0].Node+nodeapi.ExecutePath, body(t, f.body))
			e := nodeapi.ParseError(status, answer)
			got := strings.Join(e.Details, "|")
			prefix, open := strings.CutSuffix(row.details, "*")
			if status != row.status || e.Code != row.code || got != row.details && !(open && strings.HasPrefix(got, prefix)) || e.CorrelationID != "lit_1" {
				t.Errorf("%d %s", status, answer)
			}
		})
	}
}

func hexBytes(t testing.TB, text string) []byte {
	t.Helper()
	return must(hex.DecodeString(text))(t)
}
