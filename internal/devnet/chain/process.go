package chain

import (
	"log/slog"
	"os"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	gethlog "github.com/ethereum/go-ethereum/log"

	"litsession/internal/devnet/chain/hdkey"
)

// hdKeyDeriver is where the chain's own precompiled contract is; PubkeyRouter.sol names the same address.
var hdKeyDeriver = common.BytesToAddress([]byte("LIT"))

// prepareProcess does what geth has only one of per process: its table of precompiled contracts, and its log, which
// here says errors and nothing else. Chains that start afterwards read the table and never write it.
var prepareProcess = sync.OnceFunc(func() {
	vm.PrecompiledContractsOsaka[hdKeyDeriver] = hdkey.Precompiled{}
	vm.PrecompiledAddressesOsaka = append(vm.PrecompiledAddressesOsaka, hdKeyDeriver)

	errorsOnly := slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})
	gethlog.SetDefault(gethLogger{gethlog.NewLogger(errorsOnly)})
})

// gethLogger hides geth's own logger type, for which SetDefault would replace the process's slog default too.
type gethLogger struct{ gethlog.Logger }
