package action_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"litsession/internal/devnet/action"
	"litsession/internal/devnet/ethers"
	"litsession/internal/require"
)

// untouched is the library as npm has it, beside the one that is built from it.
const untouched = "../ethers/node_modules/ethers/dist/ethers.umd.js"

// TestEthersAnswersAsUntouched asks the library whose arithmetic is Go's what it asks the one from npm, in Node.
func TestEthersAnswersAsUntouched(t *testing.T) {
	require.That(t, !testing.Short(), "it takes minutes with the race detector, and -short leaves it out")
	r := withEthers(t)
	questions := read(t, "testdata/ethersnative.js")
	got, err := r.Run(t.Context(), action.Request{
		Code:   questions + "; (async () => Lit.Actions.setResponse({ response: JSON.stringify(await answers(ethers)) }))()",
		Limits: action.Limits{Time: 10 * time.Minute, Response: 1 << 20}, // the library's own arithmetic takes seconds
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, got.Logs)
	}
	node := require.Program(t, "node")
	_, err = os.Stat(untouched)
	require.That(t, err == nil, "the library from npm is needed. "+ethers.HowToGet)
	command := exec.CommandContext(t.Context(), node, "--input-type=commonjs", "-e",
		questions+"; answers(require(process.argv[1]).ethers).then((all) => process.stdout.write(JSON.stringify(all)))", "./"+untouched)
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	ours, theirs := parseAnswers(t, []byte(got.Response)), parseAnswers(t, output)
	if len(ours) != len(theirs) || len(ours) < 100 {
		t.Fatalf("%d and %d answers", len(ours), len(theirs))
	}
	for i := range ours {
		if !reflect.DeepEqual(ours[i], theirs[i]) {
			t.Errorf("%v:\ngot  %v\nwant %v", theirs[i][0], ours[i][1], theirs[i][1])
		}
	}
}

func parseAnswers(t *testing.T, text []byte) (all [][2]any) {
	t.Helper()
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// withEthers returns a runtime with the library.
func withEthers(t testing.TB) *action.Runtime {
	t.Helper()
	source, err := ethers.Source()
	if err != nil {
		t.Fatal(err)
	}
	require.That(t, source != nil, "this test was built without ethers. "+ethers.HowToGet)
	r, err := action.New(action.Options{Ethers: source})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestNativeWorkKeepsTheLimits: what Go does for an action counts as the action's. What runs out of time here would
// otherwise go on for years.
func TestNativeWorkKeepsTheLimits(t *testing.T) {
	r := withEthers(t)
	const wallet = `const wallet = new ethers.Wallet('0x' + '11'.repeat(32));`
	const old = `const old = { version: 3, crypto: { cipher: 'aes-128-ctr', cipherparams: { iv: '00' }, ciphertext: '00', mac: '00',
		kdf: 'pbkdf2', kdfparams: { c: 2 ** 50, dklen: 32, prf: 'hmac-sha256', salt: '00' } } };`
	for name, tt := range map[string]struct {
		code string
		kind action.Kind
	}{
		"hashes": {`for (const data = new Uint8Array(1 << 20);;) ethers.utils.sha512(data);`, action.Timeout},
		"PBKDF2": {old + `ethers.Wallet.fromEncryptedJsonSync(JSON.stringify(old), 'x');`, action.Timeout},
		"scrypt": {wallet + `wallet.encrypt('x', { scrypt: { N: 1 << 12, r: 1, p: 1 << 16 } });`, action.Timeout},
		"memory": {wallet + `wallet.encrypt('x', { scrypt: { N: 1 << 17, r: 16, p: 1 } });`, action.Memory},
	} {
		t.Run(name, func(t *testing.T) {
			limits := action.Limits{Time: 2 * time.Second}
			if tt.kind != action.Timeout {
				limits.Time = time.Hour
			}
			_, err := r.Run(t.Context(), action.Request{Code: tt.code, Limits: limits})
			var failed *action.Error
			if !errors.As(err, &failed) || failed.Kind != tt.kind {
				t.Errorf("got %v", err)
			}
		})
	}
}

// BenchmarkEthers runs an action each time. ns/op has the start of the engine and of the library in it, the row "nothing";
// ms/call is what the action waits for the call by itself.
func BenchmarkEthers(b *testing.B) {
	r := withEthers(b)
	run := func(code, params string) string {
		b.Helper()
		got, err := r.Run(b.Context(), action.Request{Code: code, Params: []byte(params), Limits: action.Limits{Time: time.Hour}})
		if err != nil {
			b.Fatalf("%v %s", err, got.Logs)
		}
		return got.Response
	}
	const wallet = `const wallet = new ethers.Wallet('0x' + '11'.repeat(32));`
	for _, row := range []struct{ name, code string }{
		{"nothing", ``},
		{"verifyMessage", `ethers.utils.verifyMessage('hi', '0xe72da86a976661d99a73211ff691c97073bede2bb0707b57dcffde36d3582a613bb91f200bcf9806d81d108801d693d2e461ca084b15b142f92a158f5ef327f61c')`},
		{"signMessage", wallet + `await wallet.signMessage('hi')`},
		{"fromMnemonic", `ethers.utils.HDNode.fromMnemonic('test test test test test test test test test test test junk').derivePath("m/44'/60'/0'/0/0")`},
		{"keccak256 of 1 MB", `ethers.utils.keccak256(new Uint8Array(1e6))`},
		{"fromEncryptedJson", `await ethers.Wallet.fromEncryptedJson(json, 'x')`}, // N = 131072, r = 8, p = 1, as ethers makes it
	} {
		b.Run(row.name, func(b *testing.B) {
			params := "{}"
			if strings.Contains(row.code, "json") {
				params = run(`(async () => {`+wallet+`LitActions.setResponse({ response: JSON.stringify({ json: await wallet.encrypt('x') }) }) })()`, "{}")
			}
			var calls float64
			for b.Loop() {
				response := run(`(async () => { ethers.utils; const began = performance.now(); `+row.code+`; LitActions.setResponse({ response: String(performance.now() - began) }) })()`, params)
				took, err := strconv.ParseFloat(response, 64)
				if err != nil {
					b.Fatal(err)
				}
				calls += took
			}
			b.ReportMetric(calls/float64(b.N), "ms/call")
		})
	}
}
