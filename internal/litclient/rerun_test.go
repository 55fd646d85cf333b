package litclient_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/contracts"
	"litsession/internal/eth"
	"litsession/internal/fetch"
	"litsession/internal/ipfs"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// signer is an account that signs transactions.
type signer struct{ key *ecdsa.PrivateKey }

func (s signer) SendTransaction(_ context.Context, t contracts.Transaction) ([]byte, error) {
	to, id := common.Address(t.To), new(big.Int).SetUint64(t.ChainID)
	tx, err := types.SignNewTx(s.key, types.LatestSignerForChainID(id), &types.DynamicFeeTx{
		ChainID: id, Nonce: t.Nonce, To: &to, Value: t.Value, Data: t.Data, Gas: t.Gas, GasFeeCap: t.MaxFee, GasTipCap: t.Tip,
	})
	if err != nil {
		return nil, err
	}
	return tx.MarshalBinary()
}

// onPermissions has the PKP's owner call a function of the permissions contract for
// the permitted action.
func (w *world) onPermissions(t *testing.T, function string, more ...any) {
	t.Helper()
	key, err := crypto.HexToECDSA(w.Accounts[0].PrivateKey[2:])
	if err != nil {
		t.Fatal(err)
	}
	address, err := eth.ParseAddress(w.ContractContext["PKPPermissions"].Address)
	if err != nil {
		t.Fatal(err)
	}
	id := ipfs.Sum([]byte(w.PKP.PermittedAction.Code)).Multihash()
	arguments, err := json.Marshal(append([]any{w.PKP.TokenID, eth.Hex(id)}, more...))
	if err != nil {
		t.Fatal(err)
	}
	list, err := jsjson.Parse(arguments)
	if err != nil {
		t.Fatal(err)
	}
	c := &contracts.Client{
		Node: contracts.HTTPNode{Fetcher: fetch.HTTP{}, URL: w.RPCURL}, Sender: signer{key},
		Addresses: contracts.Addresses{PKPPermissions: address},
	}
	sent, err := c.Send(t.Context(), contracts.Write{
		From: eth.Address(crypto.PubkeyToAddress(key.PublicKey)), Contract: "PKPPermissions", Function: function, Arguments: list,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Wait(t.Context(), sent, 0, 1); err != nil {
		t.Fatal(err)
	}
}

// TestRerunAction: what was authorized before outlives a permission that is
// revoked, unless the caller has the nodes decide anew.
func TestRerunAction(t *testing.T) {
	w := newWorld(t)
	c := w.client(t)
	rerun := w.pkpParams()
	rerun["rerunAction"] = true
	call := func(params map[string]any, want literr.Code, signed bool) {
		t.Helper()
		before := w.wire.signing.Load()
		_, err := w.pkpSessionSigs(t.Context(), t, c, params)
		if want == "" && err != nil || want != "" && !errors.Is(err, want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if got := w.wire.signing.Load() > before; got != signed {
			t.Errorf("nodes were asked: %v", got)
		}
	}
	stored := func() string {
		text, _, _ := w.store.Get(t.Context(), "lit-wallet-sig")
		return text
	}
	call(w.pkpParams(), "", true)
	first := stored()
	call(w.pkpParams(), "", false)
	call(rerun, "", true)
	if stored() == first {
		t.Error("the fresh AuthSig did not take the place of the stored one")
	}
	call(w.pkpParams(), "", false)
	w.onPermissions(t, "removePermittedAction")
	call(w.pkpParams(), "", false)
	call(rerun, literr.NotAuthorized, true)
	call(w.pkpParams(), literr.NotAuthorized, true) // the stored one went with the refusal
	w.onPermissions(t, "addPermittedAction", []int{1})
	call(maps.Clone(rerun), "", true)
	call(w.pkpParams(), "", false)
	rerun["rerunAction"] = "yes"
	call(rerun, literr.InvalidParam, false)
}
