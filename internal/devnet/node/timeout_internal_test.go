package node

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// impatient is a node behind a real port whose requests have a twentieth of a
// second, and a fault.
func impatient(t *testing.T, f Fault) string {
	t.Helper()
	n := New(Config{Blocks: someBlocks{}, Now: time.Now})
	n.timeout = 50 * time.Millisecond
	if err := n.SetFault(f); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(n)
	t.Cleanup(server.Close)
	return server.URL + "/web/handshake/"
}

type someBlocks struct{}

func (someBlocks) LatestBlock() Block           { return Block{} }
func (someBlocks) Block([32]byte) (Block, bool) { return Block{}, false }

func shake(ctx context.Context, url string, body io.Reader) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Request-Id", "lit_1")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer w.Body.Close()
	answer, err := io.ReadAll(w.Body)
	return w.StatusCode, string(answer), err
}

const hello = `{"clientPublicKey":"test"}`

func TestFaultsOutlastTheTimeOfARequest(t *testing.T) {
	for _, kind := range []FaultKind{Slow, SlowBody} {
		status, answer, err := shake(t.Context(), impatient(t, Fault{Kind: kind, DelayMS: 200}), strings.NewReader(hello))
		if err != nil || status != http.StatusOK || !strings.HasSuffix(answer, "}") {
			t.Errorf("%s: %d %q %v", kind, status, answer, err)
		}
	}
	for _, body := range []string{"", hello} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		if _, _, err := shake(ctx, impatient(t, Fault{Kind: Hang}), strings.NewReader(body)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("hang after %q: %v", body, err)
		}
		cancel()
	}
}

func TestABodyThatTricklesIn(t *testing.T) {
	never, end := io.Pipe()
	defer end.Close()
	status, answer, err := shake(t.Context(), impatient(t, Fault{}), never)
	if err != nil || status != http.StatusRequestTimeout || answer != `{"message":"Request timed out","errorCode":"request_timeout"}` {
		t.Errorf("%d %q %v", status, answer, err)
	}
}
