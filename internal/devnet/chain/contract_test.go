package chain_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
)

// contract talks to a deployed contract as a stranger does: by address and ABI over the port.
type contract struct {
	t       testing.TB
	fixture *fixture
	client  *ethclient.Client
	address common.Address
	abi     abi.ABI
}

func (f *fixture) contract(t testing.TB, name string) contract {
	t.Helper()
	entry, ok := f.Contracts()[name]
	if !ok {
		t.Fatalf("no contract %s", name)
	}
	client, err := ethclient.DialContext(t.Context(), f.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return contract{t, f, client, common.HexToAddress(entry.Address), parseABI(t, entry.ABI)}
}

func parseABI(t testing.TB, text []byte) abi.ABI {
	t.Helper()
	parsed, err := abi.JSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// tryCall returns the results of a view, or its revert.
func (c contract) tryCall(method string, args ...any) ([]any, error) {
	c.t.Helper()
	data, err := c.abi.Pack(method, args...)
	if err != nil {
		c.t.Fatal(err)
	}
	answer, err := c.client.CallContract(c.t.Context(), ethereum.CallMsg{To: &c.address, Data: data}, nil)
	if err != nil {
		return nil, err
	}
	return c.abi.Unpack(method, answer)
}

func (c contract) call(method string, args ...any) any {
	c.t.Helper()
	values, err := c.tryCall(method, args...)
	if err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
	return values[0]
}

func (c contract) trySend(from *ecdsa.PrivateKey, wei *big.Int, method string, args ...any) (*types.Receipt, error) {
	c.t.Helper()
	data, err := c.abi.Pack(method, args...)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.fixture.Transact(c.t.Context(), from, c.address, wei, data)
}

func (c contract) send(from *ecdsa.PrivateKey, wei *big.Int, method string, args ...any) *types.Receipt {
	c.t.Helper()
	receipt, err := c.trySend(from, wei, method, args...)
	if err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
	return receipt
}

func (c contract) wantRevert(text string, err error) {
	c.t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		c.t.Errorf("got error %v, want a revert with %q", err, text)
	}
}

// logNames are the events of a receipt in order, by their names in any of the contracts.
func (f *fixture) logNames(t testing.TB, receipt *types.Receipt) []string {
	t.Helper()
	known := map[common.Hash]string{}
	for _, entry := range f.Contracts() {
		for _, event := range parseABI(t, entry.ABI).Events {
			known[event.ID] = event.Name
		}
	}
	var names []string
	for _, log := range receipt.Logs {
		names = append(names, known[log.Topics[0]])
	}
	return names
}

// protocolVectors are testdata/contracts.json.
type protocolVectors struct {
	Contracts struct {
		ABI map[string]struct {
			Functions map[string]hexutil.Bytes
			Events    map[string]common.Hash
		}
		Calls []struct {
			Contract, Function string
			Args               []any
			Calldata           hexutil.Bytes
		}
		Results []struct {
			Function string
			Data     hexutil.Bytes
		}
		Events []struct {
			Name   string
			Topics []common.Hash
			Data   hexutil.Bytes
		}
		AuthMethodID []struct {
			AuthMethodType  int64
			ID              hexutil.Bytes
			GetAuthMethodID common.Hash `json:"getAuthMethodId"`
		}
	}
	ResolverNames map[string]common.Hash
	Cost          []struct {
		RequestsPerKilosecond, DurationSeconds int64
		CostWei                                string
	}
}

func loadVectors(t testing.TB) protocolVectors {
	t.Helper()
	text, err := os.ReadFile("testdata/contracts.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors protocolVectors
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	return vectors
}
