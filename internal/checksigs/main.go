// Checksigs judges session signatures with the native packages, whoever made
// them: it is how the differential tests ask whether a foreign client's
// signatures are good for our network.
//
// It reads one JSON object, {descriptor, resourceAbilityRequests,
// sessionSigs}, from standard input and prints one line per node, "ok" or
// what is wrong. The exit code is 1 if anything is.
//
//	go run ./internal/checksigs < signatures.json
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"litsession/internal/judge"
)

func main() {
	if err := run(os.Stdin, os.Stdout, time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "checksigs:", err)
		os.Exit(1)
	}
}

// run prints a verdict for every node of the descriptor and for every
// signature that belongs to none.
func run(in io.Reader, out io.Writer, now time.Time) error {
	var given judge.Input
	if err := json.NewDecoder(in).Decode(&given); err != nil {
		return fmt.Errorf("reading standard input: %w", err)
	}
	verdicts, err := judge.Judge(given, now)
	if err != nil {
		return err
	}
	bad := 0
	for _, v := range verdicts {
		text := "ok"
		if v.Problem != nil {
			bad++
			text = v.Problem.Error()
		}
		fmt.Fprintf(out, "%s %s\n", v.Node, text)
	}
	if bad > 0 {
		return fmt.Errorf("%d session signatures are bad", bad)
	}
	return nil
}
