package devnet

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"

	"litsession/internal/devnet/action"
	"litsession/internal/devnet/node"
)

const (
	maxBodyBytes   = 1 << 20
	maxActionBytes = 16 << 20
)

// adminHandler serves the admin API, the IPFS gateway and the page.
func (n *Network) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", n.getStatus)
	mux.HandleFunc("GET /descriptor.json", n.getDescriptor)
	mux.HandleFunc("PUT /nodes/{i}/fault", n.putFault)
	mux.HandleFunc("PUT /faults", n.putFaults)
	mux.HandleFunc("POST /epoch", n.postEpoch)
	mux.HandleFunc("POST /fund", n.postFund)
	mux.HandleFunc("POST /pkps", n.postPKP)
	mux.HandleFunc("POST /ipfs/{$}", n.postSource)
	if n.config.Page != "" {
		mux.Handle("GET /", pageHandler(n.config.Page, n.config.Host))
	} else {
		mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
			answerError(w, http.StatusNotFound, errors.New("there is nothing here: the network was started without a page"))
		})
	}
	// Reading a file by its hash is for everybody's pages.
	outside := http.NewServeMux()
	outside.HandleFunc("GET /ipfs/{cid}", n.getSource)
	outside.Handle("/", noActions(onlyOwnOrigin(mux)))
	return onlyLoopbackHost(outside)
}

// onlyLoopbackHost refuses requests whose Host is not this machine: a foreign
// page that has pointed its own name at 127.0.0.1 sends that name.
func onlyLoopbackHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback((&url.URL{Host: r.Host}).Hostname()) {
			answerError(w, http.StatusForbidden, errors.New("the Host is not loopback"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// onlyOwnOrigin refuses what a page from elsewhere sends: it must not steer a
// developer's network.
func onlyOwnOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origins := r.Header.Values("Origin"); len(origins) > 1 || len(origins) == 1 && !isOwnOrigin(origins[0], r) {
			answerError(w, http.StatusForbidden, errors.New("the Origin is not this port's own"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// noActions refuses what an action sends, should it ever get here: any page can
// have a node run one.
func noActions(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header.Values(action.FetchHeader)) > 0 {
			answerError(w, http.StatusForbidden, errors.New("the admin API answers no Lit Action"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isOwnOrigin tells whether an origin is this server's under one of the names
// of this machine.
func isOwnOrigin(origin string, r *http.Request) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" || !isLoopback(u.Hostname()) {
		return false
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	_, port, err := net.SplitHostPort(local.String())
	return err == nil && u.Port() == port
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// status is the answer of GET /status.
type status struct {
	Epoch       uint64       `json:"epoch"`
	BlockNumber uint64       `json:"blockNumber"`
	Nodes       []nodeStatus `json:"nodes"`
}

type nodeStatus struct {
	URL       string                `json:"url"`
	Validator bool                  `json:"validator"` // in the current epoch
	Fault     Fault                 `json:"fault"`
	Requests  map[node.Endpoint]int `json:"requests"`
}

func (n *Network) getStatus(w http.ResponseWriter, _ *http.Request) {
	now := n.epochs.Load()
	s := status{Epoch: now.current, BlockNumber: n.chain.LatestBlock().Number}
	for i, one := range n.nodes {
		s.Nodes = append(s.Nodes, nodeStatus{
			URL: n.servers[i].url(), Validator: slices.Contains(now.validators[now.current], i),
			Fault: one.Fault(), Requests: one.Requests(),
		})
	}
	answerJSON(w, http.StatusOK, s)
}

func (n *Network) getDescriptor(w http.ResponseWriter, _ *http.Request) {
	answerJSON(w, http.StatusOK, n.Descriptor())
}

func (n *Network) putFault(w http.ResponseWriter, r *http.Request) {
	i, err := strconv.Atoi(r.PathValue("i"))
	if err != nil || i < 0 || i >= len(n.nodes) {
		answerError(w, http.StatusNotFound, errors.New("there is no node "+strconv.Quote(r.PathValue("i"))))
		return
	}
	fault, err := readFault(w, r)
	if err != nil {
		answerError(w, http.StatusBadRequest, err)
		return
	}
	if err := n.SetFault(i, fault); err != nil {
		answerError(w, http.StatusInternalServerError, err)
		return
	}
	answerJSON(w, http.StatusOK, n.nodes[i].Fault())
}

func readFault(w http.ResponseWriter, r *http.Request) (Fault, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if err != nil {
		return Fault{}, err
	}
	return node.ParseFault(body)
}

func (n *Network) postSource(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxActionBytes))
	if err != nil {
		answerError(w, http.StatusBadRequest, err)
		return
	}
	cid, err := n.sources.add(body)
	if err != nil {
		answerError(w, http.StatusInternalServerError, err)
		return
	}
	answerJSON(w, http.StatusOK, map[string]string{"cid": cid.String()})
}

func (n *Network) getSource(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	source, err := n.sources.ActionCode(r.Context(), r.PathValue("cid"))
	if err != nil {
		answerError(w, http.StatusNotFound, err)
		return
	}
	// Never as anything that a browser would run.
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, source)
}

func answerJSON(w http.ResponseWriter, code int, value any) {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		panic("internal error: " + err.Error()) // every answer is made of plain types
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(append(text, '\n'))
}

func answerError(w http.ResponseWriter, code int, err error) {
	answerJSON(w, code, map[string]string{"error": err.Error()})
}
