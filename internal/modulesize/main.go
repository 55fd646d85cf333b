// Modulesize prints how large the files of web/dist are, plain and as servers
// compress them, and fails when lit.wasm is above a budget in brotli bytes.
//
// It runs in the module's root, after make build:
//
//	go run ./internal/modulesize -budget 1250000
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"text/tabwriter"
)

// module is the file that the budget is for.
const module = "lit.wasm"

func main() {
	dir := flag.String("dir", filepath.Join("web", "dist"), "folder to measure")
	budget := flag.Int("budget", 0, "most bytes that "+module+" may have in brotli; 0 is no bound")
	flag.Parse()
	if err := run(*dir, *budget, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "modulesize:", err)
		os.Exit(1)
	}
}

// run measures what npm packs of dir, and judges the module.
func run(dir string, budget int, report io.Writer) error {
	files, err := packed(dir)
	if err != nil {
		return err
	}
	sizes, err := measure(files)
	if err != nil {
		return err
	}
	printTable(report, sizes)
	for _, s := range sizes {
		if s.name == module && budget > 0 && s.brotli > budget {
			return fmt.Errorf("%s has %d bytes in brotli, %d above the budget of %d", module, s.brotli, s.brotli-budget, budget)
		}
	}
	return nil
}

// packed returns the files that a page loads: the module and the scripts.
func packed(dir string) ([]string, error) {
	wasm := filepath.Join(dir, module)
	if _, err := os.Stat(wasm); err != nil {
		return nil, fmt.Errorf("run make build first: %w", err)
	}
	scripts, err := filepath.Glob(filepath.Join(dir, "*.js"))
	return append([]string{wasm}, scripts...), err
}

// size is how many bytes one file has.
type size struct {
	name                string
	plain, gzip, brotli int // gzip -9, brotli quality 11
}

func measure(files []string) ([]size, error) {
	brotli, err := brotliSizes(files)
	if err != nil {
		return nil, err
	}
	sizes := make([]size, len(files))
	for i, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		sizes[i] = size{filepath.Base(file), len(content), gzipSize(content), brotli[i]}
	}
	return sizes, nil
}

func gzipSize(content []byte) int {
	var compressed bytes.Buffer
	w, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err != nil {
		panic("internal error: " + err.Error()) // the level is a valid one
	}
	// A buffer never refuses a write.
	_, _ = w.Write(content)
	_ = w.Close()
	return compressed.Len()
}

// brotliScript prints the compressed size of each file as a list. Node is
// there wherever the package is built, since TypeScript is compiled by it.
const brotliScript = `
const { brotliCompressSync, constants } = require("node:zlib"), { readFileSync } = require("node:fs");
const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
console.log(JSON.stringify(process.argv.slice(1).map((file) => brotliCompressSync(readFileSync(file), { params }).length)));
`

func brotliSizes(files []string) ([]int, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, errors.New("needs node, which is not in PATH, to compress with brotli")
	}
	cmd := exec.Command(node, append([]string{"-e", brotliScript, "--"}, files...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("compress with node: %w", err)
	}
	var sizes []int
	if err := json.Unmarshal(out, &sizes); err != nil || len(sizes) != len(files) {
		return nil, fmt.Errorf("compress with node: unexpected answer %q", out)
	}
	return sizes, nil
}

// printTable writes a table, and below it the sum of what a page loads.
func printTable(w io.Writer, sizes []size) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "plain\tgzip -9\tbrotli 11\t")
	sum := size{name: "together"}
	for _, s := range sizes {
		fmt.Fprintf(table, "%d\t%d\t%d\t  %s\n", s.plain, s.gzip, s.brotli, s.name)
		sum.plain, sum.gzip, sum.brotli = sum.plain+s.plain, sum.gzip+s.gzip, sum.brotli+s.brotli
	}
	fmt.Fprintf(table, "%d\t%d\t%d\t  %s\n", sum.plain, sum.gzip, sum.brotli, sum.name)
	_ = table.Flush() // to a terminal or a buffer; nothing to do about either
}
