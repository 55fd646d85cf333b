package contracts_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"litsession/internal/contracts"
	"litsession/internal/eth"
	"litsession/internal/fetch"
	"litsession/internal/literr"
)

func TestUnusableEndpoints(t *testing.T) {
	refused := errors.New("connection refused")
	rows := []struct {
		name, body string
		status     int
		err        error
		want       string // in the message
	}{
		{"no answer", "", 0, refused, "the chain at https://rpc.example:8545 does not answer"},
		{"an error object", `{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"header not found"}}`, 200, nil, "refused the call: header not found"},
		{"an error object with another status", `{"error":{"code":-32005,"message":"limit exceeded"}}`, 429, nil, "refused the call: limit exceeded"},
		{"a revert", `{"error":{"code":3,"message":"execution reverted"}}`, 200, nil, "refused the call: the contract refused: no reason given"},
		{"an error object beside a result", `{"result":"0x01","error":{"message":"no"}}`, 200, nil, "refused the call: no"},
		{"an error without words", `{"error":{"code":3}}`, 200, nil, "no message"},
		{"an error that is a string", `{"error":"bad"}`, 200, nil, "no message"},
		{"an endless error", `{"error":{"message":"` + strings.Repeat("é", 10000) + `"}}`, 200, nil, "é…"},
		{"its key", `{"error":{"message":"no project secret0123456789abc of user:secret, key=secret"}}`, 200, nil, "no project [redacted] of [redacted], key=[redacted]"},
		{"a page", "<html>502 Bad Gateway</html>", 502, nil, "HTTP status 502"},
		{"an empty body", "", 200, nil, "did not answer with JSON-RPC"},
		{"cut JSON", `{"jsonrpc":"2.0","result":"0x`, 200, nil, "did not answer with JSON-RPC"},
		{"values without end", `{"result":"0x01","padding":[` + strings.Repeat("0,", 100_000) + `0]}`, 200, nil, "did not answer with JSON-RPC"},
		{"a batch", `[{"result":"0x01"}]`, 200, nil, "did not answer with JSON-RPC"},
		{"no result", `{"jsonrpc":"2.0","id":1}`, 200, nil, "did not answer with JSON-RPC"},
		{"a null result", `{"result":null}`, 200, nil, "no hex"},
		{"a number as result", `{"result":1}`, 200, nil, "no hex"},
		{"an odd number of digits", `{"result":"0x123"}`, 200, nil, "no hex"},
		{"no 0x", `{"result":"12"}`, 200, nil, "no hex"},
		{"no contract", `{"result":"0x"}`, 200, nil, "has no contract at 0x0100000000000000000000000000000000000000"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := readerAt(&endpoint{answer: fetch.Response{Status: row.status, Body: []byte(row.body)}, err: row.err},
				"https://user:secret@rpc.example:8545/v3/secret0123456789abc?key=secret#secret")
			_, err := r.Staking(t.Context())
			var e *literr.Error
			if !errors.As(err, &e) || e.Code != literr.ChainUnreachable {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(e.Message, row.want) {
				t.Errorf("message %q lacks %q", e.Message, row.want)
			}
			if len(e.Message) > 500 || strings.Contains(e.Message, "\ufffd") {
				t.Errorf("message of %d bytes: %q", len(e.Message), e.Message)
			}
			if e.Detail("url") != "https://rpc.example:8545" {
				t.Errorf("details %v", e.Details)
			}
			if strings.Contains(fmt.Sprint(e.Error(), e.Details), "secret") {
				t.Errorf("a credential is repeated: %v %v", e, e.Details)
			}
			if !errors.Is(err, row.err) && row.err != nil {
				t.Error("the cause is lost")
			}
		})
	}
}

