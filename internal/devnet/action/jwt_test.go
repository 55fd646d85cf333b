package action_test

import (
	"encoding/json"
	"testing"

	"litsession/internal/devnet/action"
)

// TestJWT compares the global jwt with what jsonwebtoken 9.0.2 answers in Node.
func TestJWT(t *testing.T) {
	var vectors struct {
		Constants json.RawMessage
		Cases     []struct{ Expression, Want string }
	}
	if err := json.Unmarshal([]byte(read(t, "testdata/jwt.json")), &vectors); err != nil || len(vectors.Cases) == 0 {
		t.Fatalf("%d cases, %v", len(vectors.Cases), err)
	}
	for _, tt := range vectors.Cases {
		if got := call(t, action.Request{Params: vectors.Constants}, tt.Expression); got != tt.Want {
			t.Errorf("%s\n got %s\nwant %s", tt.Expression, got, tt.Want)
		}
	}
}
