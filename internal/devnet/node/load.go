package node

import (
	"errors"
	"io"
	"sync/atomic"
)

// Load is what the requests of some nodes hold together, within bounds: whoever
// reaches a port may post, and the bodies of many would fill a machine. A node
// refuses what goes beyond with NodeConcurrencyOverload, at once and with status
// 429; clients try again.
type Load struct {
	limits   LoadLimits
	requests atomic.Int64
	bodies   atomic.Int64
}

// LoadLimits are the bounds of a [Load]. A zero field means its default.
type LoadLimits struct {
	// Requests are how many are in progress at once, those that wait for their turn
	// to run an action included. Default [DefaultRequests].
	Requests int
	// BodyBytes are for the bodies of these requests and what nodes make of them, by
	// bodyCost. Bodies of up to 32 KiB cost nothing, so that long ones never keep
	// them out. Default [DefaultBodyBytes].
	BodyBytes int64
}

// The default bounds: those of one node, and those of any number.
const (
	DefaultRequests  = 400
	DefaultBodyBytes = 1 << 30
)

const (
	// bodyCost is how many bytes a node holds at most, roughly, for a byte of a body:
	// the text, what is read from it, and what is decoded from that.
	bodyCost = 4
	// freeBytes are what every request may hold.
	freeBytes = 32 << 10 * bodyCost
)

// NewLoad returns a load within limits, for the nodes that share it.
func NewLoad(limits LoadLimits) *Load {
	if limits.Requests == 0 {
		limits.Requests = DefaultRequests
	}
	if limits.BodyBytes == 0 {
		limits.BodyBytes = DefaultBodyBytes
	}
	return &Load{limits: limits}
}

// held is one request's part of a load.
type held struct {
	load  *Load
	bytes int64
}

// errOverload is a request for which there is no room.
var errOverload = errors.New("no room for the request")

// enter takes a request in. Its part ends with leave.
func (l *Load) enter() (*held, error) {
	if l.requests.Add(1) > int64(l.limits.Requests) {
		l.requests.Add(-1)
		return nil, errOverload
	}
	return &held{load: l}, nil
}

func (h *held) leave() {
	h.load.bodies.Add(-h.bytes)
	h.load.requests.Add(-1)
}

// hold makes what the request holds so many bytes.
func (h *held) hold(bytes int64) error {
	more := max(0, bytes-freeBytes) - h.bytes
	if h.load.bodies.Add(more) > h.load.limits.BodyBytes && more > 0 {
		h.load.bodies.Add(-more)
		return errOverload
	}
	h.bytes += more
	return nil
}

// read reads a body, of which every byte is held before there is memory for it.
// length is what the client says of it, -1 if nothing. What it says takes no
// memory: that is for what comes.
func (h *held) read(from io.Reader, length int64) ([]byte, error) {
	const first = 4 << 10
	body := make([]byte, 0, first)
	for {
		n, err := from.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if err == io.EOF {
			if err := h.hold(bodyCost * int64(len(body))); err != nil {
				return nil, err
			}
			return body, nil
		}
		if err != nil {
			return nil, err
		}
		if len(body) < cap(body) {
			continue
		}
		size := 2 * int64(cap(body))
		if length >= int64(len(body)) {
			size = min(size, length+1) // and a byte to meet the end in
		}
		if err := h.hold(int64(cap(body)) + size); err != nil {
			return nil, err
		}
		body = append(make([]byte, 0, size), body...)
		if err := h.hold(size); err != nil {
			return nil, err
		}
	}
}
