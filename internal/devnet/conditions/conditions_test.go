package conditions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/devnet/conditions"
)

// echo is a chain whose contracts return what they were called with, and whose
// accounts all have seven wei.
type echo struct{}

func (echo) Balance(context.Context, common.Address) (*big.Int, error) { return big.NewInt(7), nil }

func (echo) Call(_ context.Context, _ common.Address, data []byte) ([]byte, error) {
	return data[4:], nil
}

func facts() conditions.Facts {
	return conditions.Facts{User: &common.Address{19: 1}, ActionCID: "QmA", Chain: func(name string) (conditions.Chain, error) {
		if name != "here" {
			return nil, errors.New("no such chain")
		}
		return echo{}, nil
	}}
}

func check(text string, f conditions.Facts) string {
	expression, err := conditions.Parse([]byte(text))
	if err != nil {
		return err.Error()
	}
	holds, err := expression.Holds(context.Background(), f)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(holds)
}

func TestOperators(t *testing.T) {
	const (
		yes = `{"parameters":[":userAddress"],"returnValueTest":{"comparator":"=","value":":userAddress"}}`
		no  = `{"parameters":[":userAddress"],"returnValueTest":{"comparator":"!=","value":":userAddress"}}`
	)
	words := strings.NewReplacer("T", yes, "F", no, "&", `,{"operator":"and"},`, "|", `,{"operator":"or"},`)
	for text, want := range map[string]string{
		"[T]": "true", "[F]": "false", "[T&T]": "true", "[T&F]": "false", "[F|T]": "true", "[F|F]": "false",
		"[T|T&F]": "true", "[F&T|T]": "true", "[[T|T]&F]": "false", "[F&[T|T]]": "false", "[[[[T]]]]": "true",
		"[T&F|F&T]": "false", "[F|F|T]": "true",
		"[]": "conditions must have an operator", "[T&]": "conditions must have an operator", "[T,T,T]": "stands where an operator",
		"T": "conditions are not a list", "[T&[]]": "conditions must have an operator", "[3]": "read condition",
		"[" + strings.Repeat("T&", 29) + "T]": "true", "[" + strings.Repeat("T&", 30) + "T]": "there are more than 30",
		strings.Repeat("[", 31) + strings.Repeat("]", 31): "parentheses are deeper", "[" + strings.Repeat(" ", 40000) + "]": "longer than",
	} {
		text := strings.ReplaceAll(words.Replace(text), ",]", "]")
		if got := check(text, facts()); !strings.Contains(got, want) {
			t.Errorf("%.60s: got %s, want %s", text, got, want)
		}
	}
}

// TestValues passes each type through a contract and compares what comes back.
func TestValues(t *testing.T) {
	for _, row := range []struct{ kind, param, comparator, value, want string }{
		{"uint256", `"0x10"`, "=", `"16"`, "true"},
		{"uint256", `16`, ">", `16`, "false"},
		{"uint256", `16`, ">=", `16`, "true"},
		{"uint256", `16`, "<", `"17"`, "true"},
		{"uint256", `16`, "<=", `"15"`, "false"},
		{"uint256", `"-1"`, "=", `"1"`, "is no uint256"},
		{"uint256", `"1e18"`, "=", `"1"`, "is no uint256"},
		{"uint8", `255`, "==", `"255"`, "true"},
		{"uint8", `256`, "=", `"0"`, "is no uint8"},
		{"int64", `"-9"`, "<", `"0"`, "true"},
		{"int8", `-129`, "=", `"0"`, "is no int8"},
		{"address", `":userAddress"`, "=", `"0x0000000000000000000000000000000000000001"`, "true"},
		{"address", `"0x00000000000000000000000000000000000000ff"`, "=", `"0x00000000000000000000000000000000000000FF"`, "true"},
		{"address", `"me"`, "=", `"x"`, "is no address"},
		{"bool", `true`, "=", `"true"`, "true"},
		{"bool", `"false"`, "!=", `"true"`, "true"},
		{"string", `"a b"`, "contains", `"b"`, "true"},
		{"string", `"a b"`, ">", `"b"`, "cannot be compared"},
		{"bytes", `"0xABcd"`, "=", `"0xabCD"`, "true"},
		{"bytes4", `"0x01020304"`, "=", `"0x01020304"`, "true"},
		{"bytes4", `"0x0102"`, "=", `"0x"`, "not 4 bytes"},
		{"uint256[]", `[1,"2"]`, "contains", `"2"`, "true"},
		{"uint256[]", `[1,"2"]`, "contains", `"3"`, "false"},
		{"uint256[]", `[1]`, "=", `"1"`, "a list cannot be compared"},
		{"address[2]", `[":userAddress",":userAddress"]`, "contains", `":userAddress"`, "true"},
		{"address[2]", `[":userAddress"]`, "contains", `"x"`, "1 items, not 2"},
		{"uint256[99999999999999][]", `[]`, "contains", `"x"`, "more than 1024 values"},
		{"uint8[1000][1000][1000]", `[]`, "contains", `"x"`, "more than 1024 values"},
		{"uint256", `1`, "~", `1`, "there is no comparator"},
		{"uint256", `1`, "=", `""`, "a value is missing"},
	} {
		condition := fmt.Sprintf(`[{"conditionType":"evmContract","contractAddress":"0x0000000000000000000000000000000000000002","functionName":"f","chain":"here",
			"functionParams":[%s],"functionAbi":{"name":"f","inputs":[{"name":"a","type":%q}],"outputs":[{"name":"b","type":%[2]q}]},
			"returnValueTest":{"key":"b","comparator":%q,"value":%s}}]`, row.param, row.kind, row.comparator, row.value)
		if got := check(condition, facts()); !strings.Contains(got, row.want) {
			t.Errorf("%s %s %s %s: got %s, want %s", row.kind, row.param, row.comparator, row.value, got, row.want)
		}
	}
}

