//go:build js

package main

import (
	"syscall/js"

	"litsession/internal/ipfs"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/jsglue"
)

// functions are what JavaScript calls without a client, by name. Each takes
// one JSON value, its arguments, answers with another at once, and touches
// neither network nor storage.
var functions = map[string]func(args jsjson.Value) ([]byte, error){
	"getIpfsId":              getIPFSID,
	"generateSessionKeyPair": generateSessionKeyPair,
	"encodeRecap":            encodeRecap,
	"decodeRecap":            decodeRecap,
	"recapStatement":         recapStatement,
	"recapProof":             recapProof,
	"applyRecap":             applyRecap,
	"extractRecap":           extractRecap,
	"formatSiwe":             formatSiwe,
	"parseSiwe":              parseSiwe,
	"checksumAddress":        checksumAddress,
	"publicKeyAddress":       publicKeyAddress,
	"recoverAddress":         recoverAddress,
	"tokenInfo":              tokenInfo,
	"keccak256":              keccak256,
}

// call looks a function up and calls it: call(name, json) is {value: json} or
// {error}.
func call(args []js.Value) (any, error) {
	name, err := jsglue.String(args[0], maxTextLength)
	if err != nil {
		return nil, literr.Errorf(literr.Internal, "internal error: the name of a function: %w", err)
	}
	function := functions[name]
	if function == nil {
		return nil, literr.Errorf(literr.Internal, "internal error: the module has no function %s", name)
	}
	text, err := jsonText("args", args[1])
	if err != nil {
		return nil, err
	}
	value, err := jsjson.Parse(text)
	if err != nil {
		return nil, err
	}
	answer, err := function(value)
	return string(answer), err
}

// getIPFSID takes {str} and answers with the CID of its UTF-8 bytes.
func getIPFSID(args jsjson.Value) ([]byte, error) {
	text, ok := args.Get("str").Text()
	if !ok {
		return nil, literr.Invalid("str", "a string", "str must be a string")
	}
	return jsjson.AppendString(nil, ipfs.Sum([]byte(text)).String()), nil
}
