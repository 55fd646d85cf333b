package litclient_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"litsession/internal/litclient"
	"litsession/internal/literr"
)

func TestBadParams(t *testing.T) {
	r := readRecording(t)
	now := r.now(t)
	const marked = "SECRET-VALUE"
	for name, row := range map[string]struct {
		change func(map[string]any)
		want   literr.Code
		param  string
		says   string
	}{
		"no code at all":         {func(p map[string]any) { delete(p, "litActionCode") }, literr.InvalidParam, "litActionCode", `Either "litActionCode" or "litActionIpfsId" must be provided.`},
		"code and CID":           {func(p map[string]any) { p["litActionIpfsId"] = r.LitActionCID }, literr.ConflictingParams, "litActionCode", "cannot exist at the same time"},
		"code and source":        {func(p map[string]any) { p["litActionSource"] = "1" }, literr.ConflictingParams, "litActionCode", "litActionSource"},
		"raw code":               {func(p map[string]any) { p["litActionCode"] = "(() => " + marked + ")()" }, literr.InvalidParam, "litActionCode", "litActionSource"},
		"code without padding":   {func(p map[string]any) { p["litActionCode"] = strings.TrimRight(r.LitActionCodeBase64, "=") }, literr.InvalidParam, "litActionCode", "base64"},
		"code in lines":          {func(p map[string]any) { p["litActionCode"] = "Y29u\nc29s\n" }, literr.InvalidParam, "litActionCode", "base64"},
		"code in CRLF lines":     {func(p map[string]any) { p["litActionCode"] = "Y29u\r\nc29s" }, literr.InvalidParam, "litActionCode", "base64"},
		"code that is not UTF-8": {func(p map[string]any) { p["litActionCode"] = "/w==" }, literr.InvalidParam, "litActionCode", "base64"},
		"code that is a number":  {func(p map[string]any) { p["litActionCode"] = 5 }, literr.InvalidParam, "litActionCode", "string"},
		"a CID that is none":     {func(p map[string]any) { delete(p, "litActionCode"); p["litActionIpfsId"] = "Qm" + marked }, literr.InvalidParam, "litActionIpfsId", "CIDv0"},
		"jsParams that nest": {func(p map[string]any) {
			p["jsParams"] = json.RawMessage(`{"a":` + strings.Repeat("[", 130) + strings.Repeat("]", 130) + `}`)
		}, literr.InvalidParam, "params", "too deeply"},
		"code, so named":        {func(p map[string]any) { delete(p, "litActionCode"); p["code"] = true }, literr.InvalidParam, "litActionCode", "It is called litActionCode, not code."},
		"ipfsId":                {func(p map[string]any) { delete(p, "litActionCode"); p["ipfsId"] = true }, literr.InvalidParam, "litActionIpfsId", "It is called litActionIpfsId, not ipfsId."},
		"no jsParams":           {func(p map[string]any) { delete(p, "jsParams") }, literr.MissingParam, "jsParams", "'jsParams' is required."},
		"jsParams null":         {func(p map[string]any) { p["jsParams"] = nil }, literr.MissingParam, "jsParams", "'jsParams' is required."},
		"jsParams a list":       {func(p map[string]any) { p["jsParams"] = []string{marked} }, literr.InvalidParam, "jsParams", "object"},
		"no public key":         {func(p map[string]any) { delete(p, "pkpPublicKey") }, literr.MissingParam, "pkpPublicKey", "pkpPublicKey"},
		"a short public key":    {func(p map[string]any) { p["pkpPublicKey"] = "0x04ab" }, literr.InvalidParam, "pkpPublicKey", "128"},
		"a point off the curve": {func(p map[string]any) { p["pkpPublicKey"] = "04" + strings.Repeat("11", 64) }, literr.InvalidParam, "pkpPublicKey", "secp256k1"},
		"no requests":           {func(p map[string]any) { delete(p, "resourceAbilityRequests") }, literr.MissingParam, "resourceAbilityRequests", "required"},
		"empty requests":        {func(p map[string]any) { p["resourceAbilityRequests"] = []int{} }, literr.InvalidParam, "resourceAbilityRequests", "at least one"},
		"a request of nothing":  {func(p map[string]any) { p["resourceAbilityRequests"] = []any{nil} }, literr.InvalidParam, "resourceAbilityRequests", "list of"},
		"a resource without an id": {func(p map[string]any) {
			p["resourceAbilityRequests"] = json.RawMessage(`[{"resource":{"resource":"","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"}]`)
		}, literr.InvalidParam, "resourceAbilityRequests", "an id each"},
		"an ability that does not fit": {func(p map[string]any) {
			p["resourceAbilityRequests"] = json.RawMessage(`[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"lit-action-execution"}]`)
		}, literr.InvalidParam, "resourceAbilityRequests", "does not support the specified ability"},
		"an unknown ability": {func(p map[string]any) {
			p["resourceAbilityRequests"] = json.RawMessage(`[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"x"}]`)
		}, literr.InvalidParam, "resourceAbilityRequests", "does not support the specified ability"},
		"an expiration in the past":        {func(p map[string]any) { p["expiration"] = now.Format(time.RFC3339) }, literr.InvalidParam, "expiration", "future"},
		"an expiration too far ahead":      {func(p map[string]any) { p["expiration"] = now.Add(31 * 24 * time.Hour).Format(time.RFC3339) }, literr.InvalidParam, "expiration", "30 days"},
		"an expiration that is none":       {func(p map[string]any) { p["expiration"] = marked }, literr.InvalidParam, "expiration", "ISO 8601"},
		"a session key that is none":       {func(p map[string]any) { p["sessionKey"] = map[string]string{"publicKey": marked} }, literr.InvalidSessionKey, "sessionKey", "getSessionKey"},
		"a capability that is none":        {func(p map[string]any) { p["capabilityAuthSigs"] = []any{map[string]string{"sig": marked}} }, literr.InvalidParam, "capabilityAuthSigs", "AuthSig"},
		"an auth method that is none":      {func(p map[string]any) { p["authMethods"] = []any{map[string]any{"accessToken": marked}} }, literr.InvalidParam, "authMethods", "authMethodType"},
		"a domain that is none":            {func(p map[string]any) { p["domain"] = "a b" }, literr.InvalidParam, "domain", "host"},
		"a capability object that is none": {func(p map[string]any) { p["sessionCapabilityObject"] = map[string]string{"urn": marked} }, literr.InvalidParam, "sessionCapabilityObject", "capability"},
	} {
		params := r.params()
		row.change(params)
		text, err := json.Marshal(params)
		if err != nil {
			t.Fatal(err)
		}
		_, err = litclient.DecodeSessionSigsParams(text, now)
		var e *literr.Error
		if !errors.Is(err, row.want) || !errors.As(err, &e) || e.Detail("param") != row.param || row.want == literr.InvalidParam && e.Detail("want") == nil {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %q does not say %q", name, err, row.says)
		}
		if strings.Contains(err.Error(), marked) {
			t.Errorf("%s: %q quotes the value", name, err)
		}
	}
}

