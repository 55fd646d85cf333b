package devnet

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// server is one listener that can go away and come back on the same port.
type server struct {
	address netip.AddrPort
	// switching keeps what a node says of its fault and whether it listens together.
	switching sync.Mutex

	mutex    sync.Mutex
	listener net.Listener // open but not served yet
	handler  http.Handler
	running  *running // nil while down
	closed   bool
}

func newServer(listener net.Listener) *server {
	return &server{address: listener.Addr().(*net.TCPAddr).AddrPort(), listener: listener}
}

// url is where clients reach the server, without a trailing slash.
func (s *server) url() string { return "http://" + s.address.String() }

// serve begins to answer.
func (s *server) serve(handler http.Handler) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.handler = handler
	s.running = run(s.listener, handler)
	s.listener = nil
}

// stop closes the port and all connections, so that clients are refused, and
// waits until no request is in progress.
func (s *server) stop() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.halt()
}

func (s *server) halt() {
	if s.listener != nil {
		s.listener.Close()
		s.listener = nil
	}
	if s.running != nil {
		s.running.stop()
		s.running = nil
	}
}

// restart undoes stop. It does nothing to a server that runs or was closed.
func (s *server) restart() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.running != nil || s.closed {
		return nil
	}
	listener, err := net.Listen("tcp4", s.address.String())
	if err != nil {
		return err
	}
	s.running = run(listener, s.handler)
	return nil
}

// close is stop for good.
func (s *server) close() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.closed = true
	s.halt()
}

// running is a server between two stops.
type running struct {
	http   *http.Server
	cancel context.CancelFunc
	served chan struct{} // closed when Serve has returned

	mutex    sync.Mutex
	stopped  bool
	requests sync.WaitGroup
}

func run(listener net.Listener, handler http.Handler) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{cancel: cancel, served: make(chan struct{})}
	r.http = &http.Server{
		Handler:           r.counted(handler),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    64 << 10, // clients send one; nothing else bounds how many connections wait with theirs
	}
	go func() {
		defer close(r.served)
		_ = r.http.Serve(listener) // ends with ErrServerClosed only
	}()
	return r
}

// counted keeps track of requests: http.Server.Close does not wait for them.
func (r *running) counted(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if !r.begin() {
			panic(http.ErrAbortHandler)
		}
		defer r.requests.Done()
		handler.ServeHTTP(w, request)
	})
}

func (r *running) begin() bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.stopped {
		return false
	}
	r.requests.Add(1)
	return true
}

func (r *running) stop() {
	r.mutex.Lock()
	r.stopped = true
	r.mutex.Unlock()
	_ = r.http.Close() // the error is that of closing a socket: nothing is left to do about it
	r.cancel()
	<-r.served
	r.requests.Wait()
}
