package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"litsession/internal/nodeapi"
)

// FaultKind is a way to misbehave.
type FaultKind string

// What a node can be made to do.
const (
	None FaultKind = "none"
	// Down refuses connections. The listener must see to that: the node itself only
	// reports it. With a path or times the node sees the request, and breaks its
	// connection.
	Down FaultKind = "down"
	// Slow waits before it serves.
	Slow FaultKind = "slow"
	// Hang takes requests and never answers.
	Hang FaultKind = "hang"
	// HTTPError answers with a status and a JSON body.
	HTTPError FaultKind = "http-error"
	// WrongShare signs with a share of another key: well-formed, of the node's
	// own index, and of no use.
	WrongShare FaultKind = "wrong-share"
	// SlowBody sends the headers and half of the body, waits as Slow does, and
	// sends the rest.
	SlowBody FaultKind = "slow-body"
	// HTML answers 502 with a page, as a proxy does.
	HTML FaultKind = "html"
	// Malformed sends half of the JSON.
	Malformed FaultKind = "malformed"
	// Oversized sends more than anybody should read, 4 MiB of JSON, in a Shape.
	Oversized FaultKind = "oversized"
	// RateLimited refuses with Status 402, the default, or 429.
	RateLimited FaultKind = "rate-limited"

	// IdentityShare answers with the identity for a share.
	IdentityShare FaultKind = "identity-share"
	// OffSubgroup answers with a point of the curve outside of G2.
	OffSubgroup FaultKind = "off-subgroup"
	// DuplicateIndex gives the share under the index of the node before it; the
	// first node takes that of the second.
	DuplicateIndex FaultKind = "duplicate-index"
	// ReplayedShare gives the share that the same request had a day before.
	ReplayedShare FaultKind = "replayed-share"
	// OtherMessage signs, and says so, other bytes than those of the message.
	OtherMessage FaultKind = "other-message"
	// OtherSIWE adds a capability to the message that it signs.
	OtherSIWE FaultKind = "other-siwe"

	// OtherNetworkKey speaks and signs for another network.
	OtherNetworkKey FaultKind = "other-network-key"
	// ErrKeys has no keys.
	ErrKeys FaultKind = "err-keys"
	// StaleBlockhash goes on naming the block that was the newest when the fault
	// was switched on.
	StaleBlockhash FaultKind = "stale-blockhash"
	// ForeignBlockhash names a block that does not exist, the same on every node
	// that has the fault.
	ForeignBlockhash FaultKind = "foreign-blockhash"
	// ClockSkew has a clock that is wrong by Seconds, also in its Date headers.
	ClockSkew FaultKind = "clock-skew"
)

// FaultKinds returns every kind.
func FaultKinds() []FaultKind {
	return []FaultKind{
		None, Down, Slow, SlowBody, Hang, HTTPError, HTML, Malformed, Oversized, WrongShare, IdentityShare,
		OffSubgroup, DuplicateIndex, ReplayedShare, OtherMessage, OtherSIWE, OtherNetworkKey, ErrKeys,
		StaleBlockhash, ForeignBlockhash, ClockSkew, RateLimited,
	}
}

// concerns returns the endpoints at which the kind makes a difference.
func (k FaultKind) concerns() []Endpoint {
	switch k {
	case IdentityShare, OffSubgroup, DuplicateIndex, ReplayedShare, OtherMessage, OtherSIWE:
		return []Endpoint{SignSessionKey}
	case WrongShare:
		return []Endpoint{SignSessionKey, Execute, PKPSign}
	case StaleBlockhash, ForeignBlockhash:
		return []Endpoint{Handshake}
	}
	return Endpoints()
}

// Shape is what an oversized answer is full of.
type Shape string

// What fills an answer up.
const (
	// Spaces stand behind the answer: only its length is wrong.
	Spaces Shape = "spaces"
	// Values are two million zeros in a list, one more member of the answer. Who
	// builds a value for each needs many times the memory of the text.
	Values Shape = "values"
)

// Fault is a misbehaviour that is switched on. The zero value is none.
type Fault struct {
	Kind FaultKind `json:"kind"`
	// DelayMS is how long Slow and SlowBody wait, in milliseconds; up to JitterMS more are
	// added at random.
	DelayMS  int `json:"delayMs,omitempty"`
	JitterMS int `json:"jitterMs,omitempty"`
	// Seconds that the clock of ClockSkew is ahead, behind if negative.
	Seconds int `json:"seconds,omitempty"`
	// Status of HTTPError, 400 … 599, default 500, and of RateLimited.
	Status int `json:"status,omitempty"`
	// Body of HTTPError, JSON. Default: an error in the node's scheme.
	Body json.RawMessage `json:"body,omitempty"`
	// Shape of Oversized, default Spaces.
	Shape Shape `json:"shape,omitempty"`
	// Path is the one endpoint that misbehaves. Default: all that the kind
	// concerns.
	Path Endpoint `json:"path,omitempty"`
	// Times is how many requests misbehave before the fault is over; those to
	// endpoints that the kind does not concern do not count. Default: all, until it
	// is cleared.
	Times int `json:"times,omitempty"`
}