// TestNoProof: a call that nodes could not authorize names what is missing, or what
// it is called.
func TestNoProof(t *testing.T) {
	r := readRecording(t)
	for given, want := range map[string]string{
		`"authMethods":[]`: "authMethods", `"x":1`: "authMethods", `"authMethod":true`: "authMethods",
		`"code":true,"authMethods":[]`: "litActionCode", `"ipfsId":true`: "litActionIpfsId", `"authMethods":null`: "authMethods",
	} {
		params := r.params()
		delete(params, "litActionCode")
		delete(params, "authMethods")
		text, err := json.Marshal(params)
		if err != nil {
			t.Fatal(err)
		}
		text = append(append(text[:len(text)-1], ','), given+"}"...)
		_, err = litclient.DecodePKPSessionSigsParams(text, r.now(t))
		_, err2 := litclient.DecodeSignSessionKeyParams(text, r.now(t))
		for _, err := range []error{err, err2} {
			var e *literr.Error
			if !errors.Is(err, literr.MissingParam) || !errors.As(err, &e) || e.Detail("param") != want {
				t.Errorf("%s: got %v, want %s", given, err, want)
			}
		}
	}
}

// TestHalfACharacterInJSParams: there is no canonical form to keep a session under.
func TestHalfACharacterInJSParams(t *testing.T) {
	w := newWorld(t)
	p := w.pkpParams()
	text := encode(t, map[string]any{"pkpPublicKey": p["pkpPublicKey"], "litActionSource": p["litActionSource"], "resourceAbilityRequests": p["resourceAbilityRequests"]})
	text = append(text[:len(text)-1], `,"jsParams":{"a":"\ud800"}}`...)
	params, err := litclient.DecodePKPSessionSigsParams(text, w.now())
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.client(t).GetPkpSessionSigs(t.Context(), params)
	var e *literr.Error
	if !errors.Is(err, literr.InvalidParam) || !errors.As(err, &e) || e.Detail("param") != "jsParams" || e.Detail("want") == nil {
		t.Errorf("got %v", err)
	}
}

