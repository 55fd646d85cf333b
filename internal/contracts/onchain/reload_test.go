//go:build !js

package onchain_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/contracts"
	"litsession/internal/eth"
	"litsession/internal/literr"
)

func TestAnotherClientContinuesByTheHash(t *testing.T) {
	d := network(t)
	c, w, l := writer(t, d, 1)
	w.after = func(h contracts.Hash) (contracts.Hash, error) {
		l.cut(func(string) bool { return true })
		return h, nil
	}
	_, err := mint(t, c, w)
	hash := wantError(t, err, literr.ChainUnreachable, "txHash").Detail("txHash").(string)

	fresh, other, _ := writer(t, d, 1)
	o := contracts.Options{TxHash: contracts.Hash(common.HexToHash(hash))}
	minted, err := mintWith(t, fresh, other, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(other.seen) != 0 || balance(t, fresh, other) != count(1) || minted.Receipt.Hash != o.TxHash {
		t.Errorf("continued with %s, %d more were sent", minted.Receipt.Hash, len(other.seen))
	}
}

func TestTheHashOfAnotherCallIsRefused(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	minted, err := mint(t, c, w)
	if err != nil {
		t.Fatal(err)
	}
	midnight := uint64(time.Now().Unix())/86400*86400 + 2*86400
	credits, err := c.MintCredits(t.Context(), w.address(), 1, midnight, contracts.Options{})
	if err != nil {
		t.Fatal(err)
	}
	id := eth.Hex(credits.TokenID[:])
	_, stranger, _ := writer(t, d, 2)
	moved, err := c.Send(t.Context(), contracts.Write{From: w.address(), Contract: "RateLimitNFT", Function: "transferFrom",
		Arguments: list(t, w.address().String(), stranger.address().String(), id)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Wait(t.Context(), moved, 0, 1); err != nil {
		t.Fatal(err)
	}
	buy := func(from *wallet, hash contracts.Hash) error {
		_, err := c.MintCredits(t.Context(), from.address(), 1, midnight, contracts.Options{TxHash: hash})
		return err
	}
	for name, err := range map[string]error{
		"a mint's as that of credits":        buy(w, minted.Receipt.Hash),
		"another account's":                  buy(stranger, credits.Receipt.Hash),
		"another function's of the contract": buy(w, moved.Hash),
	} {
		if literr.CodeOf(err) != literr.InvalidParam {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := buy(w, credits.Receipt.Hash); err != nil {
		t.Errorf("its own: %v", err)
	}
	other := contracts.Options{TxHash: minted.Receipt.Hash}
	if _, err := c.Mint(t.Context(), contracts.Write{From: w.address(), Contract: "PKPNFT", Function: "mintNext", Arguments: list(t, 1), Options: other}); literr.CodeOf(err) != literr.InvalidParam {
		t.Errorf("with other arguments: %v", err)
	}
}

// TestAHashThatNobodyKnows: of a transaction that never arrived nothing but the hash
// is known after a reload, unless the caller passes its nonce as well.
func TestAHashThatNobodyKnows(t *testing.T) {
	d := network(t)
	for account, row := range map[int]struct {
		name  string
		nonce bool
	}{1: {"without its nonce", false}, 2: {"with its nonce", true}} {
		t.Run(row.name, func(t *testing.T) {
			c, w, _ := writer(t, d, account)
			if _, err := mint(t, c, w); err != nil { // so that its nonce is not zero
				t.Fatal(err)
			}
			w.withhold = true
			_, err := mint(t, c, w)
			e := wantError(t, err, literr.TransactionDropped, "txHash", "nonce")
			w.withhold = false

			c, w, _ = writer(t, d, account)
			o := contracts.Options{TxHash: contracts.Hash(common.HexToHash(e.Detail("txHash").(string)))}
			if row.nonce {
				o.Nonce = big.NewInt(1)
			}
			_, err = mintWith(t, c, w, o)
			if e := wantError(t, err, literr.TransactionDropped, "txHash"); (e.Detail("nonce") == "1") != row.nonce {
				t.Errorf("details %v", e.Details)
			}
			if _, err := mint(t, c, w); err != nil {
				t.Fatal(err)
			}
			if sent := w.seen[0]; len(w.seen) != 1 || sent.Nonce != 1 || sent.Again != row.nonce || balance(t, c, w) != count(2) {
				t.Errorf("sent %s, %s PKPs", sent.JSON(), balance(t, c, w))
			}
		})
	}
}

// TestAHashIsNamedWhereItIsRemembered: that takes nothing from what is remembered of
// its own transaction, nor of another one.
func TestAHashIsNamedWhereItIsRemembered(t *testing.T) {
	d := network(t)
	for account, own := range map[int]bool{1: true, 2: false} {
		c, w, _ := writer(t, d, account)
		var first, other []byte
		var o contracts.Options
		w.withhold = true
		w.after = func(h contracts.Hash) (contracts.Hash, error) {
			_, first = w.sign(w.seen[0])
			later := w.seen[0]
			later.Nonce++
			o.TxHash, other = w.sign(later)
			if own {
				o.TxHash = h
			}
			return h, nil
		}
		_, err := mint(t, c, w)
		wantError(t, err, literr.TransactionDropped, "txHash")
		_, err = mintWith(t, c, w, o)
		wantError(t, err, literr.TransactionDropped, "txHash")
		w.after, w.withhold = nil, false
		if err := w.send(t.Context(), first); err != nil { // it was on its way
			t.Fatal(err)
		}
		want := count(1)
		if !own {
			want = count(2)
			if err := w.send(t.Context(), other); err != nil {
				t.Fatal(err)
			}
			if _, err := mintWith(t, c, w, o); err != nil {
				t.Error(err)
			}
		}
		if _, err := mint(t, c, w); err != nil || balance(t, c, w) != want || len(w.seen) != 1 {
			t.Errorf("own %t: %v, %s PKPs, asked %d times", own, err, balance(t, c, w), len(w.seen))
		}
	}
}

// TestANonceIsUsedOnce: after a failure of which only the nonce is known, another
// Client with that nonce mints at most one PKP.
func TestANonceIsUsedOnce(t *testing.T) {
	d := network(t)
	for account, arrives := range map[int]bool{1: true, 2: false} {
		c, w, _ := writer(t, d, account)
		w.withhold = !arrives
		w.after = func(contracts.Hash) (contracts.Hash, error) {
			return contracts.Hash{}, &contracts.SendError{Codes: []string{"-32603"}, Message: "internal error"}
		}
		_, err := mint(t, c, w)
		wantError(t, err, literr.WalletFailed, "nonce")
		if arrives { // it was mined before the page is loaded again
			if _, err := mint(t, c, w); err != nil {
				t.Fatal(err)
			}
		}
		c, w, _ = writer(t, d, account)
		_, err = mintWith(t, c, w, contracts.Options{Nonce: new(big.Int)})
		if arrives {
			wantError(t, err, literr.InvalidParam, "param", "want")
		} else if err != nil {
			t.Error(err)
		}
		if got := balance(t, c, w); got != count(1) {
			t.Errorf("arrives %t: %s PKPs", arrives, got)
		}
	}
}
