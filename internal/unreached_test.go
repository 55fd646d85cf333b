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

// forTests are files that only tests call, and why.
var forTests = []string{
	"internal/require/require.go", // it is for tests
	"internal/fetch/http.go",      // the client core runs natively in tests
	"storage/file.go",             // the same, over two runs
}

// TestEveryFunctionIsReached by the module or by another program of the repository;
// tests do not count. A function is unreached if it is so in every build that
// its file is part of.
func TestEveryFunctionIsReached(t *testing.T) {
	path, err := exec.Command("go", "tool", "-n", "deadcode").Output()
	if err != nil {
		t.Fatal(err)
	}
	tool := strings.TrimSpace(string(path))
	builds := []build{
		newBuild(t, tool, []string{"GOOS=js", "GOARCH=wasm"}, "./wasm"),
		newBuild(t, tool, nil, "./..."),
	}
	excused := slices.Clone(unreached)
	dead := slices.Sorted(slices.Values(slices.Concat(builds[0].dead, builds[1].dead)))
	for _, f := range slices.Compact(dead) {
		file, _, _ := strings.Cut(f, ":")
		if slices.ContainsFunc(builds, func(b build) bool { return b.reaches(f) }) || slices.Contains(forTests, file) {
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

// build is the programs that are made for one system.
type build struct {
	files map[string]bool
	dead  []string // "file: function"
}

func newBuild(t *testing.T, tool string, env []string, programs string) build {
	t.Helper()
	b := build{files: map[string]bool{}, dead: deadcode(t, tool, env, programs)}
	for _, p := range list(t, env, "-e", "-deps", programs) {
		if folder, ours := strings.CutPrefix(p.ImportPath, module); ours {
			for _, file := range p.GoFiles {
				b.files[folder+"/"+file] = true
			}
		}
	}
	return b
}

func (b build) reaches(function string) bool {
	file, _, _ := strings.Cut(function, ":")
	return b.files[file] && !slices.Contains(b.dead, function)
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