func TestSourceIsCodeInBase64(t *testing.T) {
	r := readRecording(t)
	params := r.params()
	text, _ := json.Marshal(params)
	want, err := litclient.DecodeSessionSigsParams(text, r.now(t))
	if err != nil {
		t.Fatal(err)
	}
	if want.ActionCID != r.LitActionCID {
		t.Errorf("CID %s, want %s", want.ActionCID, r.LitActionCID)
	}
	var full struct{ LitActionCode string }
	readInto(t, &full)
	delete(params, "litActionCode")
	params["litActionSource"] = full.LitActionCode
	text, _ = json.Marshal(params)
	got, err := litclient.DecodeSessionSigsParams(text, r.now(t))
	if err != nil || got.Code != want.Code || got.ActionCID != want.ActionCID {
		t.Errorf("got %s %s, %v", got.Code, got.ActionCID, err)
	}
}

func TestDecodeConfig(t *testing.T) {
	for name, row := range map[string]struct {
		text string
		want literr.Code
	}{
		"a custom network":         {`{"litNetwork":"custom","contractContext":{"Staking":{"address":"0x21d636d95eE71150c0c3Ffa79268c989a329d1CE","abi":[]}}}`, ""},
		"a resolver":               {`{"litNetwork":"custom","contractContext":{"resolverAddress":"0x21d636d95eE71150c0c3Ffa79268c989a329d1CE","environment":2,"abi":[]}}`, ""},
		"datil-dev":                {`{"litNetwork":"datil-dev","connectTimeout":5000}`, ""},
		"an unknown network":       {`{"litNetwork":"cayenne"}`, literr.UnknownNetwork},
		"no network":               {`{}`, literr.UnknownNetwork},
		"no Staking":               {`{"litNetwork":"custom","contractContext":{"PKPNFT":{}}}`, literr.InvalidParam},
		"an address that is none":  {`{"litNetwork":"custom","contractContext":{"Staking":{"address":"0x21"}}}`, literr.InvalidParam},
		"an environment of 3":      {`{"litNetwork":"custom","contractContext":{"resolverAddress":"0x21d636d95eE71150c0c3Ffa79268c989a329d1CE","environment":3}}`, literr.InvalidParam},
		"another protocol":         {`{"litNetwork":"datil-dev","nodeProtocol":"ftp://"}`, literr.InvalidParam},
		"an rpcUrl without scheme": {`{"litNetwork":"datil-dev","rpcUrl":"127.0.0.1:8545"}`, literr.InvalidParam},
		"an rpcUrl of WebSocket":   {`{"litNetwork":"datil-dev","rpcUrl":"ws://127.0.0.1:8545"}`, literr.InvalidParam},
		"an rpcUrl without host":   {`{"litNetwork":"datil-dev","rpcUrl":"http://:8545/"}`, literr.InvalidParam},
		"an rpcUrl with port 1e5":  {`{"litNetwork":"datil-dev","rpcUrl":"http://localhost:100000"}`, literr.InvalidParam},
		"an rpcUrl with a space":   {`{"litNetwork":"datil-dev","rpcUrl":"http://local host/"}`, literr.InvalidParam},
		"an rpcUrl":                {`{"litNetwork":"datil-dev","rpcUrl":"HTTPS://[::1]:8545/v3/key?x=y"}`, ""},
		"no JSON":                  {`{`, literr.InvalidParam},
		"a negative timeout":       {`{"litNetwork":"datil-dev","connectTimeout":-1}`, literr.InvalidParam},
	} {
		_, err := litclient.DecodeConfig([]byte(row.text))
		if row.want == "" && err != nil || row.want != "" && !errors.Is(err, row.want) {
			t.Errorf("%s: got %v", name, err)
		}
		var e *literr.Error
		if row.want == literr.InvalidParam && (!errors.As(err, &e) || e.Detail("param") == nil || e.Detail("want") == nil) {
			t.Errorf("%s: details of %v", name, err)
		}
	}
	if _, err := litclient.New(litclient.Config{Network: "custom"}); !errors.Is(err, literr.InvalidParam) {
		t.Errorf("a custom network without contracts: %v", err)
	}
}

func FuzzDecodeSessionSigsParams(f *testing.F) {
	r := readRecording(f)
	now := r.now(f)
	text, _ := json.Marshal(r.params())
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := litclient.DecodeSessionSigsParams(text, now)
		if err == nil && (p.ActionCID == "" || len(p.Requests) == 0 || p.JSParams == nil) {
			t.Errorf("accepted %q", text)
		}
	})
}
