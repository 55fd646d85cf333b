package litclient

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"litsession/internal/bls"
	"litsession/internal/contracts"
	"litsession/internal/fetch"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
	"litsession/internal/siwe"
)

// skewTolerance is the difference between our clock and the nodes' that counts
// as none. Nodes allow twice as much (protocol 8.4.2).
const skewTolerance = 30 * time.Second

// ClockSkew returns how far the nodes' clocks are ahead of ours, negative if
// they are behind; 0 while that is within 30 s or nothing is known. All times
// that a call sends are by the nodes' clocks. An expiration that the caller
// gives is by ours, and moved by as much.
//
// It comes from the Date headers of the handshakes, where they can be read;
// from the times of blocks, the chain's latest and those that the network
// signs, which show a clock that is behind; and from what nodes say when they
// refuse a message for its times.
func (c *Client) ClockSkew() time.Duration {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.skew
}

// now is the time by the nodes' clocks.
func (c *Client) now() time.Time { return c.config.Now().Add(c.ClockSkew()) }

// setSkew takes a measurement and reports whether it makes a difference.
func (c *Client) setSkew(measured time.Duration) bool {
	if measured.Abs() <= skewTolerance {
		measured = 0
	}
	c.mutex.Lock()
	changed := (measured - c.skew).Abs() > skewTolerance
	if changed {
		c.skew = measured
	}
	c.mutex.Unlock()
	if changed {
		c.config.OnEvent(Event{ClockSkew: measured})
	}
	return changed
}

// inNodeTime moves an expiration, if there is one, to the nodes' clocks. It
// stays as the caller wrote it while the clocks agree.
func (c *Client) inNodeTime(expiration string) string {
	skew := c.ClockSkew()
	t, err := siwe.ParseTime(expiration)
	if skew == 0 || err != nil {
		return expiration
	}
	return siwe.FormatTime(t.Add(skew))
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

// median returns the value in the middle, which a minority cannot move beyond
// what others say.
func median(skews []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(skews))
	return sorted[len(sorted)/2]
}

// measureClock sets the skew from what a connect has seen. Fewer Date headers
// than the threshold of nodes say nothing.
func (c *Client) measureClock(threshold int, dates []time.Duration, block <-chan time.Time) {
	if len(dates) >= threshold {
		c.setSkew(median(dates))
		return
	}
	if latest, ok := <-block; ok && latest.Sub(c.now()) > skewTolerance {
		c.setSkew(latest.Sub(c.config.Now()))
	}
}

// learnFrom looks at the issue time of a message that the network signed: that
// of a block, so the clocks of nodes are beyond it.
func (c *Client) learnFrom(signed siwe.Message) {
	issued, err := siwe.ParseTime(signed.IssuedAt)
	if err == nil && issued.Sub(c.now()) > skewTolerance {
		c.setSkew(issued.Sub(c.config.Now()))
	}
}

// latestBlock asks for the time of the chain's latest block. The channel is
// closed without a value when it is not to be had soon.
func (c *Client) latestBlock(ctx context.Context) <-chan time.Time {
	answer := make(chan time.Time, 1)
	go func() {
		defer close(answer)
		defer literr.Recover(new(error))
		ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
		defer cancel()
		node := contracts.HTTPNode{Fetcher: c.config.Fetch, URL: c.config.RPCURL}
		if t, err := node.LatestBlockTime(ctx); err == nil {
			answer <- t
		}
	}()
	return answer
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
