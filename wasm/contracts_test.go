//go:build js

package main

import (
	"strings"
	"syscall/js"
	"testing"
)

const contractsConfig = `{"network":"custom","rpc":"http://chain.test","customContext":{"PKPNFT":{"address":"0x5FbDB2315678afecb367f032d93F642f64180aa3"},"PKPPermissions":{"address":"0x5FbDB2315678afecb367f032d93F642f64180aa3"}},"timing":{"poll":1,"outage":1,"dropAfter":1}}`

// node is a request port: a chain that takes every transaction and never mines one.
const node = `request: async (method) => ({
	eth_chainId: '"0x2ac54"', eth_blockNumber: '"0x1"', eth_getTransactionCount: '"0x0"', eth_estimateGas: '"0x5208"',
	eth_getBlockByNumber: '{"baseFeePerGas":"0x7","transactions":[]}', eth_maxPriorityFeePerGas: '"0x1"',
	eth_getBalance: '"0xffffffffffffffff"', eth_getTransactionReceipt: "null", eth_getTransactionByHash: "null",
	eth_sendRawTransaction: '"0x"', eth_call: '"0x0000000000000000000000000000000000000000000000000000000000000001"',
}[method])`

const (
	permit = `{"from":"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266","contract":"PKPPermissions","function":"addPermittedAction","args":["1","0x12",[1]],"options":{}}`
	mint   = `{"from":"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266","contract":"PKPNFT","function":"mintNext","args":[2],"options":{}}`
)

func openContracts(t *testing.T, ports string) js.Value {
	t.Helper()
	outcome := api(unreachable).Call("newContracts", contractsConfig, eval("("+ports+")"))
	if e := outcome.Get("error"); !e.IsUndefined() {
		t.Fatalf("newContracts: %s", e.Get("message"))
	}
	contracts := outcome.Get("value")
	t.Cleanup(func() { contracts.Call("release") })
	return contracts
}

func TestContractsConfigurationsThatAreRefused(t *testing.T) {
	for config, want := range map[string]string{
		`undefined`:                "invalid_param",
		`"{"`:                      "invalid_param",
		`'{"network":"cayenne"}'`:  "unknown_network",
		`'{"network":"custom"}'`:   "invalid_param",
		`7n`:                       "invalid_param",
		`"[".repeat(1e6)`:          "invalid_param",
		`({network: "datil-dev"})`: "invalid_param",
	} {
		outcome := api(unreachable).Call("newContracts", eval(config), eval(`({})`))
		if !outcome.Get("value").IsUndefined() {
			t.Errorf("%s is accepted", config)
			continue
		}
		wantReason(t, outcome.Get("error"), want)
	}
}

func TestContractsHaveTheirFunctions(t *testing.T) {
	contracts := openContracts(t, `{`+node+`}`)
	names := js.Global().Get("Object").Call("keys", contracts).Call("join").String()
	if names != "connect,read,send,wait,mint,mintCredits,release" {
		t.Errorf("contracts have %s", names)
	}
	if got := result(t, contracts.Call("connect", `{}`)); got != `{"chainId":175188,"contracts":{"PKPNFT":{"address":"0x5FbDB2315678afecb367f032d93F642f64180aa3"},"PKPPermissions":{"address":"0x5FbDB2315678afecb367f032d93F642f64180aa3"}}}` {
		t.Errorf("connect answers %s", got)
	}
	if got := result(t, contracts.Call("read", `{"contract":"PKPNFT","function":"mintCost","args":[]}`)); got != `[{"type":"BigNumber","hex":"0x01"}]` {
		t.Errorf("read answers %s", got)
	}
}

