package devnet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"litsession/internal/devnet/node"
)

const (
	// exchangePatience is how long nodes wait for one that has not begun to run
	// the action. Later ones are on their own.
	exchangePatience = 5 * time.Second
	// maxExchangedBytes bounds one value that goes from node to node; it is the
	// default bound on responses, too.
	maxExchangedBytes = 102400
)

// exchanges is the wire between nodes that run the same action for the same
// request. What one sees of another is what the other has sent: which runOnce it
// took upon itself, its answer, and the values that it broadcast. Real nodes
// agree on the elected one by a computation; here it is the first to ask, which
// is never one that does not answer.
type exchanges struct {
	threshold int
	// members are the nodes that clients send a request to: those that validate
	// and are up.
	members  func() []int
	patience time.Duration

	mutex sync.Mutex
	open  map[occasion][]*exchange // oldest first
	made  int
}

// occasion is why nodes meet. Clients choose request ids, so that one alone
// would let anybody listen who runs an action of their own under it.
type occasion struct{ requestID, cid string }

// exchange is what the nodes of one request have said.
type exchange struct {
	of        *exchanges
	id        string
	occasion  occasion
	began     time.Time
	changed   chan struct{} // closed, and made anew, when something was said
	present   map[int]bool  // by node: true until it leaves
	elected   map[turn]int
	answers   map[turn]string
	values    map[turn]map[int]string
	collected map[turn]collected
}

// turn is the n-th time that the action says something under a name.
type turn struct {
	name string
	n    int
}

// collected is what a broadcast brought, the same for all nodes.
type collected struct {
	values []string
	err    error
}

func (n *Network) newExchanges() *exchanges {
	return &exchanges{
		threshold: n.config.Threshold, patience: exchangePatience, open: map[occasion][]*exchange{},
		members: func() []int {
			e := n.epochs.Load()
			return slices.DeleteFunc(slices.Clone(e.validators[e.current]), func(i int) bool { return n.nodes[i].Fault().RefusesConnections() })
		},
	}
}

// nodePeers is exchanges as one node sees them.
type nodePeers struct {
	exchanges *exchanges
	index     int
}

// Join finds the exchange of a request, in which the node has no part yet: a
// client that asks again under the same id begins another.
func (p nodePeers) Join(requestID, cid string) node.Exchange {
	x, why := p.exchanges, occasion{requestID, cid}
	x.mutex.Lock()
	defer x.mutex.Unlock()
	x.forget()
	joined := &party{node: p.index, elections: map[string]int{}, rounds: map[string]int{}}
	for _, e := range x.open[why] {
		if _, was := e.present[p.index]; !was && requestID != "" {
			joined.exchange = e
		}
	}
	if joined.exchange == nil {
		joined.exchange = x.begin(why)
	}
	joined.exchange.present[p.index] = true
	joined.exchange.tell()
	return joined
}

func (x *exchanges) begin(why occasion) *exchange {
	x.made++
	e := &exchange{
		of: x, id: strconv.Itoa(x.made), occasion: why, began: time.Now(), changed: make(chan struct{}),
		present: map[int]bool{}, elected: map[turn]int{}, answers: map[turn]string{},
		values: map[turn]map[int]string{}, collected: map[turn]collected{},
	}
	x.open[why] = append(x.open[why], e)
	return e
}

// forget drops the exchanges that all have left and nobody is expected in.
func (x *exchanges) forget() {
	over := func(e *exchange) bool {
		return time.Since(e.began) > x.patience && !slices.Contains(slices.Collect(maps.Values(e.present)), true)
	}
	for why, all := range x.open {
		if all = slices.DeleteFunc(all, over); len(all) == 0 {
			delete(x.open, why)
		} else {
			x.open[why] = all
		}
	}
}

// tell wakes the nodes that wait. The caller holds the lock.
func (e *exchange) tell() {
	close(e.changed)
	e.changed = make(chan struct{})
}

// expects reports whether something may still come from a node.
func (e *exchange) expects(i int) bool {
	if here, began := e.present[i]; began {
		return here
	}
	return time.Since(e.began) < e.of.patience
}

// party is a node's part in an exchange. Its methods may be called concurrently.
type party struct {
	exchange          *exchange
	node              int
	elections, rounds map[string]int // turns by name
}

