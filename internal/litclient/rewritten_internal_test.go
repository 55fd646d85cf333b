package litclient

import (
	"errors"
	"testing"
	"time"

	"litsession/internal/literr"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
)

func TestCheckAuthContext(t *testing.T) {
	const cid = "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"
	wallet := []nodeapi.AuthMethod{{Type: 1, AccessToken: "{}"}}
	for name, row := range map[string]struct {
		context string
		asked   proofs
		ok      bool
	}{
		"an action":                       {`{"actionIpfsIdStack":["` + cid + `"],"authMethodContexts":[]}`, proofs{cid, nil}, true},
		"an action, as of 2024":           {`{"actionIpfsIds":["` + cid + `"],"authMethodContexts":[]}`, proofs{cid, nil}, true},
		"a method":                        {`{"actionIpfsIdStack":[],"authMethodContexts":[{"authMethodType":1}]}`, proofs{"", wallet}, true},
		"both":                            {`{"actionIpfsIdStack":["` + cid + `"],"authMethodContexts":[{"authMethodType":1}]}`, proofs{cid, wallet}, true},
		"another action":                  {`{"actionIpfsIdStack":["QmZZ"],"authMethodContexts":[]}`, proofs{cid, nil}, false},
		"the action twice":                {`{"actionIpfsIdStack":["` + cid + `","` + cid + `"],"authMethodContexts":[]}`, proofs{cid, nil}, false},
		"the action and another":          {`{"actionIpfsIdStack":["` + cid + `","QmZZ"],"authMethodContexts":[]}`, proofs{cid, nil}, false},
		"the action and another of 2024":  {`{"actionIpfsIdStack":["` + cid + `"],"actionIpfsIds":["QmZZ"],"authMethodContexts":[]}`, proofs{cid, nil}, false},
		"the action and no text":          {`{"actionIpfsIds":["` + cid + `",null],"authMethodContexts":[]}`, proofs{cid, nil}, false},
		"an action that nobody asked for": {`{"actionIpfsIdStack":["` + cid + `"],"authMethodContexts":[]}`, proofs{"", nil}, false},
		"a method that nobody asked for":  {`{"actionIpfsIdStack":["` + cid + `"],"authMethodContexts":[{"authMethodType":1}]}`, proofs{cid, nil}, false},
		"a method of another type":        {`{"actionIpfsIdStack":[],"authMethodContexts":[{"authMethodType":6}]}`, proofs{"", wallet}, false},
		"a method too many":               {`{"actionIpfsIdStack":[],"authMethodContexts":[{"authMethodType":1},{"authMethodType":1}]}`, proofs{"", wallet}, false},
		"no method":                       {`{"actionIpfsIdStack":[],"authMethodContexts":[]}`, proofs{"", wallet}, false},
		"a wallet's own":                  {`{"actionIpfsIdStack":[],"authMethodContexts":[],"authSigAddress":"0x00"}`, proofs{"", nil}, false},
	} {
		var granted recap.Capability
		if err := granted.Allow(recap.AuthContextKey, recap.AuthContextAbility, []byte(`{"auth_context":`+row.context+`}`)); err != nil {
			t.Fatal(err)
		}
		if err := checkAuthContext(granted, row.asked); row.ok && err != nil || !row.ok && !errors.Is(err, literr.MessageMismatch) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestTheAuthContextStandsAlone(t *testing.T) {
	const other = "Auth/Other"
	for name, row := range map[string]struct {
		abilities []string
		ok        bool
	}{
		"its ability":             {[]string{recap.AuthContextAbility}, true},
		"its ability twice":       {[]string{recap.AuthContextAbility, recap.AuthContextAbility}, false},
		"another ability":         {[]string{other}, false},
		"another ability as well": {[]string{recap.AuthContextAbility, other}, false},
	} {
		var granted recap.Capability
		for _, ability := range row.abilities {
			if err := granted.Allow(recap.AuthContextKey, ability, []byte(`{"auth_context":{}}`)); err != nil {
				t.Fatal(err)
			}
		}
		if err := checkAuthContext(granted, proofs{}); row.ok && err != nil || !row.ok && !errors.Is(err, literr.MessageMismatch) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestNodeTime(t *testing.T) {
	want := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	for text, ok := range map[string]bool{
		"Session key issued_at x is in the future beyond the grace period of 60 seconds (now is 2026-01-15T12:00:00Z)":     true,
		"Session key issued_at x is in the future beyond the grace period of 60 seconds (now is 2026-01-15T12:00:00.000Z)": true,
		"Session key issued_at x is in the future beyond the grace period of 60 seconds (now is 2026-01-15 12:00:00 UTC)":  true,
		"(now is soon)":                          false,
		"(now is 2026-01-15T12:00:00Z":           false,
		"Session key expiration time is not set": false,
	} {
		got, found := nodeTime(&nodeapi.Error{Details: []string{"something before", text}})
		if found != ok || ok && !got.Equal(want) {
			t.Errorf("%s: got %v, %v", text, got, found)
		}
	}
	if _, found := nodeTime(errors.New("(now is 2026-01-15T12:00:00Z)")); found {
		t.Error("a failure that is no refusal has a time")
	}
}
