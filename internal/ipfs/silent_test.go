package ipfs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"litsession/internal/fetch"
	"litsession/internal/ipfs"
	"litsession/internal/literr"
)

// half is a Fetcher for two gateways, one of which never answers.
type half struct{ content []byte }

func (h half) Fetch(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	if strings.HasPrefix(r.URL, "https://silent") {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	return &fetch.Response{Status: 200, Body: h.content}, nil
}

// TestASilentGateway: the next one is asked, and if there is none, the call ends.
func TestASilentGateway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		content := []byte("Lit.Actions.setResponse({response: 'true'})")
		silent, good := "https://silent.example/ipfs/", "https://good.example/ipfs/"
		g := ipfs.Gateway{Fetcher: half{content}, URLs: []string{silent, good}}
		if got, err := g.Code(t.Context(), ipfs.Sum(content)); err != nil || string(got) != string(content) {
			t.Errorf("got %q, %v", got, err)
		}
		g.URLs = []string{silent, silent}
		if _, err := g.Code(t.Context(), ipfs.Sum(content)); !errors.Is(err, literr.GatewayUnreachable) {
			t.Errorf("got %v", err)
		}
	})
}
