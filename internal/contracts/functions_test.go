package contracts_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"litsession/internal/contracts"
	"litsession/internal/eth"
)

type writeVectors struct {
	Calls []struct {
		Contract, Function, Calldata string
		Args                         json.RawMessage
	}
	Events []struct {
		Name   string
		Topics []string
		Data   string
	}
	Results []struct {
		Function, Data string
		Decoded        json.RawMessage
	}
	ABI map[string]struct{ Functions, Events map[string]string }
	// Networks has addresses by network and contract.
	Networks map[string]map[string]string
}

func readWriteVectors(t testing.TB) writeVectors {
	t.Helper()
	raw, err := os.ReadFile("testdata/write.json")
	if err != nil {
		t.Fatal(err)
	}
	var v writeVectors
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSelectorsAndTopicsAreThoseOfTheProtocol(t *testing.T) {
	v := readWriteVectors(t)
	withName := func(of map[string]string, name string) string {
		for signature, hash := range of {
			if strings.HasPrefix(signature, name+"(") {
				return hash
			}
		}
		return ""
	}
	for _, f := range contracts.Functions() {
		want := withName(v.ABI[f.Contract].Functions, f.Name)
		switch f.Name {
		case "transferFrom": // of ERC-721, which the vectors leave out
			want = "0x23b872dd"
		case "pruneExpired": // protocol 10.5; not in the official ABI
			want = "0xc3485de6"
		}
		if f.Selector != want {
			t.Errorf("%s.%s has selector %s, want %s", f.Contract, f.Signature, f.Selector, want)
		}
	}
	for _, e := range contracts.Events() {
		if want := withName(v.ABI[e.Contract].Events, e.Name); e.Topic != want {
			t.Errorf("%s has topic %s, want %s", e.Signature, e.Topic, want)
		}
	}
}

func TestCalldataIsThatOfTheOfficialSDK(t *testing.T) {
	tried := 0
	for _, call := range readWriteVectors(t).Calls {
		name := strings.TrimPrefix(call.Function[:strings.IndexByte(call.Function, '(')], "function ")
		if call.Contract == "Staking" || call.Contract == "PaymentDelegation" {
			continue
		}
		tried++
		got, err := contracts.Calldata(call.Contract, name, call.Args)
		if err != nil || eth.Hex(got) != call.Calldata {
			t.Errorf("%s %s: %x, %v", name, call.Args, got, err)
		}
	}
	if tried < 16 {
		t.Errorf("only %d calls tried", tried)
	}
}

func TestEventsOfReceipts(t *testing.T) {
	for _, row := range readWriteVectors(t).Events {
		if strings.HasPrefix(row.Name, "StateChanged") { // of Staking: no write of ours leaves it
			continue
		}
		var topics [][32]byte
		for _, topic := range row.Topics {
			topics = append(topics, [32]byte(unhex(t, topic)))
		}
		got, known := contracts.EventOf(topics, unhex(t, row.Data))
		var event struct {
			Event string
			Args  [][2]json.RawMessage
		}
		if err := json.Unmarshal(got, &event); !known || err != nil || event.Event != row.Name {
			t.Errorf("%s: got %s", row.Name, got)
			continue
		}
		if _, known := contracts.EventOf(topics, append(unhex(t, row.Data), 1)); known {
			t.Errorf("%s: one byte too many was taken", row.Name)
		}
		if _, known := contracts.EventOf(topics[:1], unhex(t, row.Data)); known {
			t.Errorf("%s: taken without its indexed arguments", row.Name)
		}
	}
	if _, known := contracts.EventOf([][32]byte{{1}}, nil); known {
		t.Error("an unknown event was taken")
	}
	if _, known := contracts.EventOf(nil, nil); known {
		t.Error("an anonymous event was taken")
	}
}

// TestResultsAreThoseOfEthers: decoded values are what ethers 5 writes as JSON, but
// for its tuples, which are lists there.
func TestResultsAreThoseOfEthers(t *testing.T) {
	for _, row := range readWriteVectors(t).Results {
		types := map[string]string{"getPermittedActions": "bytes[]", "getPubkey": "bytes", "capacity": "(uint256,uint256)"}[row.Function]
		got, err := contracts.Decode(types, unhex(t, row.Data))
		want := []byte(row.Decoded)
		if row.Function == "capacity" { // numbers there
			want = []byte(`[[{"type":"BigNumber","hex":"0x0e"},{"type":"BigNumber","hex":"0x696ad100"}]]`)
		}
		if err != nil || !sameJSON(t, got, want) {
			t.Errorf("%s: %s, %v; want %s", row.Function, got, err, want)
		}
	}
}

func TestKnownAddresses(t *testing.T) {
	for name, want := range readWriteVectors(t).Networks {
		got, ok := contracts.KnownAddresses(name)
		if name == "custom" {
			continue
		}
		have := map[string]eth.Address{"Staking": got.Staking, "PKPNFT": got.PKPNFT, "PKPHelper": got.PKPHelper,
			"PKPPermissions": got.PKPPermissions, "PubkeyRouter": got.PubkeyRouter, "RateLimitNFT": got.RateLimitNFT}
		for contract, address := range have {
			if !ok || address.String() != want[contract] {
				t.Errorf("%s of %s is %s, want %s", contract, name, address, want[contract])
			}
		}
	}
	if _, ok := contracts.KnownAddresses("custom"); ok {
		t.Error("custom has known addresses")
	}
}

func TestRevertReasons(t *testing.T) {
	text := func(s string) []byte {
		data, err := contracts.Encode("string", []byte(`["`+s+`"]`))
		if err != nil {
			t.Fatal(err)
		}
		return append([]byte{0x08, 0xc3, 0x79, 0xa0}, data...)
	}
	word := func(n byte) []byte { return append(make([]byte, 31), n) }
	long := strings.Repeat("x", 400)
	for _, row := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, ""},
		{"less than a selector", []byte{1, 2, 3}, ""},
		{"require", text("Not PKP NFT owner"), "Not PKP NFT owner"},
		{"a long text is cut", text(long), long[:300] + "…"},
		{"a text that ends too early", text("abc")[:40], "the error with selector 0x08c379a0"},
		{"overflow", append([]byte{0x4e, 0x48, 0x7b, 0x71}, word(0x11)...), "panic: an arithmetic overflow"},
		{"another panic", append([]byte{0x4e, 0x48, 0x7b, 0x71}, word(0x99)...), "panic 0x99"},
		// cast sig "ERC721NonexistentToken(uint256)" and ERC-6093.
		{"a custom error", append([]byte{0x7e, 0x27, 0x32, 0x89}, word(5)...), "ERC721NonexistentToken(tokenId: 0x05)"},
		{"a custom error with other arguments", append([]byte{0x7e, 0x27, 0x32, 0x89}, 1), "ERC721NonexistentToken"},
		{"an unknown error", []byte{0xde, 0xad, 0xbe, 0xef, 1}, "the error with selector 0xdeadbeef"},
	} {
		if got := contracts.RevertReason(row.data); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestArgumentsAreNamedInErrors(t *testing.T) {
	for _, row := range []struct{ contract, function, arguments, want string }{
		{"PKPPermissions", "addPermittedAction", `["x","0x","1"]`, "tokenId of addPermittedAction must be a whole number"},
		{"PKPPermissions", "addPermittedAction", `[1,"0x",[true]]`, "scopes[0] of addPermittedAction must be"},
		{"PKPPermissions", "addPermittedAction", `[1]`, "addPermittedAction takes 3 arguments, not 1"},
		{"PKPPermissions", "nothing", `[]`, "there is no function nothing of a contract PKPPermissions"},
		{"Nothing", "mintNext", `[]`, "there is no function mintNext of a contract Nothing"},
	} {
		_, err := contracts.Calldata(row.contract, row.function, []byte(row.arguments))
		if err == nil || !strings.HasPrefix(err.Error(), row.want) {
			t.Errorf("%s%s: %v", row.function, row.arguments, err)
		}
	}
	if got, err := contracts.Calldata("PKPNFT", "mintNext", []byte(`[2]`)); err != nil || !bytes.HasPrefix(got, []byte{0x5d, 0x22, 0x8b, 0x16}) {
		t.Errorf("%x, %v", got, err)
	}
}
