package action

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
)

// FetchHeader is the header that every request of an action's fetch carries and no action can remove, for services that
// answer no actions.
const FetchHeader = "X-Lit-Action-Fetch"

// Context keys of a request.
type (
	policyKey      struct{} // its FetchPolicy
	destinationKey struct{} // its destination, once the policy has let it pass
)

// newFetchClient returns a client that sends what the FetchPolicy in a request's context allows: it follows no proxy and
// keeps no connection open, so that each is checked. resolver may be nil.
func newFetchClient(resolver *net.Resolver) *http.Client {
	return &http.Client{Transport: guard{&http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialAllowed(ctx, resolver, network, address)
		},
	}}}
}

// guard judges each request that is sent, those that follow a redirect included.
type guard struct{ next *http.Transport }

// RoundTrip sends the request in the URL Standard's reading, the one that was judged.
func (g guard) RoundTrip(req *http.Request) (*http.Response, error) {
	sent, err := judged(req)
	if err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	return g.next.RoundTrip(sent)
}

// judged returns the request as it will be sent, or what it is refused with.
func judged(req *http.Request) (*http.Request, error) {
	u, err := parseURL(req.URL.String(), nil)
	if err != nil {
		return nil, err
	}
	if u.Scheme() != "http" && u.Scheme() != "https" {
		return nil, typeErrorf("fetch: the scheme %q is not supported", u.Scheme())
	}
	target, err := url.Parse(u.Href(true))
	if err != nil {
		return nil, typeErrorf("fetch: %v", err)
	}
	policy, _ := req.Context().Value(policyKey{}).(FetchPolicy)
	to, err := policy.route(req.Method, target, strings.Trim(u.Hostname(), "[]"), uint16(u.DecodedPort()))
	if err != nil {
		return nil, err
	}
	sent := req.Clone(context.WithValue(req.Context(), destinationKey{}, to))
	sent.URL, sent.Host = target, ""
	sent.Header.Set(FetchHeader, "1")
	return sent, nil
}

// dialAllowed checks what is dialled: that it is the host which the request was let pass for, and each address that the
// name turns out to have at this moment.
func dialAllowed(ctx context.Context, resolver *net.Resolver, network, address string) (net.Conn, error) {
	policy, _ := ctx.Value(policyKey{}).(FetchPolicy)
	to, ok := ctx.Value(destinationKey{}).(destination)
	host, port, err := net.SplitHostPort(address)
	if err != nil || !ok || strings.ToLower(host) != to.host || port != strconv.Itoa(int(to.port)) {
		return nil, typeErrorf("fetch: %s is not what was asked for", address)
	}
	dialer := net.Dialer{Resolver: resolver, ControlContext: func(_ context.Context, _, resolved string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(resolved)
		if err != nil {
			return err
		}
		return policy.admits(to, at)
	}}
	return dialer.DialContext(ctx, network, address)
}
