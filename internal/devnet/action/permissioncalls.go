package action

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"litsession/internal/eth"
	"litsession/internal/ipfs"
)

// notOffered is the error of a function whose part of [Host] is missing.
func notOffered(function string) error {
	return fmt.Errorf("%s is not available: this local network does not offer it", function)
}

// parseTokenID parses a 256-bit number, decimal or 0x hex.
func parseTokenID(text string) (*big.Int, error) {
	digits, base := text, 10
	if strings.HasPrefix(text, "0x") || strings.HasPrefix(text, "0X") {
		digits, base = text[2:], 16
	}
	n, ok := new(big.Int), false
	if digits != "" && len(digits) <= 78 && digits[0] != '-' && digits[0] != '+' && !strings.Contains(digits, "_") {
		n, ok = n.SetString(digits, base)
	}
	if !ok || n.BitLen() > 256 {
		return nil, fmt.Errorf("tokenId is not a 256-bit number, decimal or 0x hex: %.80q", text)
	}
	return n, nil
}

// parseHex parses hex digits with or without 0x.
func parseHex(text, name string) ([]byte, error) {
	b, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil {
		return nil, fmt.Errorf("%s is not hex: %w", name, err)
	}
	return b, nil
}

// parseAddress parses an address of any case, with or without 0x.
func parseAddress(text string) (eth.Address, error) {
	return eth.ParseAddress("0x" + strings.TrimPrefix(text, "0x"))
}

// parseMultihash returns the multihash of a CIDv0.
func parseMultihash(text string) ([]byte, error) {
	cid, err := ipfs.ParseCID(text)
	if err != nil {
		return nil, fmt.Errorf("ipfsId is not a CIDv0: %.80q", text)
	}
	return cid.Multihash(), nil
}

// cidText returns the CIDv0 of a multihash, or what is no such thing as 0x hex.
func cidText(multihash []byte) string {
	cid, err := ipfs.FromMultihash(multihash)
	if err != nil {
		return eth.Hex(multihash)
	}
	return cid.String()
}

// permissions returns the reader, or the error of a network without one.
func (x *run) permissions(function string) (Permissions, error) {
	if x.req.Host.Permissions == nil {
		return nil, notOffered(function)
	}
	return x.req.Host.Permissions, nil
}

// askPermission asks about a token id, the first of args.
func (x *run) askPermission(function string, args arguments, ask func(ctx context.Context, p Permissions, tokenID *big.Int) (any, error)) (answering, error) {
	p, err := x.permissions(function)
	if err != nil {
		return nil, err
	}
	tokenID, err := parseTokenID(args.text(0))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) { return ask(ctx, p, tokenID) }, nil
}

func (x *run) askIsPermittedAction(args arguments) (answering, error) {
	multihash, err := parseMultihash(args.text(1))
	if err != nil {
		return nil, err
	}
	return x.askPermission("isPermittedAction", args, func(ctx context.Context, p Permissions, tokenID *big.Int) (any, error) {
		return p.IsPermittedAction(ctx, tokenID, multihash)
	})
}

func (x *run) askIsPermittedAddress(args arguments) (answering, error) {
	address, err := parseAddress(args.text(1))
	if err != nil {
		return nil, err
	}
	return x.askPermission("isPermittedAddress", args, func(ctx context.Context, p Permissions, tokenID *big.Int) (any, error) {
		return p.IsPermittedAddress(ctx, tokenID, address)
	})
}

func (x *run) askIsPermittedAuthMethod(args arguments) (answering, error) {
	kind, err := parseCount(args.text(1), "authMethodType")
	if err != nil {
		return nil, err
	}
	return x.askPermission("isPermittedAuthMethod", args, func(ctx context.Context, p Permissions, tokenID *big.Int) (any, error) {
		return p.IsPermittedAuthMethod(ctx, tokenID, kind, args.bytes(2))
	})
}

// parseCount parses a number that JavaScript turned into text.
func parseCount(text, name string) (uint64, error) {
	n, err := strconv.ParseUint(text, 0, 64)
	if err != nil {
		return 0, fmt.Errorf("%s is not a whole number: %.40q", name, text)
	}
	return n, nil
}

func (x *run) askPermittedActions(args arguments) (answering, error) {
	return x.askPermission("getPermittedActions", args, func(ctx context.Context, p Permissions, tokenID *big.Int) (any, error) {
		multihashes, err := p.PermittedActions(ctx, tokenID)
		list := make([]string, len(multihashes))
		for i, multihash := range multihashes {
			list[i] = cidText(multihash)
		}
		return list, err
	})
}

func (x *run) askPermittedAddresses(args arguments) (answering, error) {
	return x.askPermission("getPermittedAddresses", args, func(ctx context.Context, p Permissions, tokenID *big.Int) (any, error) {
		addresses, err := p.PermittedAddresses(ctx, tokenID)
		list := make([]string, len(addresses))
		for i, address := range addresses {
			list[i] = "0x" + hex.EncodeToString(address[:])
		}
		return list, err
	})
}

// permittedMethod is an auth method as the runtime shows it: numbers and bytes as 0x hex.
type permittedMethod struct {
	Type       string `json:"auth_method_type"`
	ID         string `json:"id"`
	UserPubkey string `json:"user_pubkey"`
}

func (x *run) askPermittedAuthMethods(args arguments) (answering, error) {
	return x.askPermission("getPermittedAuthMethods", args, func(ctx context.Context, p Permissions, tokenID *big.Int) (any, error) {
		methods, err := p.PermittedAuthMethods(ctx, tokenID)
		list := make([]permittedMethod, len(methods))
		for i, m := range methods {
			list[i] = permittedMethod{
				Type: "0x" + strconv.FormatUint(m.Type, 16), ID: "0x" + hex.EncodeToString(m.ID), UserPubkey: "0x" + hex.EncodeToString(m.UserPubkey),
			}
		}
		return list, err
	})
}

func (x *run) askPermittedAuthMethodScopes(args arguments) (answering, error) {
	kind, err := parseCount(args.text(1), "authMethodType")
	if err != nil {
		return nil, err
	}
	maxScope, err := parseCount(args.text(3), "maxScopeId")
	if err != nil {
		return nil, err
	}
	return x.askPermission("getPermittedAuthMethodScopes", args, func(ctx context.Context, p Permissions, tokenID *big.Int) (any, error) {
		scopes, err := p.PermittedAuthMethodScopes(ctx, tokenID, kind, args.bytes(2), maxScope)
		if scopes == nil {
			scopes = []bool{}
		}
		return scopes, err
	})
}
