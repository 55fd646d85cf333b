package conditions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
)

// condition is one of the kinds evmBasic and evmContract. The members of both are
// together here: conditions of one kind alone need not say which.
type condition struct {
	ConditionType        string
	ContractAddress      string
	StandardContractType string
	Chain                string
	Method               string
	Parameters           []json.RawMessage
	FunctionName         string
	FunctionParams       []json.RawMessage
	FunctionABI          *function `json:"functionAbi"`
	ReturnValueTest      test
}

// test is what the value must be like.
type test struct {
	Key        string // of several values
	Comparator string
	Value      json.RawMessage
}

// function is a contract's function in the JSON of ABIs, of which conditions may
// leave out the type.
type function struct {
	Name            string
	StateMutability string
	Inputs, Outputs abi.Arguments
}

// standard are the functions that evmBasic names by a standard. It is never
// changed.
var standard = map[string]string{
	"ERC20.balanceOf":   `{"name":"balanceOf","inputs":[{"type":"address"}],"outputs":[{"type":"uint256"}]}`,
	"ERC721.balanceOf":  `{"name":"balanceOf","inputs":[{"type":"address"}],"outputs":[{"type":"uint256"}]}`,
	"ERC721.ownerOf":    `{"name":"ownerOf","inputs":[{"type":"uint256"}],"outputs":[{"type":"address"}]}`,
	"ERC1155.balanceOf": `{"name":"balanceOf","inputs":[{"type":"address"},{"type":"uint256"}],"outputs":[{"type":"uint256"}]}`,
}

func (c *condition) holds(ctx context.Context, facts Facts) (bool, error) {
	value, err := c.value(ctx, facts)
	if err != nil {
		return false, err
	}
	want, err := facts.text(c.ReturnValueTest.Value)
	if err != nil {
		return false, err
	}
	return compare(value, c.ReturnValueTest.Comparator, want)
}

// value is what the test is about.
func (c *condition) value(ctx context.Context, facts Facts) (any, error) {
	contract := c.FunctionABI != nil || c.FunctionName != ""
	switch {
	case c.ConditionType == "evmContract" || c.ConditionType == "" && contract:
		return c.ask(ctx, facts, c.FunctionABI, c.FunctionParams)
	case c.ConditionType != "" && c.ConditionType != "evmBasic":
		return nil, fmt.Errorf("this local network cannot check conditions of the type %.80q", c.ConditionType)
	case c.StandardContractType == "" && c.Method == "":
		if len(c.Parameters) != 1 {
			return nil, errors.New("a condition without a method has one parameter")
		}
		return facts.text(c.Parameters[0])
	case c.StandardContractType == "" && c.Method == "eth_getBalance":
		return c.balance(ctx, facts)
	}
	name := c.StandardContractType + "." + c.Method
	text, ok := standard[name]
	if !ok {
		return nil, fmt.Errorf("this local network cannot check the method %.80q", name)
	}
	f := new(function)
	if err := json.Unmarshal([]byte(text), f); err != nil {
		return nil, fmt.Errorf("internal error: %w", err)
	}
	return c.ask(ctx, facts, f, c.Parameters)
}

func (c *condition) balance(ctx context.Context, facts Facts) (any, error) {
	if len(c.Parameters) == 0 {
		return nil, errors.New("eth_getBalance needs an address")
	}
	text, err := facts.text(c.Parameters[0])
	if err != nil {
		return nil, err
	}
	account, err := parseAddress(text)
	if err != nil {
		return nil, err
	}
	chain, err := facts.Chain(c.Chain)
	if err != nil {
		return nil, err
	}
	return chain.Balance(ctx, account)
}

// ask calls the contract's function.
func (c *condition) ask(ctx context.Context, facts Facts, f *function, params []json.RawMessage) (any, error) {
	if f == nil {
		return nil, errors.New("a condition on a contract needs functionAbi")
	}
	if c.FunctionName != "" && c.FunctionName != f.Name {
		return nil, fmt.Errorf("functionName is %.80q and functionAbi is of %.80q", c.FunctionName, f.Name)
	}
	if size(f.Inputs)+size(f.Outputs) > maxValues {
		return nil, fmt.Errorf("%s: its types hold more than %d values", f.Name, maxValues)
	}
	address, err := parseAddress(c.ContractAddress)
	if err != nil {
		return nil, err
	}
	arguments, err := facts.arguments(f.Inputs, params)
	if err != nil {
		return nil, err
	}
	method := abi.NewMethod(f.Name, f.Name, abi.Function, f.StateMutability, false, false, f.Inputs, f.Outputs)
	packed, err := f.Inputs.Pack(arguments...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	chain, err := facts.Chain(c.Chain)
	if err != nil {
		return nil, err
	}
	answer, err := chain.Call(ctx, address, append(method.ID, packed...))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	values, err := f.Outputs.UnpackValues(answer)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return c.ReturnValueTest.choose(f.Outputs, values)
}

// maxValues bounds the arrays in a function's types, for which the ABI codec makes
// room before it looks at any value.
const maxValues = 1024

// size is how many values the arguments hold at least, counting a list for one
// item; maxValues+1 stands for all above it.
func size(arguments abi.Arguments) (values int) {
	for _, argument := range arguments {
		values = min(values+sizeOf(argument.Type), maxValues+1)
	}
	return values
}

func sizeOf(t abi.Type) int {
	switch t.T {
	case abi.SliceTy:
		return sizeOf(*t.Elem)
	case abi.ArrayTy:
		return min(min(max(t.Size, 1), maxValues+1)*sizeOf(*t.Elem), maxValues+1)
	case abi.TupleTy:
		values := 1
		for _, element := range t.TupleElems {
			values = min(values+sizeOf(*element), maxValues+1)
		}
		return values
	}
	return 1
}

// choose is the value that the test is about, the only one if it names none.
func (t test) choose(outputs abi.Arguments, values []any) (any, error) {
	for i, output := range outputs {
		if output.Name == t.Key && t.Key != "" || t.Key == "" && len(values) == 1 {
			return values[i], nil
		}
	}
	return nil, fmt.Errorf("the function returns no value %.80q", t.Key)
}

func parseAddress(text string) (common.Address, error) {
	if !strings.HasPrefix(text, "0x") || !common.IsHexAddress(text) {
		return common.Address{}, fmt.Errorf("%.80q is no address", text)
	}
	return common.HexToAddress(text), nil
}
