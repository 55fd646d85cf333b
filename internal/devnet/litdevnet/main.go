// Command litdevnet runs a local Lit network until it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"litsession/internal/devnet"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit statuses besides 0.
const (
	exitFailure = 1
	exitUsage   = 2
)

// run is the program: it returns, with the exit status, some time after ctx has
// ended or when the network cannot be started.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		o.usage(stdout)
		return 0
	case errors.As(err, new(*devnet.DataError)):
		return fail(stderr, err)
	case err != nil:
		complain(stderr, err)
		return exitUsage
	}
	if o.quiet {
		stdout = io.Discard
	}
	network, err := devnet.Start(ctx, o.config)
	if err != nil {
		if ctx.Err() != nil { // interrupted before it was up
			return 0
		}
		return fail(stderr, err)
	}
	if err := announce(o, network.Descriptor(), stdout); err != nil {
		complain(stderr, errors.Join(err, network.Close()))
		return exitFailure
	}
	<-ctx.Done()
	fmt.Fprintln(stdout, "Stopping.")
	if err := network.Close(); err != nil {
		complain(stderr, err)
		return exitFailure
	}
	return 0
}

// announce tells programs and people that the network is up.
func announce(o options, d devnet.Descriptor, stdout io.Writer) error {
	if o.descriptor != "" {
		if err := writeDescriptor(o.descriptor, d); err != nil {
			return err
		}
	}
	return greet(stdout, o, d)
}

// fail names the flag that would help, and returns the exit status.
func fail(stderr io.Writer, err error) int {
	var port *devnet.PortError
	var config *devnet.ConfigError
	var data *devnet.DataError
	switch {
	case errors.As(err, &port) && errors.Is(err, syscall.EADDRINUSE):
		err = fmt.Errorf("--%s-port: port %d is taken", port.Listener, port.Port)
	case errors.As(err, &port):
		err = fmt.Errorf("--%s-port: %w", port.Listener, err)
	case errors.As(err, &config): // of a directory that has changed since the flags were read
		complain(stderr, fmt.Errorf("--%w", config))
		return exitUsage
	case errors.As(err, &data):
		err = fmt.Errorf("--data: %s: %w", data.Dir, data.Err)
	}
	complain(stderr, err)
	return exitFailure
}

// complain prints an error on one line.
func complain(stderr io.Writer, err error) {
	fmt.Fprintf(stderr, "litdevnet: %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
}
