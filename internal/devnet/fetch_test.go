package devnet_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"litsession/internal/devnet"
	"litsession/internal/nodeapi"
)

// TestWhatActionsMayFetch has an action tell in an exception what its fetch
// brought.
func TestWhatActionsMayFetch(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("here")) }))
	defer server.Close()
	strict := start(t, devnet.Config{Nodes: 3}).Descriptor()
	lenient := start(t, devnet.Config{Nodes: 3, AllowFetch: []string{"example.invalid:8080"}}).Descriptor()
	for _, tt := range []struct {
		name    string
		d       devnet.Descriptor
		address string
		want    string
	}{
		{"loopback", strict, server.URL, "Error: here"},
		{"a foreign host", strict, "http://example.invalid:8080", "Error: fetch: this network does not let actions reach example.invalid, port 8080; start it with --allow-fetch example.invalid"},
		{"loopback, when a host is allowed", lenient, server.URL, "Error: here"},
		{"the allowed host", lenient, "http://example.invalid:8080", "Error: error sending request for url"},
		{"its other ports", lenient, "http://example.invalid", "Error: fetch: this network does not let actions reach"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, tt.d, "0x"+strings.Repeat("ab", 32), `{"address":"`+tt.address+`"}`)
			r.Code = base64.StdEncoding.EncodeToString([]byte(
				`fetch(address).then((r) => r.text(), (e) => e.message).then((text) => { throw new Error(text) })`))
			status, answer := call(t, "POST", tt.d.Nodes[0].URL+nodeapi.SignSessionKeyPath, string(r.JSON()))
			if e := nodeapi.ParseError(status, answer); !strings.Contains(e.Exception, tt.want) {
				t.Errorf("%d %s", status, answer)
			}
		})
	}
}
