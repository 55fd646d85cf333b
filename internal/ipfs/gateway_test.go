package ipfs_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"litsession/internal/fetch"
	"litsession/internal/ipfs"
	"litsession/internal/literr"
)

// hosts answers by the host of a URL.
type hosts map[string]func(fetch.Request) (*fetch.Response, error)

func (h hosts) Fetch(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	host, _, _ := strings.Cut(strings.TrimPrefix(r.URL, "https://"), "/")
	return h[host](r)
}

func content(status int, text string) func(fetch.Request) (*fetch.Response, error) {
	return func(r fetch.Request) (*fetch.Response, error) {
		if r.Method != "GET" || r.BodyLimit() < 30_000_000 {
			return nil, errors.New("not a request for content")
		}
		return &fetch.Response{Status: status, Body: []byte(text)}, nil
	}
}

func TestGateway(t *testing.T) {
	const code = "Lit.Actions.setResponse({response: 'true'})"
	cid := ipfs.Sum([]byte(code))
	g := hosts{
		"good": func(r fetch.Request) (*fetch.Response, error) {
			if r.URL != "https://good/ipfs/"+cid.String() {
				return content(404, "")(r)
			}
			return content(200, code)(r)
		},
		"lying":   content(200, code+" "),
		"empty":   content(200, ""),
		"missing": content(404, code), // the right content under the wrong status
		"dead":    func(fetch.Request) (*fetch.Response, error) { return nil, errors.New("refused") },
	}
	for gateways, want := range map[string]literr.Code{
		"good":              "",
		"dead missing good": "",
		"lying good":        "",
		"dead":              literr.GatewayUnreachable,
		"missing":           literr.GatewayUnreachable,
		"":                  literr.GatewayUnreachable,
		"lying":             literr.CIDMismatch,
		"empty":             literr.CIDMismatch,
		"dead lying":        literr.CIDMismatch,
		"lying missing":     literr.CIDMismatch,
	} {
		var urls []string
		for _, host := range strings.Fields(gateways) {
			urls = append(urls, "https://"+host+"/ipfs/")
		}
		got, err := ipfs.Gateway{Fetcher: g, URLs: urls}.Code(t.Context(), cid)
		if want == "" {
			if err != nil || string(got) != code {
				t.Errorf("%q: got %q, %v", gateways, got, err)
			}
			continue
		}
		var e *literr.Error
		if !errors.As(err, &e) || e.Code != want || got != nil {
			t.Errorf("%q: got %q, %v", gateways, got, err)
			continue
		}
		if failures := e.Detail("failures").([]literr.Failure); len(failures) != len(urls) {
			t.Errorf("%q: failures %v", gateways, failures)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	if _, err := (ipfs.Gateway{Fetcher: g, URLs: []string{"https://dead/ipfs/"}}).Code(ctx, cid); err != why {
		t.Errorf("got %v", err)
	}
}
