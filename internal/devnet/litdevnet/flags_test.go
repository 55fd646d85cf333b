package main

import (
	"bytes"
	"strings"
	"testing"

	"litsession/internal/devnet"
)

func TestFlagsOfTheNodes(t *testing.T) {
	o, err := parse(strings.Fields("--credits counted --allow-fetch example.com --allow-fetch 192.0.2.1:8080"))
	if err != nil {
		t.Fatal(err)
	}
	if o.config.Credits != devnet.CreditsCounted || strings.Join(o.config.AllowFetch, " ") != "example.com 192.0.2.1:8080" {
		t.Errorf("%+v", o.config)
	}
	if o, err = parse(nil); err != nil || o.config.Credits != devnet.CreditsOff || o.config.AllowFetch != nil {
		t.Errorf("the defaults are %+v, %v", o.config, err)
	}
}

func TestWrongFlagsOfTheNodes(t *testing.T) {
	for _, tt := range []struct{ args, names string }{
		{"--credits", "-credits"},
		{"--credits some", `--credits: "some" is not one of [off present counted]`},
		{"--allow-fetch http://example.com", "--allow-fetch"},
		{"--allow-fetch example.com --allow-fetch example.com:0", `--allow-fetch: "example.com:0" has no port`},
	} {
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), strings.Fields(tt.args), &stdout, &stderr)
		if line := stderr.String(); status != 2 || strings.Count(line, "\n") != 1 || !strings.Contains(line, tt.names) || stdout.Len() > 0 {
			t.Errorf("%s: exit %d, stderr %q, stdout %q", tt.args, status, line, &stdout)
		}
	}
}
