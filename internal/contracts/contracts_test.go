package contracts_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"litsession/internal/contracts"
	"litsession/internal/eth"
	"litsession/internal/fetch"
)

type vectors struct {
	Staking      struct{ To, Data, Result string }
	EpochNumber  uint64
	MinNodeCount int
	NodeURLs     []string
	Selectors    map[string]string
	Threshold    []struct{ Nodes, ContractMinNodeCount int }
	IntToIP      []struct {
		Int uint32
		IP  string
	}
	NodeURL []struct {
		Network, URL string
		IP, Port     uint32
	}
	CurrentEpochNumber []struct {
		EpochLength, Number, EndTime, Result uint64
		Now                                  int64
	}
	ResolverNames map[string]string
	Networks      map[string]struct{ RPCURL, HTTPProtocol, Staking string }
}

func readVectors(t testing.TB) vectors {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// endpoint answers every request with the same and keeps the last one.
type endpoint struct {
	answer fetch.Response
	err    error
	asked  fetch.Request
}

func (e *endpoint) Fetch(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	e.asked = r
	if e.err != nil {
		return nil, e.err
	}
	return &e.answer, nil
}

// calldata returns what the last eth_call sent, after checking the rest of it.
func (e *endpoint) calldata(t *testing.T, to eth.Address) string {
	t.Helper()
	var body struct {
		JSONRPC, Method string
		ID              int
		Params          []json.RawMessage
	}
	var call struct{ To, Data string }
	if err := json.Unmarshal(e.asked.Body, &body); err != nil || len(body.Params) != 2 {
		t.Fatalf("body %s: %v", e.asked.Body, err)
	}
	if err := json.Unmarshal(body.Params[0], &call); err != nil {
		t.Fatal(err)
	}
	if e.asked.Method != "POST" || body.JSONRPC != "2.0" || body.ID != 1 || body.Method != "eth_call" ||
		string(body.Params[1]) != `"latest"` || call.To != strings.ToLower(to.String()) {
		t.Errorf("asked %s %s", e.asked.Method, e.asked.Body)
	}
	return call.Data
}

// returning is an endpoint whose contracts return the bytes.
func returning(result []byte) *endpoint {
	return &endpoint{answer: fetch.Response{
		Status:      200,
		ContentType: "application/json",
		Body:        []byte(`{"jsonrpc":"2.0","id":1,"result":"` + eth.Hex(result) + `"}`),
	}}
}

// reader asks e, with addresses that tell the contracts apart.
func reader(e *endpoint) *contracts.Client { return readerAt(e, "http://127.0.0.1:8545") }

func readerAt(e *endpoint, url string) *contracts.Client {
	return &contracts.Client{
		Node: contracts.HTTPNode{Fetcher: e, URL: url},
		Addresses: contracts.Addresses{
			Staking:        eth.Address{1},
			PKPPermissions: eth.Address{2},
			PubkeyRouter:   eth.Address{3},
		},
	}
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// word returns 32 bytes that end as the hex digits say.
func word(t testing.TB, digits string) []byte {
	t.Helper()
	return unhex(t, strings.Repeat("0", 64-len(digits))+digits)
}
