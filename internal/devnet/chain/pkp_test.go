package chain_test

import (
	"crypto/ecdsa"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet/chain"
	"litsession/internal/devnet/chain/hdkey"
)

var (
	keyType2 = big.NewInt(2)
	one      = big.NewInt(1)
)

// ids of scopes, as the contracts take them.
func scopes(ids ...int64) []*big.Int {
	numbers := []*big.Int{}
	for _, id := range ids {
		numbers = append(numbers, big.NewInt(id))
	}
	return numbers
}

func token(id [32]byte) *big.Int { return new(big.Int).SetBytes(id[:]) }

func TestFirstPKPDependsOnTheConfigurationOnly(t *testing.T) {
	first := start(t, nil)
	second := start(t, nil)
	other := start(t, func(config *chain.Config) { config.Alloc[common.Address{1}] = coins(1) })
	if first.pkp != second.pkp {
		t.Errorf("two chains of one configuration: %x and %x", first.pkp.PublicKey, second.pkp.PublicKey)
	}
	if first.pkp == other.pkp {
		t.Error("another genesis gives the same PKP")
	}
}

func TestMintLogs(t *testing.T) {
	f := start(t, nil)
	nft, owner := f.contract(t, "PKPNFT"), f.accounts[1]
	receipt := nft.send(owner, one, "mintNext", keyType2)

	want := []string{"PubkeyRoutingDataSet", "Transfer", "PKPMinted"}
	if got := f.logNames(t, receipt); !slices.Equal(got, want) {
		t.Fatalf("got logs %v, want %v", got, want)
	}
	tokenID := receipt.Logs[0].Topics[1]
	transfer := []common.Hash{
		receipt.Logs[1].Topics[0], {}, common.BytesToHash(address(owner).Bytes()), tokenID,
	}
	if !slices.Equal(receipt.Logs[1].Topics, transfer) {
		t.Errorf("Transfer has topics %v, want %v", receipt.Logs[1].Topics, transfer)
	}
	if receipt.Logs[2].Topics[1] != tokenID {
		t.Errorf("PKPMinted has token %v, want %v", receipt.Logs[2].Topics[1], tokenID)
	}
	minted, err := nft.abi.Unpack("PKPMinted", receipt.Logs[2].Data)
	if err != nil {
		t.Fatal(err)
	}
	if crypto.Keccak256Hash(minted[0].([]byte)) != tokenID {
		t.Errorf("token %v is not the hash of key %x", tokenID, minted[0])
	}
}

func TestMintDerivesTheKeyFromTheRoots(t *testing.T) {
	f := start(t, nil)
	for range 3 {
		pkp, err := f.MintPKP(t.Context(), f.accounts[1])
		if err != nil {
			t.Fatal(err)
		}
		want, err := hdkey.PublicKey(f.setup.RootKeys, pkp.DerivedKeyID[:])
		if err != nil {
			t.Fatal(err)
		}
		if pkp.PublicKey != want {
			t.Errorf("got key %x, want %x", pkp.PublicKey, want)
		}
		public, err := crypto.UnmarshalPubkey(pkp.PublicKey[:])
		if err != nil {
			t.Fatal(err)
		}
		if got := crypto.PubkeyToAddress(*public); got != pkp.Address {
			t.Errorf("got address %s, want %s", pkp.Address, got)
		}
		found := f.contract(t, "PubkeyRouter").call("ethAddressToPkpId", pkp.Address).(*big.Int)
		if found.Cmp(token(pkp.TokenID)) != 0 {
			t.Errorf("address finds token %x, want %x", found, pkp.TokenID)
		}
	}
}

func TestMintPrice(t *testing.T) {
	f := start(t, nil)
	nft := f.contract(t, "PKPNFT")
	for name, wei := range map[string]*big.Int{"nothing": nil, "too much": big.NewInt(2)} {
		t.Run(name, func(t *testing.T) {
			_, err := nft.trySend(f.accounts[0], wei, "mintNext", keyType2)
			nft.wantRevert("You must pay exactly mint cost", err)
		})
	}
	_, err := nft.trySend(f.accounts[0], one, "mintNext", big.NewInt(1))
	nft.wantRevert("Only keys of type 2", err)

	_, err = nft.trySend(f.accounts[0], nil, "withdraw")
	nft.wantRevert("reverted", err)
	nft.send(f.config.Owner, nil, "withdraw")
	if left, err := nft.client.BalanceAt(t.Context(), nft.address, nil); err != nil || left.Sign() != 0 {
		t.Errorf("after withdrawal: got %v wei (%v), want none", left, err)
	}
}

