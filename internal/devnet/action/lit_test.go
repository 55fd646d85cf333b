package action_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"litsession/internal/devnet/action"
)

const (
	cidA = "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"
	cidB = "QmWfVY9y3xjsixTgbd9AorQxH7VtMpzfx2HaWtsoUYecaX"
)

// network is a node's side of [action.Host] for one PKP, token id 7, with the permissions below.
type network struct {
	code map[string]string

	mu     sync.Mutex
	signed []action.SignRequest
	said   []string
	leader bool
}

var (
	address = [20]byte{0xf3, 19: 0x66}
	method  = action.AuthMethod{Type: 1, ID: []byte{1, 2}, UserPubkey: []byte{3}}
)

func (n *network) pkp(tokenID *big.Int) error {
	if tokenID.Cmp(big.NewInt(7)) != 0 {
		return fmt.Errorf("no PKP %v", tokenID)
	}
	return nil
}

func (n *network) IsPermittedAction(_ context.Context, tokenID *big.Int, multihash []byte) (bool, error) {
	return multihash[2] == 0xbf, n.pkp(tokenID)
}

func (n *network) IsPermittedAddress(_ context.Context, tokenID *big.Int, a [20]byte) (bool, error) {
	return a == address, n.pkp(tokenID)
}

func (n *network) IsPermittedAuthMethod(_ context.Context, tokenID *big.Int, kind uint64, id []byte) (bool, error) {
	return kind == method.Type && bytes.Equal(id, method.ID), n.pkp(tokenID)
}

func (n *network) PermittedActions(_ context.Context, tokenID *big.Int) ([][]byte, error) {
	empty, _ := hex.DecodeString("1220bfccda787baba32b59c78450ac3d20b633360b43992c77289f9ed46d843561e6")
	return [][]byte{empty, {1, 2}}, n.pkp(tokenID)
}

func (n *network) PermittedAddresses(_ context.Context, tokenID *big.Int) ([][20]byte, error) {
	return [][20]byte{address}, n.pkp(tokenID)
}

func (n *network) PermittedAuthMethods(_ context.Context, tokenID *big.Int) ([]action.AuthMethod, error) {
	return []action.AuthMethod{method}, n.pkp(tokenID)
}

func (n *network) PermittedAuthMethodScopes(_ context.Context, tokenID *big.Int, _ uint64, _ []byte, maxScopeID uint64) ([]bool, error) {
	scopes := make([]bool, maxScopeID)
	scopes[1] = true
	return scopes, n.pkp(tokenID)
}

func (n *network) ActionCode(_ context.Context, cid string) (string, error) {
	code, ok := n.code[cid]
	if !ok {
		return "", errors.New("not found")
	}
	return code, nil
}

func (n *network) RPCURL(_ context.Context, chain string) (string, error) {
	if chain == "" {
		panic("no chain")
	}
	return "http://" + chain, nil
}

func (n *network) Nonce(context.Context, string, [20]byte) (uint64, error) { return 26, nil }

func (n *network) CallContract(_ context.Context, _ string, transaction []byte) ([]byte, error) {
	return slices.Concat([]byte{0}, transaction), nil
}

func (n *network) Sign(_ context.Context, req action.SignRequest) (json.RawMessage, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.signed = append(n.signed, req)
	return json.RawMessage(`{"sigName":"` + req.SigName + `"}`), nil
}

func (n *network) SignAndCombine(_ context.Context, req action.SignRequest) (action.Signature, error) {
	return action.Signature{R: [32]byte{0xaa}, S: [32]byte{31: 0xbb}, V: 1}, nil
}

func (n *network) ClaimKey(_ context.Context, cid, keyID string) (json.RawMessage, error) {
	return json.RawMessage(`{"derivedKeyId":"` + cid + keyID + `"}`), nil
}

func (n *network) Elected(context.Context, string) (bool, error) { return n.leader, nil }

func (n *network) Publish(_ context.Context, name, answer string) error {
	n.said = append(n.said, name+"="+answer)
	return nil
}

func (n *network) Await(_ context.Context, name string) (string, error) {
	return "theirs of " + name, nil
}

func (n *network) BroadcastAndCollect(_ context.Context, name, value string) ([]string, error) {
	return []string{name, value}, nil
}

func (n *network) CheckConditions(_ context.Context, _ string, conditions, authSig json.RawMessage, chain string) (bool, error) {
	return string(conditions) == `[{"a":1}]` && string(authSig) == `null` && chain == "ethereum", nil
}

