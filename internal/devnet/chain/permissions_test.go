package chain_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/devnet/chain"
)

func TestPermissionEvents(t *testing.T) {
	f := start(t, nil)
	permissions, owner := f.contract(t, "PKPPermissions"), f.accounts[0]
	vector := loadVectors(t).Contracts.AuthMethodID[1]
	id, tokenID := []byte(vector.ID), token(f.pkp.TokenID)

	added := permissions.send(owner, nil, "addPermittedAction", tokenID, id, scopes(1, 2))
	want := []string{"PermittedAuthMethodScopeAdded", "PermittedAuthMethodScopeAdded", "PermittedAuthMethodAdded"}
	if got := f.logNames(t, added); !slices.Equal(got, want) {
		t.Fatalf("adding: got %v, want %v", got, want)
	}
	removed := permissions.send(owner, nil, "removePermittedAction", tokenID, id)
	for i, log := range append(added.Logs, removed.Logs...) {
		if log.Topics[1] != common.Hash(f.pkp.TokenID) {
			t.Errorf("log %d: got token %s", i, log.Topics[1])
		}
	}
	// All but PermittedAuthMethodAdded carry the hash where they say type.
	hashed := common.BytesToHash(added.Logs[0].Data[:32])
	if hashed != vector.GetAuthMethodID {
		t.Errorf("scope added: got %s, want the method's hash %s", hashed, vector.GetAuthMethodID)
	}
	if got := common.BytesToHash(added.Logs[2].Data[:32]); got != common.BigToHash(big.NewInt(2)) {
		t.Errorf("method added: got %s, want the type", got)
	}
	if got := common.BytesToHash(removed.Logs[0].Data[:32]); got != vector.GetAuthMethodID {
		t.Errorf("method removed: got %s, want the method's hash", got)
	}
}

func TestAuthMethodIDVectors(t *testing.T) {
	f := start(t, nil)
	permissions := f.contract(t, "PKPPermissions")
	for _, vector := range loadVectors(t).Contracts.AuthMethodID {
		got := permissions.call("getAuthMethodId", big.NewInt(vector.AuthMethodType), []byte(vector.ID)).(*big.Int)
		if common.BigToHash(got) != vector.GetAuthMethodID {
			t.Errorf("type %d: got %x, want %s", vector.AuthMethodType, got, vector.GetAuthMethodID)
		}
	}
}

