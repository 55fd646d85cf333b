package action

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

// FetchPolicy says whom an action's fetch may reach besides loopback, which is 127.0.0.0/8, ::1 and localhost. The zero
// value is nobody.
type FetchPolicy struct{ hosts []allowedHost }

// allowedHost is a host name in lower-case ASCII or an IP address without brackets.
type allowedHost struct {
	name string
	port uint16 // 0: any
}

// hostPort splits "host:port"; the host of an IPv6 address has brackets then.
var hostPort = regexp.MustCompile(`^(\[.*\]|[^\[\]:]*):(\d+)$`)

// AllowFetch returns the policy that lets fetch reach hosts too. A host is a name or an IP address, of which every port
// is meant unless one follows after a colon. Names stand for themselves only, not for what is below them.
func AllowFetch(hosts ...string) (FetchPolicy, error) {
	var p FetchPolicy
	for _, text := range hosts {
		host, err := parseAllowedHost(text)
		if err != nil {
			return FetchPolicy{}, err
		}
		p.hosts = append(p.hosts, host)
	}
	return p, nil
}

func parseAllowedHost(text string) (allowedHost, error) {
	name, port := text, uint64(0)
	if m := hostPort.FindStringSubmatch(text); m != nil {
		var err error
		if port, err = strconv.ParseUint(m[2], 10, 16); err != nil || port == 0 {
			return allowedHost{}, fmt.Errorf("%q has no port between 1 and 65535", text)
		}
		name = m[1]
	}
	if addr, err := netip.ParseAddr(name); err == nil && addr.Is6() {
		name = "[" + name + "]"
	}
	u, err := parseURL("http://"+name+"/", nil)
	if err != nil || strings.ContainsAny(name, "/\\?#@ \t\r\n") || strings.HasSuffix(name, ":") {
		return allowedHost{}, fmt.Errorf("%q is not a host, such as example.com, example.com:8080 or 192.0.2.1", text)
	}
	return allowedHost{strings.Trim(u.Hostname(), "[]"), uint16(port)}, nil
}

// allows reports whether fetch may talk to a port of host, which is in the form of an allowedHost's name.
func (p FetchPolicy) allows(host string, port uint16) bool {
	if isLoopback(host) {
		return true
	}
	for _, allowed := range p.hosts {
		if allowed.name == host && (allowed.port == 0 || allowed.port == port) {
			return true
		}
	}
	return false
}

// allowsAddress reports whether host may turn out to be at addr. Only loopback is loopback, whatever a resolver says;
// and a name is not believed to be a network's own services, such as the credentials that clouds keep at 169.254.169.254.
func (p FetchPolicy) allowsAddress(host string, addr netip.Addr) bool {
	addr = addr.Unmap()
	if isLoopback(host) {
		return addr.IsLoopback()
	}
	if literal, err := netip.ParseAddr(host); err == nil {
		return literal.Unmap() == addr
	}
	return addr.IsGlobalUnicast() || addr.IsLoopback()
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// policyKey is the context key of a request's FetchPolicy.
type policyKey struct{}

// newFetchClient returns a client that opens connections as the FetchPolicy in a request's context allows: it follows
// no proxy and keeps no connection open, so that each is checked. resolver may be nil.
func newFetchClient(resolver *net.Resolver) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialAllowed(ctx, resolver, network, address)
		},
	}}
}

// dialAllowed checks what is dialled once more: the name as the HTTP client understood it, and each address that the
// name turns out to have at this moment.
func dialAllowed(ctx context.Context, resolver *net.Resolver, network, address string) (net.Conn, error) {
	policy, _ := ctx.Value(policyKey{}).(FetchPolicy)
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	host = strings.ToLower(host)
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || !policy.allows(host, uint16(port)) {
		return nil, refusedHost(host, portText)
	}
	dialer := net.Dialer{Resolver: resolver, ControlContext: func(_ context.Context, _, resolved string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(resolved)
		if err != nil || !policy.allowsAddress(host, at.Addr()) {
			return typeErrorf("fetch: %s is at %s, which actions may not reach under that name", host, resolved)
		}
		return nil
	}}
	return dialer.DialContext(ctx, network, address)
}

// refusedHost is the error for a host that the policy does not allow.
func refusedHost(host, port string) error {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return typeErrorf("fetch: this network does not let actions reach %s, port %s; start it with --allow-fetch %[1]s to let them", host, port)
}
