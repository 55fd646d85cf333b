package devnet_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"litsession/internal/devnet"
)

// image is a data directory as it was at a moment.
func image(t *testing.T, dir string) string {
	t.Helper()
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return copied
}

// images returns a directory as a crash leaves it and as Close does, both of a
// network that was restarted, so that geth's database has files of each kind.
func images(t *testing.T, config devnet.Config) (crashed, closed string, d devnet.Descriptor) {
	t.Helper()
	config.Data = t.TempDir()
	for range 2 {
		if err := open(t, config).Close(); err != nil {
			t.Fatal(err)
		}
	}
	n := open(t, config)
	crashed, d = image(t, config.Data), n.Descriptor()
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	return crashed, config.Data, d
}

func filesBelow(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// damages are what can become of a file. Each returns what it holds then, nil if
// it is gone.
var damages = map[string]func(content []byte) []byte{
	"emptied":   func([]byte) []byte { return []byte{} },
	"truncated": func(content []byte) []byte { return content[:len(content)/2] },
	"garbage":   func(content []byte) []byte { return bytes.Repeat([]byte{0xa5, 0x0f, 0}, len(content)/3+40) },
	"changed": func(content []byte) []byte {
		changed := bytes.Clone(content)
		if len(changed) > 0 {
			changed[len(changed)/2] ^= 0x5a
		}
		return changed
	},
	"removed": func([]byte) []byte { return nil },
}

// startsOrSays starts a network in a directory and checks that it is the one
// that was there, or that the error is one line about the directory. It reports
// whether the network started.
func startsOrSays(t *testing.T, dir string, want devnet.Descriptor) bool {
	t.Helper()
	n, err := devnet.Start(t.Context(), devnet.Config{Data: dir})
	if err != nil {
		var data *devnet.DataError
		if text := err.Error(); !errors.As(err, &data) || data.Dir != dir || strings.Contains(text, "\n") || !strings.Contains(text, "restore the directory from a copy, or remove it") {
			t.Errorf("%v", err)
		}
		return false
	}
	defer n.Close()
	sameNetwork(t, n.Descriptor(), want)
	sign(t, n.Descriptor().Nodes[0].URL, request(t, n.Descriptor(), "0x"+strings.Repeat("ab", 32), `{"magicNumber":42}`))
	return true
}

// TestEveryDamagedFile damages the files of a data directory, each in several
// ways. Of what geth can do without, and of its tables that are alike, a few
// stand for all.
func TestEveryDamagedFile(t *testing.T) {
	crashed, closed, d := images(t, devnet.Config{Nodes: 3})
	for state, dir := range map[string]string{"after a crash": crashed, "after Close": closed} {
		for _, name := range filesBelow(t, dir) {
			ways := []string{"emptied", "truncated", "garbage", "changed", "removed"}
			switch {
			case strings.Contains(name, "/ancient/") && !strings.HasPrefix(filepath.Base(name), "bodies"), strings.Contains(name, "/nodes/") && !strings.HasSuffix(name, "CURRENT"):
				continue
			case strings.Contains(name, "/ancient/"), !strings.Contains(name, "/chaindata/") && filepath.Base(name) != "network.json", strings.HasSuffix(name, "LOCK"):
				ways = []string{"garbage"}
			}
			for _, how := range ways {
				t.Run(state+"/"+name+"/"+how, func(t *testing.T) {
					at := image(t, dir)
					spoil(t, filepath.Join(at, filepath.FromSlash(name)), damages[how])
					startsOrSays(t, at, d)
				})
			}
		}
	}
}

func spoil(t *testing.T, path string, damage func([]byte) []byte) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if content = damage(content); content == nil {
		err = os.Remove(path)
	} else {
		err = os.WriteFile(path, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestADirectoryKnowsWhatItBelongsTo puts together what does not belong together.
func TestADirectoryKnowsWhatItBelongsTo(t *testing.T) {
	crashed, closed, d := images(t, devnet.Config{Nodes: 3, Seed: "one"})
	_, other, _ := images(t, devnet.Config{Nodes: 3, Seed: "two"})
	_, more, _ := images(t, devnet.Config{Nodes: 4, Seed: "one"})
	const record = "network.json"
	// older is a record as the first version of this program has left it.
	older := func(content []byte) []byte {
		var r map[string]any
		if err := json.Unmarshal(content, &r); err != nil {
			t.Fatal(err)
		}
		r["version"] = 1
		for _, member := range []string{"blocks", "files", "sum"} {
			delete(r, member)
		}
		return must(json.Marshal(r))(t)
	}
	seed := func(content []byte) []byte {
		return bytes.Replace(content, []byte(hex.EncodeToString([]byte("one"))), []byte(hex.EncodeToString([]byte("two"))), 1)
	}
	withChainOf := func(from string) func(at string) {
		return func(at string) {
			if err := errors.Join(os.RemoveAll(filepath.Join(at, "chain")), os.CopyFS(filepath.Join(at, "chain"), os.DirFS(filepath.Join(from, "chain")))); err != nil {
				t.Fatal(err)
			}
		}
	}
	emptied := func(at string) {
		if err := errors.Join(os.RemoveAll(filepath.Join(at, "chain")), os.Mkdir(filepath.Join(at, "chain"), 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	recorded := func(changes ...func([]byte) []byte) func(at string) {
		return func(at string) {
			for _, change := range changes {
				spoil(t, filepath.Join(at, record), change)
			}
		}
	}
	for _, tt := range []struct {
		name   string
		from   string
		change func(at string)
		names  string // what the error names, "" for none
	}{
		{"nothing changed", closed, func(string) {}, ""},
		{"nothing changed since a crash", crashed, func(string) {}, ""},
		{"a record of the first version", closed, recorded(older), ""},
		{"an emptied chain", closed, emptied, "chain/litdevnet/chaindata"},
		{"an emptied chain after a crash", crashed, emptied, "the chain in chain cannot be used: it holds no chain"},
		{"an emptied chain, record of the first version", closed, func(at string) { recorded(older)(at); emptied(at) }, "network.json and the chain in chain are not of the same network"},
		{"the chain of another seed", crashed, withChainOf(other), "block 0 is gone, or is another chain's"},
		{"the chain of another number of nodes", crashed, withChainOf(more), "is gone, or is another chain's"},
		{"another seed", closed, recorded(seed), "network.json is damaged, or was changed by hand"},
		{"another seed, record of the first version", closed, recorded(older, seed), "network.json and the chain in chain are not of the same network"},
		{"another number of nodes", closed, recorded(func(content []byte) []byte {
			return bytes.Replace(content, []byte(`"nodes": 3`), []byte(`"nodes": 5`), 1)
		}), "network.json is damaged, or was changed by hand"},
		{"no record", closed, recorded(damages["removed"]), "network.json is gone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := image(t, tt.from)
			tt.change(at)
			if tt.names == "" {
				for range 2 {
					if !startsOrSays(t, at, d) {
						t.Fatal("it does not start")
					}
				}
				return
			}
			n, err := devnet.Start(t.Context(), devnet.Config{Data: at})
			if err == nil {
				n.Close()
			}
			var data *devnet.DataError
			if !errors.As(err, &data) || !strings.Contains(err.Error(), tt.names) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v", err)
			}
		})
	}
}
