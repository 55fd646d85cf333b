package chain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/ethdb/pebble"
)

// StoreError says that what [Config].DataDir holds cannot be used: damaged, not this chain's, or not to be written.
type StoreError struct {
	Dir string
	Err error
}

func (e *StoreError) Error() string { return fmt.Sprintf("%s: %v", e.Dir, e.Err) }

// Unwrap returns the reason.
func (e *StoreError) Unwrap() error { return e.Err }

// stored does something with a directory's chain, and makes every failure of it a [*StoreError]: geth reports some
// damage with a panic. Without a directory it only does it.
func stored(config Config, do func() error) (err error) {
	if config.DataDir == "" {
		return do()
	}
	defer func() {
		if p := recover(); p != nil {
			err = errors.New(brief(fmt.Sprint(p)))
		}
		if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
			err = &StoreError{Dir: config.DataDir, Err: err}
		}
	}()
	return do()
}

// brief is the first line of a text that may have stack traces below it, and of that what a person reads.
func brief(text string) string {
	const enough = 300
	line, _, _ := strings.Cut(text, "\n")
	return line[:min(len(line), enough)]
}

// inspect says whether a directory was used before, and long enough for a genesis block to be in it. Given a genesis,
// geth would refuse a directory as soon as this program's genesis had changed in any way; given none, it would write
// mainnet's into a directory that has none yet.
//
// It reads the database as a whole unless that is known to be intact: opened for writing, a damaged one ends the process
// from one of its own goroutines.
func inspect(config Config) (used bool, err error) {
	path := filepath.Join(config.DataDir, nodeName, databaseName)
	if config.DataDir == "" || rawdb.PreexistingDatabase(path) == "" {
		return false, nil
	}
	const handles, readOnly = 16, true
	database, err := pebble.New(path, cacheMiB, handles, "", readOnly)
	if err != nil {
		return false, err
	}
	if !config.Intact {
		err = readAll(database)
	}
	used = rawdb.ReadCanonicalHash(rawdb.NewDatabase(database), 0) != common.Hash{}
	return used, errors.Join(err, database.Close())
}

// readAll reads every block of a database's files, those that only looking for a key reads too.
func readAll(database ethdb.KeyValueStore) error {
	all := database.NewIterator(nil, nil)
	defer all.Release()
	for all.Next() {
		if _, err := database.Get(all.Key()); err != nil {
			return err
		}
	}
	return all.Error()
}

// What geth keeps in its folder besides the chain, and makes anew: the peers that it had, its key for them, and blobs.
// Damage there is no reason not to start.
var dispensable = []string{"nodes", "nodekey", "blobpool"}

// locks are the files whose content says nothing.
var locks = []string{"LOCK", "FLOCK"}

const databaseName = "chaindata"

// freezer is where geth moves blocks that are ninety thousand old.
func freezer(dir string) string {
	return filepath.Join(dir, nodeName, databaseName, "ancient")
}

// discard removes what a chain can do without. No chain may run in the directory.
func discard(dir string) error {
	for _, name := range dispensable {
		if err := os.RemoveAll(filepath.Join(dir, nodeName, name)); err != nil {
			return err
		}
	}
	if holdsBlocks, err := frozen(dir); err != nil || holdsBlocks {
		return err
	}
	return os.RemoveAll(freezer(dir))
}

// frozen reports whether blocks were moved to the freezer, which has tables, empty ones, from the beginning.
func frozen(dir string) (found bool, err error) {
	err = filepath.WalkDir(freezer(dir), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if extension := filepath.Ext(path); extension == ".cdat" || extension == ".rdat" {
			found = found || err == nil && info.Size() > 0
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return found, err
}

// Sums returns the SHA-256 in hex of every file of the chain that a DataDir keeps, by the path below the directory. No
// chain may run there.
func Sums(dir string) (map[string]string, error) {
	sums := map[string]string{}
	holdsBlocks, err := frozen(dir)
	if err != nil {
		return nil, err
	}
	root := filepath.Join(dir, nodeName, databaseName)
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path == freezer(dir) && !holdsBlocks:
			return fs.SkipDir
		case entry.IsDir() || slices.Contains(locks, entry.Name()):
			return nil
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		sums[filepath.ToSlash(name)], err = sumOf(path)
		return err
	})
	return sums, err
}

func sumOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