// ParseFault reads a fault from JSON, unknown members refused, and checks it as
// [Fault.Check] does.
func ParseFault(text []byte) (Fault, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var f Fault
	if err := decoder.Decode(&f); err != nil {
		return Fault{}, fmt.Errorf("read fault: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Fault{}, errors.New("read fault: text after the value")
	}
	return f, f.Check()
}

// maxSkew bounds ClockSkew in seconds: fifty years.
const maxSkew = 50 * 366 * 24 * 3600

// Check refuses unknown kinds and values that make no sense for the kind.
func (f Fault) Check() error {
	concerned := f.Kind.concerns()
	switch {
	case f.Kind != "" && !slices.Contains(FaultKinds(), f.Kind):
		return fmt.Errorf("fault kind %q is not one of %v", f.Kind, FaultKinds())
	case f.Path != "" && !slices.Contains(Endpoints(), f.Path):
		return fmt.Errorf("fault path %q is not one of handshake, sign_session_key, execute, pkp_sign", f.Path)
	case f.DelayMS < 0 || f.JitterMS < 0 || f.Times < 0:
		return fmt.Errorf("delayMs, jitterMs and times must not be negative")
	case f.Path != "" && !slices.Contains(concerned, f.Path):
		return fmt.Errorf("fault %s concerns %v only, not %s", f.Kind, concerned, f.Path)
	}
	return f.checkValues()
}

func (f Fault) checkValues() error {
	switch {
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("fault status %d is not between 400 and 599", f.Status)
	case f.Kind == RateLimited && f.Status != 0 && f.Status != 402 && f.Status != 429:
		return fmt.Errorf("fault status %d of rate-limited is neither 402 nor 429", f.Status)
	case f.Kind == ClockSkew && f.Seconds == 0:
		return fmt.Errorf("fault clock-skew needs seconds")
	case f.Kind != Oversized && f.Shape != "":
		return fmt.Errorf("shape belongs to the fault oversized, not to %q", f.Kind)
	case f.Shape != "" && f.Shape != Spaces && f.Shape != Values:
		return fmt.Errorf("shape %q is neither spaces nor values", f.Shape)
	case f.Kind != ClockSkew && f.Seconds != 0:
		return fmt.Errorf("seconds belong to the fault clock-skew, not to %q", f.Kind)
	case f.Seconds < -maxSkew || f.Seconds > maxSkew:
		return fmt.Errorf("seconds %d is more than fifty years", f.Seconds)
	case f.Body != nil && !json.Valid(f.Body):
		return fmt.Errorf("fault body is not JSON")
	}
	return nil
}

// RefusesConnections reports whether the node must not even listen.
func (f Fault) RefusesConnections() bool { return f.Kind == Down && f.Path == "" && f.Times == 0 }

// SetFault makes the node misbehave from the next request on, instead of how it
// did before. It fails for what [Fault.Check] refuses.
func (n *Node) SetFault(f Fault) error {
	if err := f.Check(); err != nil {
		return err
	}
	if f.Kind == "" {
		f.Kind = None
	}
	p, err := n.prepare(f.Kind)
	if err != nil {
		return err
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.fault, n.props = f, p
	return nil
}

// Fault returns the fault that is on; its Times are those that are left.
func (n *Node) Fault() Fault {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.fault.Kind == "" {
		return Fault{Kind: None}
	}
	return n.fault
}

// admit counts a request and returns the fault that it meets, and what the
// fault needs.
func (n *Node) admit(endpoint Endpoint) (Fault, props) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.requests[endpoint]++
	f, p := n.fault, n.props
	if f.Path != "" && f.Path != endpoint || !slices.Contains(f.Kind.concerns(), endpoint) {
		return Fault{}, props{}
	}
	if f.Times > 0 {
		n.fault.Times--
		if n.fault.Times == 0 {
			n.fault = Fault{Kind: None}
		}
	}
	return f, p
}

// misbehave does what the fault says and reports whether the request is still
// to be served.
func (n *Node) misbehave(w http.ResponseWriter, r *http.Request, f Fault) bool {
	switch f.Kind {
	case Down:
		reset(w)
	case Slow:
		return n.dawdle(r.Context(), f)
	case Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // not even an empty answer
	case HTTPError:
		reply(w, f.status(), f.body())
		return false
	case HTML:
		w.Header().Set("Content-Type", "text/html")
		reply(w, http.StatusBadGateway, []byte("<!doctype html><title>502 Bad Gateway</title><h1>Bad Gateway</h1>\n"))
		return false
	case RateLimited:
		f.limitRate(w)
		return false
	}
	return true
}

// reset ends the connection without an answer, as a machine does that has gone.
func reset(w http.ResponseWriter) {
	if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
		if tcp, ok := connection.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // RST instead of FIN
		}
		_ = connection.Close()
	}
	panic(http.ErrAbortHandler)
}

// dawdle waits as long as the fault says; false if the client left meanwhile.
func (n *Node) dawdle(ctx context.Context, f Fault) bool {
	delay := time.Duration(f.DelayMS) * time.Millisecond
	if f.JitterMS > 0 {
		delay += time.Duration(n.config.Random(int64(f.JitterMS)+1)) * time.Millisecond
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (f Fault) status() int {
	if f.Status == 0 {
		return http.StatusInternalServerError
	}
	return f.Status
}

func (f Fault) body() []byte {
	if f.Body != nil {
		return f.Body
	}
	e := nodeapi.Error{
		Kind: kindUnexpected, Code: "NodeSystemFault", Status: f.status(),
		Message: codes["NodeSystemFault"].message, Details: []string{"The fault http-error is switched on"},
	}
	return e.JSON()
}
