package internal_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unreached are functions that no program calls, and why they are there.
var unreached = []string{
	"internal/literr/codes.go: Codes",                    // tests compare it with the published list
	"internal/session/key.go: KeyPair.GoString",          // fmt finds it, and prints no secret
	"internal/session/key.go: KeyPair.String",            // the same
	"internal/playground/playground.go: Page.Evaluate",   // tests drive the page with these
	"internal/playground/playground.go: Page.Reload",     //
	"internal/playground/playground.go: Page.Screenshot", //
}

// TestEveryFunctionIsReached by the module or by another program of the repository;
// tests do not count.
func TestEveryFunctionIsReached(t *testing.T) {
	path, err := exec.Command("go", "tool", "-n", "deadcode").Output()
	if err != nil {
		t.Fatal(err)
	}
	tool := strings.TrimSpace(string(path))
	module := deadcode(t, tool, []string{"GOOS=js", "GOARCH=wasm"}, "./wasm")
	inModule := map[string]bool{}
	for _, p := range list(t, []string{"GOOS=js", "GOARCH=wasm"}, "-deps", "./wasm") {
		inModule[p.ImportPath] = true
	}
	excused := slices.Clone(unreached)
	for _, f := range deadcode(t, tool, nil, "./...") {
		folder := f[:strings.LastIndex(f, "/")]
		if inModule["litsession/"+folder] && !slices.Contains(module, f) {
			continue
		}
		if i := slices.Index(excused, f); i >= 0 {
			excused = slices.Delete(excused, i, i+1)
		} else {
			t.Errorf("nothing calls %s", f)
		}
	}
	if len(excused) > 0 {
		t.Errorf("something calls %v, or they are gone", excused)
	}
}

var deadLine = regexp.MustCompile(`(?m)^(.+\.go):\d+:\d+: unreachable func: (.+)$`)

// deadcode lists what the programs among the packages do not reach, as "file: function".
func deadcode(t *testing.T, tool string, env []string, packages string) (found []string) {
	t.Helper()
	cmd := exec.Command(tool, packages)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("deadcode: %v\n%s", err, out)
	}
	for _, m := range deadLine.FindAllStringSubmatch(string(out), -1) {
		found = append(found, m[1]+": "+m[2])
	}
	return found
}
