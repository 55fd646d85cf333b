package litclient

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"litsession/internal/bls"
	"litsession/internal/fetch"
	"litsession/internal/nodeapi"
	"litsession/internal/siwe"
)

// skewTolerance is the difference between our clock and the nodes' that counts
// as none. Nodes allow twice as much (protocol 8.4.2).
const skewTolerance = 30 * time.Second

// ClockSkew returns how far the nodes' clocks are ahead of ours, negative if
// they are behind; 0 while that is within 30 s or nothing is known.
//
// With n nodes of which t are needed, n − t may lie. The skew counts only as far
// as at least n − t + 1 of them reach, ahead or behind, so that one who does not
// lie is among them; the chain's RPC has no say. It comes from the Date headers
// of the handshakes, where they can be read; from what nodes say when they
// refuse a message for its times; and from the block times that the threshold
// of them signs, which show a clock that is behind. Each [Client.Connect]
// measures it anew.
//
// It moves Issued At and never lengthens a session. Issued At is the time by
// the nodes' clocks. An expiration, the caller's or the default, is taken by our
// clock and moved by as much, so that the session is as long as was asked.
// Nodes refuse what is issued in their future, so a skew that is a lie gets no
// session. They do not look at Issued At in what a wallet signs: the expiration
// that a wallet's callback is told is moved to earlier times only.
func (c *Client) ClockSkew() time.Duration {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.skew
}

// now is the time by the nodes' clocks.
func (c *Client) now() time.Time { return c.config.Now().Add(c.ClockSkew()) }

// setSkew takes what was measured.
func (c *Client) setSkew(measured time.Duration) {
	c.mutex.Lock()
	changed := differ(measured, c.skew)
	if changed {
		c.skew = measured
	}
	c.mutex.Unlock()
	if changed {
		c.config.OnEvent(Event{ClockSkew: measured})
	}
}

// differ reports whether the difference between two skews counts.
func differ(a, b time.Duration) bool { return (a - b).Abs() > skewTolerance }

// times returns Issued At and the expiration of what is signed now, by the
// nodes' clocks. The expiration is the caller's, which is by ours, or the default.
func (c *Client) times(given string) (issued, expiration string) {
	skew, now := c.ClockSkew(), c.config.Now()
	return siwe.FormatTime(now.Add(skew)), moved(orDefault(given, now), skew)
}

// toldExpiration is the expiration that a wallet's callback is told.
func (c *Client) toldExpiration(given string) string {
	return moved(orDefault(given, c.config.Now()), min(c.ClockSkew(), 0))
}

func orDefault(expiration string, now time.Time) string {
	if expiration != "" {
		return expiration
	}
	return siwe.FormatTime(now.Add(defaultExpiration))
}

// moved is an expiration, later by as much as is said. It stays as the caller
// wrote it where that is nothing.
func moved(expiration string, by time.Duration) string {
	t, err := siwe.ParseTime(expiration)
	if by == 0 || err != nil {
		return expiration
	}
	return siwe.FormatTime(t.Add(by))
}

// greeting is a node's answer to the handshake, and what its Date header says.
type greeting struct {
	nodeapi.HandshakeResponse
	key  bls.PublicKey  // that it names, alike wherever it names one
	skew *time.Duration // of its clock against ours, nil if unknown
}

// dated is a Fetcher for one request that looks at the answer's Date header.
type dated struct {
	fetch.Fetcher
	now  func() time.Time
	skew *time.Duration
}

func (d *dated) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	sent := d.now()
	response, err := d.Fetcher.Fetch(ctx, r)
	if err != nil {
		return nil, err
	}
	const httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"
	if date, err := time.Parse(httpDate, response.Date); err == nil {
		arrived := d.now()
		skew := date.Sub(sent.Add(arrived.Sub(sent) / 2))
		d.skew = &skew
	}
	return response, nil
}

// agreedSkew returns the skew that more nodes reach than may lie: the largest
// for which that holds, ahead or behind; 0 within 30 s, and where nodes reach
// as far both ways. Of fewer nodes nothing is known.
func agreedSkew(skews []time.Duration, liars int) (skew time.Duration, known bool) {
	if len(skews) <= liars {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(skews))
	behind, ahead := sorted[liars], sorted[len(sorted)-1-liars]
	isBehind, isAhead := behind < -skewTolerance, ahead > skewTolerance
	switch {
	case isAhead && !isBehind:
		return ahead, true
	case isBehind && !isAhead:
		return behind, true
	}
	return 0, true
}

// mostAlike is how many of the skews agree, as far as differences count.
func mostAlike(skews []time.Duration) (most int) {
	sorted := slices.Sorted(slices.Values(skews))
	first := 0
	for i, skew := range sorted {
		for differ(skew, sorted[first]) {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// learnFrom looks at the issue time of a message that the network signed: that
// of a block, so the clocks of nodes are beyond it. The threshold of nodes
// vouches for it.
func (c *Client) learnFrom(n *network, signed siwe.Message) {
	issued, err := siwe.ParseTime(signed.IssuedAt)
	if err == nil && n.threshold > n.liars() && issued.Sub(c.now()) > skewTolerance {
		c.setSkew(issued.Sub(c.config.Now()))
	}
}

// nodeTime finds the node's own time in its refusal of a message's times.
func nodeTime(err error) (time.Time, bool) {
	var refusal *nodeapi.Error
	if !errors.As(err, &refusal) {
		return time.Time{}, false
	}
	for _, detail := range refusal.Details {
		_, after, _ := strings.Cut(detail, "(now is ")
		text, _, ok := strings.Cut(after, ")")
		if !ok {
			continue
		}
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05 MST"} {
			if t, err := time.Parse(layout, text); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}
