package devnet_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"litsession/internal/devnet"
	"litsession/internal/devnet/action"
	"litsession/internal/nodeapi"
)

// fetchInAction posts an action to a node, as any web page can, and returns what
// its fetch brought: the body, or the exception. That is how a page would read it.
func fetchInAction(t testing.TB, d devnet.Descriptor, address, method, body string) string {
	t.Helper()
	params, err := json.Marshal(map[string]any{"address": address, "method": method, "sent": body})
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, d, "0x"+strings.Repeat("ab", 32), string(params))
	r.Code = base64.StdEncoding.EncodeToString([]byte(
		`fetch(address, sent === "" ? { method } : { method, body: sent, headers: { "content-type": "application/json" } })
			.then((r) => r.text(), (e) => e.message).then((text) => { throw new Error(text) })`))
	status, answer := call(t, "POST", d.Nodes[0].URL+nodeapi.SignSessionKeyPath, string(r.JSON()))
	text, ok := strings.CutPrefix(nodeapi.ParseError(status, answer).Exception, "Uncaught (in promise) Error: ")
	if !ok {
		t.Fatalf("%d %s", status, answer)
	}
	return text
}

// service is something on this machine that an action has no business with. It
// counts who comes, and redirects to where the query says.
func service(t testing.TB) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	visits := new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		visits.Add(1)
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
			return
		}
		_, _ = io.WriteString(w, "here, "+r.Host)
	}))
	t.Cleanup(server.Close)
	return server, visits
}

// atPort is a URL on this machine under one of its names.
func atPort(host, address, path string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	return "http://" + host + ":" + u.Port() + path
}

// TestWhatActionsReach checks what is left: the chain's RPC and the gateway's files.
func TestWhatActionsReach(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	const chainID = `{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}`
	for _, rpc := range []string{d.RPCURL, d.RPCURL + "/", atPort("localhost", d.RPCURL, ""), atPort("0x7f.1", d.RPCURL, "")} {
		if got := fetchInAction(t, d, rpc, "POST", chainID); !strings.Contains(got, `"result":"0x2ac54"`) {
			t.Errorf("%s: %s", rpc, got)
		}
	}
	for _, gateway := range []string{d.IPFSGateway, atPort("localhost", d.AdminURL, "/ipfs/")} {
		if got := fetchInAction(t, d, gateway+d.PKP.PermittedAction.CID, "GET", ""); !strings.HasPrefix(got, d.PKP.PermittedAction.Code) {
			t.Errorf("%s: %s", gateway, got)
		}
	}
}

// TestActionsReachNothingElse attacks the machine of whoever runs the network,
// first by default, then with everything allowed that --allow-fetch can allow
// there: the admin port and the nodes stay closed.
func TestActionsReachNothingElse(t *testing.T) {
	other, visits := service(t)
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	const names = "127.0.0.1 localhost LOCALHOST a.localhost 0.0.0.0 127.1 2130706433 0x7f000001 0177.0.0.1 127.0.0.2 [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1]"
	t.Run("another service", func(t *testing.T) {
		for _, name := range strings.Fields(names) {
			if got := fetchInAction(t, d, atPort(name, other.URL, "/"), "GET", ""); !strings.HasPrefix(got, "fetch: this network does not let actions reach ") || !strings.Contains(got, "--allow-fetch") {
				t.Errorf("%s: %s", name, got)
			}
		}
		if visits.Load() > 0 {
			t.Errorf("%d requests came", visits.Load())
		}
	})
	t.Run("more of the RPC's port", func(t *testing.T) {
		for _, tt := range [][2]string{{"GET", "/"}, {"POST", "/debug"}, {"POST", "/?x"}} {
			if got := fetchInAction(t, d, d.RPCURL+tt[1], tt[0], ""); !strings.Contains(got, "does not let actions "+tt[0]) || !strings.Contains(got, "--allow-fetch") {
				t.Errorf("%s %s: %s", tt[0], tt[1], got)
			}
		}
	})
	everything := append(strings.Fields(names), "example.invalid")
	open := start(t, devnet.Config{Nodes: 3, AllowFetch: everything}).Descriptor()
	for what, d := range map[string]devnet.Descriptor{"by default": d, "when all of the machine is allowed": open} {
		t.Run("the network itself "+what, func(t *testing.T) { attackNetwork(t, d, strings.Fields(names)) })
	}
	t.Run("by a redirect", func(t *testing.T) { attackByRedirect(t, open, other.URL) })
	if got := fetchInAction(t, open, other.URL, "GET", ""); !strings.HasPrefix(got, "here, ") {
		t.Errorf("what is allowed is refused: %s", got)
	}
}

const closedToActions = "is the network's own"

