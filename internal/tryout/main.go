// Tryout starts the local network with its page and shows, in the terminal,
// that it works: a headless browser opens the page, gets one set of session
// signatures, and they are judged natively and printed. The network then runs
// until it is interrupted.
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

	"litsession/internal/judge"
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
	d, err := waitForNetwork(ctx, file, ended)
	if err == nil {
		err = show(ctx, d, out)
	}
	switch {
	case ctx.Err() != nil: // interrupted, and so is the network
	case err != nil:
		network.Process.Signal(os.Interrupt)
		<-ended
		return err
	default:
		fmt.Fprintf(out, "\nNow open %s in a browser. Ctrl-C stops the network.\n", d.pageURL)
	}
	if err := <-ended; ctx.Err() == nil {
		return err
	}
	return nil
}

// descriptor is what the network says of itself.
type descriptor struct {
	text    []byte // JSON
	pageURL string
}

// waitForNetwork returns the network's descriptor once it is written.
func waitForNetwork(ctx context.Context, file string, ended chan error) (descriptor, error) {
	deadline := time.After(startTime)
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case err := <-ended:
			ended <- err
			return descriptor{}, fmt.Errorf("the network ended: %w", err)
		case <-ctx.Done():
			return descriptor{}, ctx.Err()
		case <-deadline:
			return descriptor{}, errors.New("the network did not start in time")
		case <-poll.C:
		}
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		var d struct{ PageURL string }
		if err := json.Unmarshal(text, &d); err != nil {
			return descriptor{}, fmt.Errorf("descriptor: %w", err)
		}
		return descriptor{text, d.PageURL}, nil
	}
}

// show gets session signatures through the page, and prints and judges them.
func show(ctx context.Context, d descriptor, out io.Writer) error {
	fmt.Fprint(out, "\nA headless browser opens the page and asks for session signatures …\n")
	page, err := playground.Open(ctx, d.pageURL)
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
	if err := print(o, out); err != nil {
		return err
	}
	return judged(d, o, out)
}

// judged has the native packages judge the signatures, and says how many are good.
func judged(d descriptor, o playground.Outcome, out io.Writer) error {
	in, err := judge.Read(d.text, []byte(playground.Requests), []byte(o.SessionSigs))
	if err != nil {
		return err
	}
	verdicts, err := judge.Judge(in, time.Now())
	if err != nil {
		return err
	}
	for _, v := range verdicts {
		if v.Problem != nil {
			return fmt.Errorf("the session signature for %s is bad: %w", v.Node, v.Problem)
		}
	}
	fmt.Fprintf(out, "\nAll %d are good: judged natively by ed25519, node address and times, and the PKP's\n"+
		"message by the network's BLS key and by what was requested.\n", len(verdicts))
	return nil
}

func print(o playground.Outcome, out io.Writer) error {
	var sigs map[string]struct{ Sig, SignedMessage string }
	if err := json.Unmarshal([]byte(o.SessionSigs), &sigs); err != nil {
		return err
	}
	var signed struct {
		Expiration   string
		Capabilities []struct{ Sig, SignedMessage string }
	}
	for _, sig := range sigs {
		if err := json.Unmarshal([]byte(sig.SignedMessage), &signed); err != nil {
			return err
		}
		break
	}
	authSig := signed.Capabilities[len(signed.Capabilities)-1]
	fmt.Fprintf(out, "\nThe PKP signed, by a threshold of nodes:\n\n%s\n\n  %s\n\n", indent(authSig.SignedMessage), authSig.Sig)
	fmt.Fprintf(out, "Session signatures, valid until %s:\n\n", signed.Expiration)
	for _, url := range sortedKeys(sigs) {
		fmt.Fprintf(out, "  %s  %s\n", url, sigs[url].Sig)
	}
	fmt.Fprintf(out, "\nLoading and connecting took %s, the call %s.\n", o.Timings["load and connect"], o.Timings["getLitActionSessionSigs"])
	return nil
}
