package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "litsession/"

// layers is the architecture: every package, and what it imports of ours. Every
// package may import internal/literr and internal/jsjson besides.
var layers = map[string][]string{
	"internal/literr":             {},
	"internal/jsjson":             {},
	"internal/eth":                {},
	"internal/redact":             {},
	"internal/bls":                {},
	"internal/fetch":              {},
	"internal/ipfs":               {"internal/fetch"},
	"internal/siwe":               {"internal/eth"},
	"internal/recap":              {"internal/siwe"},
	"internal/session":            {"internal/siwe", "internal/eth", "internal/bls", "storage"},
	"internal/nodeapi":            {"internal/fetch"},
	"internal/contracts":          {"internal/fetch", "internal/eth", "internal/redact"},
	"internal/litclient":          {"internal/nodeapi", "internal/contracts", "internal/ipfs", "internal/session", "internal/recap", "internal/siwe", "internal/eth", "internal/bls", "internal/fetch", "internal/redact", "storage"},
	"internal/devnet/action":      {"internal/eth", "internal/ipfs"},
	"internal/devnet/conditions":  {},
	"internal/devnet/ethers":      {},
	"internal/devnet/chain/hdkey": {},
	"internal/devnet/chain":       {"internal/devnet/chain/hdkey"},
	"internal/devnet/node":        {"internal/nodeapi", "internal/siwe", "internal/recap", "internal/session", "internal/bls", "internal/ipfs", "internal/eth", "internal/devnet/action"},
	"internal/devnet":             {"internal/devnet/node", "internal/devnet/chain", "internal/devnet/chain/hdkey", "internal/devnet/action", "internal/devnet/conditions", "internal/devnet/ethers", "internal/bls", "internal/eth", "internal/ipfs"},
	"internal/judge":              {"internal/session", "internal/recap", "internal/siwe", "internal/eth", "internal/bls"},
	"internal/checksigs":          {"internal/judge"},
	"internal/devnet/litdevnet":   {"internal/devnet", "internal/devnet/ethers"},
	"internal/buildmodule":        {},
	"internal/modulesize":         {},
	"internal/require":            {},
	"internal/chromium":           {},
	"internal/playground":         {"internal/chromium"},
	"internal/tryout":             {"internal/playground", "internal/judge"},
	"jsglue":                      {"internal/fetch"},
	"storage":                     {"jsglue"},
	"wasm":                        {"jsglue", "storage", "internal/litclient", "internal/contracts", "internal/session", "internal/recap", "internal/siwe", "internal/eth", "internal/ipfs"},
}

// Only these go into the module from go-ethereum, and none of what costs most.
var (
	forbiddenInModule = []string{"net/http", "crypto/x509"}
	gethInModule      = []string{"github.com/ethereum/go-ethereum/crypto/keccak"}
)

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
	GoFiles    []string // without tests
	Error      *struct{ Err string }
}

func list(t *testing.T, env []string, args ...string) (packages []listed) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,Deps,GoFiles,Error"}, args...)...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), env...)
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, problems.String())
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

func TestImportsFollowTheLayers(t *testing.T) {
	unused := map[string][]string{}
	for name, allowed := range layers {
		unused[name] = slices.Clone(allowed)
	}
	for _, env := range [][]string{nil, {"GOOS=js", "GOARCH=wasm"}} {
		for _, p := range list(t, env, "-e", "./internal/...", "./jsglue/...", "./storage/...", "./wasm/...") {
			if p.Error != nil && !strings.Contains(p.Error.Err, "build constraints exclude all Go files") {
				t.Errorf("%s: %s", p.ImportPath, p.Error.Err)
			}
			checkImports(t, p, unused)
		}
	}
	for name, rest := range unused {
		if len(rest) > 0 {
			t.Errorf("%s imports nothing of %v, or is gone: the layers say that it may", name, rest)
		}
	}
}

// checkImports compares a package with its layer and takes off unused what it imports.
func checkImports(t *testing.T, p listed, unused map[string][]string) {
	name := strings.TrimPrefix(p.ImportPath, module)
	allowed, known := layers[name]
	if !known && len(p.GoFiles) > 0 {
		t.Errorf("%s is in no layer", name)
	}
	if strings.HasPrefix(name, "internal/") && slices.Contains(p.Imports, "syscall/js") {
		t.Errorf("%s imports syscall/js: only the glue may", name)
	}
	for _, path := range p.Imports {
		imported, ours := strings.CutPrefix(path, module)
		if !ours || imported == "internal/literr" || imported == "internal/jsjson" {
			continue
		}
		if !slices.Contains(allowed, imported) {
			t.Errorf("%s imports %s, which the layers do not allow", name, imported)
		}
		unused[name] = slices.DeleteFunc(unused[name], func(s string) bool { return s == imported })
	}
}

func TestModuleHoldsNothingHeavy(t *testing.T) {
	if _, err := os.Stat("../wasm"); err != nil {
		t.Fatal("there is no module to look at")
	}
	for _, p := range list(t, []string{"GOOS=js", "GOARCH=wasm"}, "./wasm") {
		for _, dep := range p.Deps {
			geth := strings.HasPrefix(dep, "github.com/ethereum/go-ethereum/") && !slices.Contains(gethInModule, dep)
			if slices.Contains(forbiddenInModule, dep) || geth {
				t.Errorf("the module holds %s", dep)
			}
		}
	}
}
