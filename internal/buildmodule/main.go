// Buildmodule writes what the loader starts into web/dist:
//
//   - lit.wasm, package wasm compiled for the browser with its data merged, the
//     same bytes on every machine that has the same toolchain and the same sources;
//   - wasm_exec.js, that toolchain's half of the runtime, as an ES module;
//   - THIRD_PARTY_NOTICES.txt, the licences of what both hold of others.
//
// With -verify it also compiles lit.wasm a second time, from an empty build
// cache, and fails when the bytes differ.
//
// It runs in the module's root: go run ./internal/buildmodule
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	out := flag.String("out", filepath.Join("web", "dist"), "folder to write to")
	verify := flag.Bool("verify", false, "compile twice and compare")
	flag.Parse()
	if err := run(*out, *verify, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "buildmodule:", err)
		os.Exit(1)
	}
}

func run(out string, verify bool, report io.Writer) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	module := filepath.Join(out, "lit.wasm")
	if err := compile(module); err != nil {
		return err
	}
	if err := writeRuntime(filepath.Join(out, "wasm_exec.js")); err != nil {
		return err
	}
	if err := writeNotices(filepath.Join(out, "THIRD_PARTY_NOTICES.txt")); err != nil {
		return err
	}
	sum, err := fileSum(module)
	if err != nil {
		return err
	}
	fmt.Fprintf(report, "%s  sha256 %x\n", module, sum)
	if verify {
		return verifyReproducible(sum)
	}
	return nil
}

// coldPackages are compiled without inlining, which costs bytes and buys nothing
// where no time is spent: a call is made of waiting and of curve arithmetic, and the
// packages of that one are not among these.
var coldPackages = []string{
	"litsession/...", "github.com/go-json-experiment/...", "github.com/ipfs/...", "github.com/klauspost/...",
	"github.com/mr-tron/...", "github.com/multiformats/...", "golang.org/x/crypto/...", "lukechampine.com/...",
	"context", "encoding/json", "errors", "fmt", "io/fs", "os", "reflect", "strconv", "strings", "time",
}

// compile makes lit.wasm in file.
func compile(file string, env ...string) error {
	if err := link(file, env...); err != nil {
		return err
	}
	linked, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	merged, err := mergeSegments(linked)
	if err != nil {
		return fmt.Errorf("merge the data of lit.wasm: %w", err)
	}
	return os.WriteFile(file, merged, 0o755)
}

// link builds package wasm into file. Nothing that differs between two
// check-outs may enter: no paths, no state of the repository, no build ID.
func link(file string, env ...string) error {
	version, err := packageVersion(filepath.Join("web", "package.json"))
	if err != nil {
		return err
	}
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid= -X main.version=" + version}
	for _, pattern := range coldPackages {
		args = append(args, "-gcflags="+pattern+"=-l")
	}
	cmd := exec.Command("go", append(args, "-o", file, "./wasm")...)
	cmd.Env = append(os.Environ(), append([]string{"GOOS=js", "GOARCH=wasm"}, env...)...)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("compile lit.wasm: %w", err)
	}
	return nil
}

// packageVersion reads the version of an npm package.
func packageVersion(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var description struct {
		Version string `json:"version"`
	}
	if err := json.Unmarshal(text, &description); err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	if description.Version == "" || strings.ContainsAny(description.Version, " \t\n'\"") {
		return "", fmt.Errorf("%s: no usable version", file)
	}
	return description.Version, nil
}

// writeRuntime writes the wasm_exec.js of the toolchain that compiles, because
// the two halves of the runtime have to match.
func writeRuntime(file string) error {
	root, err := goroot()
	if err != nil {
		return err
	}
	script, err := os.ReadFile(filepath.Join(root, "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return err
	}
	module, err := wrap(script)
	if err != nil {
		return err
	}
	return os.WriteFile(file, module, 0o644)
}

// goroot is the folder of the toolchain that compiles.
func goroot() (string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	return strings.TrimSpace(string(root)), nil
}

// verifyReproducible compiles once more with an empty cache, so that nothing
// of the first build is used again, and compares.
func verifyReproducible(want [sha256.Size]byte) error {
	dir, err := os.MkdirTemp("", "buildmodule-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	again := filepath.Join(dir, "lit.wasm")
	if err := compile(again, "GOCACHE="+filepath.Join(dir, "cache")); err != nil {
		return err
	}
	got, err := fileSum(again)
	if err != nil {
		return err
	}
	if !bytes.Equal(got[:], want[:]) {
		return fmt.Errorf("two builds of the same sources differ: sha256 %x and %x", want, got)
	}
	return nil
}

func fileSum(file string) (sum [sha256.Size]byte, err error) {
	content, err := os.ReadFile(file)
	return sha256.Sum256(content), err
}
