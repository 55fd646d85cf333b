package contracts_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"litsession/internal/contracts"
	"litsession/internal/eth"
	"litsession/internal/literr"
)

func TestTokenInfoIsThatOfTheOfficialSDK(t *testing.T) {
	raw, err := os.ReadFile("testdata/tokeninfo.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]any
	if err := json.Unmarshal(raw, &rows); err != nil || len(rows) == 0 {
		t.Fatal(err, len(rows))
	}
	for _, want := range rows {
		key, err := eth.ParsePublicKey(want["publicKey"].(string))
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(contracts.TokenInfoJSON(key), &got); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"publicKey", "ethAddress", "btcAddress", "cosmosAddress"} {
			if got[name] != want[name] {
				t.Errorf("%s of %s: %v, want %v", name, key, got[name], want[name])
			}
		}
	}
}

func TestClientConfigurations(t *testing.T) {
	const address = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
	known, _ := contracts.KnownAddresses("datil")
	one, err := eth.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		text string
		want contracts.Config
		code literr.Code
	}{
		{`{"network":"datil"}`, contracts.Config{Network: "datil", RPCURL: "https://yellowstone-rpc.litprotocol.com", ChainID: 175188, Addresses: known}, ""},
		{`{"network":"custom","rpc":"http://127.0.0.1:1","customContext":{"PKPNFT":{"address":"` + address + `","name":"PKPNFT"},"Allowlist":{"address":"x"}},"timing":{"poll":7,"receipt":1000,"answer":5}}`,
			contracts.Config{Network: "custom", RPCURL: "http://127.0.0.1:1", Addresses: contracts.Addresses{PKPNFT: one},
				Timing: contracts.Timing{Poll: 7 * time.Millisecond, Receipt: time.Second, Answer: 5 * time.Millisecond}}, ""},
		{`{"network":"datil","customContext":{"resolverAddress":"` + address + `","environment":2,"contractContext":{"Staking":{"address":"` + address + `"}}}}`,
			contracts.Config{Network: "datil", RPCURL: "https://yellowstone-rpc.litprotocol.com", ChainID: 175188,
				Addresses: contracts.Addresses{Staking: one}, Resolver: &contracts.Resolver{Address: one, Environment: 2}}, ""},
		{`{"network":"cayenne"}`, contracts.Config{}, literr.UnknownNetwork},
		{`{}`, contracts.Config{}, literr.UnknownNetwork},
		{`{"network":"custom"}`, contracts.Config{}, literr.InvalidParam},
		{`{"network":"custom","customContext":{"PKPNFT":{"address":"0x12"}}}`, contracts.Config{}, literr.InvalidParam},
		{`{"network":"custom","customContext":{"PKPNFT":{}}}`, contracts.Config{}, literr.InvalidParam},
		{`{"network":"custom","customContext":{"resolverAddress":"x","environment":2}}`, contracts.Config{}, literr.InvalidParam},
		{`{"network":"custom","customContext":{"resolverAddress":"` + address + `","environment":3}}`, contracts.Config{}, literr.InvalidParam},
		{`{"network":"datil","timing":{"poll":0}}`, contracts.Config{}, literr.InvalidParam},
		{`{"network":"datil","timing":{"receipt":"1"}}`, contracts.Config{}, literr.InvalidParam},
		{`[`, contracts.Config{}, literr.InvalidParam},
	} {
		got, err := contracts.DecodeConfig([]byte(row.text))
		if row.code != "" {
			if literr.CodeOf(err) != row.code {
				t.Errorf("%s: %v, want %s", row.text, err, row.code)
			}
			continue
		}
		resolver := got.Resolver != nil && row.want.Resolver != nil && *got.Resolver == *row.want.Resolver || got.Resolver == row.want.Resolver
		got.Resolver, row.want.Resolver = nil, nil
		if err != nil || got != row.want || !resolver {
			t.Errorf("%s: %+v, %v", row.text, got, err)
		}
	}
	if text := string(known.JSON()); strings.Count(text, "address") != 6 || !json.Valid([]byte(text)) {
		t.Errorf("addresses %s", text)
	}
}
