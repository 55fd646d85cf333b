package devnet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofrs/flock"

	"litsession/internal/devnet/chain"
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
// contracts, the guide's action. Records of version 1 have no more than the
// members up to Deployed.
const recordVersion = 2

// record is what every secret and the first block of a network follow from, as
// it is kept in a data directory, with what tells whether the rest of the
// directory belongs to it. The epochs and their validators are on the chain, and
// what is secret of them follows from the seed.
type record struct {
	Version   int    `json:"version"`
	Seed      string `json:"seed"` // hex
	Nodes     int    `json:"nodes"`
	Threshold int    `json:"threshold"`
	ChainID   uint64 `json:"chainId"`
	// Deployed is true once the chain holds all that a network begins with. Until
	// then nobody has seen it, and a start makes it anew.
	Deployed bool `json:"deployed"`
	// Blocks are the genesis and the block with which Deployed became true.
	Blocks []keptBlock `json:"blocks,omitempty"`
	// Files are the SHA-256 of the chain's files in hex, by their paths below the
	// chain's directory, when a network was closed. There are none while one runs or
	// after a crash.
	Files map[string]string `json:"files,omitempty"`
	// Sum is the SHA-256 in hex of the record's JSON without it.
	Sum string `json:"sum,omitempty"`
}

type keptBlock struct {
	Number uint64      `json:"number"`
	Hash   common.Hash `json:"hash"`
}

func (r record) summed() record {
	r.Sum = ""
	text, err := json.Marshal(r)
	if err != nil {
		panic("internal error: " + err.Error()) // it is made of plain types
	}
	sum := sha256.Sum256(text)
	r.Sum = hex.EncodeToString(sum[:])
	return r
}

// DataError says that a data directory cannot be used.
type DataError struct {
	Dir string
	Err error
}

func (e *DataError) Error() string { return fmt.Sprintf("data directory %s: %v", e.Dir, e.Err) }

// Unwrap returns the reason.
func (e *DataError) Unwrap() error { return e.Err }

// damaged is the [*DataError] of a directory with something in it that cannot be
// what a network has left there.
func damaged(dir, format string, args ...any) error {
	const advice = "; restore the directory from a copy, or remove it to begin with a new network"
	return &DataError{Dir: dir, Err: fmt.Errorf(format+advice, args...)}
}

// ErrInUse is another process that runs a network from the same directory.
var ErrInUse = errors.New("another process uses it: stop that one, or take another directory")

// directory is a data directory that this process has for itself.
type directory struct {
	path   string
	lock   *flock.Flock
	record record
	intact bool // the chain's files are those that the last run has left
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
	if errors.As(err, new(*ConfigError)) || errors.As(err, new(*DataError)) {
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
		return config, d.checkFiles()
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

// checkFiles compares the chain's files with those that the last run has left,
// and forgets these: from now on they change.
func (d *directory) checkFiles() error {
	if info, err := os.Stat(d.chain()); err != nil || !info.IsDir() {
		return damaged(d.path, "the chain in %s is gone", chainName)
	}
	if d.record.Files == nil {
		return nil
	}
	found, err := chain.Sums(d.chain())
	if err != nil {
		return damaged(d.path, "%v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(d.record.Files)) {
		switch sum, ok := found[name]; {
		case !ok:
			return damaged(d.path, "%s/%s is gone", chainName, name)
		case sum != d.record.Files[name]:
			return damaged(d.path, "%s/%s is damaged", chainName, name)
		}
	}
	d.record.Files, d.intact = nil, true
	return d.write()
}

// kept are the blocks that the chain must hold.
func (d *directory) kept() []chain.Block {
	var blocks []chain.Block
	for _, b := range d.record.Blocks {
		blocks = append(blocks, chain.Block{Number: b.Number, Hash: b.Hash})
	}
	return blocks
}

func (d *directory) chain() string   { return filepath.Join(d.path, chainName) }
func (d *directory) sources() string { return filepath.Join(d.path, sourcesName) }

// deployed notes that the chain is complete with this block.
func (d *directory) deployed(genesis, block chain.Block) error {
	d.record.Deployed = true
	d.record.Blocks = []keptBlock{{genesis.Number, genesis.Hash}, {block.Number, block.Hash}}
	if err := d.write(); err != nil {
		return &DataError{Dir: d.path, Err: err}
	}
	return nil
}

// finished notes what the chain has left when it was closed.
func (d *directory) finished() (err error) {
	if !d.record.Deployed {
		return nil
	}
	if d.record.Files, err = chain.Sums(d.chain()); err == nil {
		err = d.write()
	}
	if err != nil {
		return &DataError{Dir: d.path, Err: err}
	}
	return nil
}

func (d *directory) write() error {
	d.record.Version = recordVersion
	text, err := json.MarshalIndent(d.record.summed(), "", "  ")
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
// refuses a configuration that contradicts it, a directory that holds something
// else and, with a [*DataError], one whose record is damaged. It changes nothing.
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
		return c, damaged(c.Data, "the seed in %s is damaged", recordName)
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
	for _, e := range entries {
		switch name := e.Name(); {
		case name == lockName || name == sourcesName || strings.HasPrefix(name, unfinished):
		case name == chainName:
			return damaged(dir, "%s is gone", recordName)
		default:
			return wrong("data", "%s holds no network but %s: take an empty or a new directory", dir, name)
		}
	}
	return nil
}

func readRecord(dir string) (record, error) {
	text, err := os.ReadFile(filepath.Join(dir, recordName))
	if errors.Is(err, fs.ErrNotExist) {
		return record{}, err
	}
	if errors.Is(err, syscall.ENOTDIR) {
		return record{}, wrong("data", "%s is not a directory", dir)
	}
	if err != nil {
		return record{}, &DataError{Dir: dir, Err: err}
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return record{}, damaged(dir, "%s is damaged: %v", recordName, err)
	}
	if r.Version < 1 || r.Version > recordVersion {
		return record{}, &DataError{Dir: dir, Err: fmt.Errorf("%s has version %d, and this program reads 1 to %d; take the program that made it, or another directory", recordName, r.Version, recordVersion)}
	}
	if r.Version == recordVersion && r.Sum != r.summed().Sum {
		return record{}, damaged(dir, "%s is damaged, or was changed by hand", recordName)
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