func attackNetwork(t *testing.T, d devnet.Descriptor, names []string) {
	t.Helper()
	refused := func(method, address, body string) {
		t.Helper()
		if got := fetchInAction(t, d, address, method, body); !strings.HasPrefix(got, "fetch: ") || !strings.Contains(got, "--allow-fetch") {
			t.Errorf("%s %s: %s", method, address, got)
		}
	}
	for _, name := range names {
		refused("GET", atPort(name, d.AdminURL, "/descriptor.json"), "")
		refused("PUT", atPort(name, d.AdminURL, "/faults"), `{"kind":"down"}`)
		refused("POST", atPort(name, d.Nodes[1].URL, nodeapi.HandshakePath), `{"clientPublicKey":"test"}`)
	}
	cid := d.PKP.PermittedAction.CID
	for _, path := range []string{
		"/status", "/", "/ipfs", "/ipfs/", "/ipfs/../status", "/ipfs/%2e%2e/status", "/ipfs/..%2fstatus", "/ipfs/" + cid + "/../../status",
		"/ipfs/" + cid + "%2f..%2f..%2fstatus", "/ipfs//" + cid, "//ipfs/" + cid, "/ipfs/" + cid + "?x=1", "/ipfs\\..\\status", "/ipfs/" + cid + "/", "/%69pfs/" + cid,
	} {
		if got := fetchInAction(t, d, d.AdminURL+path, "GET", ""); !strings.Contains(got, closedToActions) {
			t.Errorf("GET %s: %s", path, got)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "HEAD", "OPTIONS"} {
		if got := fetchInAction(t, d, d.IPFSGateway+cid, method, ""); !strings.Contains(got, closedToActions) {
			t.Errorf("%s of the gateway: %s", method, got)
		}
	}
	for i, node := range readStatus(t, d).Nodes {
		if node.Fault["kind"] != "none" || node.Requests["handshake"] > 0 {
			t.Errorf("node %d has the fault %v and was sent %v", i, node.Fault["kind"], node.Requests)
		}
	}
}

func attackByRedirect(t *testing.T, d devnet.Descriptor, redirecting string) {
	t.Helper()
	for _, to := range []string{
		d.AdminURL + "/descriptor.json", "//" + strings.TrimPrefix(d.AdminURL, "http://") + "/status", atPort("0x7f.1", d.AdminURL, "/status"),
		atPort("localhost", d.AdminURL, "/status"), d.IPFSGateway + "../status", d.Nodes[0].URL + nodeapi.HandshakePath,
	} {
		if got := fetchInAction(t, d, redirecting+"/?to="+url.QueryEscape(to), "GET", ""); !strings.Contains(got, closedToActions) {
			t.Errorf("to %s: %s", to, got)
		}
	}
	if got := fetchInAction(t, d, redirecting+"/?to="+url.QueryEscape(d.AdminURL+"/faults"), "PUT", `{"kind":"down"}`); !strings.Contains(got, closedToActions) {
		t.Errorf("PUT: %s", got)
	}
	if got := fetchInAction(t, d, redirecting+"/?to=http%3a%2f%2f192.0.2.1%2f", "GET", ""); !strings.Contains(got, "does not let actions reach 192.0.2.1:80; start it with --allow-fetch 192.0.2.1:80") {
		t.Errorf("to a host that is not allowed: %s", got)
	}
	if got := fetchInAction(t, d, redirecting+"/?to="+url.QueryEscape(d.IPFSGateway+d.PKP.PermittedAction.CID), "GET", ""); !strings.HasPrefix(got, d.PKP.PermittedAction.Code) {
		t.Errorf("to the gateway: %s", got)
	}
}

// TestTheAdminAPIAnswersNoAction is for what gets there all the same, such as
// through a server that forwards what it is sent.
func TestTheAdminAPIAnswersNoAction(t *testing.T) {
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	for _, tt := range [][2]string{{"GET", "/descriptor.json"}, {"GET", "/status"}, {"PUT", "/faults"}, {"POST", "/epoch"}, {"POST", "/ipfs/"}} {
		if code, body := call(t, tt[0], d.AdminURL+tt[1], `{"kind":"none"}`, action.FetchHeader, "1"); code != http.StatusForbidden {
			t.Errorf("%s %s: %d %s", tt[0], tt[1], code, body)
		}
	}
	sent := make(chan http.Header, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent <- r.Header
		_, _ = io.WriteString(w, "here")
	}))
	defer server.Close()
	port := strconv.Itoa(portOf(t, server.URL))
	d = start(t, devnet.Config{Nodes: 3, AllowFetch: []string{"localhost:" + port}}).Descriptor()
	fetchInAction(t, d, "http://localhost:"+port, "GET", "")
	if header := <-sent; header.Get(action.FetchHeader) == "" {
		t.Errorf("an action's request does not say what it is: %v", header)
	}
}