func (n *network) host() action.Host {
	return action.Host{Permissions: n, Code: n, Chains: n, Signer: n, Claimer: n, Elector: n, Broadcaster: n, Conditions: n}
}

// call runs an expression in an async function and returns its value as JSON, or the error it threw as text.
func call(t *testing.T, req action.Request, expression string) string {
	t.Helper()
	req.Code = `(async () => { let r; try { r = JSON.stringify(await (` + expression + `)) } catch (e) { r = e.name + ': ' + e.message } LitActions.setResponse({ response: String(r) }) })()`
	got, err := newRuntime(t).Run(t.Context(), req)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return got.Response
}

func TestLitActions(t *testing.T) {
	const key = "0x04f028458b39af92fea938486ecc49562d0e7731b53d9b25e2701183e4f2adc991"
	for _, tt := range []struct{ expression, want string }{
		{`Lit.Actions.isPermittedAction({ tokenId: '7', ipfsId: '` + cidA + `' })`, `true`},
		{`Lit.Actions.isPermittedAction({ tokenId: '0x7', ipfsId: '` + cidB + `' })`, `false`},
		{`Lit.Actions.isPermittedAction({ tokenId: '8', ipfsId: '` + cidA + `' })`, `Error: no PKP 8`},
		{`Lit.Actions.isPermittedAction({ tokenId: 7, ipfsId: '` + cidA + `' })`, `TypeError: tokenId must be a string`},
		{`Lit.Actions.isPermittedAction({ tokenId: '7', ipfsId: 'bafy' })`, `Error: ipfsId is not a CIDv0: "bafy"`},
		{`Lit.Actions.isPermittedAddress({ tokenId: '7', address: '0xF300000000000000000000000000000000000066' })`, `true`},
		{`Lit.Actions.isPermittedAddress({ tokenId: '7', address: '0x00' })`, `Error: the address is not 0x and 40 hex digits`},
		{`Lit.Actions.isPermittedAuthMethod({ tokenId: '7', authMethodType: 1, userId: [1, 2] })`, `true`},
		{`Lit.Actions.isPermittedAuthMethod({ tokenId: '7', authMethodType: '0x1', userId: new Uint8Array([1, 3]) })`, `false`},
		{`Lit.Actions.isPermittedAuthMethod({ tokenId: '7', authMethodType: 1, userId: 'x' })`, `TypeError: userId must be an ArrayBuffer or a view of one`},
		{`Lit.Actions.getPermittedActions({ tokenId: '7' })`, `["` + cidA + `","0x0102"]`},
		{`Lit.Actions.getPermittedAddresses({ tokenId: '7' })`, `["0xf300000000000000000000000000000000000066"]`},
		{`Lit.Actions.getPermittedAuthMethods({ tokenId: '7' })`, `[{"auth_method_type":"0x1","id":"0x0102","user_pubkey":"0x03"}]`},
		{`Lit.Actions.getPermittedAuthMethodScopes({ tokenId: '7', authMethodType: 1, userId: [1, 2], maxScopeId: 3 })`, `[false,true,false]`},
		{`Lit.Actions.getPermittedAuthMethodScopes({ tokenId: '7', authMethodType: 1, userId: [1, 2] }).then((s) => s.length)`, `100`},
		{`Lit.Actions.pubkeyToTokenId({ publicKey: '` + key + `' })`, `Error: publicKey must be 65 bytes long and begin with 04`},
		{`Lit.Actions.getLatestNonce({ address: '0xf300000000000000000000000000000000000066', chain: 'ethereum' })`, `"0x1a"`},
		{`Lit.Actions.getRpcUrl({ chain: 'ethereum' })`, `"http://ethereum"`},
		{`Lit.Actions.getRpcUrl({ chain: '' })`, `Error: internal error: no chain`},
		{`Lit.Actions.callContract({ chain: 'ethereum', txn: '0x0102' })`, `"0x000102"`},
		{`Lit.Actions.checkConditions({ conditions: [{ a: 1 }], authSig: null, chain: 'ethereum' })`, `true`},
		{`Lit.Actions.claimKey({ keyId: 'k' })`, `"success"`},
		{`Lit.Actions.broadcastAndCollect({ name: 'n', value: 'v' })`, `["n","v"]`},
		{`Lit.Actions.aesDecrypt({ symmetricKey: Uint8Array.from({ length: 32 }, (_, i) => i), ciphertext: Uint8Array.fromHex('0f0e0d0c0b0a090807060504030201004358632e4cf97df8fb52b577e5da8036') })`, `"secret text"`},
		{`Lit.Actions.aesDecrypt({ symmetricKey: new Uint8Array(32), ciphertext: new Uint8Array(33) })`, `Error: aesDecrypt: ciphertext is not an IV and whole blocks`},
		{`Lit.Actions.setResponse({ response: 5 })`, `TypeError: response must be a string`},
		{`Lit.Actions.setResponse({ response: 'é'.repeat(51201) })`, `Error: Response is too long. Max length is 102400 bytes`},
		{`Lit.Actions.setResponse({ response: 'é'.repeat(51200) })`, `undefined`},
	} {
		n := &network{}
		if got := call(t, action.Request{Host: n.host()}, tt.expression); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.expression, got, tt.want)
		}
	}
}

