package action

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// resolve returns a resolver that asks a server of the test, which knows names by their addresses.
func resolve(t *testing.T, names map[string]string) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		buffer := make([]byte, 1024)
		for {
			n, from, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			if answer := resolution(buffer[:n], names); answer != nil {
				_, _ = server.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp4", server.LocalAddr().String())
	}}
}

// resolution answers one DNS query: with an address if it asks for one that is known, else with nothing. Source:
// RFC 1035, section 4.
func resolution(query []byte, names map[string]string) []byte {
	const header, typeA = 12, 1
	if len(query) < header {
		return nil
	}
	var labels []string
	at := header
	for at < len(query) && query[at] != 0 {
		end := at + 1 + int(query[at])
		if end >= len(query) {
			return nil
		}
		labels = append(labels, string(query[at+1:end]))
		at = end
	}
	end := at + 5 // the name's end, the type and the class
	if end > len(query) {
		return nil
	}
	answer := slices.Clone(query[:end])
	answer[2] |= 0x80                          // a response
	copy(answer[6:], []byte{0, 0, 0, 0, 0, 0}) // no records
	if address, ok := names[strings.Join(labels, ".")]; ok && query[at+2] == typeA {
		answer[7] = 1
		answer = append(answer, 0xc0, header, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4)
		answer = append(answer, netip.MustParseAddr(address).AsSlice()...)
	}
	return answer
}

// TestWhereNamesLead has names of a resolver that lies.
func TestWhereNamesLead(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	client := newFetchClient(resolve(t, map[string]string{
		"allowed.test": "127.0.0.1", "trap.test": "127.0.0.1", "admin.test": "127.0.0.1", "clouds.test": "169.254.169.254", "nowhere.test": "0.0.0.0", "many.test": "224.0.0.1",
		"evil.localhost": "192.0.2.1",
	}))
	policy := func(hosts ...string) FetchPolicy {
		allowed, err := AllowHosts(append(hosts, "trap.test", "clouds.test", "nowhere.test", "many.test", "evil.localhost")...)
		if err != nil {
			t.Fatal(err)
		}
		return FetchPolicy{Allowed: allowed}
	}
	lenient := policy("allowed.test", "admin.test", "127.0.0.1")
	closed := lenient
	closed.Closed = []uint16{netip.MustParseAddrPort("127.0.0.1" + port).Port()}
	for _, tt := range []struct {
		host    string
		policy  FetchPolicy
		refusal string
	}{
		{"allowed.test", lenient, ""},
		{"127.0.0.1", lenient, ""},
		{"other.test", lenient, "does not let actions reach other.test"},
		{"trap.test", policy(), "trap.test is at 127.0.0.1"},
		{"clouds.test", policy(), "clouds.test is at 169.254.169.254"},
		{"nowhere.test", policy(), "nowhere.test is at 0.0.0.0"},
		{"many.test", policy(), "many.test is at 224.0.0.1"},
		{"evil.localhost", policy(), "evil.localhost is at 192.0.2.1"},
		{"admin.test", closed, "is the network's own"},
		{"127.0.0.1", closed, "is the network's own"},
	} {
		ctx := context.WithValue(t.Context(), policyKey{}, tt.policy)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+tt.host+port, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(req)
		if err == nil {
			answer.Body.Close()
		}
		var refused *jsError
		if tt.refusal == "" && err != nil || tt.refusal != "" && (!errors.As(err, &refused) || !strings.Contains(refused.message, tt.refusal)) {
			t.Errorf("%s: %v", tt.host, err)
		}
	}
}
