//go:build !js

package onchain_test

import (
	"context"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/contracts"
	"litsession/internal/devnet"
	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// slow is a node that counts late: how many transactions wait is told as it was at
// first, until it was asked so many times.
type slow struct {
	contracts.Node
	mu    sync.Mutex
	first jsjson.Value
	left  int
}

func (s *slow) Request(ctx context.Context, method string, params []byte) (jsjson.Value, error) {
	if method != "eth_getTransactionCount" || !strings.Contains(string(params), "pending") {
		return s.Node.Request(ctx, method, params)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left--; s.left >= 0 && s.first.Exists() {
		return s.first, nil
	}
	answer, err := s.Node.Request(ctx, method, params)
	if err == nil && !s.first.Exists() {
		s.first = answer
	}
	return answer, err
}

// crowd is so many Clients of one account that write at the same time, and their
// wallets. Of a page they share what was sent; pages may share a lock.
func crowd(t *testing.T, d devnet.Descriptor, account, size int, late contracts.Node, signs, onePage, locked bool) ([]*contracts.Client, []*wallet) {
	t.Helper()
	shared, lock := new(contracts.Nonces), make(chan struct{}, 1)
	clients, wallets := make([]*contracts.Client, size), make([]*wallet, size)
	for i := range size {
		clients[i], wallets[i], _ = writer(t, d, account)
		clients[i].Node, wallets[i].signs = late, signs
		if onePage {
			clients[i].Nonces = shared
		}
		if locked {
			clients[i].Timing.Poll = 200 * time.Millisecond // ten times that for the count
			clients[i].Lock = func(context.Context, string) (func(), error) {
				lock <- struct{}{}
				return func() { <-lock }, nil
			}
		}
	}
	return clients, wallets
}

// TestWritesAtOnceOnANodeThatCountsLate are all done, each once.
func TestWritesAtOnceOnANodeThatCountsLate(t *testing.T) {
	d := network(t)
	for i, row := range []struct {
		name                   string
		signs, onePage, locked bool
		mints                  bool // else permissions, which differ
	}{
		{"mints of one page", false, true, false, true},
		{"mints of one page, signed and sent apart", true, true, false, true},
		{"mints of pages with a lock", false, false, true, true},
		{"permissions of one page", false, true, false, false},
		{"permissions of pages without a lock", false, false, false, false},
		{"permissions of pages without a lock, signed and sent apart", true, false, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			const writes = 4
			c, w, l := writer(t, d, 1+i)
			first, err := mint(t, c, w)
			if err != nil {
				t.Fatal(err)
			}
			token := eth.Hex(first.TokenID[:])
			clients, wallets := crowd(t, d, 1+i, writes, &slow{Node: l, left: writes}, row.signs, row.onePage, row.locked)
			failed := make(chan error, writes)
			for n := range writes {
				go func() {
					if row.mints {
						_, err := mint(t, clients[n], wallets[n])
						failed <- err
						return
					}
					sent, err := clients[n].Send(t.Context(), contracts.Write{From: w.address(), Contract: "PKPPermissions", Function: "addPermittedAddress",
						Arguments: list(t, token, common.Address{byte(1 + n)}.Hex(), []int{1})})
					if err == nil {
						_, err = clients[n].Wait(t.Context(), sent, 0, 1)
					}
					failed <- err
				}()
			}
			for range writes {
				if err := <-failed; err != nil {
					t.Error(err)
				}
			}
			if got := balance(t, c, w); row.mints && got != count(1+writes) {
				t.Errorf("%s PKPs", got)
			}
			if got := strings.Count(read(t, c, "PKPPermissions", "getPermittedAddresses", token), "0x"); !row.mints && got != 1+writes {
				t.Errorf("%d addresses are permitted", got)
			}
		})
	}
}

// TestARefusalOfWhatWasTaken: a library that sends to several nodes tells what the
// slowest of them says, which has the transaction mined already, or waiting.
func TestARefusalOfWhatWasTaken(t *testing.T) {
	d := network(t)
	for i, row := range []struct {
		failure contracts.SendError
		hash    bool // is told
	}{
		{contracts.SendError{Codes: []string{"-32000"}, Message: "nonce too low: next nonce 1, tx nonce 0"}, false},
		{contracts.SendError{Codes: []string{"NONCE_EXPIRED"}, Message: "nonce has already been used"}, true},
		{contracts.SendError{Codes: []string{"-32000"}, Message: "replacement transaction underpriced"}, false},
		{contracts.SendError{Codes: []string{"-32000"}, Message: "already known"}, true},
		{contracts.SendError{Codes: []string{"SERVER_ERROR"}, Message: "AlreadyKnown"}, false},
		{contracts.SendError{Codes: []string{"TransactionExecutionError", "NonceTooLowError"}, Message: "Nonce provided is lower"}, false},
	} {
		t.Run(row.failure.Message, func(t *testing.T) {
			c, w, _ := writer(t, d, 1+i)
			w.after = func(h contracts.Hash) (contracts.Hash, error) {
				failure := row.failure
				if row.hash {
					failure.Hash = h
				}
				return contracts.Hash{}, &failure
			}
			minted, err := mint(t, c, w)
			if err != nil {
				t.Fatal(err)
			}
			if hash, _ := w.sign(w.seen[0]); len(w.seen) != 1 || balance(t, c, w) != count(1) || minted.Receipt.Hash != hash {
				t.Errorf("asked %d times, %s PKPs", len(w.seen), balance(t, c, w))
			}
		})
	}
}

// TestANonceThatAnotherTransactionTook after it was given out: the mint is made again,
// with the next one, unless the caller chose the nonce.
func TestANonceThatAnotherTransactionTook(t *testing.T) {
	d := network(t)
	for i, row := range []struct {
		name          string
		signs, chosen bool
	}{{"sent by the wallet", false, false}, {"signed by the wallet", true, false}, {"chosen by the caller", false, true}} {
		t.Run(row.name, func(t *testing.T) {
			c, w, _ := writer(t, d, 1+i)
			w.signs = row.signs
			w.before = func(asked contracts.Transaction) error {
				w.before = nil
				asked.To, asked.Data, asked.Value = asked.From, nil, new(big.Int)
				hash, raw := w.sign(asked)
				if err := w.send(t.Context(), raw); err != nil {
					t.Error(err)
				}
				_, err := c.Wait(t.Context(), contracts.Sent{Hash: hash}, 0, 1)
				return err
			}
			var o contracts.Options
			if row.chosen {
				o.Nonce = new(big.Int)
			}
			_, err := mintWith(t, c, w, o)
			if row.chosen {
				wantError(t, err, literr.InvalidParam, "param", "want")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(w.seen) != 2 || w.seen[1].Nonce != 1 || balance(t, c, w) != count(1) {
				t.Errorf("asked %d times, %s PKPs", len(w.seen), balance(t, c, w))
			}
		})
	}
}

// TestAWalletWhoseOwnCountIsWrong is told of at once: nobody else can choose for it.
func TestAWalletWhoseOwnCountIsWrong(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	c.WalletCounts = true
	w.before = func(contracts.Transaction) error {
		return &contracts.SendError{Codes: []string{"-32603", "-32000"}, Message: "nonce too low"}
	}
	_, err := mint(t, c, w)
	wantError(t, err, literr.WalletFailed, "nonce")
	if len(w.seen) != 1 {
		t.Errorf("asked %d times", len(w.seen))
	}
}
