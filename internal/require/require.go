// Package require says that a test needs something that may not be installed.
// Start with [That].
package require

import (
	"os"
	"os/exec"
	"testing"
)

// That ends the test unless ok: it fails where the environment has CI, since
// there everything is to be installed, and is skipped elsewhere. what says
// what is missing and how to get it.
func That(t testing.TB, ok bool, what string) {
	t.Helper()
	if ok {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// Program returns the path of a program, and ends the test as [That] does if
// there is none.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	That(t, err == nil, name+" is not installed")
	return path
}
