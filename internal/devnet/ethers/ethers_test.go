package ethers_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"litsession/internal/devnet/ethers"
	"litsession/internal/require"
)

func TestSource(t *testing.T) {
	source, err := ethers.Source()
	if err != nil {
		t.Fatal(err)
	}
	require.That(t, source != nil, "this test was built without ethers. "+ethers.HowToGet)
	if !bytes.Contains(source, []byte(`"ethers/`+ethers.Version+`"`)) {
		t.Errorf("the %d bytes are not ethers %s", len(source), ethers.Version)
	}
}

// TestThePackageIsOfTheVersion keeps the number in one place and the lock file free of any registry's name.
func TestThePackageIsOfTheVersion(t *testing.T) {
	text, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct{ Version, Resolved, Integrity string }
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		t.Fatal(err)
	}
	if got := lock.Packages["node_modules/ethers"].Version; got != ethers.Version {
		t.Errorf("the lock file has ethers %q, want %s", got, ethers.Version)
	}
	for name, p := range lock.Packages {
		if p.Resolved != "" || name != "" && p.Integrity == "" {
			t.Errorf("%s: resolved %q, integrity %q", name, p.Resolved, p.Integrity)
		}
	}
}
