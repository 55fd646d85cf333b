// Tryout starts the local network with its page and shows, in the terminal,
// that it works: a headless browser opens the page, gets one set of session
// signatures, and they are printed. The network then runs until it is
// interrupted.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"litsession/internal/playground"
)

// startTime is how long the network may take to come up.
const startTime = 60 * time.Second

func main() {
	network := flag.String("network", filepath.Join("bin", "litdevnet"), "program of the local network")
	page := flag.String("page", filepath.Join("web", "dist", "page"), "folder of the page")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *network, *page, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "tryout:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, program, page string, out io.Writer) error {
	dir, err := os.MkdirTemp("", "litsession-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "network.json")
	network := exec.CommandContext(ctx, program, "--page", page, "--descriptor", file)
	network.Stdout, network.Stderr = out, os.Stderr
	network.Cancel = func() error { return network.Process.Signal(os.Interrupt) }
	if err := network.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- network.Wait() }()
	pageURL, err := waitForPage(ctx, file, ended)
	if err == nil {
		err = show(ctx, pageURL, out)
	}
	if err != nil && ctx.Err() == nil {
		network.Process.Signal(os.Interrupt)
		<-ended
		return err
	}
	fmt.Fprintf(out, "\nNow open %s in a browser. Ctrl-C stops the network.\n", pageURL)
	if err := <-ended; ctx.Err() == nil {
		return err
	}
	return nil
}

// waitForPage returns the page's address once the network has written its
// descriptor.
func waitForPage(ctx context.Context, file string, ended chan error) (string, error) {
	deadline := time.After(startTime)
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case err := <-ended:
			ended <- err
			return "", fmt.Errorf("the network ended: %w", err)
		case <-ctx.Done():
			return "", ctx.Err()
		case <-deadline:
			return "", errors.New("the network did not start in time")
		case <-poll.C:
		}
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		var descriptor struct{ PageURL string }
		if err := json.Unmarshal(text, &descriptor); err != nil {
			return "", fmt.Errorf("descriptor: %w", err)
		}
		return descriptor.PageURL, nil
	}
}

// show gets session signatures through the page and prints them.
func show(ctx context.Context, pageURL string, out io.Writer) error {
	fmt.Fprint(out, "\nA headless browser opens the page and asks for session signatures …\n")
	page, err := playground.Open(ctx, pageURL)
	if err != nil {
		return err
	}
	defer page.Close()
	o, err := page.Sign(42)
	if err != nil {
		return err
	}
	if o.State != "done" {
		return fmt.Errorf("%s (%s): %s", o.Name, o.Reason, o.Message)
	}
	return print(o, out)
}

func print(o playground.Outcome, out io.Writer) error {
	var sigs map[string]struct{ Sig, SignedMessage string }
	if err := json.Unmarshal([]byte(o.SessionSigs), &sigs); err != nil {
		return err
	}
	var signed struct {
		Expiration   string
		Capabilities []struct{ SignedMessage string }
	}
	for _, sig := range sigs {
		if err := json.Unmarshal([]byte(sig.SignedMessage), &signed); err != nil {
			return err
		}
		break
	}
	fmt.Fprintf(out, "\nThe PKP signed, by a threshold of nodes:\n\n%s\n\n", indent(signed.Capabilities[len(signed.Capabilities)-1].SignedMessage))
	fmt.Fprintf(out, "Session signatures, valid until %s:\n\n", signed.Expiration)
	for _, url := range sortedKeys(sigs) {
		fmt.Fprintf(out, "  %s  %s\n", url, sigs[url].Sig)
	}
	fmt.Fprintf(out, "\nLoading and connecting took %s, the call %s.\n", o.Timings["load and connect"], o.Timings["getLitActionSessionSigs"])
	return nil
}
