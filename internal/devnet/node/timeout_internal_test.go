package node

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are pipes within the process, so that a
// test with a clock of its own can have a server.
type pipes struct {
	connections chan net.Conn
	closed      chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case connection := <-p.connections:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.IPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	p.connections <- server
	return client, nil
}

// serving returns a client of a server with a node that has the fault.
func serving(t *testing.T, f Fault) *http.Client {
	t.Helper()
	n := New(Config{Blocks: someBlocks{}, Now: time.Now})
	if err := n.SetFault(f); err != nil {
		t.Fatal(err)
	}
	listener := &pipes{make(chan net.Conn), make(chan struct{})}
	server := &http.Server{Handler: n}
	ended := make(chan error)
	go func() { ended <- server.Serve(listener) }()
	transport := &http.Transport{DialContext: listener.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-ended
	})
	return &http.Client{Transport: transport}
}

type someBlocks struct{}

func (someBlocks) LatestBlock() Block           { return Block{} }
func (someBlocks) Block([32]byte) (Block, bool) { return Block{}, false }

func shake(ctx context.Context, client *http.Client, body io.Reader) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://node/web/handshake/", body)
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Request-Id", "lit_1")
	w, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer w.Body.Close()
	answer, err := io.ReadAll(w.Body)
	return w.StatusCode, string(answer), err
}

const hello = `{"clientPublicKey":"test"}`

func TestFaultsOutlastTheTimeOfARequest(t *testing.T) {
	const late = 4 * requestTimeout
	for _, kind := range []FaultKind{Slow, SlowBody} {
		synctest.Test(t, func(t *testing.T) {
			client, began := serving(t, Fault{Kind: kind, DelayMS: int(late.Milliseconds())}), time.Now()
			status, answer, err := shake(t.Context(), client, strings.NewReader(hello))
			if err != nil || status != http.StatusOK || !strings.HasSuffix(answer, "}") || time.Since(began) != late {
				t.Errorf("%s: %d %q %v after %v", kind, status, answer, err, time.Since(began))
			}
		})
	}
	for _, body := range []string{"", hello} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), late)
			defer cancel()
			if _, _, err := shake(ctx, serving(t, Fault{Kind: Hang}), strings.NewReader(body)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("hang after %q: %v", body, err)
			}
		})
	}
}

func TestABodyThatTricklesIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, began := serving(t, Fault{}), time.Now()
		never, end := io.Pipe()
		defer end.Close()
		status, answer, err := shake(t.Context(), client, never)
		if err != nil || status != http.StatusRequestTimeout || answer != `{"message":"Request timed out","errorCode":"request_timeout"}` || time.Since(began) != requestTimeout {
			t.Errorf("%d %q %v after %v", status, answer, err, time.Since(began))
		}
	})
}