func TestScopesOutliveARemoval(t *testing.T) {
	f := start(t, nil)
	permissions, owner, tokenID := f.contract(t, "PKPPermissions"), f.accounts[0], token(f.pkp.TokenID)
	action := []byte("action")
	permissions.send(owner, nil, "addPermittedAction", tokenID, action, scopes(1))
	permissions.send(owner, nil, "addPermittedAction", tokenID, action, scopes(2)) // adds to the scopes
	wantScopes(t, f, f.pkp, 2, action, 1, 2)
	permissions.send(owner, nil, "removePermittedAction", tokenID, action)
	if permissions.call("isPermittedAction", tokenID, action).(bool) {
		t.Error("still permitted after removal")
	}
	permissions.send(owner, nil, "addPermittedAction", tokenID, action, scopes())
	wantScopes(t, f, f.pkp, 2, action, 1, 2)

	method := big.NewInt(2)
	permissions.send(owner, nil, "removePermittedAuthMethodScope", tokenID, method, action, big.NewInt(1))
	permissions.send(owner, nil, "addPermittedAuthMethodScope", tokenID, method, action, big.NewInt(31))
	wantScopes(t, f, f.pkp, 2, action, 2, 31)
	for scope, want := range map[int64]bool{1: false, 2: true, 31: true} {
		got := permissions.call("isPermittedAuthMethodScopePresent", tokenID, method, action, big.NewInt(scope)).(bool)
		if got != want {
			t.Errorf("scope %d: got %v, want %v", scope, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	f := start(t, nil)
	permissions, owner, tokenID := f.contract(t, "PKPPermissions"), f.accounts[0], token(f.pkp.TokenID)
	user := address(f.accounts[1])
	long := append(common.Address{7}.Bytes(), 1, 2, 3)
	permissions.send(owner, nil, "addPermittedAddress", tokenID, user, scopes(1))
	permissions.send(owner, nil, "addPermittedAuthMethod", tokenID, authMethod{big.NewInt(1), long, []byte{}}, scopes(1))

	want := []common.Address{address(owner), user, {7}}
	if got := permissions.call("getPermittedAddresses", tokenID).([]common.Address); !slices.Equal(got, want) {
		t.Errorf("got %v, want the owner first: %v", got, want)
	}
	for who, want := range map[common.Address]bool{address(owner): true, user: true, {7}: false, {8}: false} {
		if got := permissions.call("isPermittedAddress", tokenID, who).(bool); got != want {
			t.Errorf("%s: got %v, want %v", who, got, want)
		}
	}
	permissions.send(owner, nil, "removePermittedAddress", tokenID, user)
	if permissions.call("isPermittedAddress", tokenID, user).(bool) {
		t.Error("still permitted after removal")
	}
}

// authMethod is the contracts' struct.
type authMethod struct {
	AuthMethodType *big.Int
	Id             []byte
	UserPubkey     []byte
}

func TestAuthMethodsAreListedAndFoundBack(t *testing.T) {
	f := start(t, nil)
	permissions, owner, tokenID := f.contract(t, "PKPPermissions"), f.accounts[0], token(f.pkp.TokenID)
	google := authMethod{big.NewInt(6), []byte("google id"), []byte{}}
	passkey := authMethod{big.NewInt(3), []byte("passkey id"), []byte("passkey")}
	permissions.send(owner, nil, "addPermittedAuthMethod", tokenID, google, scopes(1))
	permissions.send(owner, nil, "addPermittedAuthMethod", tokenID, google, scopes(1)) // idempotent
	permissions.send(owner, nil, "batchAddRemoveAuthMethods", tokenID, scopes(3), [][]byte{passkey.Id},
		[][]byte{passkey.UserPubkey}, [][]*big.Int{scopes(2)}, scopes(6), [][]byte{google.Id})

	methods, err := f.Reader().PermittedAuthMethods(t.Context(), f.pkp.TokenID)
	if err != nil {
		t.Fatal(err)
	}
	if len(methods) != 1 || methods[0].Type != 3 || string(methods[0].UserPublicKey) != "passkey" {
		t.Errorf("got %v, want the passkey alone", methods)
	}
	found, err := f.Reader().TokenIDsForAuthMethod(t.Context(), 3, passkey.Id)
	if err != nil || !slices.Equal(found, [][32]byte{f.pkp.TokenID}) {
		t.Errorf("passkey: got tokens %x (%v)", found, err)
	}
	found, err = f.Reader().TokenIDsForAuthMethod(t.Context(), 6, google.Id)
	if err != nil || len(found) != 0 {
		t.Errorf("removed method: got tokens %x (%v), want none", found, err)
	}
	_, err = permissions.trySend(owner, nil, "batchAddRemoveAuthMethods", tokenID, scopes(3), [][]byte{},
		[][]byte{}, [][]*big.Int{}, scopes(), [][]byte{})
	permissions.wantRevert("differ in length", err)
}

func TestOnlyTheOwnerChangesPermissions(t *testing.T) {
	f := start(t, nil)
	permissions, stranger, tokenID := f.contract(t, "PKPPermissions"), f.accounts[1], token(f.pkp.TokenID)
	method, id, none := big.NewInt(2), []byte("id"), []*big.Int{}
	for name, args := range map[string][]any{
		"addPermittedAction":             {tokenID, id, none},
		"removePermittedAction":          {tokenID, id},
		"addPermittedAddress":            {tokenID, address(stranger), none},
		"removePermittedAddress":         {tokenID, address(stranger)},
		"addPermittedAuthMethod":         {tokenID, authMethod{method, id, []byte{}}, none},
		"removePermittedAuthMethod":      {tokenID, method, id},
		"addPermittedAuthMethodScope":    {tokenID, method, id, big.NewInt(1)},
		"removePermittedAuthMethodScope": {tokenID, method, id, big.NewInt(1)},
		"batchAddRemoveAuthMethods":      {tokenID, none, [][]byte{}, [][]byte{}, [][]*big.Int{}, none, [][]byte{}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := permissions.trySend(stranger, nil, name, args...)
			permissions.wantRevert("Not PKP NFT owner", err)
		})
	}
	if methods, err := f.Reader().PermittedAuthMethods(t.Context(), f.pkp.TokenID); err != nil || len(methods) != 0 {
		t.Errorf("got %v (%v), want none", methods, err)
	}
	var unknown chain.PKP
	if methods, err := f.Reader().PermittedAuthMethods(t.Context(), unknown.TokenID); err != nil || len(methods) != 0 {
		t.Errorf("unknown token: got %v (%v), want none", methods, err)
	}
}
