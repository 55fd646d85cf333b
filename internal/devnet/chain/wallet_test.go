package chain_test

import (
	"bytes"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"litsession/internal/devnet/chain"
)

// TestAWalletSends goes the way of a wallet: estimate, fees, raw transaction, receipt.
func TestAWalletSends(t *testing.T) {
	f := start(t, nil)
	from, to := f.accounts[2], common.Address{9}
	call := `{"from":"` + address(from).Hex() + `","to":"` + to.Hex() + `","value":"0x5"}`
	gas := rpc[hexutil.Uint64](t, f, "eth_estimateGas", `[`+call+`]`)
	if gas != 21_000 {
		t.Errorf("a transfer is estimated at %d gas", gas)
	}
	tip := rpc[hexutil.Big](t, f, "eth_maxPriorityFeePerGas", `[]`)
	history := rpc[struct {
		BaseFeePerGas []hexutil.Big
		Reward        [][]hexutil.Big
	}](t, f, "eth_feeHistory", `["0x2","latest",[50]]`)
	if len(history.BaseFeePerGas) != 3 || len(history.Reward) != 2 {
		t.Fatalf("got fee history %+v", history)
	}
	next := history.BaseFeePerGas[2].ToInt() // of the block to come
	if price := rpc[hexutil.Big](t, f, "eth_gasPrice", `[]`); price.ToInt().Cmp(next) < 0 {
		t.Errorf("the gas price %v is below the base fee %v", price.ToInt(), next)
	}
	nonce := rpc[hexutil.Uint64](t, f, "eth_getTransactionCount", `["`+address(from).Hex()+`","pending"]`)
	chainID := new(big.Int).SetUint64(f.ChainID())
	tx, err := types.SignNewTx(from, types.LatestSignerForChainID(chainID), &types.DynamicFeeTx{
		ChainID: chainID, Nonce: uint64(nonce), To: &to, Value: big.NewInt(5), Gas: uint64(gas),
		GasTipCap: tip.ToInt(), GasFeeCap: new(big.Int).Add(tip.ToInt(), new(big.Int).Lsh(next, 1)),
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	filter := rpc[string](t, f, "eth_newBlockFilter", `[]`)
	hash := rpc[common.Hash](t, f, "eth_sendRawTransaction", `["`+hexutil.Encode(raw)+`"]`)
	if hash != tx.Hash() {
		t.Errorf("got hash %s, want %s", hash, tx.Hash())
	}
	poll, ctx := time.NewTicker(5*time.Millisecond), within(t)
	defer poll.Stop()
	for rpc[any](t, f, "eth_getTransactionReceipt", `["`+hash.Hex()+`"]`) == nil {
		select {
		case <-poll.C:
		case <-ctx.Done():
			t.Fatal("the transaction is not mined")
		}
	}
	receipt := rpc[map[string]any](t, f, "eth_getTransactionReceipt", `["`+hash.Hex()+`"]`)
	for member, want := range map[string]any{"status": "0x1", "type": "0x2", "gasUsed": "0x5208", "transactionIndex": "0x0"} {
		if receipt[member] != want {
			t.Errorf("the receipt's %s is %v, want %v", member, receipt[member], want)
		}
	}
	if price, err := hexutil.DecodeBig(receipt["effectiveGasPrice"].(string)); err != nil || price.Cmp(tip.ToInt()) < 0 {
		t.Errorf("the receipt's effectiveGasPrice is %v", receipt["effectiveGasPrice"])
	}
	// A filter hears of a block beside the receipt, and may do so later.
	for !slices.Contains(rpc[[]string](t, f, "eth_getFilterChanges", `["`+filter+`"]`), receipt["blockHash"].(string)) {
		select {
		case <-poll.C:
		case <-ctx.Done():
			t.Fatalf("the block filter never had the receipt's %v", receipt["blockHash"])
		}
	}
	sent := rpc[map[string]any](t, f, "eth_getTransactionByHash", `["`+hash.Hex()+`"]`)
	if sent["type"] != "0x2" || sent["maxFeePerGas"] == nil || sent["blockHash"] != receipt["blockHash"] {
		t.Errorf("got transaction %v", sent)
	}
	if unknown := rpc[any](t, f, "eth_getTransactionReceipt", `["`+common.Hash{1}.Hex()+`"]`); unknown != nil {
		t.Errorf("an unknown transaction has the receipt %v", unknown)
	}
	_, refused := post(t, f, `{"jsonrpc":"2.0","id":1,"method":"eth_estimateGas","params":[{"from":"`+address(from).Hex()+
		`","to":"`+f.Contracts()["Staking"].Address+`","data":"0x3cf80e6c"}]}`) // advanceEpoch
	if !bytes.Contains(refused, []byte("execution reverted")) {
		t.Errorf("the estimate of a revert: %s", refused)
	}
}

// TestConfirmations waits for what comes after a transaction on a quiet chain.
func TestConfirmations(t *testing.T) {
	f := start(t, func(config *chain.Config) { config.ConfirmInterval = time.Millisecond })
	client, err := ethclient.DialContext(t.Context(), strings.Replace(f.URL(), "http:", "ws:", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx := within(t)
	const confirmations = 12
	for range 2 {
		heads := make(chan *types.Header, 100)
		subscription, err := client.SubscribeNewHead(ctx, heads)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Fund(ctx, common.Address{8}, one); err != nil {
			t.Fatal(err)
		}
		for count := range 1 + confirmations {
			select {
			case head := <-heads:
				if empty := head.GasUsed == 0; empty != (count > 0) {
					t.Errorf("block %d after the transaction is empty: %v", count, empty)
				}
				if ahead := time.Until(time.Unix(int64(head.Time), 0)); ahead > 0 {
					t.Errorf("block %d is %v ahead of the clock", head.Number, ahead)
				}
			case <-ctx.Done():
				t.Fatalf("%d blocks came", count)
			}
		}
		select {
		case head := <-heads:
			t.Errorf("block %d is one too many", head.Number)
		case <-time.After(50 * time.Millisecond):
		}
		subscription.Unsubscribe()
	}
}