// TestNotOffered calls every function that needs the node on a network that offers nothing.
func TestNotOffered(t *testing.T) {
	for name, args := range map[string]string{
		"isPermittedAction":            `{ tokenId: '7', ipfsId: '` + cidA + `' }`,
		"isPermittedAddress":           `{ tokenId: '7', address: '0xf300000000000000000000000000000000000066' }`,
		"isPermittedAuthMethod":        `{ tokenId: '7', authMethodType: 1, userId: [1] }`,
		"getPermittedActions":          `{ tokenId: '7' }`,
		"getPermittedAddresses":        `{ tokenId: '7' }`,
		"getPermittedAuthMethods":      `{ tokenId: '7' }`,
		"getPermittedAuthMethodScopes": `{ tokenId: '7', authMethodType: 1, userId: [1] }`,
		"getLatestNonce":               `{ address: '', chain: 'x' }`,
		"getRpcUrl":                    `{ chain: 'x' }`,
		"callContract":                 `{ chain: 'x', txn: '' }`,
		"call":                         `{ ipfsId: '` + cidA + `' }`,
		"checkConditions":              `{ conditions: [], chain: 'x' }`,
		"claimKey":                     `{ keyId: 'x' }`,
		"runOnce":                      `{ name: 'x' }, () => {}`,
		"broadcastAndCollect":          `{ name: 'x', value: 'y' }`,
		"encrypt":                      `{}`,
		"decryptAndCombine":            `{}`,
		"decryptToSingleNode":          `{}`,
	} {
		want := "Error: " + name + " is not available: this local network does not offer it"
		if got := call(t, action.Request{}, `Lit.Actions.`+name+`(`+args+`)`); got != want {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestSigning(t *testing.T) {
	const refused = "Error: You can not sign without providing an auth_sig. You must create a session with the PKP, and then pass session sigs in, which will be converted to an auth sig per node. Refer the the docs on creating and using session sigs."
	const args = `publicKey: '0x04', sigName: 's'`
	sign := `Lit.Actions.signEcdsa({ toSign: Array(32).fill(7), ` + args + ` })`
	for _, tt := range []struct {
		name, expression, want string
		authSig                bool
	}{
		{"no authSig", sign, refused, false},
		{"no authSig, personal message", `Lit.Actions.ethPersonalSignMessageEcdsa({ message: 'x', ` + args + ` })`, refused, false},
		{"no authSig, combined", `Lit.Actions.signAndCombineEcdsa({ toSign: new Uint8Array(32), ` + args + ` })`, refused, false},
		{"no authSig, wrong arguments", `Lit.Actions.signEcdsa({})`, refused, false},
		{"a digest", sign, `"success"`, true},
		{"a personal message", `Lit.Actions.ethPersonalSignMessageEcdsa({ message: 'hello', ` + args + ` })`, `"success"`, true},
		{"combined", `Lit.Actions.signAndCombineEcdsa({ toSign: new Uint8Array(32), ` + args + ` }).then(JSON.parse)`,
			`{"r":"03aa` + strings.Repeat("00", 31) + `","s":"` + strings.Repeat("00", 31) + `bb","v":1}`, true},
		{"no digest", `Lit.Actions.signEcdsa({ toSign: [1], ` + args + ` })`, `Error: toSign must be 32 bytes long, not 1`, true},
		{"ten at most", `(async () => { for (let i = 0; i < 11; i++) await ` + sign + ` })()`,
			`Error: You may not sign more than 10 times per session and you have attempted to exceed that limit.`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := &network{}
			if got := call(t, action.Request{Host: n.host(), AuthSig: tt.authSig, CID: cidA}, tt.expression); got != tt.want {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
			if tt.name == "a personal message" {
				const digest = "50b2c43fd39106bafbba0da34fc430e1f91e3c96ea2acee2bc34119f92b37750"
				if got := n.signed[0]; hex.EncodeToString(got.ToSign) != digest || got.PublicKey != "0x04" || got.CID != cidA || got.Scheme != "EcdsaK256Sha256" {
					t.Errorf("asked to sign %+v", got)
				}
			}
		})
	}
}

func TestOutputs(t *testing.T) {
	n := &network{}
	code := `(async () => { await Lit.Actions.signEcdsa({ toSign: Array(32).fill(7), publicKey: '04', sigName: 'one' }); await Lit.Actions.claimKey({ keyId: 'k' }) })()`
	got, err := newRuntime(t).Run(t.Context(), action.Request{Code: code, CID: cidA, Host: n.host(), AuthSig: true})
	if err != nil || string(got.SignedData["one"]) != `{"sigName":"one"}` || string(got.ClaimData["k"]) != `{"derivedKeyId":"`+cidA+`k"}` {
		t.Errorf("got %s, %s and %v", got.SignedData, got.ClaimData, err)
	}
}

func TestCall(t *testing.T) {
	n := &network{code: map[string]string{
		cidA: `console.log('child', x); LitActions.setResponse({ response: JSON.stringify([x, LitAuth.actionIpfsIds, LitAuth.actionIpfsIdStack, typeof y]) })`,
	}}
	codes := map[string]string{
		"itself":  `(async () => LitActions.setResponse({ response: 'x' + await Lit.Actions.call({ ipfsId: '` + cidA + `' }) }))()`,
		"throws":  `throw new Error('inside')`,
		"greedy":  `const a = []; for (;;) a.push(new Array(1000).fill(1))`,
		"fetches": `(async () => { for (let i = 0; i < 30; i++) await fetch('http://127.0.0.1:1/').catch((e) => { if (e.message.startsWith('You')) throw e }) })()`,
		"loops":   `for (;;) {}`,
		"refused": ``,
	}
	for _, tt := range []struct{ name, child, expression, want string }{
		{"params, context and globals are the child's own", "", `(globalThis.y = 1, Lit.Actions.call({ ipfsId: '` + cidA + `', params: { x: 5 } }).then(JSON.parse))`, `[5,["` + cidA + `"],["parent","` + cidA + `"],"undefined"]`},
		{"unknown code", "", `Lit.Actions.call({ ipfsId: '` + cidB + `' })`, `Error: get the code of ` + cidB + `: not found`},
		{"no CID", "", `Lit.Actions.call({ ipfsId: 'x' })`, `Error: ipfsId is not a CIDv0: "x"`},
		{"depth", "itself", `Lit.Actions.call({ ipfsId: '` + cidA + `' })`, `Error: Uncaught (in promise) Error: Uncaught (in promise) Error: Uncaught (in promise) Error: Uncaught (in promise) Error: Uncaught (in promise) Error: You may not call actions more than 5 levels deep and you have attempted to exceed that limit.`},
		{"an exception", "throws", `Lit.Actions.call({ ipfsId: '` + cidA + `' })`, "Error: Uncaught Error: inside\n    at <user_provided_script>:1:7"},
		{"limits are shared", "fetches", `(async () => { for (let i = 0; i < 2; i++) await Lit.Actions.call({ ipfsId: '` + cidA + `' }) })()`, `Error: Uncaught (in promise) Error: You may not send more than 50 HTTP requests`},
		{"params must be an object", "throws", `Lit.Actions.call({ ipfsId: '` + cidA + `', params: 'x' })`, `Error: jsParams must be an object`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.child != "" {
				n = &network{code: map[string]string{cidA: codes[tt.child]}}
			}
			got := call(t, action.Request{Host: n.host(), Auth: action.Auth{ActionIPFSIDStack: []string{"parent"}}}, tt.expression)
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
		})
	}
	for child, kind := range map[string]action.Kind{"greedy": action.Memory, "loops": action.Timeout} {
		t.Run(child, func(t *testing.T) {
			n := &network{code: map[string]string{cidA: codes[child]}}
			limits := small()
			if kind == action.Timeout {
				limits = short()
			}
			_, err := newRuntime(t).Run(t.Context(), action.Request{
				Code: `Promise.all([1, 2, 3].map(() => Lit.Actions.call({ ipfsId: '` + cidA + `' }).catch(() => {}))).then(() => LitActions.setResponse({ response: 'true' }))`,
				Host: n.host(), Limits: limits,
			})
			var failed *action.Error
			if !errors.As(err, &failed) || failed.Kind != kind {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestRunOnce(t *testing.T) {
	for _, tt := range []struct {
		leader           bool
		expression, want string
		published        string
	}{
		{true, `Lit.Actions.runOnce({ waitForResponse: true, name: 'n' }, async () => 'mine')`, `"mine"`, "n=mine"},
		{true, `Lit.Actions.runOnce({ waitForResponse: false, name: 'n' }, async () => ({ a: 1 }))`, `"{\"a\":1}"`, ""},
		{false, `Lit.Actions.runOnce({ waitForResponse: true, name: 'n' }, () => { throw new Error('never') })`, `"theirs of n"`, ""},
		{false, `Lit.Actions.runOnce({ waitForResponse: false, name: 'n' }, () => { throw new Error('never') })`, `""`, ""},
		{true, `Lit.Actions.runOnce({ name: 'n' })`, `TypeError: runOnce needs a function`, ""},
	} {
		n := &network{leader: tt.leader}
		got := call(t, action.Request{Host: n.host()}, tt.expression)
		if published := strings.Join(n.said, ","); got != tt.want || published != tt.published {
			t.Errorf("%s, leader %v: got %s and published %q", tt.expression, tt.leader, got, published)
		}
	}
}

func TestAuthAndHeaders(t *testing.T) {
	address := "0xf3"
	req := action.Request{
		Headers: http.Header{"Origin": {"http://a"}, "X-Two": {"1", "2"}, "Cookie": {"session=secret"}, "Authorization": {"Bearer secret"}},
		Auth: action.Auth{
			ActionIPFSIDs: []string{"a"}, ActionIPFSIDStack: []string{"a", "b"}, AuthSigAddress: &address, Resources: []string{"r"}, CustomAuthResource: "true</script>\u2028",
			AuthMethodContexts: []action.AuthMethodContext{{UserID: "u", AppID: "lit", AuthMethodType: 1, UsedForSignSessionKeyRequest: true}},
		},
	}
	const auth = `{"actionIpfsIds":["a"],"actionIpfsIdStack":["a","b"],"authSigAddress":"0xf3","authMethodContexts":[{"userId":"u","appId":"lit","authMethodType":1,"usedForSignSessionKeyRequest":true}],"resources":["r"],"customAuthResource":"true</script>` + "\u2028" + `"}`
	if got := call(t, req, `Lit.Auth`); got != auth {
		t.Errorf("got %s\nwant %s", got, auth)
	}
	if got := call(t, req, `[...LitHeaders, Lit.Headers === LitHeaders, Lit.Headers.get('ORIGIN')]`); got != `[["origin","http://a"],["x-two","1, 2"],true,"http://a"]` {
		t.Errorf("got %s", got)
	}
	const empty = `{"actionIpfsIds":[],"actionIpfsIdStack":[],"authSigAddress":null,"authMethodContexts":[],"resources":[],"customAuthResource":""}`
	if got := call(t, action.Request{}, `LitAuth`); got != empty {
		t.Errorf("got %s\nwant %s", got, empty)
	}
}

// TestTokenID compares pubkeyToTokenId with the vectors.
func TestTokenID(t *testing.T) {
	var vectors struct {
		PKPs []struct{ PublicKey, TokenIDHex string }
	}
	if err := json.Unmarshal([]byte(read(t, "testdata/vectors.json")), &vectors); err != nil || len(vectors.PKPs) == 0 {
		t.Fatalf("%d vectors, %v", len(vectors.PKPs), err)
	}
	for _, v := range vectors.PKPs {
		if got := call(t, action.Request{}, `Lit.Actions.pubkeyToTokenId({ publicKey: '`+v.PublicKey+`' })`); got != `"`+v.TokenIDHex+`"` {
			t.Errorf("%s: got %s, want %s", v.PublicKey, got, v.TokenIDHex)
		}
	}
}
