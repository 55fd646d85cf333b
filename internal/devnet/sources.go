package devnet

import (
	"context"
	"fmt"
	"sync"

	"litsession/internal/ipfs"
)

// sources is the Lit Actions that the network knows, by CID: its IPFS.
type sources struct {
	mutex sync.RWMutex
	byCID map[string]string
}

func newSources() *sources { return &sources{byCID: map[string]string{}} }

// add keeps a source and returns its name.
func (s *sources) add(source []byte) ipfs.CID {
	cid := ipfs.Sum(source)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.byCID[cid.String()] = string(source)
	return cid
}

// ActionCode returns the source with a CID. It fails for one that was never
// added.
func (s *sources) ActionCode(_ context.Context, cid string) (string, error) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	source, ok := s.byCID[cid]
	if !ok {
		return "", fmt.Errorf("this network knows no file %q", cid)
	}
	return source, nil
}