func TestTokens(t *testing.T) {
	f := start(t, nil)
	nft, owner := f.contract(t, "PKPNFT"), f.accounts[0]
	second, err := f.MintPKP(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []chain.PKP{f.pkp, second} {
		if got := nft.call("tokenOfOwnerByIndex", address(owner), big.NewInt(int64(i))).(*big.Int); got.Cmp(token(want.TokenID)) != 0 {
			t.Errorf("token %d of owner: got %x, want %x", i, got, want.TokenID)
		}
	}
	if _, err := nft.tryCall("tokenOfOwnerByIndex", address(owner), big.NewInt(2)); err == nil {
		t.Error("a third token of the owner: want a revert, which ends the SDK's enumeration")
	}
	unknown := big.NewInt(7)
	if _, err := nft.tryCall("ownerOf", unknown); err == nil {
		t.Error("owner of an unknown token: want a revert")
	}
	if got := nft.call("getPubkey", unknown).([]byte); len(got) != 0 {
		t.Errorf("key of an unknown token: got %x, want none", got)
	}
	if got := nft.call("exists", unknown).(bool); got {
		t.Error("an unknown token exists")
	}
}

func TestTransferMovesThePermissionsRight(t *testing.T) {
	f := start(t, nil)
	from, to := f.accounts[0], f.accounts[1]
	if err := f.TransferPKP(t.Context(), to, f.pkp.TokenID, address(to)); err == nil {
		t.Error("a stranger could take the PKP")
	}
	if err := f.TransferPKP(t.Context(), from, f.pkp.TokenID, address(to)); err != nil {
		t.Fatal(err)
	}
	if got, err := f.Reader().OwnerOf(t.Context(), f.pkp.TokenID); err != nil || got != address(to) {
		t.Errorf("got owner %s (%v), want %s", got, err, address(to))
	}
	permissions := f.contract(t, "PKPPermissions")
	err := f.PermitAction(t.Context(), from, f.pkp.TokenID, []byte("action"), []uint64{1})
	permissions.wantRevert("Not PKP NFT owner", err)
	if err := f.PermitAction(t.Context(), to, f.pkp.TokenID, []byte("action"), []uint64{1}); err != nil {
		t.Error(err)
	}
}

type signature struct {
	R, S [32]byte
	V    uint8
}

func sign(t *testing.T, signers []*ecdsa.PrivateKey, id [32]byte) []signature {
	t.Helper()
	hash := crypto.Keccak256([]byte("\x19Ethereum Signed Message:\n32"), id[:])
	all := []signature{}
	for _, signer := range signers {
		sig, err := crypto.Sign(hash, signer)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, signature{[32]byte(sig[:32]), [32]byte(sig[32:64]), sig[64] + 27})
	}
	return all
}

func TestClaim(t *testing.T) {
	f := start(t, nil)
	nft := f.contract(t, "PKPNFT")
	var nodes []*ecdsa.PrivateKey
	for _, v := range f.setup.Validators {
		nodes = append(nodes, v.Key)
	}
	id := [32]byte(crypto.Keccak256([]byte("user and app")))

	for name, bad := range map[string]struct {
		signers []*ecdsa.PrivateKey
		id      [32]byte
		revert  string
	}{
		"too few":        {nodes[:threshold-1], id, "Fewer signatures than consensus needs"},
		"one node twice": {[]*ecdsa.PrivateKey{nodes[0], nodes[1], nodes[1]}, id, "A validator has signed twice"},
		"a stranger":     {[]*ecdsa.PrivateKey{nodes[0], nodes[1], f.accounts[0]}, id, "A signer is no active validator"},
		"another id":     {nodes[:threshold], [32]byte{1}, "A signer is no active validator"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := nft.trySend(f.accounts[1], one, "claimAndMint", keyType2, id, sign(t, bad.signers, bad.id))
			nft.wantRevert(bad.revert, err)
		})
	}

	receipt := nft.send(f.accounts[1], one, "claimAndMint", keyType2, id, sign(t, nodes[1:], id))
	// The official SDK reads the token id from the second log.
	pkp, err := f.Reader().PKP(t.Context(), receipt.Logs[1].Topics[1])
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := hdkey.PublicKey(f.setup.RootKeys, id[:]); pkp.PublicKey != want {
		t.Errorf("got key %x, want %x", pkp.PublicKey, want)
	}
	_, err = nft.trySend(f.accounts[2], one, "claimAndMint", keyType2, id, sign(t, nodes[1:], id))
	nft.wantRevert("already routed", err)
}