func TestWhatCannotBeChecked(t *testing.T) {
	for condition, want := range map[string]string{
		`{"conditionType":"solRpc","returnValueTest":{"comparator":"=","value":"1"}}`:                                              `conditions of the type "solRpc"`,
		`{"standardContractType":"POAP","method":"eventId","returnValueTest":{"comparator":"=","value":"1"}}`:                      `the method "POAP.eventId"`,
		`{"method":"eth_getBalance","chain":"there","parameters":[":userAddress"],"returnValueTest":{"comparator":"=","value":1}}`: "no such chain",
		`{"method":"eth_getBalance","chain":"here","parameters":["me"],"returnValueTest":{"comparator":"=","value":1}}`:            "is no address",
		`{"functionName":"f","returnValueTest":{"comparator":"=","value":1}}`:                                                      "needs functionAbi",
		`{"functionName":"g","functionAbi":{"name":"f"},"returnValueTest":{"comparator":"=","value":1}}`:                           "functionAbi is of",
		`{"parameters":[":currentActionIpfsId"],"returnValueTest":{"comparator":"=","value":"QmA"}}`:                               "true",
		`{"parameters":[],"returnValueTest":{"comparator":"=","value":"QmA"}}`:                                                     "has one parameter",
	} {
		if got := check("["+condition+"]", facts()); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", condition, got, want)
		}
	}
	nobody := facts()
	nobody.User = nil
	const user = `[{"parameters":[":userAddress"],"returnValueTest":{"comparator":"=","value":"0x"}}]`
	if got := check(user, nobody); !strings.Contains(got, "nobody's") {
		t.Errorf("without a user: %s", got)
	}
}

// FuzzConditions evaluates whatever an action hands in, without a panic.
func FuzzConditions(f *testing.F) {
	f.Add(`[{"parameters":[":userAddress"],"returnValueTest":{"comparator":"=","value":"0x"}}]`)
	f.Add(`[{"contractAddress":"0x0000000000000000000000000000000000000002","chain":"here","functionParams":["1",[true]],"functionAbi":{"name":"f","inputs":[{"type":"int8"},{"type":"bool[]"}],"outputs":[{"name":"b","type":"int256[2]"}]},"returnValueTest":{"key":"","comparator":"contains","value":1}}]`)
	f.Add(`[{"contractAddress":"0x0000000000000000000000000000000000000002","chain":"here","functionParams":["1"],"functionAbi":{"name":"f","inputs":[{"type":"bytes32"}],"outputs":[{"type":"tuple","components":[{"name":"a","type":"uint8"}]}]},"returnValueTest":{"comparator":"=","value":"1"}},{"operator":"or"},[]]`)
	f.Fuzz(func(_ *testing.T, text string) { check(text, facts()) })
}

var _ json.Unmarshaler = (*abi.Argument)(nil) // which conditions rely on
