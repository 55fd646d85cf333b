package devnet_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"litsession/internal/devnet"
	"litsession/internal/nodeapi"
	"litsession/internal/session"
)

// TestAnActionChecksConditions asks the network's chain about a wallet that owns
// a PKP and coins.
func TestAnActionChecksConditions(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	key := must(session.GenerateKeyPair(rand.Reader))(t)
	owner, stranger := d.Accounts[0], d.Accounts[1]
	other := string(walletSig(t, stranger, delegation(t, stranger, key)).JSON())
	filled := strings.NewReplacer("OWNER", owner.Address, "TOKEN", d.PKP.TokenID,
		"NFT", d.ContractContext["PKPNFT"].Address, "PERMISSIONS", d.ContractContext["PKPPermissions"].Address)
	const (
		isOwner    = `{"contractAddress":"","standardContractType":"","chain":"ethereum","method":"","parameters":[":userAddress"],"returnValueTest":{"comparator":"=","value":"OWNER"}}`
		rich       = `{"contractAddress":"","standardContractType":"","chain":"yellowstone","method":"eth_getBalance","parameters":[":userAddress","latest"],"returnValueTest":{"comparator":">=","value":"9000000000000000000000"}}`
		hasPKP     = `{"contractAddress":"NFT","standardContractType":"ERC721","chain":"yellowstone","method":"balanceOf","parameters":[":userAddress"],"returnValueTest":{"comparator":">","value":"0"}}`
		ownsPKP    = `{"contractAddress":"NFT","standardContractType":"ERC721","chain":"yellowstone","method":"ownerOf","parameters":["TOKEN"],"returnValueTest":{"comparator":"=","value":":userAddress"}}`
		permitted  = `{"conditionType":"evmContract","contractAddress":"PERMISSIONS","functionName":"isPermittedAddress","functionParams":["TOKEN",":userAddress"],"functionAbi":{"name":"isPermittedAddress","stateMutability":"view","inputs":[{"name":"tokenId","type":"uint256"},{"name":"user","type":"address"}],"outputs":[{"name":"","type":"bool"}]},"chain":"yellowstone","returnValueTest":{"key":"","comparator":"=","value":"true"}}`
		addresses  = `{"conditionType":"evmContract","contractAddress":"PERMISSIONS","functionName":"getPermittedAddresses","functionParams":["TOKEN"],"functionAbi":{"name":"getPermittedAddresses","inputs":[{"name":"tokenId","type":"uint256"}],"outputs":[{"name":"addresses","type":"address[]"}]},"chain":"yellowstone","returnValueTest":{"key":"addresses","comparator":"contains","value":":userAddress"}}`
		thisAction = `{"contractAddress":"","standardContractType":"","chain":"ethereum","method":"","parameters":[":currentActionIpfsId"],"returnValueTest":{"comparator":"=","value":"Qm"}}`
		elsewhere  = `{"contractAddress":"","standardContractType":"","chain":"ethereum","method":"eth_getBalance","parameters":[":userAddress","latest"],"returnValueTest":{"comparator":">=","value":"0"}}`
		noToken    = `{"contractAddress":"NFT","standardContractType":"ERC721","chain":"yellowstone","method":"ownerOf","parameters":["1"],"returnValueTest":{"comparator":"=","value":":userAddress"}}`
		and, or    = `,{"operator":"and"},`, `,{"operator":"or"},`
	)
	for conditions, want := range map[string][2]string{ // for the owner and the stranger
		`[` + isOwner + `]`: {"true", "false"},
		`[` + rich + and + hasPKP + and + ownsPKP + and + permitted + and + addresses + `]`: {"true", "false"},
		`[` + rich + `]`:                        {"true", "true"},
		`[` + hasPKP + `]`:                      {"true", "false"},
		`[` + ownsPKP + `]`:                     {"true", "false"},
		`[` + permitted + or + thisAction + `]`: {"true", "false"},
		`[` + addresses + and + `[` + thisAction + or + rich + `]` + `]`: {"true", "false"},
		`[` + thisAction + `]`: {"false", "false"},
		`[` + elsewhere + `]`:  {`this local network has no node of the chain "ethereum"`, `this local network has no node of the chain "ethereum"`},
		`[` + noToken + `]`:    {"ownerOf: execution reverted", "ownerOf: execution reverted"},
		`[]`:                   {"conditions must have an operator", "conditions must have an operator"},
	} {
		for i, authSig := range []string{"null", other} {
			s := walletSession(key, d.Nodes[0].URL, walletSig(t, owner, delegation(t, owner, key)))
			request := executeBody(t, s, `(async () => {
				const answer = await Lit.Actions.checkConditions({conditions, authSig: given, chain: "yellowstone"}).catch((e) => e.message);
				Lit.Actions.setResponse({response: String(answer)});
			})()`)
			request["jsParams"] = map[string]json.RawMessage{"conditions": []byte(filled.Replace(conditions)), "given": []byte(authSig)}
			if got := execute(t, s, request).Response; !strings.HasPrefix(got, want[i]) {
				t.Errorf("%s, with %.40s: got %s, want %s", conditions, authSig, got, want[i])
			}
		}
	}
}

// TestWhoseConditions: an AuthSig counts when it verifies, and without a session
// there is no other user.
func TestWhoseConditions(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	key := must(session.GenerateKeyPair(rand.Reader))(t)
	owner := d.Accounts[0]
	sig := walletSig(t, owner, delegation(t, owner, key))
	forged := sig
	forged.Address = d.Accounts[1].Address
	const source = `(async () => {
		const conditions = [{method: "", parameters: [":userAddress"], returnValueTest: {comparator: "=", value: owner}}];
		throw await Lit.Actions.checkConditions({conditions, authSig, chain: "ethereum"}).catch((e) => e.message);
	})()`
	for authSig, want := range map[string]string{
		"null": ":userAddress is nobody's", string(sig.JSON()): "true", string(forged.JSON()): "The AuthSig's address is not the one in its message", `{}`: "authSig: ",
	} {
		r := request(t, d, "0x"+strings.Repeat("ab", 32), `{"owner":"`+owner.Address+`","authSig":`+authSig+`}`)
		r.Code = base64.StdEncoding.EncodeToString([]byte(source))
		status, body := call(t, "POST", d.Nodes[0].URL+nodeapi.SignSessionKeyPath, string(r.JSON()))
		if thrown := nodeapi.ParseError(status, body).Exception; !strings.Contains(thrown, want) {
			t.Errorf("%.60s: got %s, want %s", authSig, thrown, want)
		}
	}
}
