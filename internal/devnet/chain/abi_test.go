package chain_test

import (
	"bytes"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

func TestABIHasTheOfficialFunctionsAndEvents(t *testing.T) {
	f := start(t, nil)
	for name, want := range loadVectors(t).Contracts.ABI {
		parsed := parseABI(t, f.Contracts()[name].ABI)
		functions := map[string]string{}
		for _, method := range parsed.Methods {
			functions[hexutil.Encode(method.ID)] = describeMethod(method)
		}
		for text, selector := range want.Functions {
			got := functions[selector.String()]
			if name == "ContractResolver" { // listed by types only
				got, text = strings.SplitN(got, "(", 2)[0], strings.SplitN(text, "(", 2)[0]
			}
			if got != text {
				t.Errorf("%s %s:\n got %s\nwant %s", name, selector, got, text)
			}
		}
		for text, topic := range want.Events {
			if got := describeEvent(parsed, topic); got != text {
				t.Errorf("%s event %s:\n got %s\nwant %s", name, topic, got, text)
			}
		}
	}
}

func TestCalldata(t *testing.T) {
	f := start(t, nil)
	for _, call := range loadVectors(t).Contracts.Calls {
		t.Run(call.Contract+"."+call.Function, func(t *testing.T) {
			parsed := parseABI(t, f.Contracts()[call.Contract].ABI)
			method, err := parsed.MethodById(call.Calldata)
			if err != nil {
				t.Fatal(err)
			}
			args, err := method.Inputs.Unpack(call.Calldata[4:])
			if err != nil {
				t.Fatal(err)
			}
			for i, arg := range args {
				if got, want := plain(reflect.ValueOf(arg)), wanted(call.Args[i]); got != want {
					t.Errorf("argument %d: got %s, want %s", i, got, want)
				}
			}
			packed, err := method.Inputs.Pack(args...)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(packed, call.Calldata[4:]) {
				t.Errorf("packed again: got %x", packed)
			}
		})
	}
}

func TestResultsDecode(t *testing.T) {
	f := start(t, nil)
	for _, result := range loadVectors(t).Contracts.Results {
		t.Run(result.Function, func(t *testing.T) {
			found := false
			for _, name := range []string{"Staking", "PKPPermissions", "PKPNFT", "RateLimitNFT"} {
				method, ok := parseABI(t, f.Contracts()[name].ABI).Methods[result.Function]
				if !ok {
					continue
				}
				found = true
				values, err := method.Outputs.Unpack(result.Data)
				if err != nil {
					t.Fatal(err)
				}
				packed, err := method.Outputs.Pack(values...)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(packed, result.Data) {
					t.Errorf("%s: packed again: got %x", name, packed)
				}
			}
			if !found {
				t.Error("no contract has the function")
			}
		})
	}
}

func TestEventsDecode(t *testing.T) {
	f := start(t, nil)
	for _, want := range loadVectors(t).Contracts.Events {
		t.Run(want.Name, func(t *testing.T) {
			found := false
			for _, entry := range f.Contracts() {
				parsed := parseABI(t, entry.ABI)
				event, err := parsed.EventByID(want.Topics[0])
				if err != nil || len(event.Inputs)-len(event.Inputs.NonIndexed()) != len(want.Topics)-1 {
					continue
				}
				found = true
				values, err := event.Inputs.Unpack(want.Data)
				if err != nil {
					t.Fatal(err)
				}
				packed, err := event.Inputs.NonIndexed().Pack(values...)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(packed, want.Data) {
					t.Errorf("packed again: got %x", packed)
				}
			}
			if !found {
				t.Error("no contract has the event")
			}
		})
	}
}

func TestResolverKnowsEveryContract(t *testing.T) {
	f := start(t, nil)
	resolver := f.contract(t, "ContractResolver")
	kinds := loadVectors(t).ResolverNames
	for kind, name := range map[string]string{
		"STAKING": "Staking", "STAKING_BALANCES": "StakingBalances", "MULTI_SENDER": "Multisender",
		"LIT_TOKEN": "LITToken", "PUB_KEY_ROUTER": "PubkeyRouter", "PKP_NFT": "PKPNFT",
		"RATE_LIMIT_NFT": "RateLimitNFT", "PKP_HELPER": "PKPHelper", "PKP_PERMISSIONS": "PKPPermissions",
		"PKP_NFT_METADATA": "PKPNFTMetadata", "ALLOWLIST": "Allowlist", "PAYMENT_DELEGATION": "PaymentDelegation",
	} {
		if got := common.Hash(resolver.call(kind + "_CONTRACT").([32]byte)); got != kinds[kind] {
			t.Errorf("%s: got hash %s, want %s", kind, got, kinds[kind])
		}
		got := resolver.call("getContract", [32]byte(kinds[kind]), uint8(0)).(common.Address).Hex()
		if want := f.Contracts()[name].Address; got != want {
			t.Errorf("%s: got %s, want %s", kind, got, want)
		}
	}
	stranger := f.accounts[0]
	_, err := resolver.trySend(stranger, nil, "setContract", [32]byte(kinds["STAKING"]), uint8(0), address(stranger))
	resolver.wantRevert("reverted", err)
}

func describeMethod(method abi.Method) string {
	text := method.Name + "(" + describe(method.Inputs, true) + ")"
	if method.StateMutability != "nonpayable" {
		text += " " + method.StateMutability
	}
	if len(method.Outputs) > 0 {
		text += " returns (" + describe(method.Outputs, false) + ")"
	}
	return text
}

func describeEvent(parsed abi.ABI, topic common.Hash) string {
	event, err := parsed.EventByID(topic)
	if err != nil {
		return err.Error()
	}
	return event.Name + "(" + describe(event.Inputs, true) + ")"
}

func describe(arguments abi.Arguments, names bool) string {
	var parts []string
	for _, argument := range arguments {
		part := describeType(argument.Type)
		if argument.Indexed {
			part += " indexed"
		}
		if names && argument.Name != "" {
			part += " " + argument.Name
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func describeType(typ abi.Type) string {
	switch typ.T {
	case abi.SliceTy:
		return describeType(*typ.Elem) + "[]"
	case abi.TupleTy:
		var fields []string
		for i, field := range typ.TupleElems {
			fields = append(fields, describeType(*field)+" "+typ.TupleRawNames[i])
		}
		return "tuple(" + strings.Join(fields, ", ") + ")"
	}
	return typ.String()
}

// plain writes a decoded value so that it can be compared with what wanted makes of JSON: numbers in decimal, bytes and
// addresses in hexadecimal, lists and structs in brackets.
func plain(value reflect.Value) string {
	switch v := value.Interface().(type) {
	case *big.Int:
		return v.String()
	case common.Address:
		return strings.ToLower(v.Hex())
	case []byte:
		return number(hexutil.Encode(v))
	case bool:
		return fmt.Sprint(v)
	}
	var parts []string
	if value.Kind() == reflect.Struct {
		for i := range value.NumField() {
			parts = append(parts, plain(value.Field(i)))
		}
	} else {
		for i := range value.Len() {
			parts = append(parts, plain(value.Index(i)))
		}
	}
	return "[" + strings.Join(parts, " ") + "]"
}

func wanted(value any) string {
	switch v := value.(type) {
	case float64:
		return fmt.Sprintf("%.0f", v)
	case string:
		return number(v)
	case bool:
		return fmt.Sprint(v)
	case map[string]any: // the only struct among the arguments
		return fmt.Sprintf("[%s %s %s]", wanted(v["authMethodType"]), wanted(v["id"]), wanted(v["userPubkey"]))
	}
	var parts []string
	for _, element := range value.([]any) {
		parts = append(parts, wanted(element))
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// number writes 32-byte words in decimal, whether the ABI calls them bytes or uint256, and leaves the rest.
func number(text string) string {
	if len(text) == 66 {
		return new(big.Int).SetBytes(common.FromHex(text)).String()
	}
	return strings.ToLower(text)
}
