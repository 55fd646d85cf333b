package fetch_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"litsession/internal/fetch"
)

func TestPostJSON(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != "POST" || r.Header.Get("Content-Type") != "application/json" ||
			r.Header.Get("X-Request-Id") != "lit_1" || string(body) != `{"a":1}` {
			t.Errorf("got %s %v %q", r.Method, r.Header, body)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, `{"b":2}`)
	}))
	defer server.Close()

	got, err := fetch.PostJSON(t.Context(), fetch.HTTP{Client: server.Client()}, server.URL,
		[]byte(`{"a":1}`), fetch.Header{Name: "X-Request-Id", Value: "lit_1"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != http.StatusTeapot || got.ContentType != "application/json" || string(got.Body) != `{"b":2}` {
		t.Errorf("got %+v", got)
	}
}

func TestHTTPRefusesAnAnswerAboveTheLimit(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Repeat("x", 11))
	}))
	defer server.Close()

	for limit, want := range map[int64]error{10: fetch.ErrTooLarge, 11: nil} {
		_, err := fetch.HTTP{}.Fetch(t.Context(), fetch.Request{Method: "GET", URL: server.URL, MaxBytes: limit})
		if !errors.Is(err, want) {
			t.Errorf("limit %d: got %v, want %v", limit, err, want)
		}
	}
}

func TestHTTPReturnsTheCauseOfAnEndedContext(t *testing.T) {
	released := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-released
	}))
	defer server.Close()
	defer close(released)

	cause := errors.New("the user left")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	_, err := fetch.HTTP{}.Fetch(ctx, fetch.Request{Method: "GET", URL: server.URL})
	if !errors.Is(err, cause) {
		t.Errorf("got %v, want it to wrap the cause", err)
	}
}
