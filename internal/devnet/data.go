package devnet

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
)

// What a data directory holds. The chain is geth's business.
const (
	recordName  = "network.json"
	lockName    = "lock"
	chainName   = "chain"
	sourcesName = "ipfs"
	// unfinished begins the names of files that are being written.
	unfinished = ".new-"
)

// recordVersion changes when something else follows from a record: keys, the
// contracts, the guide's action.
const recordVersion = 1

// record is what every secret and the first block of a network follow from, as
// it is kept in a data directory. The epochs and their validators are on the
// chain, and what is secret of them follows from the seed.
type record struct {
	Version   int    `json:"version"`
	Seed      string `json:"seed"` // hex
	Nodes     int    `json:"nodes"`
	Threshold int    `json:"threshold"`
	ChainID   uint64 `json:"chainId"`
	// Deployed is true once the chain holds all that a network begins with. Until
	// then nobody has seen it, and a start makes it anew.
	Deployed bool `json:"deployed"`
}

// DataError says that a data directory cannot be used.
type DataError struct {
	Dir string
	Err error
}

func (e *DataError) Error() string { return fmt.Sprintf("data directory %s: %v", e.Dir, e.Err) }

// Unwrap returns the reason.
func (e *DataError) Unwrap() error { return e.Err }

// ErrInUse is another process that runs a network from the same directory.
var ErrInUse = errors.New("another process uses it")

// directory is a data directory that this process has for itself.
type directory struct {
	path   string
	lock   *flock.Flock
	record record
}

// openDirectory takes a data directory for this process and completes the
// configuration with what it holds. A directory that holds nothing yet is made
// the configuration's.
func openDirectory(config Config) (*directory, Config, error) {
	d := &directory{path: config.Data}
	config, err := d.open(config)
	if err == nil {
		return d, config, nil
	}
	err = errors.Join(err, d.close())
	if refused := new(ConfigError); errors.As(err, &refused) {
		return nil, config, err
	}
	return nil, config, &DataError{Dir: config.Data, Err: err}
}

func (d *directory) open(config Config) (Config, error) {
	for _, path := range []string{d.path, d.sources()} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return config, err
		}
	}
	lock := flock.New(filepath.Join(d.path, lockName), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return config, err
	}
	if !locked {
		return config, errors.Join(ErrInUse, lock.Close())
	}
	d.lock = lock
	if err := d.removeUnfinished(); err != nil {
		return config, err
	}
	config, err = config.withRecord()
	if err != nil {
		return config, err
	}
	config = config.withDefaults()
	d.record, err = readRecord(d.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return config, err
	}
	if d.record.Deployed {
		_, err := os.Stat(d.chain())
		return config, err
	}
	d.record = record{
		Version: recordVersion, Seed: hex.EncodeToString([]byte(config.Seed)),
		Nodes: config.Nodes, Threshold: config.Threshold, ChainID: config.ChainID,
	}
	if err := d.write(); err != nil {
		return config, err
	}
	// What a first start that was killed has left may be half of a database.
	return config, os.RemoveAll(d.chain())
}

func (d *directory) chain() string   { return filepath.Join(d.path, chainName) }
func (d *directory) sources() string { return filepath.Join(d.path, sourcesName) }

// deployed notes that the chain is complete.
func (d *directory) deployed() error {
	d.record.Deployed = true
	if err := d.write(); err != nil {
		return &DataError{Dir: d.path, Err: err}
	}
	return nil
}

func (d *directory) write() error {
	text, err := json.MarshalIndent(d.record, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(d.path, recordName), append(text, '\n'))
}

func (d *directory) close() error {
	if d.lock == nil {
		return nil
	}
	return d.lock.Close()
}

// removeUnfinished removes what a crash left half written.
func (d *directory) removeUnfinished() error {
	var failures []error
	for _, dir := range []string{d.path, d.sources()} {
		left, err := filepath.Glob(filepath.Join(dir, unfinished+"*"))
		failures = append(failures, err)
		for _, path := range left {
			failures = append(failures, os.Remove(path))
		}
	}
	return errors.Join(failures...)
}

// withRecord completes the configuration with what its data directory holds. It
// refuses a configuration that contradicts it, and a directory that holds
// something else. It changes nothing.
func (c Config) withRecord() (Config, error) {
	if c.Data == "" {
		return c, nil
	}
	kept, err := readRecord(c.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return c, checkNew(c.Data)
	}
	if err != nil {
		return c, err
	}
	seed, err := hex.DecodeString(kept.Seed)
	if err != nil {
		return c, wrong("data", "the seed in %s is damaged", filepath.Join(c.Data, recordName))
	}
	for _, part := range []struct {
		field       string
		contradicts bool
		have        string
	}{
		{"seed", c.Seed != "" && c.Seed != string(seed), "another seed"},
		{"nodes", c.Nodes != 0 && c.Nodes != kept.Nodes, fmt.Sprint(kept.Nodes, " nodes")},
		{"threshold", c.Threshold != 0 && c.Threshold != kept.Threshold, fmt.Sprint("the threshold ", kept.Threshold)},
		{"chain-id", c.ChainID != 0 && c.ChainID != kept.ChainID, fmt.Sprint("the chain id ", kept.ChainID)},
	} {
		if part.contradicts && !kept.Deployed {
			return c, nil // nobody has seen that network: this one takes its place
		}
		if part.contradicts {
			return c, wrong(part.field, "%s holds a network with %s: leave this out, or take another directory", c.Data, part.have)
		}
	}
	c.Seed, c.Nodes, c.Threshold, c.ChainID = string(seed), kept.Nodes, kept.Threshold, kept.ChainID
	return c, nil
}

// checkNew refuses to put a network among the files of something else.
func checkNew(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return wrong("data", "%v", err)
	}
	foreign := slices.IndexFunc(entries, func(e fs.DirEntry) bool {
		return e.Name() != lockName && e.Name() != sourcesName && !strings.HasPrefix(e.Name(), unfinished)
	})
	if foreign >= 0 {
		return wrong("data", "%s holds no network but %s: take an empty or a new directory", dir, entries[foreign].Name())
	}
	return nil
}

func readRecord(dir string) (record, error) {
	path := filepath.Join(dir, recordName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return record{}, err
	}
	if err != nil {
		return record{}, wrong("data", "%v", err)
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return record{}, wrong("data", "%s is damaged: %v", path, err)
	}
	if r.Version != recordVersion {
		return record{}, wrong("data", "%s has version %d, and this program reads %d", path, r.Version, recordVersion)
	}
	return r, nil
}

// replaceFile writes a file for its owner alone, in one step: after a crash
// there is the old one or the new one, whole.
func replaceFile(path string, content []byte) error {
	dir := filepath.Dir(path)
	file, err := os.CreateTemp(dir, unfinished+"*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return syncDirectory(dir)
}

// syncDirectory makes a renaming outlive a loss of power. Where a directory
// cannot be synced the system does it in its own time.
func syncDirectory(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = file.Sync()
	return file.Close()
}