// TestPortsOfContractsThatMisbehave: whatever they throw or answer, it is a typed
// error, with the thrown value as its innermost cause.
func TestPortsOfContractsThatMisbehave(t *testing.T) {
	const describe = `describe: (e) => JSON.stringify({codes: [String(e.code)], message: e.message, data: e.data}), `
	for _, row := range []struct{ name, ports, want string }{
		{"no ports", `undefined`, "chain_unreachable"},
		{"a node that throws", `{request() { throw new Error("no") }}`, "chain_unreachable"},
		{"a node that answers an object", `{request: async () => ({})}`, "chain_unreachable"},
		{"a node that answers no JSON", `{request: async () => "{"}`, "chain_unreachable"},
		{"a node that refuses", `{` + describe + `request: async () => { throw {code: -32000, message: "out of order"} }}`, "chain_unreachable"},
		{"no sender", `{` + node + `}`, "wallet_failed"},
		{"a sender that throws", `{` + node + `, send() { throw new Error("no") }}`, "wallet_failed"},
		{"a sender that throws a bigint", `{` + node + `, send() { throw 7n }}`, "wallet_failed"},
		{"a sender that answers a number", `{` + node + `, send: async () => 7}`, "wallet_failed"},
		{"a sender that answers no hash", `{` + node + `, send: async () => "0x12"}`, "wallet_failed"},
		{"a description that throws", `{` + node + `, describe() { throw 1 }, send: async () => { throw {code: 4001} }}`, "wallet_failed"},
		{"a description that is no text", `{` + node + `, describe: () => ({}), send: async () => { throw {code: 4001} }}`, "wallet_failed"},
		{"a description that is no JSON", `{` + node + `, describe: () => "{", send: async () => { throw {code: 4001} }}`, "wallet_failed"},
		{"a rejection by the user", `{` + describe + node + `, send: async () => { throw {code: 4001, message: "no"} }}`, "user_rejected"},
		{"another chain", `{` + describe + node + `, send: async () => { throw {code: 4902, message: "no"} }}`, "wrong_chain"},
		{"a revert that the wallet saw", `{` + describe + node + `, send: async () => { throw {code: 3, data: "0x5cd83192", message: "reverted"} }}`, "reverted"},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := rejection(t, openContracts(t, row.ports).Call("send", permit))
			wantReason(t, e, row.want)
		})
	}
}

// TestFailuresOfAProviderKeepItsKey: libraries put the node's address with its key into
// their errors. The message has what describe makes of it, if that works at all.
func TestFailuresOfAProviderKeepItsKey(t *testing.T) {
	const throws = `request: async () => { throw new Error("could not reach https://rpc.test/v3/secret") }`
	for name, ports := range map[string]string{
		"described":     `{describe: () => JSON.stringify({codes: ["NETWORK_ERROR"], message: "could not reach https://rpc.test"}), ` + throws + `}`,
		"not described": `{` + throws + `}`,
	} {
		e := rejection(t, openContracts(t, ports).Call("connect", `{}`))
		wantReason(t, e, "chain_unreachable")
		for at := e; !at.IsUndefined(); at = at.Get("cause") {
			if text := at.Get("message").String(); strings.Contains(text, "secret") != at.Get("cause").IsUndefined() {
				t.Errorf("%s: %q", name, text) // the cause is what was thrown
			}
		}
	}
}

func TestASignedTransactionIsSentFromHere(t *testing.T) {
	contracts := openContracts(t, `{`+node+`, send: async () => "0x02" + "ab".repeat(100)}`)
	sent := result(t, contracts.Call("send", permit))
	if !strings.HasPrefix(sent, `{"hash":"0x`) {
		t.Fatalf("send answers %s", sent)
	}
	wantReason(t, rejection(t, contracts.Call("wait", `{"sent":`+sent+`}`)), "transaction_dropped")
	e := rejection(t, contracts.Call("mint", mint))
	wantReason(t, e, "transaction_dropped")
	if hash := e.Get("details").Get("txHash").String(); !strings.Contains(sent, hash) {
		t.Errorf("details.txHash is %s", hash)
	}
}

func TestContractsParamsAreChecked(t *testing.T) {
	contracts := openContracts(t, `{`+node+`, send: async () => "0x"}`)
	for _, call := range [][2]string{
		{"read", `{`}, {"read", `{}`}, {"read", `{"contract":"PKPNFT","function":"getPubkey","args":[]}`},
		{"send", `{}`}, {"send", `{"from":"0x12"}`}, {"wait", `{}`}, {"wait", `{"sent":{"hash":"0x12"}}`},
		{"mint", `{}`}, {"mintCredits", strings.Replace(mint, `"args"`, `"requestsPerKilosecond":1.5,"expiresAt":86400,"args"`, 1)},
	} {
		wantReason(t, rejection(t, contracts.Call(call[0], call[1])), "invalid_param")
	}
}

func TestAbortedContracts(t *testing.T) {
	controller := eval(`new AbortController()`)
	contracts := openContracts(t, `{`+node+`, send: () => new Promise(() => {})}`)
	promise := contracts.Call("mint", mint, controller.Get("signal"))
	nextTask()
	controller.Call("abort")
	if got := rejection(t, promise); !got.Equal(controller.Get("signal").Get("reason")) {
		t.Errorf("rejected with %v", got)
	}
}
