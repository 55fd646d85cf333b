package litclient

import (
	"encoding/base64"
	"strings"
	"sync"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
	"litsession/internal/redact"
)

// quoter is the one way from what a node says into an error. A node, or the action
// that it runs, may repeat what it was sent.
type quoter struct{ redactor func() *redact.Redactor }

// quoter returns that of a request. The secrets are looked for only if there is
// something to quote.
func (r request) quoter() quoter {
	return quoter{sync.OnceValue(func() *redact.Redactor { return redact.New(r.secrets()) })}
}

// text takes the secrets out of a text, and cuts it. The end of a very long one,
// which would be cut off in any case, is not looked at.
func (q quoter) text(text string, most int) string {
	const some = 16 // times what is kept: secrets grow shorter
	if text == "" || q.redactor == nil {
		return literr.Cut(text, most)
	}
	return literr.Cut(q.redactor().Text(literr.Cut(text, some*most)), most)
}

// failure returns a node's failure as others may see it: with the same code.
func (q quoter) failure(err error) error {
	if refusal, ok := err.(*nodeapi.Error); ok {
		return refusal.Quoted(q.text)
	}
	coded, ok := err.(*literr.Error)
	if !ok {
		return err // a code, or what JavaScript threw
	}
	quoted := *coded
	quoted.Message = q.text(coded.Message, nodeapi.MaxQuotedText)
	if coded.Cause != nil {
		quoted.Cause = q.failure(coded.Cause)
	}
	return &quoted
}

// secrets are the texts of a request that no error may show: what proves who the
// caller is, what the action is given, and its code. What everybody knows, the PKP
// and the action's CID, is no secret wherever it stands.
func (r request) secrets() []string {
	var secrets []string
	add := func(text string) {
		known := []string{r.ActionCID, r.PKP.String(), r.PKP.String()[2:], r.PKP.Address().String()}
		for _, public := range known {
			if strings.EqualFold(text, public) {
				return
			}
		}
		secrets = append(secrets, text)
	}
	for _, m := range r.AuthMethods {
		add(m.AccessToken)
		for part := range strings.SplitSeq(m.AccessToken, ".") { // of a JWT
			add(part)
		}
		addValues(add, []byte(m.AccessToken))
	}
	for _, carried := range r.carried {
		addValues(add, carried)
	}
	if r.JSParams != nil {
		add(string(r.JSParams))
		addValues(add, r.JSParams)
	}
	add(r.Code)
	if source, err := base64.StdEncoding.DecodeString(r.Code); err == nil {
		add(string(source))
	}
	return secrets
}

// addValues adds what is in a JSON text: strings, but addresses, numbers, and lists
// of numbers, which may be bytes.
func addValues(add func(string), text []byte) {
	v, err := jsjson.Parse(text)
	if err != nil {
		return
	}
	v.Walk(func(v jsjson.Value) bool {
		if text, ok := v.Text(); ok {
			if _, err := eth.ParseAddress(text); err != nil {
				add(text)
			}
			return false
		}
		if !v.IsFlat() {
			return true
		}
		add(strings.Trim(string(v.Raw()), "[]"))
		return false
	})
}
