package node

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"litsession/internal/eth"
	"litsession/internal/ipfs"
)

const (
	scopeSignAnything = 1
	scopeSignMessages = 2
	// scopeCount is how many scope bits a node reads.
	scopeCount = 32
	// signAnythingOrMessages is the scope that a session needs.
	signAnythingOrMessages = scopeSignMessages
)

// permissionCheck is one look at a PKP's permissions.
type permissionCheck struct {
	permissions Permissions
	tokenID     [32]byte
	owner       eth.Address
	permitted   []AuthMethod
	scope       int
}

// checkPermission refuses a request unless one of the ways in which it was
// authorized is permitted for the PKP. Source: protocol.md 8.6.
func (n *Node) checkPermission(ctx context.Context, tokenID [32]byte, auth authContext, scope int) error {
	c := permissionCheck{permissions: n.config.Permissions, tokenID: tokenID, scope: scope}
	var err error
	if c.permitted, err = c.permissions.PermittedAuthMethods(ctx, tokenID); err != nil {
		return refuseCode("NodeRpcError", err.Error())
	}
	if c.owner, err = c.permissions.OwnerOf(ctx, tokenID); err != nil {
		return refuseCode("NodeContractResolverConversionFailed", "Error getting owner of PKP")
	}
	allowed, err := c.allows(ctx, auth)
	if err != nil {
		return refuseCode("NodeRpcError", err.Error())
	}
	if !allowed {
		return refuseCode("NodeAuthSigScopeTooLimited", "None of the AuthMethods, AuthSig or Lit Actions meet the requires scope ["+strconv.Itoa(scope)+"].")
	}
	return nil
}

func (c permissionCheck) allows(ctx context.Context, auth authContext) (bool, error) {
	for _, m := range auth.methods {
		if ok, err := c.method(ctx, m.method()); ok || err != nil {
			return ok, err
		}
		if m.methodType != walletMethod {
			continue
		}
		if ok, err := c.address(ctx, m.userID); ok || err != nil {
			return ok, err
		}
	}
	for _, text := range auth.actionCIDs {
		cid, err := ipfs.ParseCID(text)
		if err != nil {
			return false, err
		}
		if ok, err := c.method(ctx, AuthMethod{Type: actionMethod, ID: cid.Multihash()}); ok || err != nil {
			return ok, err
		}
	}
	if auth.user == "" {
		return false, nil
	}
	return c.address(ctx, auth.user)
}

// method reports whether a method is permitted with the scope.
func (c permissionCheck) method(ctx context.Context, m AuthMethod) (bool, error) {
	permitted := slices.ContainsFunc(c.permitted, func(p AuthMethod) bool {
		return p.Type == m.Type && bytes.Equal(p.ID, m.ID)
	})
	if !permitted {
		return false, nil
	}
	scopes, err := c.permissions.Scopes(ctx, c.tokenID, m, scopeCount)
	if err != nil {
		return false, err
	}
	has := func(scope int) bool { return scope < len(scopes) && scopes[scope] }
	return has(c.scope) || c.scope == scopeSignMessages && has(scopeSignAnything), nil
}

// address is the rule for wallets: a PKP's owner needs no scope, others may
// have been permitted under three ids.
func (c permissionCheck) address(ctx context.Context, text string) (bool, error) {
	address, err := eth.ParseAddress(withPrefix(text))
	if err != nil {
		return false, nil // an id that is no address is nobody's
	}
	if address == c.owner {
		return true, nil
	}
	lower := eth.Keccak256([]byte(strings.ToLower(address.String()) + ":lit"))
	checksummed := eth.Keccak256([]byte(address.String() + ":lit"))
	for _, id := range [][]byte{address[:], lower[:], checksummed[:]} {
		if ok, err := c.method(ctx, AuthMethod{Type: walletMethod, ID: id}); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}
