package devnet_test

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/devnet/node"
	"litsession/internal/nodeapi"
)

// upload is a long body that a client is sending: so many spaces, and then
// nothing more until it is told to end or the client leaves.
type upload struct {
	ctx     context.Context // the client's
	left    int64
	sent    chan struct{} // closed when the spaces are gone
	end     chan struct{}
	saySent func()
}

func newUpload(ctx context.Context, length int64) *upload {
	u := &upload{ctx: ctx, left: length, sent: make(chan struct{}), end: make(chan struct{})}
	u.saySent = sync.OnceFunc(func() { close(u.sent) })
	return u
}

func (u *upload) Read(p []byte) (int, error) {
	if n := min(int64(len(p)), u.left); n > 0 {
		for i := range p[:n] {
			p[i] = ' '
		}
		u.left -= n
		return int(n), nil
	}
	u.saySent()
	select {
	case <-u.end:
		return 0, io.EOF
	case <-u.ctx.Done():
		return 0, u.ctx.Err()
	}
}

// post sends a body to a node. It returns the answer's error, of which a success
// and a client that was stopped have none.
func (u *upload) post(url string) (int, *nodeapi.Error) {
	r, err := http.NewRequestWithContext(u.ctx, http.MethodPost, url, u)
	if err != nil {
		return 0, nil
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(nodeapi.HeaderRequestID, "lit_upload")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	w, err := client.Do(r)
	if err != nil {
		return 0, nil
	}
	defer w.Body.Close()
	answer, err := io.ReadAll(w.Body)
	if err != nil {
		return 0, nil
	}
	return w.StatusCode, nodeapi.ParseError(w.StatusCode, answer)
}

func wantOverload(t *testing.T, status int, e *nodeapi.Error) {
	t.Helper()
	if e == nil || status != http.StatusTooManyRequests || e.Code != "NodeConcurrencyOverload" || e.Kind != "Unexpected" || e.Status != status {
		t.Errorf("got %d %+v", status, e)
	}
}

// TestManyLongBodiesAreRefused fills a network with bodies that do not end. The
// nodes hold as many as they may, refuse the rest, sign session keys meanwhile,
// and have room again once the clients are gone.
func TestManyLongBodiesAreRefused(t *testing.T) {
	const room, long, holders, others = 32 << 20, 7 << 20, 3, 20
	d := start(t, devnet.Config{Nodes: 3, Limits: devnet.Limits{BodyBytes: room}}).Descriptor()
	before := settled(t)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	var held sync.WaitGroup
	for i := range holders {
		u := newUpload(ctx, long)
		held.Go(func() { u.post(d.Nodes[i].URL + nodeapi.SignSessionKeyPath) })
		<-u.sent
	}
	// What is refused is read to its end all the same: until then clients read no answer.
	var refused sync.WaitGroup
	uploads := make([]*upload, others)
	for i := range uploads {
		uploads[i] = newUpload(ctx, long)
		refused.Go(func() {
			status, e := uploads[i].post(d.Nodes[i%3].URL + nodeapi.SignSessionKeyPath)
			wantOverload(t, status, e)
		})
	}
	for _, u := range uploads {
		<-u.sent
	}
	for _, node := range d.Nodes {
		sign(t, node.URL, request(t, d, "0x"+strings.Repeat("ab", 32), `{"magicNumber":42}`))
	}
	if now := settled(t); now.heap > before.heap+room+16<<20 { // the clients are in this process too
		t.Errorf("%d MiB of heap, then %d", before.heap>>20, now.heap>>20)
	}
	for _, u := range uploads {
		close(u.end)
	}
	refused.Wait()
	leave()
	held.Wait()
	wantRoom(t, d, room)
}

// wantRoom checks that nothing is held any more, or will not be in a moment: a
// body that takes all the room is read.
func wantRoom(t *testing.T, d devnet.Descriptor, room int) {
	t.Helper()
	body := strings.Repeat(" ", room/4-1<<10)
	for deadline := time.Now().Add(patience); ; {
		status, answer := call(t, "POST", d.Nodes[0].URL+nodeapi.HandshakePath, body)
		if e := nodeapi.ParseError(status, answer); status == http.StatusTooManyRequests && time.Now().Before(deadline) {
			continue // a node is still taking notice that clients have gone
		} else if e.Code != "NodeBadInput" {
			t.Errorf("%d %s", status, answer)
		}
		return
	}
}

// TestManyRequestsAreRefused has the nodes of a network hang.
func TestManyRequestsAreRefused(t *testing.T) {
	n := start(t, devnet.Config{Nodes: 3, Limits: devnet.Limits{Requests: 6}})
	d := n.Descriptor()
	for i := range 2 {
		if err := n.SetFault(i, devnet.Fault{Kind: node.Hang}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	var hanging sync.WaitGroup
	for i := range 6 {
		hanging.Go(func() { _, _, _ = try(ctx, "POST", d.Nodes[i%2].URL+nodeapi.HandshakePath, `{}`) })
	}
	for s := readStatus(t, d); s.Nodes[0].Requests["handshake"]+s.Nodes[1].Requests["handshake"] < 6; s = readStatus(t, d) {
		runtime.Gosched()
	}
	status, answer := call(t, "POST", d.Nodes[2].URL+nodeapi.HandshakePath, `{"clientPublicKey":"test"}`)
	wantOverload(t, status, nodeapi.ParseError(status, answer))
	status, answer = call(t, "POST", d.Nodes[2].URL+nodeapi.ExecutePath, `{}`)
	if e := nodeapi.ParseError(status, answer); e.CorrelationID != "lit_1" {
		t.Errorf("%d %s", status, answer)
	}
	leave()
	hanging.Wait()
	for deadline := time.Now().Add(patience); ; {
		status, answer = call(t, "POST", d.Nodes[2].URL+nodeapi.HandshakePath, `{"clientPublicKey":"test"}`)
		if status == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d %s", status, answer)
		}
	}
}

// TestActionsShareTheirMemory has one action on each node take all that it may.
func TestActionsShareTheirMemory(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3, Limits: devnet.Limits{ActionBytes: 48 << 20}}).Descriptor()
	_, sigs := newSession(t, d, everything)
	const greedy = `const kept = []; for (;;) kept.push(new Uint8Array(1 << 20))`
	for _, a := range executeOnAll(t, sigs, "lit_greedy", greedy, nil) {
		wantOverload(t, a.status, nodeapi.ParseError(a.status, a.body))
	}
	execute(t, sigs[0], executeBody(t, sigs[0], `Lit.Actions.setResponse({response: "ran"})`))
}