func (p *party) ID() string { return p.exchange.id }

func (p *party) Leave() {
	p.exchange.of.mutex.Lock()
	defer p.exchange.of.mutex.Unlock()
	p.exchange.present[p.node] = false
	p.exchange.tell()
}

// errNoRequestID is for clients of their own making.
var errNoRequestID = errors.New("the request has no X-Request-Id header, by which nodes know that they serve the same one")

func (p *party) check(value string) error {
	if p.exchange.occasion.requestID == "" {
		return errNoRequestID
	}
	if len(value) > maxExchangedBytes {
		return fmt.Errorf("what nodes tell each other may have %d bytes, not %d", maxExchangedBytes, len(value))
	}
	return nil
}

// Elected reports whether this node is the first that asks.
func (p *party) Elected(_ context.Context, name string) (bool, error) {
	if err := p.check(""); err != nil {
		return false, err
	}
	e := p.exchange
	e.of.mutex.Lock()
	defer e.of.mutex.Unlock()
	p.elections[name]++
	t := turn{name, p.elections[name]}
	if _, done := e.elected[t]; !done {
		e.elected[t] = p.node
		e.tell()
	}
	return e.elected[t] == p.node, nil
}

// Publish gives the others the answer of the elected node.
func (p *party) Publish(_ context.Context, name, answer string) error {
	if err := p.check(answer); err != nil {
		return err
	}
	e := p.exchange
	e.of.mutex.Lock()
	defer e.of.mutex.Unlock()
	e.answers[turn{name, p.elections[name]}] = answer
	e.tell()
	return nil
}

// Await returns the elected node's answer. It fails if that one ends without.
func (p *party) Await(ctx context.Context, name string) (answer string, err error) {
	e := p.exchange
	var there bool
	err = p.wait(ctx, func() bool {
		t := turn{name, p.elections[name]}
		answer, there = e.answers[t]
		return there || !e.expects(e.elected[t])
	})
	if err == nil && !there {
		err = fmt.Errorf("the node that was elected for %q ended without an answer", name)
	}
	return answer, err
}

// BroadcastAndCollect returns the values of all nodes that run the action, in
// the nodes' order. All get the same, or the same error if they are fewer than
// the threshold.
func (p *party) BroadcastAndCollect(ctx context.Context, name, value string) ([]string, error) {
	if err := p.check(value); err != nil {
		return nil, err
	}
	t := p.send(name, value)
	var all collected
	err := p.wait(ctx, func() (done bool) {
		all, done = p.exchange.collect(t)
		return done
	})
	if err != nil {
		return nil, err
	}
	return all.values, all.err
}

// send says a value and returns the turn that it belongs to.
func (p *party) send(name, value string) turn {
	e := p.exchange
	e.of.mutex.Lock()
	defer e.of.mutex.Unlock()
	p.rounds[name]++
	t := turn{name, p.rounds[name]}
	if e.values[t] == nil {
		e.values[t] = map[int]string{}
	}
	e.values[t][p.node] = value
	e.tell()
	return t
}

// collect returns what the nodes have said if nobody is missing.
func (e *exchange) collect(t turn) (collected, bool) {
	if done, ok := e.collected[t]; ok {
		return done, true
	}
	said := e.values[t]
	for _, i := range slices.Concat(e.of.members(), slices.Collect(maps.Keys(e.present))) {
		if _, ok := said[i]; !ok && e.expects(i) {
			return collected{}, false
		}
	}
	var all collected
	for _, i := range slices.Sorted(maps.Keys(said)) {
		all.values = append(all.values, said[i])
	}
	if len(all.values) < e.of.threshold {
		all = collected{err: fmt.Errorf("only %d nodes have sent a value for %q, and %d are needed", len(all.values), t.name, e.of.threshold)}
	}
	e.collected[t] = all
	return all, true
}

// wait returns when ready does, which is asked under the lock.
func (p *party) wait(ctx context.Context, ready func() bool) error {
	e := p.exchange
	latest := time.NewTimer(time.Until(e.began.Add(e.of.patience)))
	defer latest.Stop()
	for {
		e.of.mutex.Lock()
		done, changed := ready(), e.changed
		e.of.mutex.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-latest.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
