package litclient

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync/atomic"

	"litsession/internal/bls"
	"litsession/internal/session"
)

// maxTries bounds the search for shares that fit together. Each try costs a
// combination and a pairing, some 20 ms in a browser. It is enough for every
// choice of 8 of 13 shares. Of more, where two thirds are needed, it fails
// for four wrong ones once in a hundred searches at most.
const maxTries = 1300

// fewShares are combined and verified in one go: 5 and 16 ms for 20 of them.
const fewShares = 20

// search is how far the search for shares that fit together is. A wrong share
// does not show by itself, only in a combination that does not verify.
type search struct {
	random  *rand.Rand   // what is tried must not be foreseen by who sends wrong shares
	arrived atomic.Int64 // answers, from any goroutine
	taken   int64        // answers that [quorum.take] has had
	tried   int          // choices that were combined
}

// seed makes the search's choices a function of 16 bytes of random.
func (s *search) seed(random func([]byte) error) error {
	var b [16]byte
	err := random(b[:])
	s.random = rand.New(rand.NewPCG(binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:])))
	return err
}

// combine tries choices of threshold shares at random, none twice, until one of
// them verifies. It leaves off when the next answer is there, for a choice of
// more shares is likelier to be right, and when ctx ends. As long as there are
// nodes to wait for, each of their answers has its part of the tries to come.
func (q *quorum) combine(ctx context.Context) bool {
	s := &q.search
	limit := s.tried + (maxTries-s.tried)/(len(q.silent)+1)
	for _, g := range q.groups {
		all := choices(g.shares, q.network.threshold, maxTries+1)
		for len(g.tried) < all && s.tried < limit {
			shares := q.choose(g)
			if shares == nil {
				continue
			}
			s.tried++
			if q.verify(ctx, g, shares) {
				return true
			}
			q.nextTurn(ctx)
			if ctx.Err() != nil || s.arrived.Load() > s.taken {
				return false
			}
		}
	}
	return false
}

// choose draws threshold shares of different indexes, nil if it drew the same
// before.
func (q *quorum) choose(g *group) []bls.SignatureShare {
	var chosen []bls.SignatureShare
	var seen [256]bool // by index
	bits := make([]byte, (len(q.network.nodes)+7)/8)
	for _, i := range q.search.random.Perm(len(g.shares)) {
		share := g.shares[i]
		if seen[share.Index] || len(chosen) == q.network.threshold {
			continue
		}
		seen[share.Index] = true
		bits[i/8] |= 1 << (i % 8)
		chosen = append(chosen, share)
	}
	if g.tried[string(bits)] {
		return nil
	}
	g.tried[string(bits)] = true
	return chosen
}

// choices returns how many choices of count shares with different indexes there
// are, or most if there are more.
func choices(shares []bls.SignatureShare, count, most int) int {
	var sizes [256]int // shares by index
	for _, s := range shares {
		sizes[s.Index]++
	}
	ways := make([]int, count+1) // to choose so many of the indexes so far
	ways[0] = 1
	for _, size := range sizes {
		for n := count; n > 0; n-- {
			ways[n] = min(ways[n]+size*ways[n-1], most)
		}
	}
	return ways[count]
}

// verify tries one choice. Either half takes as long as a page may stand still:
// 67 shares are combined in 40 to 50 ms there.
func (q *quorum) verify(ctx context.Context, g *group, shares []bls.SignatureShare) bool {
	signature, err := bls.Combine(shares)
	if err != nil {
		return false
	}
	if len(shares) > fewShares {
		q.nextTurn(ctx)
	}
	hash := session.MessageHash(g.text)
	if q.network.key.Verify(hash[:], signature) != nil {
		return false
	}
	a := session.NewPKPAuthSig(signature, g.text, g.message.Address)
	q.authSig = authorization{AuthSig: a, message: g.message, text: a.JSON()}
	return true
}
