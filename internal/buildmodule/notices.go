package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// writeNotices writes the licences of what lit.wasm and wasm_exec.js hold that
// is not ours: most ask that their text goes along with copies.
func writeNotices(file string) error {
	root, err := goroot()
	if err != nil {
		return err
	}
	notices, err := moduleNotices()
	if err != nil {
		return err
	}
	runtime, err := licence("Go's runtime and standard library", root, root)
	if err != nil {
		return err
	}
	text := []byte("lit.wasm and wasm_exec.js hold code of others, under these licences.\n")
	for _, n := range append([]notice{runtime}, notices...) {
		text = fmt.Appendf(text, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), n.of, strings.TrimSpace(n.text))
	}
	return os.WriteFile(file, text, 0o644)
}

// notice is a licence and what it is of.
type notice struct{ of, text string }

// moduleNotices returns the licence of every package of another Go module that
// lit.wasm is made of, each text once for each module.
func moduleNotices() ([]notice, error) {
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Module", "./wasm")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var notices []notice
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir    string
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return notices, nil
		} else if err != nil {
			return nil, err
		}
		if p.Module == nil || p.Module.Main {
			continue
		}
		n, err := licence(p.Module.Path+" "+p.Module.Version, p.Dir, p.Module.Dir)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(notices, n) {
			notices = append(notices, n)
		}
	}
}

var licenceFile = regexp.MustCompile(`^(?i:licen[cs]e|copying|notice)(\.|$)`)

// licence returns what stands in the licence files of dir, or else of the
// nearest folder above it within root.
func licence(of, dir, root string) (notice, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return notice{}, err
	}
	var texts []string
	for _, e := range entries {
		if !licenceFile.MatchString(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return notice{}, err
		}
		texts = append(texts, string(text))
	}
	switch {
	case len(texts) > 0:
		return notice{of, strings.Join(texts, "\n")}, nil
	case dir == root:
		return notice{}, fmt.Errorf("%s has no licence", of)
	default:
		return licence(of, filepath.Dir(dir), root)
	}
}
