package litclient

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"litsession/internal/bls"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// quorum collects the nodes' shares until threshold of them combine to a
// signature that verifies, or so many nodes failed that this cannot be.
type quorum struct {
	network   *network
	asked     siwe.Message
	auth      proofs
	now       func() time.Time // by our clock
	sentWith  time.Duration    // the skew that the message was made with
	requestID string
	progress  Progress
	quoter    quoter
	nextTurn  func(context.Context) // see [Config]

	silent   []string // URLs of nodes that have not answered
	groups   []*group // by what the nodes signed
	failed   []failedNode
	accepted int // shares
	search   search
	authSig  authorization
	complete bool
}

// group is the shares of nodes that signed the same text.
type group struct {
	text    string
	message siwe.Message
	shares  []bls.SignatureShare
	urls    []string        // of the nodes, as shares
	tried   map[string]bool // choices of shares, a bit for each
}

// failedNode is a node that gave no share.
type failedNode struct {
	url  string
	err  error
	skew *time.Duration // of its clock against ours, where it refused for the message's times

	nonce bool // it refused the message for its nonce
}

// take handles one node's answer and reports whether it was the last needed.
func (q *quorum) take(ctx context.Context, a answer[nodeapi.SignSessionKeyResponse]) bool {
	q.silent = slices.DeleteFunc(q.silent, func(url string) bool { return url == a.url })
	q.search.taken++
	err := q.accept(a)
	if err != nil {
		f := failedNode{url: a.url, err: q.quoter.failure(err), nonce: refusesNonce(err)}
		if t, ok := nodeTime(err); ok {
			skew := t.Sub(q.now())
			f.skew = &skew
		}
		q.failed = append(q.failed, f)
		if q.hopeless() {
			return true
		}
	} else {
		q.accepted++
		q.progress.tell(Step{Phase: PhaseSign, Node: a.url, Done: q.accepted, Needed: q.network.threshold})
	}
	if q.complete = q.combine(ctx); !q.complete {
		q.nextTurn(ctx) // more answers may be there already, and each has points to be checked
	}
	return q.complete
}

// giveUp counts the nodes that have not answered as failed.
func (q *quorum) giveUp(why error) {
	for _, url := range q.silent {
		q.failed = append(q.failed, failedNode{url: url, err: why})
	}
}

// hopeless reports whether there is no point in waiting for more nodes. There
// is while the rest of them can show that the failure is ours: when more of them
// than may lie say the same of our clock, or refuse the nonce.
func (q *quorum) hopeless() bool {
	return len(q.failed) > q.network.liars() && q.settled(mostAlike(q.skews())) && q.settled(q.nonceRefusals())
}

// nonceRefused reports whether more nodes than may lie refuse the nonce.
func (q *quorum) nonceRefused() bool { return q.nonceRefusals() > q.network.liars() }

func (q *quorum) nonceRefusals() (count int) {
	for _, f := range q.failed {
		if f.nonce {
			count++
		}
	}
	return count
}

// settled reports whether waiting for more nodes cannot change if more of them
// than may lie say what so many do already.
func (q *quorum) settled(count int) bool {
	liars := q.network.liars()
	return count == 0 || count > liars || count+len(q.silent) <= liars
}

func (q *quorum) skews() []time.Duration {
	var skews []time.Duration
	for _, f := range q.failed {
		if f.skew != nil {
			skews = append(skews, *f.skew)
		}
	}
	return skews
}

// skew returns the nodes' skew as their refusals show it, if enough of them do.
func (q *quorum) skew() (time.Duration, bool) {
	return agreedSkew(q.skews(), q.network.liars())
}

// accept keeps a share that passes every check that can be made without others.
func (q *quorum) accept(a answer[nodeapi.SignSessionKeyResponse]) error {
	if a.err != nil {
		return a.err
	}
	r := a.value
	share, err := bls.ParseSignatureShare(r.SignatureShare)
	if err != nil {
		return err
	}
	if r.BLSRootPublicKey != q.network.key.String() {
		return literr.Errorf(literr.NodesDisagree, "the node signs with another network's key")
	}
	g, err := q.groupOf(r)
	if err != nil {
		return err
	}
	// Which of two nodes with one index is the liar shows in the combination
	// only: to keep the first would let a liar shut an honest node out.
	if slices.Contains(g.shares, share) {
		return literr.Errorf(literr.BadShare, "the node's share is another node's")
	}
	g.shares, g.urls = append(g.shares, share), append(g.urls, a.url)
	return nil
}

// groupOf returns the group of nodes that signed what r says. A text is
// checked when it is met first.
func (q *quorum) groupOf(r nodeapi.SignSessionKeyResponse) (*group, error) {
	if hash := session.MessageHash(r.SIWEMessage); r.DataSigned != hex.EncodeToString(hash[:]) {
		return nil, literr.Errorf(literr.MessageMismatch, "dataSigned is not the hash of the message that the node returned")
	}
	for _, g := range q.groups {
		if g.text == r.SIWEMessage {
			return g, nil
		}
	}
	m, err := siwe.Parse(r.SIWEMessage)
	if err != nil {
		return nil, literr.Errorf(literr.MessageMismatch, "the node returned no SIWE message: %w", err)
	}
	if err := checkRewritten(q.asked, m, q.auth); err != nil {
		return nil, err
	}
	g := &group{text: r.SIWEMessage, message: m, tried: map[string]bool{}}
	q.groups = append(q.groups, g)
	return g, nil
}
