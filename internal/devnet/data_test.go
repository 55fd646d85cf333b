package devnet_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"litsession/internal/devnet"
	"litsession/internal/nodeapi"
)

// open starts a network that the test closes itself.
func open(t testing.TB, config devnet.Config) *devnet.Network {
	t.Helper()
	return must(devnet.Start(t.Context(), config))(t)
}

// sameNetwork compares what must outlive a restart.
func sameNetwork(t testing.TB, got, want devnet.Descriptor) {
	t.Helper()
	if got.NetworkPublicKey != want.NetworkPublicKey || got.PKP != want.PKP || got.ChainID != want.ChainID ||
		got.Threshold != want.Threshold || len(got.Nodes) != len(want.Nodes) || !slices.Equal(got.Accounts, want.Accounts) ||
		got.ContractContext["Staking"].Address != want.ContractContext["Staking"].Address {
		t.Errorf("another network:\n got %+v\nwant %+v", got, want)
	}
}

func TestARestartLosesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	n := open(t, devnet.Config{Data: dir, Nodes: 4, Threshold: 3, ChainID: 1234})
	first := n.Descriptor()
	const stranger = "0x00000000000000000000000000000000000a11ce"
	call(t, "POST", first.AdminURL+"/fund", `{"address":"`+stranger+`","wei":"255"}`)
	_, answer := call(t, "POST", first.IPFSGateway, "Lit.Actions.setResponse({response: 'kept'})")
	var posted struct{ CID string }
	if err := json.Unmarshal(answer, &posted); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	advance(t, n, `{"nodes":[0,2,3]}`, 0, 2, 3)
	advance(t, n, `{"nodes":[1,2,3]}`, 1, 2, 3)
	r := request(t, first, "0x"+strings.Repeat("ab", 32), `{"magicNumber":42}`)
	r.Epoch = 3
	latest := signAll(t, first, r, 1, 2, 3)
	r.Epoch = 2
	previous := signAll(t, first, r, 0, 2, 3)

	for range 2 {
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
		n = open(t, devnet.Config{Data: dir})
		d := n.Descriptor()
		sameNetwork(t, d, first)
		if d.Epoch != 3 || readStatus(t, d).Epoch != 3 {
			t.Errorf("the epoch is %d, want 3", d.Epoch)
		}
		if balance := ask(t, d, "eth_getBalance", `"`+stranger+`"`); balance != "0xff" {
			t.Errorf("the balance is %s", balance)
		}
		if code, source := call(t, "GET", d.IPFSGateway+posted.CID, ""); code != http.StatusOK || !strings.Contains(string(source), "kept") {
			t.Errorf("the gateway: %d %s", code, source)
		}
		r.Epoch = 3
		if again := signAll(t, d, r, 1, 2, 3); !slices.Equal(again, latest) {
			t.Error("the current epoch has other shares")
		}
		wantRefusal(t, d, 0, 3, "", noShare)
		r.Epoch = 2
		if again := signAll(t, d, r, 0, 2, 3); !slices.Equal(again, previous) {
			t.Error("the previous epoch has other shares")
		}
	}
	advance(t, n, "", 1, 2, 3)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"": 0o700, "network.json": 0o600, "lock": 0o600} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%q: %v (%v), want %v", name, info.Mode(), err, mode)
		}
	}
}

func TestADamagedFileIsNotServed(t *testing.T) {
	dir := t.TempDir()
	n := open(t, devnet.Config{Data: dir, Nodes: 3})
	_, answer := call(t, "POST", n.Descriptor().IPFSGateway, "1")
	var posted struct{ CID string }
	if err := json.Unmarshal(answer, &posted); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ipfs", posted.CID), []byte("2"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, devnet.Config{Data: dir}).Descriptor()
	for _, name := range []string{posted.CID, "..%2Fnetwork.json"} {
		if code, body := call(t, "GET", d.IPFSGateway+name, ""); code != http.StatusNotFound {
			t.Errorf("%s: %d %s", name, code, body)
		}
	}
}

