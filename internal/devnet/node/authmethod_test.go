package node_test

import (
	"strconv"
	"testing"

	"litsession/internal/nodeapi"
)

// TestVerifiersThatThisNetworkHasNot has every auth method of the official SDK
// but the wallet's.
func TestVerifiersThatThisNetworkHasNot(t *testing.T) {
	for methodType, verifier := range map[int]string{
		2: "Lit Actions as auth methods; send code or litActionIpfsId instead",
		3: "WebAuthn", 4: "Discord", 5: "Google", 6: "Google", 8: "Apple",
		9: "Stytch", 10: "Stytch", 11: "Stytch", 12: "Stytch", 13: "Stytch",
		7: "", 0: "", 14: "", // which the official network does not know either
	} {
		a := newAttempt(t, readRecorded(t))
		a.request.AuthMethods = []nodeapi.AuthMethod{{Type: methodType, AccessToken: `{"token":"secret"}`}}
		details := `"Unsupported auth method type: ` + strconv.Itoa(methodType) + `"`
		if verifier != "" {
			details += `,"This local network has no verifier for ` + verifier + `"`
		}
		status, got := a.send(t)
		if want := refused(details, "", "Unexpected", unexpected, "500"); status != 500 || got != want {
			t.Errorf("type %d: %d\n got %s\nwant %s", methodType, status, got, want)
		}
	}
}
