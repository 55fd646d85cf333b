package chain_test

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/devnet/chain"
)

// crashDir names the directory to the process that is to be killed.
const crashDir = "LITSESSION_TEST_CRASH_DIR"

// TestCrash kills a process that mines and looks at what it leaves.
func TestCrash(t *testing.T) {
	if named := os.Getenv(crashDir); named != "" {
		mineForEver(t, named)
	}
	dir := t.TempDir()
	var tokenID [32]byte
	var told uint64
	for round := range 3 {
		told = crash(t, dir, &tokenID)
		f := start(t, func(config *chain.Config) { config.DataDir = dir })
		if _, err := f.Reader().PKP(t.Context(), tokenID); err != nil {
			t.Errorf("round %d: the PKP is gone: %v", round, err)
		}
		if head := f.LatestBlock().Number; head < told {
			t.Errorf("round %d: got block %d, the process had told of %d", round, head, told)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// crash runs a process on the directory, kills it while it mines and returns the last block that it told of.
func crash(t *testing.T, dir string, tokenID *[32]byte) (told uint64) {
	t.Helper()
	process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrash$")
	process.Env = append(os.Environ(), crashDir+"="+dir)
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	if !lines.Scan() {
		t.Fatal("the process told nothing")
	}
	id, err := hex.DecodeString(lines.Text())
	if err != nil {
		t.Fatalf("the process told %q", lines.Text())
	}
	*tokenID = [32]byte(id)
	for range 40 {
		if !lines.Scan() {
			t.Fatal("the process stopped")
		}
		if told, err = strconv.ParseUint(lines.Text(), 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err == nil {
		t.Fatal("the process was not killed")
	}
	return told
}

func mineForEver(t *testing.T, dir string) {
	f := start(t, func(config *chain.Config) { config.DataDir = dir })
	pkp, err := f.MintPKP(t.Context(), f.accounts[1])
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%x\n", pkp.TokenID)
	for {
		if err := f.Fund(t.Context(), common.Address{7}, one); err != nil {
			t.Fatal(err)
		}
		fmt.Println(f.LatestBlock().Number)
	}
}