func TestErrorsNameNoMoreThanTheOrigin(t *testing.T) {
	for url, want := range map[string]string{
		"http://127.0.0.1:8545":         "http://127.0.0.1:8545",
		"http://127.0.0.1:8545/":        "http://127.0.0.1:8545",
		"https://h?key=1":               "https://h",
		"https://h#1":                   "https://h",
		"https://a:b@c@h/x@y":           "https://h",
		"https://[::1]:8545/v3/abcdef0": "https://[::1]:8545",
		"no scheme":                     "rpcUrl",
		"":                              "rpcUrl",
	} {
		_, err := readerAt(&endpoint{err: errors.New("down")}, url).Staking(t.Context())
		var e *literr.Error
		if !errors.As(err, &e) || e.Detail("url") != want {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestSelectorsAreOfTheSignatures(t *testing.T) {
	v := readVectors(t)
	calls := map[string]func(*contracts.Client) (eth.Address, error){
		"getActiveUnkickedValidatorStructsAndCounts": func(r *contracts.Client) (eth.Address, error) {
			_, err := r.Staking(t.Context())
			return r.Addresses.Staking, err
		},
		"getContract": func(r *contracts.Client) (eth.Address, error) {
			resolver := contracts.Resolver{Address: eth.Address{9}}
			r.Addresses.Staking = eth.Address{}
			err := r.Resolve(t.Context(), resolver, contracts.NameStaking)
			return resolver.Address, err
		},
	}
	for signature, want := range v.Selectors {
		name, _, _ := strings.Cut(signature, "(")
		call, ok := calls[name]
		if !ok {
			continue // a function that Client reads
		}
		delete(calls, name)
		e := returning([]byte{1})
		to, err := call(reader(e))
		if !errors.Is(err, literr.ChainUnreachable) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: an answer of one byte gives %v", name, err)
		}
		if got := e.calldata(t, to); !strings.HasPrefix(got, want) {
			t.Errorf("%s: called with %s, want %s", name, got, want)
		}
	}
	if len(calls) > 0 {
		t.Errorf("the vectors lack %v", slices.Collect(maps.Keys(calls)))
	}
}

func TestResolve(t *testing.T) {
	names := readVectors(t).ResolverNames
	resolver := contracts.Resolver{Address: eth.Address{9}, Environment: 2}
	want := eth.Address{1, 2, 3}
	for contract, name := range map[string]string{contracts.NameStaking: "STAKING", "PKPPermissions": "PKP_PERMISSIONS", "PubkeyRouter": "PUB_KEY_ROUTER"} {
		e := returning(append(make([]byte, 12), want[:]...))
		c := reader(e)
		c.Addresses = contracts.Addresses{}
		err := c.Resolve(t.Context(), resolver, contract)
		if got := string(c.Addresses.JSON()); err != nil || got != `{"`+contract+`":{"address":"`+want.String()+`"}}` {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		data := e.calldata(t, resolver.Address)
		if hash := "0x8e8dfd16" + names[name][2:]; data != hash+strings.Repeat("0", 63)+"2" {
			t.Errorf("%s: called with %s", name, data)
		}
	}
	for name, answer := range map[string][]byte{
		"the zero address":     make([]byte, 32),
		"two words":            make([]byte, 64),
		"more than an address": word(t, "01"+strings.Repeat("0", 40)),
	} {
		c := reader(returning(answer))
		c.Addresses = contracts.Addresses{}
		err := c.Resolve(t.Context(), resolver, contracts.NameStaking)
		if !errors.Is(err, literr.ChainUnreachable) || c.Addresses != (contracts.Addresses{}) {
			t.Errorf("%s: %+v, %v", name, c.Addresses, err)
		}
	}
}

func TestKnownNetworks(t *testing.T) {
	networks := readVectors(t).Networks
	if len(networks) != 4 {
		t.Fatalf("%d networks", len(networks))
	}
	for name, want := range networks {
		got, ok := contracts.KnownNetwork(name)
		if !ok || got.RPCURL != want.RPCURL || got.NodeScheme != want.HTTPProtocol {
			t.Errorf("%s: %+v", name, got)
		}
		if want.Staking == "" {
			want.Staking = eth.Address{}.String()
		}
		if got.Staking.String() != want.Staking {
			t.Errorf("%s: Staking %s, want %s", name, got.Staking, want.Staking)
		}
	}
	for _, name := range []string{"", "habanero", "Datil", "datil ", "naga"} {
		if got, ok := contracts.KnownNetwork(name); ok {
			t.Errorf("%q is known: %v", name, got)
		}
	}
}
