package devnet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// Port is where to listen. The zero value is any free port.
type Port struct {
	Number int
	// OrFree takes a free port when Number is taken.
	OrFree bool
}

// Listener names what a port is for.
type Listener string

// What a network listens for.
const (
	RPCListener   Listener = "rpc"
	NodeListener  Listener = "node"
	AdminListener Listener = "admin"
)

// PortError says that a port cannot be had.
type PortError struct {
	Listener Listener
	Port     int
	Err      error
}

func (e *PortError) Error() string {
	return fmt.Sprintf("%s port %d: %v", e.Listener, e.Port, e.Err)
}

// Unwrap returns what the operating system said.
func (e *PortError) Unwrap() error { return e.Err }

func isTaken(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// listen opens the ports of the nodes and of the admin API. Nothing answers
// there before serve.
func (n *Network) listen() error {
	for i := range n.config.Nodes {
		port := n.config.NodePort
		if port.Number != 0 {
			port.Number += i
		}
		s, err := listenOn(n.config.Host, port, NodeListener)
		if err != nil {
			return err
		}
		n.servers = append(n.servers, s)
	}
	var err error
	n.admin, err = listenOn(n.adminHost(), n.config.AdminPort, AdminListener)
	return err
}

// adminHost is loopback even if the network is not: the admin API steers the
// network and shows its accounts' keys.
func (n *Network) adminHost() string {
	if host, err := netip.ParseAddr(n.config.Host); err == nil && host.IsLoopback() {
		return n.config.Host
	}
	return "127.0.0.1"
}

func listenOn(host string, port Port, purpose Listener) (*server, error) {
	listener, err := net.Listen("tcp4", net.JoinHostPort(host, strconv.Itoa(port.Number)))
	if isTaken(err) && port.OrFree {
		listener, err = net.Listen("tcp4", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return nil, &PortError{Listener: purpose, Port: port.Number, Err: err}
	}
	return newServer(listener), nil
}