func TestARestartPermitsNothing(t *testing.T) {
	dir := t.TempDir()
	n := open(t, devnet.Config{Data: dir, Nodes: 3})
	before := n.Descriptor()
	number := readStatus(t, before).BlockNumber
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	// Ports move, which is one transaction; a second one would permit the action again.
	after := start(t, devnet.Config{Data: dir}).Descriptor()
	if got := readStatus(t, after).BlockNumber; got > number+2 {
		t.Errorf("a restart made %d blocks", got-number)
	}
}

func TestADirectoryIsNotContradicted(t *testing.T) {
	dir := t.TempDir()
	n := open(t, devnet.Config{Data: dir, Nodes: 4, Threshold: 3, Seed: "a secret"})
	kept := n.Descriptor()

	second, err := devnet.Start(t.Context(), devnet.Config{Data: dir})
	if err == nil {
		second.Close()
	}
	if refused := new(devnet.DataError); !errors.As(err, &refused) || !errors.Is(err, devnet.ErrInUse) || refused.Dir != dir {
		t.Errorf("a second network in the directory: %v", err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	for field, config := range map[string]devnet.Config{
		"seed": {Seed: "another"}, "nodes": {Nodes: 5}, "threshold": {Threshold: 2}, "chain-id": {ChainID: 7},
	} {
		config.Data = dir
		other, err := devnet.Start(t.Context(), config)
		if err == nil {
			other.Close()
		}
		refused := new(devnet.ConfigError)
		if !errors.As(err, &refused) || refused.Field != field || strings.Contains(err.Error(), "secret") {
			t.Errorf("another %s: %v", field, err)
		}
	}
	again := start(t, devnet.Config{Data: dir, Nodes: 4, Threshold: 3, Seed: "a secret", ChainID: devnet.DefaultChainID})
	sameNetwork(t, again.Descriptor(), kept)
}

func TestDirectoriesThatHoldSomethingElse(t *testing.T) {
	whole := `{"version":1,"seed":"61","nodes":3,"threshold":2,"chainId":175188,"deployed":true}`
	for name, files := range map[string]map[string]string{
		"a photo":                   {"photo.jpg": "x"},
		"a damaged record":          {"network.json": "{"},
		"a record of another time":  {"network.json": strings.Replace(whole, `:1,`, `:3,`, 1)},
		"a seed that is none":       {"network.json": strings.Replace(whole, "61", "6", 1)},
		"a network without a chain": {"network.json": whole},
	} {
		dir := t.TempDir()
		for file, content := range files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		n, err := devnet.Start(t.Context(), devnet.Config{Data: dir})
		if err == nil {
			n.Close()
		}
		var config *devnet.ConfigError
		var data *devnet.DataError
		if !errors.As(err, &data) && (!errors.As(err, &config) || config.Field != "data") {
			t.Errorf("%s: %v", name, err)
		}
		for file, content := range files {
			if text, err := os.ReadFile(filepath.Join(dir, file)); err != nil || string(text) != content {
				t.Errorf("%s: %s is %q now (%v)", name, file, text, err)
			}
		}
	}
}

func TestAnUnfinishedNetworkIsBegunAnew(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(dir, "chain", "litdevnet", "chaindata", "000001.log")
	if err := os.MkdirAll(filepath.Dir(half), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{
		half:                               "half a database",
		filepath.Join(dir, ".new-123"):     "half a record",
		filepath.Join(dir, "network.json"): `{"version":1,"seed":"61","nodes":5,"threshold":5,"chainId":175188,"deployed":false}`,
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n := open(t, devnet.Config{Data: dir, Nodes: 3}) // not those of the attempt before
	d := n.Descriptor()
	if len(d.Nodes) != 3 || d.Threshold != 2 {
		t.Errorf("%d nodes, threshold %d", len(d.Nodes), d.Threshold)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".new-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	sameNetwork(t, start(t, devnet.Config{Data: dir}).Descriptor(), d)
}

// killedDir names the directory to the process that is to be killed.
const killedDir = "LITSESSION_TEST_KILLED_DIR"

// network runs a process with a network in the directory until it is killed. It
// tells the descriptor once that is up.
func network(t *testing.T, dir string) (kill func(), up <-chan devnet.Descriptor) {
	t.Helper()
	process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$")
	process.Env = append(os.Environ(), killedDir+"="+dir)
	process.Stderr = os.Stderr   // where geth says what it cannot open
	must(process.StdinPipe())(t) // which ends with us, and the process with it
	output := must(process.StdoutPipe())(t)
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	told := make(chan devnet.Descriptor, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(told)
		var d devnet.Descriptor
		if json.NewDecoder(output).Decode(&d) == nil {
			told <- d
		}
	}()
	return func() {
		_ = process.Process.Kill() // or it has ended, which up tells
		<-ended
		_ = process.Wait()
	}, told
}

func runUntilKilled(t *testing.T, dir string) {
	n := open(t, devnet.Config{Data: dir, Nodes: 3, Threshold: 2})
	text := must(json.Marshal(n.Descriptor()))(t)
	fmt.Println(string(text))
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(1) // whoever was to kill it is gone
}

// TestKilled kills processes, first while they start, then while the epoch
// changes, and starts again what they leave.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(killedDir); dir != "" {
		runUntilKilled(t, dir)
	}
	dir := t.TempDir()
	for range 5 {
		kill, up := network(t, dir)
		select {
		case <-up: // sooner than expected
		case <-time.After(rand.N(400 * time.Millisecond)):
		}
		kill()
	}
	var first devnet.Descriptor
	var epoch uint64
	for round := range 4 {
		kill, up := network(t, dir)
		d, ok := <-up
		if !ok {
			kill()
			t.Fatalf("round %d: the network does not start", round)
		}
		if round == 0 {
			first = d
		}
		sameNetwork(t, d, first)
		if d.Epoch < epoch {
			t.Errorf("round %d: epoch %d, after %d had begun", round, d.Epoch, epoch)
		}
		wantAgreement(t, d)
		for i := range 3 {
			code, body := call(t, "POST", d.AdminURL+"/epoch", [...]string{"", `{"nodes":[0,2]}`, `{"nodes":[0,1,2]}`}[i])
			if code != http.StatusOK {
				t.Errorf("round %d: %d %s", round, code, body)
			}
			epoch = d.Epoch + uint64(i) + 1
		}
		// In the midst of one more.
		lost := make(chan struct{})
		go func() {
			defer close(lost)
			_, _, _ = try(t.Context(), "POST", d.AdminURL+"/epoch", `{"nodes":[1,2]}`)
		}()
		select {
		case <-lost:
		case <-time.After(rand.N(20 * time.Millisecond)):
		}
		kill()
		<-lost
	}
}

// wantAgreement checks that the nodes hold the shares of the epoch that the
// chain is in.
func wantAgreement(t *testing.T, d devnet.Descriptor) {
	t.Helper()
	set := staking(t, d)
	if set.Epoch.Number != d.Epoch {
		t.Errorf("the chain is in epoch %d, the network in %d", set.Epoch.Number, d.Epoch)
	}
	r := request(t, d, "0x"+strings.Repeat("ab", 32), `{"magicNumber":42}`)
	r.Epoch = set.Epoch.Number
	var answers []nodeapi.SignSessionKeyResponse
	for _, v := range set.Validators {
		answers = append(answers, sign(t, v.URL("http://", ""), r))
	}
	for i := range answers {
		if err := combine([]nodeapi.SignSessionKeyResponse{answers[i], answers[(i+1)%len(answers)]}, d.NetworkPublicKey); err != nil {
			t.Errorf("epoch %d, validators %d and the next: %v", r.Epoch, i, err)
		}
	}
}
