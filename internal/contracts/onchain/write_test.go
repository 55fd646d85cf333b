//go:build !js

// Package onchain_test writes contracts on a real chain: the local network's. It is
// apart from package contracts so that fuzzing that one does not build a chain.
package onchain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/contracts"
	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

func TestMintPermitAndRevoke(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	minted, err := mint(t, c, w)
	if err != nil {
		t.Fatal(err)
	}
	id, number := eth.Hex(minted.TokenID[:]), eth.Hex(bytes.TrimLeft(minted.TokenID[:], "\x00"))
	if minted.PublicKey.TokenID() != minted.TokenID || read(t, c, "PKPNFT", "ownerOf", id) != `["`+w.address().String()+`"]` ||
		read(t, c, "PKPNFT", "getPubkey", id) != `["`+minted.PublicKey.String()+`"]` ||
		read(t, c, "PKPNFT", "tokenOfOwnerByIndex", w.address().String(), 0) != `[{"type":"BigNumber","hex":"`+number+`"}]` {
		t.Errorf("minted %x with the key %s", minted.TokenID, minted.PublicKey)
	}
	if sent := w.seen[0]; sent.Tip == nil || sent.Gas == 0 || sent.Again || sent.ChainID != d.ChainID {
		t.Errorf("sent %+v", sent)
	}
	action := "0x1220" + strings.Repeat("ab", 32)
	write := func(function string, arguments ...any) {
		t.Helper()
		sent, err := c.Send(t.Context(), contracts.Write{From: w.address(), Contract: "PKPPermissions", Function: function, Arguments: list(t, arguments...)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Wait(t.Context(), sent, 0, 1); err != nil {
			t.Fatal(err)
		}
	}
	write("addPermittedAction", id, action, []int{1})
	if got := read(t, c, "PKPPermissions", "getPermittedActions", id); got != `[["`+action+`"]]` {
		t.Errorf("permitted %s", got)
	}
	if got := read(t, c, "PKPPermissions", "getPermittedAuthMethodScopes", id, 2, action, 3); got != `[[false,true,false]]` {
		t.Errorf("scopes %s", got)
	}
	if got := read(t, c, "PKPPermissions", "getPermittedAuthMethods", id); got != `[[{"authMethodType":{"type":"BigNumber","hex":"0x02"},"id":"`+action+`","userPubkey":"0x"}]]` {
		t.Errorf("auth methods %s", got)
	}
	write("removePermittedAction", id, action)
	if got := read(t, c, "PKPPermissions", "isPermittedAction", id, action); got != `[false]` {
		t.Errorf("after removing: %s", got)
	}
}

func TestMintCreditsAndMintWithAuth(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 2)
	midnight := uint64(time.Now().Unix())/86400*86400 + 2*86400
	credits, err := c.MintCredits(t.Context(), w.address(), 14, midnight, contracts.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := read(t, c, "RateLimitNFT", "capacity", eth.Hex(credits.TokenID[:]))
	var capacity [1]struct{ RequestsPerKilosecond, ExpiresAt struct{ Hex string } }
	if err := json.Unmarshal([]byte(got), &capacity); err != nil {
		t.Fatal(err)
	}
	rate, _ := new(big.Int).SetString(capacity[0].RequestsPerKilosecond.Hex[2:], 16)
	until, _ := new(big.Int).SetString(capacity[0].ExpiresAt.Hex[2:], 16)
	if rate.Uint64() != 14 || until.Uint64() != midnight {
		t.Errorf("bought %s", got)
	}
	id := "0x" + strings.Repeat("12", 32)
	minted, err := c.Mint(t.Context(), contracts.Write{From: w.address(), Contract: "PKPHelper", Function: "mintNextAndAddAuthMethods",
		Arguments: list(t, 2, []int{1}, []string{id}, []string{"0x"}, [][]int{{1}}, true, true)})
	if err != nil {
		t.Fatal(err)
	}
	token := eth.Hex(minted.TokenID[:])
	if got := read(t, c, "PKPPermissions", "isPermittedAuthMethod", token, 1, id); got != `[true]` {
		t.Errorf("the auth method is permitted: %s", got)
	}
	if got := read(t, c, "PKPNFT", "ownerOf", token); got != `["`+minted.PublicKey.Address().String()+`"]` {
		t.Errorf("the PKP belongs to %s", got)
	}
}

func TestFailuresBeforeAnythingIsSent(t *testing.T) {
	d := network(t)
	poor, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	midnight := uint64(time.Now().Unix())/86400*86400 + 2*86400
	for name, row := range map[string]struct {
		do   func(c *contracts.Client, w *wallet) error
		want literr.Code
		text string
	}{
		"the user rejects": {func(c *contracts.Client, w *wallet) error {
			w.before = func(contracts.Transaction) error {
				return &contracts.SendError{Codes: []string{"4001"}, Message: "User denied transaction signature."}
			}
			_, err := mint(t, c, w)
			return err
		}, literr.UserRejected, "rejected"},
		"too little balance": {func(c *contracts.Client, w *wallet) error {
			w.key = poor
			_, err := mint(t, c, w)
			return err
		}, literr.InsufficientFunds, "has 0 wei"},
		"too little balance, with a gas limit": {func(c *contracts.Client, w *wallet) error {
			w.key = poor
			_, err := c.MintCredits(t.Context(), w.address(), 1, midnight, contracts.Options{GasLimit: big.NewInt(1e6)})
			return err
		}, literr.InsufficientFunds, "has 0 wei"},
		"a require": {func(c *contracts.Client, w *wallet) error {
			_, err := c.Send(t.Context(), contracts.Write{From: w.address(), Contract: "PKPPermissions", Function: "addPermittedAction",
				Arguments: list(t, d.PKP.TokenID, "0x1220"+strings.Repeat("ab", 32), []int{1})})
			return err
		}, literr.Reverted, "Not PKP NFT owner"},
		"a custom error": {func(c *contracts.Client, w *wallet) error {
			_, err := c.Read(t.Context(), "PKPNFT", "ownerOf", list(t, 5))
			return err
		}, literr.Reverted, "ERC721NonexistentToken(tokenId: 0x"},
		"another price": {func(c *contracts.Client, w *wallet) error {
			_, err := c.Mint(t.Context(), contracts.Write{From: w.address(), Contract: "PKPNFT", Function: "mintNext", Arguments: list(t, 2),
				Options: contracts.Options{Value: big.NewInt(7)}})
			return err
		}, literr.Reverted, "You must pay exactly mint cost"},
		"another chain": {func(c *contracts.Client, w *wallet) error {
			c.ChainID = 1
			_, err := mint(t, c, w)
			return err
		}, literr.WrongChain, "not on 1"},
		"no node": {func(c *contracts.Client, w *wallet) error {
			c.Node.(*line).cut(func(string) bool { return true })
			_, err := mint(t, c, w)
			return err
		}, literr.ChainUnreachable, "cut"},
		"a contract that is not configured": {func(c *contracts.Client, w *wallet) error {
			c.Addresses.PKPNFT = eth.Address{}
			_, err := mint(t, c, w)
			return err
		}, literr.InvalidParam, "Contract is not available"},
	} {
		t.Run(name, func(t *testing.T) {
			c, w, _ := writer(t, d, 3)
			err := row.do(c, w)
			e := wantError(t, err, row.want)
			if !strings.Contains(err.Error(), row.text) {
				t.Errorf("%q lacks %q", err, row.text)
			}
			if e.Detail("txHash") != nil {
				t.Errorf("a transaction hash in %v", e.Details)
			}
		})
	}
	c, w, _ := writer(t, d, 3)
	if got := balance(t, c, w); got != count(0) {
		t.Errorf("the account has %s PKPs", got)
	}
}

// TestANodeThatNeverAnswers keeps nobody waiting for longer than Timing says.
func TestANodeThatNeverAnswers(t *testing.T) {
	d, apart := network(t), newApart(t)
	every := func(string) bool { return true }
	only := func(method string) func(string) bool { return func(asked string) bool { return asked == method } }
	afterSending := func(c *contracts.Client, w *wallet, l *line) {
		w.after = func(h contracts.Hash) (contracts.Hash, error) { l.swallow(every); return h, nil }
	}
	for i, row := range []struct {
		name string
		do   func(t *testing.T, c *contracts.Client, w *wallet, l *line) error
		want literr.Code
		text string
	}{
		{"connect", func(t *testing.T, c *contracts.Client, _ *wallet, l *line) error {
			l.swallow(every)
			_, err := c.Connect(t.Context())
			return err
		}, literr.ChainUnreachable, "did not answer eth_chainId within"},
		{"read", func(t *testing.T, c *contracts.Client, _ *wallet, l *line) error {
			l.swallow(only("eth_call"))
			_, err := c.Read(t.Context(), "PKPNFT", "mintCost", list(t))
			return err
		}, literr.ChainUnreachable, "did not answer eth_call within"},
		{"prepare", func(t *testing.T, c *contracts.Client, w *wallet, l *line) error {
			l.swallow(only("eth_getBalance"))
			_, err := mint(t, c, w)
			return err
		}, literr.ChainUnreachable, "did not answer eth_getBalance within"},
		{"wait", func(t *testing.T, c *contracts.Client, w *wallet, l *line) error {
			c.Timing.Receipt, c.Timing.Outage = 200*time.Millisecond, time.Minute
			afterSending(c, w, l)
			_, err := mint(t, c, w)
			return err
		}, literr.Timeout, "the transaction was not mined within 200ms"},
		{"settle", func(t *testing.T, c *contracts.Client, w *wallet, l *line) error {
			c.Timing.Receipt, c.Timing.Outage = 200*time.Millisecond, time.Minute
			afterSending(c, w, l)
			if _, err := mint(t, c, w); err == nil {
				return err
			}
			_, err := mint(t, c, w)
			return err
		}, literr.Timeout, "an earlier attempt was not settled within 200ms"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, w, l := writer(t, d, 1+i)
				w.node, l.Node = apart.from(w.node), apart.from(l.Node)
				c.Timing.Answer = 100 * time.Millisecond
				began := time.Now()
				err := row.do(t, c, w, l)
				if wantError(t, err, row.want); !strings.Contains(err.Error(), row.text) {
					t.Errorf("%q lacks %q", err, row.text)
				}
				if took := time.Since(began); took > time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// oldChain is a node whose blocks have no base fee.
type oldChain struct{ contracts.Node }

func (o oldChain) Request(ctx context.Context, method string, params []byte) (jsjson.Value, error) {
	answer, err := o.Node.Request(ctx, method, params)
	if err != nil || method != "eth_getBlockByNumber" {
		return answer, err
	}
	return jsjson.Parse([]byte(strings.Replace(string(answer.Raw()), "baseFeePerGas", "other", 1)))
}

func TestAChainWithoutBaseFeesGetsAGasPrice(t *testing.T) {
	d := network(t)
	c, w, l := writer(t, d, 1)
	c.Node = oldChain{l}
	if _, err := mint(t, c, w); err != nil {
		t.Fatal(err)
	}
	if sent := w.seen[0]; sent.Tip != nil || !strings.Contains(string(sent.JSON()), `"gasPrice":"0x`) {
		t.Errorf("sent %s", sent.JSON())
	}
}

func TestOptionsWin(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	v, err := jsjson.Parse([]byte(`{"gasLimit":"3000000","maxFeePerGas":"0x12a05f200","maxPriorityFeePerGas":1000000001,"nonce":0,"timeout":5000,"value":null}`))
	if err != nil {
		t.Fatal(err)
	}
	options, err := contracts.DecodeOptions(v)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Mint(t.Context(), contracts.Write{From: w.address(), Contract: "PKPNFT", Function: "mintNext", Arguments: list(t, 2), Options: options}); err != nil {
		t.Fatal(err)
	}
	if sent := w.seen[0]; sent.Gas != 3e6 || sent.MaxFee.Int64() != 5e9 || sent.Tip.Int64() != 1e9+1 || sent.Nonce != 0 || !sent.Again {
		t.Errorf("sent %s", sent.JSON())
	}
	for _, wrong := range []string{`{"gasLimit":"x"}`, `{"nonce":"0x` + strings.Repeat("f", 17) + `"}`, `{"txHash":"0x12"}`, `{"timeout":0}`, `{"timeout":"1"}`, `{"value":-1}`} {
		v, err := jsjson.Parse([]byte(wrong))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := contracts.DecodeOptions(v); literr.CodeOf(err) != literr.InvalidParam {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

func TestAResolverKnowsTheAddresses(t *testing.T) {
	d := network(t)
	c, w, _ := writer(t, d, 1)
	want := c.Addresses
	answer, err := c.Node.Request(t.Context(), "eth_call", // contractResolver() of Staking
		[]byte(`[{"to":"`+eth.Hex(want.Staking[:])+`","data":"0x50d17b5e"},"latest"]`))
	if err != nil {
		t.Fatal(err)
	}
	word, _ := answer.Text()
	address := eth.Address(common.HexToAddress(word))
	c.Addresses = contracts.Addresses{}
	if err := c.Resolve(t.Context(), contracts.Resolver{Address: address}, ""); err != nil {
		t.Fatal(err)
	}
	if c.Addresses != want {
		t.Errorf("resolved %+v, want %+v", c.Addresses, want)
	}
	if _, err := mint(t, c, w); err != nil {
		t.Error(err)
	}
}
