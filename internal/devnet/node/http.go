package node

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"
)

const (
	maxBodyBytes   = 100 << 20
	requestTimeout = 60 * time.Second
)

// ServeHTTP answers one request. Every answer is JSON and may be read by pages
// of any origin.
func (n *Node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Lit-Node-Version", Version)
	w.Header().Set("Content-Type", "application/json")
	allowOrigin(w.Header(), r)
	endpoint, ok := endpointOf(r.URL.Path)
	switch {
	case !ok:
		reply(w, http.StatusNotFound, outsideScheme("There is no such endpoint", "not_found"))
		return
	case r.Method == http.MethodOptions:
		allowHeaders(w.Header(), r)
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method != http.MethodPost || !isJSON(r.Header.Get("Content-Type")):
		reply(w, http.StatusNotFound, outsideScheme("The endpoint takes POST with Content-Type application/json", "not_found"))
		return
	}
	n.answer(w, r, endpoint)
}

// answer serves the request unless a fault does something else with it. The
// body comes first: until it is read, the server does not notice that a client
// has gone. What a fault waits for does not count as the node's own time.
func (n *Node) answer(w http.ResponseWriter, r *http.Request, endpoint Endpoint) {
	place, err := n.config.Load.enter()
	if err != nil {
		overload(w, r, endpoint)
		return
	}
	defer place.leave()
	fault, props := n.admit(endpoint)
	body, err := n.readBody(w, r, place)
	if errors.Is(err, errOverload) {
		_ = place.hold(0) // which cannot fail
		// A client that is still sending reads no answer.
		_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxBodyBytes))
		overload(w, r, endpoint)
		return
	}
	if err != nil {
		refuseBody(w, err)
		return
	}
	if !n.misbehave(w, r, fault) {
		return
	}
	asked := request{header: r.Header, body: body, fault: fault.Kind}
	if fault.Kind == WrongShare {
		asked.wrong = &props.share
	}
	ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
	defer cancel()
	disguised := n.disguised(fault, props)
	status, answer := disguised.outcome(ctx, endpoint, asked)
	if fault.Kind == ClockSkew {
		w.Header().Set("Date", disguised.config.Now().UTC().Format(http.TimeFormat))
	}
	n.deliver(r.Context(), w, fault, status, answer)
}

// readBody reads the body within the time that a request has. A writer without
// deadlines, as in tests, has no body that trickles in.
func (n *Node) readBody(w http.ResponseWriter, r *http.Request, place *held) ([]byte, error) {
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Now().Add(requestTimeout))
	body, err := place.read(http.MaxBytesReader(w, r.Body, maxBodyBytes), r.ContentLength)
	if err == nil {
		// The server reads on to notice that the client leaves, and would take the
		// deadline for that where there was no body at all.
		_ = connection.SetReadDeadline(time.Time{})
	}
	return body, err
}

// outcome serves a request and returns the HTTP answer.
func (n *Node) outcome(ctx context.Context, endpoint Endpoint, r request) (int, []byte) {
	success, err := n.serve(ctx, endpoint, r)
	var refused *refusal
	switch {
	case err == nil:
		return http.StatusOK, success
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return http.StatusRequestTimeout, outsideScheme("Request timed out", "request_timeout")
	case errors.As(err, &refused):
		return refused.status, refused.body
	}
	fault := refuse(kindUnexpected, err.Error())
	return fault.status, fault.body
}

// overload tells a client that there is no room for its request at the moment.
func overload(w http.ResponseWriter, r *http.Request, endpoint Endpoint) {
	refused := refuseCode("NodeConcurrencyOverload", "The nodes are busy with as many requests as they can hold. Try again later.")
	if endpoint != Handshake {
		refused = refused.correlated(request{header: r.Header}.id())
	}
	reply(w, refused.status, refused.body)
}

func refuseBody(w http.ResponseWriter, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		reply(w, http.StatusRequestEntityTooLarge, outsideScheme("The body is longer than 100 MiB", "payload_too_large"))
		return
	}
	reply(w, http.StatusRequestTimeout, outsideScheme("Request timed out", "request_timeout"))
}

// reply writes an answer. A client that has gone is no concern of the node.
func reply(w http.ResponseWriter, status int, body []byte) {
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && mediaType == "application/json"
}

func allowOrigin(h http.Header, r *http.Request) {
	h.Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Set("Access-Control-Expose-Headers", "X-Lit-Node-Version")
	}
}

// allowHeaders answers a pre-flight. With credentials "*" would not mean any
// header, so those asked for are named.
func allowHeaders(h http.Header, r *http.Request) {
	h.Set("Access-Control-Allow-Methods", "GET, POST, PATCH")
	h.Set("Access-Control-Max-Age", "600")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Set("Access-Control-Allow-Headers", asked)
	}
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
}
