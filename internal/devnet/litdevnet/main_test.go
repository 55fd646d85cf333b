package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"litsession/internal/devnet"
)

// free are flags for a small network that meets no other.
func free(args ...string) []string {
	return append([]string{"--nodes", "3", "--rpc-port", "0", "--node-port", "0", "--admin-port", "0"}, args...)
}

// untilUp runs the program until its last start-up line, or its end, and
// returns what it printed and its exit status after an interrupt.
func untilUp(t *testing.T, args []string, up func()) (stdout, stderr string, status int) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	reader, writer := io.Pipe()
	var errs bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, args, writer, &errs)
		writer.Close()
	}()
	var out strings.Builder
	buffer := make([]byte, 4096)
	for {
		n, err := reader.Read(buffer)
		out.Write(buffer[:n])
		if ctx.Err() == nil && strings.Contains(out.String(), "Ctrl-C") {
			up()
			interrupt()
		}
		if err != nil {
			break
		}
	}
	return out.String(), errs.String(), <-done
}

func TestItRunsUntilItIsInterrupted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "network.json")
	page := t.TempDir()
	var d devnet.Descriptor
	stdout, stderr, status := untilUp(t, free("--descriptor", file, "--page", page, "--seed", "x"), func() {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatal(err)
		}
		answer, err := http.Get(d.AdminURL + "/status")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
	})
	if status != 0 || stderr != "" {
		t.Errorf("exit %d, stderr %q", status, stderr)
	}
	for _, want := range []string{d.PageURL, d.RPCURL, d.Nodes[0].URL, d.Accounts[0].Address, d.PKP.PublicKey, file, d.IPFSGateway, "any 2 of 3"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the start-up lines lack %s:\n%s", want, stdout)
		}
	}
	if strings.Contains(stdout, d.Accounts[0].PrivateKey) {
		t.Error("a private key is printed")
	}
	if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 1 {
		t.Errorf("files left beside the descriptor: %v", entries)
	}
}

func TestQuietPrintsNothing(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var stdout, stderr bytes.Buffer
	if status := run(ctx, free("--quiet"), &stdout, &stderr); status != 0 || stdout.Len()+stderr.Len() > 0 {
		t.Errorf("exit %d, stdout %q, stderr %q", status, &stdout, &stderr)
	}
}

func TestWrongFlagsAreOneLineAndExit2(t *testing.T) {
	for _, tt := range []struct{ args, names string }{
		{"--nodes 2", "--nodes"},
		{"--nodes 0", "--nodes"},
		{"--nodes many", "-nodes: no whole number"},
		{"--nodes 5 --threshold 6", "--threshold"},
		{"--threshold 0", "--threshold"},
		{"--host localhost", "--host"},
		{"--node-port 65530", "--node-port: 10 nodes from port 65530 on"},
		{"--rpc-port -1", "--rpc-port: there is no port -1"},
		{"--chain-id 0", "--chain-id"},
		{"--page /nowhere/at/all", "--page"},
		{"--attest", "-attest"},
		{"--data=", "--data"},
		{"--data main.go", "--data"},
		{"--data .", "--data: . holds no network"},
		{"start", "start"},
	} {
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), strings.Fields(tt.args), &stdout, &stderr)
		line := stderr.String()
		if status != 2 || strings.Count(line, "\n") != 1 || !strings.Contains(line, tt.names) || stdout.Len() > 0 {
			t.Errorf("%s: exit %d, stderr %q, stdout %q", tt.args, status, line, &stdout)
		}
	}
}

