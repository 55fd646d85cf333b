package devnet_test

import (
	"context"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"litsession/internal/devnet"
)

// transact sends a contract a transaction and waits until it is mined.
func transact(t testing.TB, d devnet.Descriptor, from devnet.Account, wei *big.Int, contract, method string, args ...any) *types.Receipt {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	client := must(ethclient.DialContext(ctx, d.RPCURL))(t)
	defer client.Close()
	codec := must(abi.JSON(strings.NewReader(string(d.ContractContext[contract].ABI))))(t)
	data := must(codec.Pack(method, args...))(t)
	key := must(crypto.HexToECDSA(strings.TrimPrefix(from.PrivateKey, "0x")))(t)
	nonce := must(client.PendingNonceAt(ctx, common.HexToAddress(from.Address)))(t)
	to := common.HexToAddress(d.ContractContext[contract].Address)
	id := new(big.Int).SetUint64(d.ChainID)
	tx := must(types.SignNewTx(key, types.LatestSignerForChainID(id), &types.DynamicFeeTx{
		ChainID: id, Nonce: nonce, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e11), Gas: 3_000_000,
		To: &to, Value: wei, Data: data,
	}))(t)
	if err := client.SendTransaction(ctx, tx); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		receipt, err := client.TransactionReceipt(ctx, tx.Hash())
		if err == nil && receipt.Status == types.ReceiptStatusSuccessful {
			return receipt
		}
		if err == nil || ctx.Err() != nil {
			t.Fatalf("%s.%s: %v %+v", contract, method, ctx.Err(), receipt)
		}
		<-tick.C
	}
}
