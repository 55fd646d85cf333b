package chain_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"litsession/internal/require"
)

func TestCompiledContractsAreCurrent(t *testing.T) {
	installCompiler(t)
	fresh := t.TempDir()
	compile := exec.CommandContext(t.Context(), "node", "compile.mjs", fresh)
	compile.Dir = "contracts"
	if output, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("compile: %v\n%s", err, output)
	}
	want, have := files(t, fresh), files(t, "contracts/compiled")
	for name := range want {
		if !bytes.Equal(want[name], have[name]) {
			t.Errorf("%s is not what its source compiles to: run npm run compile in contracts", name)
		}
	}
	for name := range have {
		if want[name] == nil {
			t.Errorf("%s has no source", name)
		}
	}
}

// installCompiler leaves a folder that has the compiler as it is.
func installCompiler(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("contracts/node_modules/solc"); err == nil {
		return
	}
	install := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts")
	install.Dir = "contracts"
	output, err := install.CombinedOutput()
	require.That(t, err == nil, fmt.Sprintf("the compiler cannot be installed: npm ci: %v\n%s", err, output))
}

func files(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		all[entry.Name()], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