// TestTheDirectoryDecides restarts a network with the flags that made it left
// out, then with others.
func TestTheDirectoryDecides(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	ports := free()[2:]
	made := append([]string{"--data", dir, "--nodes", "4", "--threshold", "4", "--seed", "x", "--chain-id", "99"}, ports...)
	again := append([]string{"--data", dir}, ports...)
	for _, args := range [][]string{made, again, made} {
		stdout, stderr, status := untilUp(t, args, func() {
			var out, errs bytes.Buffer
			if status := run(t.Context(), again, &out, &errs); status != 1 || !strings.HasPrefix(errs.String(), "litdevnet: --data: "+dir) || strings.Count(errs.String(), "\n") != 1 {
				t.Errorf("a second network: exit %d, %q", status, &errs)
			}
		})
		if status != 0 || stderr != "" || !strings.Contains(stdout, "any 4 of 4 sign") || !strings.Contains(stdout, "chain id 99") {
			t.Errorf("exit %d, %q, %q", status, stdout, stderr)
		}
	}
	for name, value := range map[string]string{"--nodes": "10", "--threshold": "2", "--seed": "y", "--chain-id": "175188"} {
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), append(again, name, value), &stdout, &stderr)
		if line := stderr.String(); status != 2 || strings.Count(line, "\n") != 1 || !strings.HasPrefix(line, "litdevnet: "+name+": ") {
			t.Errorf("%s %s: exit %d, %q", name, value, status, line)
		}
	}
}

// TestADamagedDirectoryIsOneLineAndExit1 damages what a network has left.
func TestADamagedDirectoryIsOneLineAndExit1(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	args := append(free(), "--data", dir)
	if _, stderr, status := untilUp(t, args, func() {}); status != 0 {
		t.Fatalf("exit %d, %q", status, stderr)
	}
	tables, err := filepath.Glob(filepath.Join(dir, "chain", "litdevnet", "chaindata", "*.log"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("no log of the database: %v", err)
	}
	for _, path := range []string{tables[0], filepath.Join(dir, "network.json")} {
		if err := os.WriteFile(path, []byte("something else"), 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), args, &stdout, &stderr)
		line := stderr.String()
		if status != 1 || strings.Count(line, "\n") != 1 || stdout.Len() > 0 || !strings.HasPrefix(line, "litdevnet: --data: "+dir+": ") ||
			!strings.Contains(line, filepath.Base(path)+" is damaged") || !strings.Contains(line, "restore the directory from a copy, or remove it") {
			t.Errorf("exit %d, %q", status, line)
		}
	}
}

func TestHelpListsTheFlags(t *testing.T) {
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), []string{"--help"}, &stdout, &stderr)
	if status != 0 || !strings.Contains(stdout.String(), "-strict-nonce") || stderr.Len() > 0 {
		t.Errorf("exit %d, %q, %q", status, &stdout, &stderr)
	}
}

func TestATakenPort(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
	for _, name := range []string{"--rpc-port", "--node-port", "--admin-port"} {
		t.Run("asked for with "+name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			status := run(t.Context(), free(name, port), &stdout, &stderr)
			if line := stderr.String(); status != 1 || strings.Count(line, "\n") != 1 || !strings.Contains(line, name) || !strings.Contains(line, port) {
				t.Errorf("exit %d, %q", status, line)
			}
		})
	}
	t.Run("by default", func(t *testing.T) {
		// Whether the test's listener or another program has it does not matter.
		if admin, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(defaultAdminPort)); err == nil {
			defer admin.Close()
		}
		args := []string{"--nodes", "3", "--rpc-port", "0", "--node-port", "0"}
		stdout, stderr, status := untilUp(t, args, func() {})
		if want := "Port 7400 was taken: the admin API is on "; status != 0 || !strings.Contains(stdout, want) {
			t.Errorf("exit %d, %q, %q", status, stdout, stderr)
		}
	})
}

func TestAnUnwritableDescriptorStopsTheNetwork(t *testing.T) {
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), free("--descriptor", filepath.Join(t.TempDir(), "no", "such", "dir.json")), &stdout, &stderr)
	if status != 1 || !strings.Contains(stderr.String(), "--descriptor") {
		t.Errorf("exit %d, %q", status, &stderr)
	}
}

func TestADescriptorThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "no", "network.json")
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), free("--descriptor", file), &stdout, &stderr)
	if line := stderr.String(); status != 1 || line != "litdevnet: --descriptor: "+file+": no such file or directory\n" || stdout.Len() > 0 {
		t.Errorf("exit %d, stderr %q, stdout %q", status, line, &stdout)
	}
}
