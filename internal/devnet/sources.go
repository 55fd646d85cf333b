package devnet

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"litsession/internal/ipfs"
)

// sources is the Lit Actions that the network knows, by CID: its IPFS.
type sources struct {
	// dir keeps them over a restart, a file each under its CID; "" does not.
	dir   string
	mutex sync.RWMutex
	byCID map[string]string
}

func newSources(dir string) *sources { return &sources{dir: dir, byCID: map[string]string{}} }

// add keeps a source and returns its name.
func (s *sources) add(source []byte) (ipfs.CID, error) {
	cid := ipfs.Sum(source)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, known := s.byCID[cid.String()]; known {
		return cid, nil
	}
	if s.dir != "" {
		if err := replaceFile(filepath.Join(s.dir, cid.String()), source); err != nil {
			return cid, fmt.Errorf("keep file %s: %w", cid, err)
		}
	}
	s.byCID[cid.String()] = string(source)
	return cid, nil
}

// ActionCode returns the source with a CID. It fails for one that was never
// added.
func (s *sources) ActionCode(_ context.Context, cid string) (string, error) {
	s.mutex.RLock()
	source, ok := s.byCID[cid]
	s.mutex.RUnlock()
	if ok {
		return source, nil
	}
	if source, ok = s.read(cid); !ok {
		return "", fmt.Errorf("this network knows no file %q", cid)
	}
	return source, nil
}

// read looks for a file of an earlier run, and whether it is still what its name
// says. A file name is made of a CID that was parsed, never of what was asked.
func (s *sources) read(text string) (string, bool) {
	cid, err := ipfs.ParseCID(text)
	if s.dir == "" || err != nil || cid.String() != text {
		return "", false
	}
	content, err := os.ReadFile(filepath.Join(s.dir, cid.String()))
	if err != nil || ipfs.Sum(content) != cid {
		return "", false
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.byCID[text] = string(content)
	return string(content), true
}