func TestHelperMintsAndPermits(t *testing.T) {
	f := start(t, nil)
	helper, reader := f.contract(t, "PKPHelper"), f.Reader()
	user, action, custom := f.accounts[1], []byte("multihash of an action"), []byte("custom id")

	receipt := helper.send(user, one, "mintNextAndAddAuthMethods", keyType2, scopes(2, 89),
		[][]byte{action, custom}, [][]byte{{}, {}}, [][]*big.Int{scopes(1), scopes(2)}, true, true)
	pkp := mintedPKP(t, f, receipt)
	if owner, err := reader.OwnerOf(t.Context(), pkp.TokenID); err != nil || owner != pkp.Address {
		t.Errorf("got owner %s (%v), want the PKP itself", owner, err)
	}
	wantScopes(t, f, pkp, 2, action, 1)
	wantScopes(t, f, pkp, 89, custom, 2)
	wantScopes(t, f, pkp, 1, pkp.Address.Bytes()) // permitted, but for nothing

	receipt = helper.send(user, one, "mintNextAndAddAuthMethodsWithTypes", keyType2, [][]byte{action},
		[][]*big.Int{scopes(1)}, []common.Address{address(user)}, [][]*big.Int{scopes(1, 2)}, scopes(89), [][]byte{custom},
		[][]byte{{4}}, [][]*big.Int{scopes()}, false, false)
	pkp = mintedPKP(t, f, receipt)
	if owner, err := reader.OwnerOf(t.Context(), pkp.TokenID); err != nil || owner != address(user) {
		t.Errorf("got owner %s (%v), want the caller", owner, err)
	}
	wantScopes(t, f, pkp, 2, action, 1)
	wantScopes(t, f, pkp, 1, address(user).Bytes(), 1, 2)
	wantScopes(t, f, pkp, 89, custom)

	_, err := helper.trySend(user, nil, "mintNextAndAddAuthMethods", keyType2, scopes(), [][]byte{}, [][]byte{},
		[][]*big.Int{}, false, false)
	helper.wantRevert("You must pay exactly mint cost", err)
}

func TestHelperClaims(t *testing.T) {
	f := start(t, nil)
	helper := f.contract(t, "PKPHelper")
	id := [32]byte(crypto.Keccak256([]byte("claimed")))
	var nodes []*ecdsa.PrivateKey
	for _, v := range f.setup.Validators {
		nodes = append(nodes, v.Key)
	}
	material := struct {
		KeyType      *big.Int
		DerivedKeyId [32]byte
		Signatures   []signature
	}{keyType2, id, sign(t, nodes, id)}
	data := struct {
		KeyType                            *big.Int
		PermittedIpfsCIDs                  [][]byte
		PermittedIpfsCIDScopes             [][]*big.Int
		PermittedAddresses                 []common.Address
		PermittedAddressScopes             [][]*big.Int
		PermittedAuthMethodTypes           []*big.Int
		PermittedAuthMethodIds             [][]byte
		PermittedAuthMethodPubkeys         [][]byte
		PermittedAuthMethodScopes          [][]*big.Int
		AddPkpEthAddressAsPermittedAddress bool
		SendPkpToItself                    bool
	}{KeyType: keyType2, PermittedAddresses: []common.Address{{9}}, PermittedAddressScopes: [][]*big.Int{scopes(1)}}
	receipt := helper.send(f.accounts[2], one, "claimAndMintNextAndAddAuthMethods", material, data)
	pkp, err := f.Reader().PKP(t.Context(), receipt.Logs[1].Topics[1])
	if err != nil {
		t.Fatal(err)
	}
	wantScopes(t, f, pkp, 1, common.Address{9}.Bytes(), 1)
}

// mintedPKP reads a PKP as the SDK does: from the first log of the receipt.
func mintedPKP(t *testing.T, f *fixture, receipt *types.Receipt) chain.PKP {
	t.Helper()
	pkp, err := f.Reader().PKP(t.Context(), receipt.Logs[0].Topics[1])
	if err != nil {
		t.Fatal(err)
	}
	return pkp
}

// wantScopes checks that a method is permitted with these scopes and no others.
func wantScopes(t *testing.T, f *fixture, pkp chain.PKP, methodType uint64, id []byte, want ...int) {
	t.Helper()
	methods, err := f.Reader().PermittedAuthMethods(t.Context(), pkp.TokenID)
	if err != nil {
		t.Fatal(err)
	}
	permitted := slices.ContainsFunc(methods, func(m chain.AuthMethod) bool {
		return m.Type == methodType && string(m.ID) == string(id)
	})
	if !permitted {
		t.Errorf("type %d id %x is not permitted", methodType, id)
	}
	set, err := f.Reader().Scopes(t.Context(), pkp.TokenID, methodType, id, 32)
	if err != nil {
		t.Fatal(err)
	}
	if len(set) != 32 {
		t.Fatalf("got %d scopes, want 32", len(set))
	}
	var got []int
	for scope, on := range set {
		if on {
			got = append(got, scope)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("type %d id %x: got scopes %v, want %v", methodType, id, got, want)
	}
}
