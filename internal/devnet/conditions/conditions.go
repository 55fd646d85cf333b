// Package conditions evaluates access control conditions of the kinds that one
// Ethereum chain can answer: who the user is, what an account has, and what a
// contract returns. Start with [Parse].
//
// Source: the shapes that the official SDK validates, accs-schemas of js-sdk 7.4.0.
package conditions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

const (
	// maxConditions bounds how often one expression asks the chain, and how deep its
	// parentheses go.
	maxConditions = 30
	// maxBytes bounds the text. Reading the types in it takes time that grows with
	// the square of their length.
	maxBytes = 32 << 10
)

// Chain is what conditions ask a blockchain, at its newest block.
type Chain interface {
	Balance(ctx context.Context, account common.Address) (*big.Int, error)
	Call(ctx context.Context, contract common.Address, data []byte) ([]byte, error)
}

// Facts are what conditions are about.
type Facts struct {
	// User is the address that :userAddress stands for; nil if nobody knows it.
	User *common.Address
	// ActionCID is what :currentActionIpfsId stands for.
	ActionCID string
	// Chain finds a blockchain by the SDK's name.
	Chain func(name string) (Chain, error)
}

// Expression is conditions joined by and, or and parentheses. "and" binds tighter.
type Expression struct {
	condition *condition   // of a leaf
	either    []Expression // one of which must hold
	all       []Expression // all of which must hold
}

// Parse reads a list of conditions with {"operator":"and"} or {"operator":"or"}
// between two of them; a list in the place of a condition is a parenthesis.
func Parse(text []byte) (Expression, error) {
	if len(text) > maxBytes {
		return Expression{}, fmt.Errorf("the conditions are longer than %d bytes", maxBytes)
	}
	left := maxConditions
	return parseList(text, 1, &left)
}

func parseList(text []byte, depth int, left *int) (Expression, error) {
	if depth > maxConditions {
		return Expression{}, fmt.Errorf("the parentheses are deeper than %d", maxConditions)
	}
	var items []json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil {
		return Expression{}, errors.New("conditions are not a list")
	}
	if len(items)%2 == 0 {
		return Expression{}, errors.New("conditions must have an operator between each two, and nowhere else")
	}
	var e Expression
	var and []Expression
	for i := 0; ; i += 2 {
		operand, err := parseOperand(items[i], depth, left)
		if err != nil {
			return Expression{}, err
		}
		and = append(and, operand)
		if i+1 == len(items) {
			e.either = append(e.either, Expression{all: and})
			return e, nil
		}
		operator, err := parseOperator(items[i+1])
		if err != nil {
			return Expression{}, err
		}
		if operator == "or" {
			e.either, and = append(e.either, Expression{all: and}), nil
		}
	}
}

func parseOperand(text json.RawMessage, depth int, left *int) (Expression, error) {
	if strings.HasPrefix(string(text), "[") {
		return parseList(text, depth+1, left)
	}
	if *left--; *left < 0 {
		return Expression{}, fmt.Errorf("there are more than %d conditions", maxConditions)
	}
	var c condition
	if err := json.Unmarshal(text, &c); err != nil {
		return Expression{}, fmt.Errorf("read condition: %w", err)
	}
	return Expression{condition: &c}, nil
}

func parseOperator(text json.RawMessage) (string, error) {
	var o struct{ Operator string }
	if err := json.Unmarshal(text, &o); err != nil || o.Operator != "and" && o.Operator != "or" {
		return "", fmt.Errorf("%.80q stands where an operator and or or must", text)
	}
	return o.Operator, nil
}

// Holds evaluates the expression. Every condition is looked at, so that one that
// cannot be checked is an error wherever it stands.
func (e Expression) Holds(ctx context.Context, facts Facts) (bool, error) {
	if e.condition != nil {
		return e.condition.holds(ctx, facts)
	}
	if e.all != nil {
		holds := true
		for _, one := range e.all {
			result, err := one.Holds(ctx, facts)
			if err != nil {
				return false, err
			}
			holds = holds && result
		}
		return holds, nil
	}
	holds := false
	for _, one := range e.either {
		result, err := one.Holds(ctx, facts)
		if err != nil {
			return false, err
		}
		holds = holds || result
	}
	return holds, nil
}
