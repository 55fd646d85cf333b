package litclient

import (
	"errors"
	"slices"
	"strings"
	"time"

	"litsession/internal/bls"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
)

// tally counts handshakes by network key. A key counts when the threshold of
// nodes says it, all three times that the answer names it. If one is pinned, no
// other counts.
type tally struct {
	threshold int
	pinned    *bls.PublicKey // nil for none
	camps     []*camp
	strangers int // nodes that say another key than the pinned one
	failures  []literr.Failure
}

// camp is the nodes that say the same network key.
type camp struct {
	key         bls.PublicKey
	urls        []string
	hdRoots     [][]string
	blockhashes []string
	skews       []time.Duration
}

// add counts one answer and reports whether it is the one that makes a camp
// reach the threshold.
func (t *tally) add(a answer[greeting]) bool {
	if a.err != nil {
		t.failures = append(t.failures, failureOf(a.url, a.err))
		return false
	}
	if t.pinned != nil && a.value.key != *t.pinned {
		t.strangers++
		t.failures = append(t.failures, literr.Failure{URL: a.url, Message: "the node names another network key than the pinned one"})
		return false
	}
	c := t.campOf(a.value.key)
	c.urls = append(c.urls, a.url)
	c.hdRoots = append(c.hdRoots, a.value.HDRootPublicKeys)
	if hash := canonicalBlockhash(a.value.LatestBlockhash); hash != "" {
		c.blockhashes = append(c.blockhashes, hash)
	}
	if a.value.skew != nil {
		c.skews = append(c.skews, *a.value.skew)
	}
	return len(c.urls) == t.threshold
}

// handshakeKey returns the network key that an answer names, if it is one.
func handshakeKey(r nodeapi.HandshakeResponse) (bls.PublicKey, error) {
	if r.NetworkPublicKey == nodeapi.NoKey {
		return bls.PublicKey{}, literr.Errorf(literr.NodeFault, "the node has no keys yet")
	}
	key, err := bls.ParsePublicKey(r.NetworkPublicKey)
	if err != nil {
		return bls.PublicKey{}, literr.Errorf(literr.NodeFault, "the node's network key is malformed: %w", err)
	}
	if r.SubnetPublicKey != r.NetworkPublicKey || r.NetworkPublicKeySet != r.NetworkPublicKey {
		return bls.PublicKey{}, literr.Errorf(literr.NodesDisagree, "the node names more than one network key")
	}
	return key, nil
}

// leading is the size of the largest camp.
func (t *tally) leading() int {
	size := 0
	for _, c := range t.camps {
		size = max(size, len(c.urls))
	}
	return size
}

func (t *tally) campOf(key bls.PublicKey) *camp {
	i := slices.IndexFunc(t.camps, func(c *camp) bool { return c.key == key })
	if i < 0 {
		i = len(t.camps)
		t.camps = append(t.camps, &camp{key: key})
	}
	return t.camps[i]
}

// winner returns the camp that reached the threshold. If two did, which a
// threshold of at most half the nodes allows, there is none.
func (t *tally) winner() *camp {
	var winner *camp
	for _, c := range t.camps {
		if len(c.urls) < t.threshold {
			continue
		}
		if winner != nil {
			return nil
		}
		winner = c
	}
	return winner
}

// isForeign reports whether so many nodes say another key than the pinned one
// that it cannot win.
func (t *tally) isForeign(n *network) bool { return t.strangers > n.liars() }

// failure says why there is no winner.
func (t *tally) failure(n *network, ended error, timeout time.Duration) error {
	have := 0
	for _, c := range t.camps {
		have += len(c.urls)
	}
	var e *literr.Error
	switch {
	case t.isForeign(n):
		e = literr.Errorf(literr.BadSignature, "the nodes have another network key than the pinned one").
			WithHint("They got nothing but the handshake. Check rpcUrl, and networkPublicKey if the network has new keys.").
			With("subject", "networkPublicKey")
	case have >= t.threshold:
		e = literr.Errorf(literr.NodesDisagree, "the nodes do not agree on the network's key: %d answered, no %d of them alike", have, t.threshold)
	case errors.Is(ended, errHandshakeTimeout):
		e = literr.Errorf(literr.Timeout, "Error: Could not handshake with nodes after timeout of %dms. Could only connect to %d of %d nodes. Please check your network connection and try again. Note that you can control this timeout with the connectTimeout config option which takes milliseconds.",
			timeout.Milliseconds(), have, len(n.nodes))
	case ended != nil:
		return ended
	default:
		e = literr.Errorf(literr.NotEnoughNodes, "only %d of %d nodes answered, %d are needed", have, len(n.nodes), t.threshold).
			WithHint("Check that the network runs and can be reached from here.")
	}
	return e.With("have", have).With("need", t.threshold).With("failures", t.failures)
}

// ranked returns the different texts, those that occur most often first, of
// those that tie the one that came first.
func ranked(texts []string) (different []string) {
	count := map[string]int{}
	for _, text := range texts {
		if count[text]++; count[text] == 1 {
			different = append(different, text)
		}
	}
	slices.SortStableFunc(different, func(a, b string) int { return count[b] - count[a] })
	return different
}

// mostCommonList returns the list of hex texts that occurs most often.
func mostCommonList(lists [][]string) []string {
	joined := make([]string, len(lists))
	for i, list := range lists {
		joined[i] = strings.Join(list, ",")
	}
	if best := ranked(joined); len(best) > 0 && best[0] != "" {
		return strings.Split(best[0], ",")
	}
	return []string{}
}
