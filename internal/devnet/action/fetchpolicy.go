package action

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// FetchPolicy says what an action's fetch may reach. The zero value is nothing at all: whoever can post to a node, which
// any web page can, has the node's machine send what an action sends.
//
// Every request is judged by itself, those that follow a redirect too, and once more by the address that its host name
// turns out to have.
type FetchPolicy struct {
	// Own is what the network itself offers to actions.
	Own []OwnService
	// Closed are the TCP ports of the network's other listeners. On this machine an action reaches none of them, under
	// whatever name or address, but for what Own says of them; Allowed does not open them.
	Closed []uint16
	// Allowed are the hosts that the network was told to let actions reach.
	Allowed AllowedHosts
}

// OwnService is what one of the network's listeners offers, over plain HTTP.
type OwnService struct {
	Address netip.AddrPort
	Method  string
	// Target matches the whole of a request target: the path and the query as they are sent.
	Target *regexp.Regexp
}

// AllowedHosts are what [AllowHosts] has read.
type AllowedHosts []allowedHost

// allowedHost is a host name in lower-case ASCII or an IP address without brackets.
type allowedHost struct {
	name string
	port uint16 // 0: any
}

// hostPort splits "host:port"; the host of an IPv6 address has brackets then.
var hostPort = regexp.MustCompile(`^(\[.*\]|[^\[\]:]*):(\d+)$`)

// AllowHosts reads hosts. Each is a name or an IP address, of which every port is meant unless one follows after a colon.
// Names stand for themselves only, not for what is below them; localhost stands for 127.0.0.1 and ::1 too. Another name
// that leads to this machine's loopback is of use only if that address is allowed as well.
func AllowHosts(hosts ...string) (AllowedHosts, error) {
	var all AllowedHosts
	for _, text := range hosts {
		host, err := parseAllowedHost(text)
		if err != nil {
			return nil, err
		}
		all = append(all, host)
	}
	return all, nil
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

// has reports whether a port of host is allowed. host is in the form of an allowedHost's name.
func (a AllowedHosts) has(host string, port uint16) bool {
	return slices.ContainsFunc(a, func(allowed allowedHost) bool {
		named := allowed.name == host || allowed.name == "localhost" && (host == "127.0.0.1" || host == "::1")
		return named && (allowed.port == 0 || allowed.port == port)
	})
}

// destination is where a request may go.
type destination struct {
	host string // in the form of an allowedHost's name
	port uint16
	own  netip.AddrPort // of the network's own service, else the zero value
}

// route says where a request may go, or refuses it. u is what will be sent, and its host and port are in the form of
// a destination's.
func (p FetchPolicy) route(method string, u *url.URL, host string, port uint16) (destination, error) {
	to := destination{host: host, port: port}
	inPart := false
	for _, s := range p.Own {
		if !s.isAt(host, port) {
			continue
		}
		if u.Scheme == "http" && s.Method == method && s.Target.MatchString(u.RequestURI()) {
			to.own = s.Address
			return to, nil
		}
		inPart = true
	}
	addr, err := netip.ParseAddr(host)
	if isLocalhost(host) || err == nil && onThisMachine(addr) {
		if slices.Contains(p.Closed, port) {
			return to, refusedOwn(host, port)
		}
	}
	switch {
	case p.Allowed.has(host, port):
		return to, nil
	case inPart:
		return to, typeErrorf("fetch: this network does not let actions %s %s; start it with --allow-fetch %s to let them", method, u, joinHostPort(host, port))
	}
	return to, typeErrorf("fetch: this network does not let actions reach %s; start it with --allow-fetch %[1]s to let them", joinHostPort(host, port))
}

// admits refuses a connection whose address is not what its destination promised. A name is not believed to be loopback,
// which is localhost's alone, or a network's own services, such as the credentials that clouds keep at 169.254.169.254.
func (p FetchPolicy) admits(to destination, at netip.AddrPort) error {
	addr := at.Addr().Unmap().WithZone("")
	if to.own.IsValid() {
		own := to.own.Addr()
		if at.Port() == to.own.Port() && (addr == own || own.IsUnspecified() && addr.IsLoopback()) {
			return nil
		}
		return refusedAddress(to.host, at)
	}
	if slices.Contains(p.Closed, at.Port()) && onThisMachine(addr) {
		return refusedOwn(to.host, at.Port())
	}
	literal, err := netip.ParseAddr(to.host)
	switch {
	case err == nil && literal.Unmap() == addr,
		isLocalhost(to.host) && addr.IsLoopback(),
		err != nil && !isLocalhost(to.host) && addr.IsGlobalUnicast(),
		err != nil && addr.IsLoopback() && p.Allowed.has(addr.String(), at.Port()):
		return nil
	}
	return refusedAddress(to.host, at)
}

// isAt reports whether a port of host is the service's, by its address or as localhost.
func (s OwnService) isAt(host string, port uint16) bool {
	own := s.Address.Addr()
	local := own.IsLoopback() || own.IsUnspecified()
	return port == s.Address.Port() && (host == own.String() || local && host == "localhost" || own.IsUnspecified() && host == "127.0.0.1")
}

func isLocalhost(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// onThisMachine reports whether connections to the address stay here, as far as it can be told.
func onThisMachine(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if addr.IsLoopback() || addr.IsUnspecified() {
		return true
	}
	interfaces, err := net.InterfaceAddrs()
	return err != nil || slices.ContainsFunc(interfaces, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().Unmap().WithZone("") == addr
	})
}

// refusedOwn is the error for what nothing opens to actions.
func refusedOwn(host string, port uint16) error {
	return typeErrorf("fetch: %s is the network's own: actions may POST to the chain's RPC and GET /ipfs/{cid} of the gateway, and no --allow-fetch opens more of it", joinHostPort(host, port))
}

// refusedAddress is the error for an allowed name that leads where it has no business.
func refusedAddress(host string, at netip.AddrPort) error {
	return typeErrorf("fetch: %s is at %s, which actions may not reach under that name; --allow-fetch takes the address too", host, at)
}

func joinHostPort(host string, port uint16) string {
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}
