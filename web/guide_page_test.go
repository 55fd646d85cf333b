package web_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"litsession/internal/chromium"
	"litsession/internal/devnet"
	"litsession/internal/eth"
	"litsession/internal/playground"
	"litsession/internal/require"
)

// payingWallet is the wallet of a page's user who also has coins: it signs texts as
// wallet does, and transactions with go-ethereum, and sends these through its own
// node. It begins on Ethereum and knows no other chain.
type payingWallet struct {
	wallet
	node   *ethclient.Client
	chains []string // that it knows; it is on the last
	sent   int
}

func (w *payingWallet) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	var call struct {
		Method string
		Params []json.RawMessage
	}
	if err := json.NewDecoder(request.Body).Decode(&call); err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	type failure struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	var answer struct {
		Result any      `json:"result"`
		Error  *failure `json:"error,omitempty"`
	}
	var chain struct{ ChainID string }
	switch call.Method {
	case "eth_requestAccounts":
		answer.Result = []string{strings.ToLower(w.account.Address)}
	case "eth_chainId":
		answer.Result = w.chains[len(w.chains)-1]
	case "wallet_switchEthereumChain":
		if err := json.Unmarshal(call.Params[0], &chain); err != nil || !slices.Contains(w.chains, chain.ChainID) {
			answer.Error = &failure{4902, "Unrecognized chain ID."}
		}
	case "wallet_addEthereumChain":
		if err := json.Unmarshal(call.Params[0], &chain); err != nil {
			answer.Error = &failure{-32602, err.Error()}
		}
		w.chains = append(w.chains, chain.ChainID)
	case "personal_sign":
		var message string
		if err := json.Unmarshal(call.Params[0], &message); err != nil {
			answer.Error = &failure{-32602, err.Error()}
		}
		answer.Result = w.sign(message)
	case "eth_sendTransaction":
		hash, err := w.send(request.Context(), call.Params[0])
		if err != nil {
			answer.Error = &failure{-32603, err.Error()}
		}
		answer.Result = hash
	default:
		answer.Error = &failure{4200, call.Method + " is not supported"}
	}
	json.NewEncoder(response).Encode(answer)
}

// send signs what the page asks for, with a nonce of its own, and sends it.
func (w *payingWallet) send(ctx context.Context, text []byte) (common.Hash, error) {
	var t struct {
		ChainID, Value, MaxFeePerGas, MaxPriorityFeePerGas *hexutil.Big
		To                                                 *common.Address
		Data                                               hexutil.Bytes
		Gas                                                hexutil.Uint64
	}
	if err := json.Unmarshal(text, &t); err != nil {
		return common.Hash{}, err
	}
	nonce, err := w.node.PendingNonceAt(ctx, common.HexToAddress(w.account.Address))
	if err != nil {
		return common.Hash{}, err
	}
	key, err := crypto.HexToECDSA(w.account.PrivateKey[2:])
	if err != nil {
		return common.Hash{}, err
	}
	id := (*big.Int)(t.ChainID)
	signed, err := types.SignNewTx(key, types.LatestSignerForChainID(id), &types.DynamicFeeTx{
		ChainID: id, Nonce: nonce, To: t.To, Value: (*big.Int)(t.Value), Data: t.Data, Gas: uint64(t.Gas),
		GasFeeCap: (*big.Int)(t.MaxFeePerGas), GasTipCap: (*big.Int)(t.MaxPriorityFeePerGas),
	})
	if err != nil {
		return common.Hash{}, err
	}
	w.sent++
	return signed.Hash(), w.node.SendTransaction(ctx, signed)
}

// TestTheGuideInAPage: a PKP and credits are minted, credits delegated, an action
// permitted and a session authorized, with nothing but the user's wallet; and nodes
// that count credits do what the session asks for, and refuse it without them.
func TestTheGuideInAPage(t *testing.T) {
	_, err := os.Stat(pageDir + "/litsession/contracts/index.js")
	require.That(t, err == nil, "the page is not built: run make build")
	network, err := devnet.Start(t.Context(), devnet.Config{Nodes: 4, Credits: devnet.CreditsCounted})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := network.Close(); err != nil {
			t.Error(err)
		}
	}()
	d := network.Descriptor()
	node, err := ethclient.Dial(d.RPCURL)
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	user := &payingWallet{wallet: wallet{account: d.Accounts[1]}, node: node, chains: []string{"0x1"}}
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(pageDir)))
	mux.Handle("/wallet", user)
	mux.HandleFunc("/descriptor.json", func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(d) })
	server := httptest.NewServer(mux)
	defer server.Close()
	page, err := playground.Open(t.Context(), server.URL)
	require.That(t, !errors.Is(err, chromium.ErrMissing), "no Chromium: install Debian's package chromium")
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	script, err := os.ReadFile(filepath.Join("testdata", "guide.js"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		NoWallet           string
		Announced          bool
		PKP                struct{ TokenID, PublicKey, EthAddress string }
		CapacityTokenIDStr string
		NotPermitted       string
		Accepted, Refused  []string
		Asked              []string
	}
	if err := page.Evaluate(string(script), &got); err != nil {
		t.Fatal(err)
	}
	if got.NoWallet != "InitError no_wallet" || !got.Announced {
		t.Errorf("without a wallet: %s; with one that announces itself: %t", got.NoWallet, got.Announced)
	}
	key, err := eth.ParsePublicKey(got.PKP.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	id := key.TokenID()
	if got.PKP.TokenID != "0x"+hex.EncodeToString(id[:]) || got.PKP.EthAddress != key.Address().String() || got.CapacityTokenIDStr != "1" {
		t.Errorf("minted %+v, credit %s", got.PKP, got.CapacityTokenIDStr)
	}
	if got.NotPermitted != "not_authorized" {
		t.Errorf("before the action was permitted: %s", got.NotPermitted)
	}
	for _, answers := range []struct {
		got  []string
		want string
	}{{got.Accepted, "200 hello"}, {got.Refused, "402 rate_limit_exceeded"}} {
		if len(answers.got) != len(d.Nodes) || slices.ContainsFunc(answers.got, func(a string) bool { return a != answers.want }) {
			t.Errorf("the nodes answer %v, want %s", answers.got, answers.want)
		}
	}
	if user.sent != 3 || user.chains[len(user.chains)-1] != "0x"+strconv.FormatUint(d.ChainID, 16) {
		t.Errorf("%d transactions on the chains %v; asked for %v", user.sent, user.chains, got.Asked)
	}
}
