package nodeapi

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// Error is a node's refusal. Bodies outside the node's own scheme, an
// action's exception and a rate limit among them, fill what they have.
type Error struct {
	Kind          string   // Validation, Unexpected, Timeout, …
	Code          string   // NodeInvalidAuthSig, …; absent for many faults
	Status        int      // HTTP status
	Message       string   // what the code or kind means
	CorrelationID string   // the request id, absent on the handshake
	Details       []string // what exactly was wrong, outermost first
	Logs          string   // console output of a failed action
	Exception     string   // text of an action's uncaught exception
	RetryAfter    int      // seconds, of the header of that name; 0 for none
	Body          []byte   // JSON, all of it but the logs, which may hold secrets; nil if it was no object
}

// Error returns the most telling of the node's words.
func (e *Error) Error() string {
	words := e.Message
	switch {
	case e.Exception != "":
		words = e.Exception
	case len(e.Details) > 0:
		words = e.Details[0]
	case words == "":
		words = "HTTP status " + strconv.Itoa(e.Status)
	}
	if e.Code != "" {
		return e.Code + ": " + words
	}
	return words
}

// Reason returns the stable code for the refusal.
func (e *Error) Reason() literr.Code {
	switch {
	case e.says("owner of PKP"), e.says("Unsupported auth method"):
		return literr.RequestRefused // the node takes them for faults of its own
	}
	switch e.Code {
	case "NodeRpcError":
		return literr.NodeFault // of the node's chain, whatever its kind
	case "NodeLitActionsSessionSigAuthenticationFailed", "NodePKPNotAuthorized",
		"NodeAuthSigScopeTooLimited", "NodeNotAuthorized", "NodeActionNotAllowed":
		return literr.NotAuthorized
	case "NodeJsExecutionError", "NodeJsTimeoutError", "NodeJsMemoryLimitError":
		return literr.ActionFailed
	case "rate_limit_exceeded", "NodeConcurrencyOverload":
		return literr.RateLimited
	}
	switch {
	case e.Exception != "" || e.Kind == "IPFS":
		return literr.ActionFailed
	case e.Status == 402 || e.Status == 429:
		return literr.RateLimited
	case e.Kind == "Validation" || e.Kind == "Parser" || e.Kind == "Conversion" || e.Status == 422:
		return literr.RequestRefused
	}
	return literr.NodeFault
}

// NoSuchPKP reports whether the node knows no PKP of the key that was named.
func (e *Error) NoSuchPKP() bool {
	return e.Code == "NodePKPTokenIdNotFound" || e.says("owner of PKP")
}

// says reports whether a text is in the details.
func (e *Error) says(text string) bool {
	return slices.ContainsFunc(e.Details, func(detail string) bool { return strings.Contains(detail, text) })
}

// maxWait bounds what is believed of a wait.
const maxWait = 24 * time.Hour

// Wait returns after how long a node that is [literr.RateLimited] takes requests
// again, if it says so in a header or, for a user whose credit is used up, in words.
//
// Source: protocol 8.10.
func (e *Error) Wait(now time.Time) (wait time.Duration, told bool) {
	wait = time.Duration(e.RetryAfter) * time.Second
	if _, text, found := strings.Cut(e.Message, "Try again at "); found {
		if until, err := time.Parse(time.RFC3339, strings.TrimSuffix(text, ".")); err == nil {
			wait = until.Sub(now)
		}
	}
	return min(wait, maxWait), wait > 0
}

// NeedsCredit reports whether the node refused for want of a capacity credit, so
// that time alone does not help.
func (e *Error) NeedsCredit() bool {
	return e.Reason() == literr.RateLimited && e.Code != "NodeConcurrencyOverload" && e.Status != 429 &&
		e.RetryAfter == 0 && !strings.Contains(e.Message, "Try again at ")
}

// JSON returns the refusal's body in the node's scheme.
func (e *Error) JSON() []byte {
	var o jsjson.Object
	if e.CorrelationID != "" {
		o.String("correlationId", e.CorrelationID)
	}
	if len(e.Details) > 0 {
		o.Strings("details", e.Details)
	}
	if e.Code != "" {
		o.String("errorCode", e.Code)
	}
	o.String("errorKind", e.Kind)
	if e.Logs != "" {
		o.String("logs", e.Logs)
	}
	return o.String("message", e.Message).Int("status", int64(e.Status)).Bytes()
}

// Bounds on what an error quotes of a node's answer, in bytes.
const (
	MaxQuotedText = 1000 // of one text
	MaxQuotedBody = 4000 // of the body, and of an action's logs
	maxQuotedList = 20   // texts
)

// Quoted returns what of e an error may show: quote is given each of its texts with
// the bound on its length. A body that is too long is left out.
func (e *Error) Quoted(quote func(text string, most int) string) *Error {
	q := &Error{Status: e.Status, RetryAfter: e.RetryAfter}
	q.Kind, q.Code = quote(e.Kind, MaxQuotedText), quote(e.Code, MaxQuotedText)
	q.Message, q.Exception = quote(e.Message, MaxQuotedText), quote(e.Exception, MaxQuotedText)
	q.CorrelationID, q.Logs = quote(e.CorrelationID, MaxQuotedText), quote(e.Logs, MaxQuotedBody)
	for _, detail := range e.Details[:min(len(e.Details), maxQuotedList)] {
		q.Details = append(q.Details, quote(detail, MaxQuotedText))
	}
	if len(e.Body) > 2*MaxQuotedBody { // twice, for secrets grow shorter
		return q
	}
	if v, err := jsjson.Parse(e.Body); err == nil {
		q.Body = v.Rewritten(func(text string) string { return quote(text, MaxQuotedBody) })
	}
	if len(q.Body) > MaxQuotedBody {
		q.Body = nil
	}
	return q
}

// withoutLogs returns an object with nothing in its logs.
func withoutLogs(v jsjson.Value) []byte {
	members, ok := v.Members()
	if !ok {
		return nil
	}
	var o jsjson.Object
	for _, m := range members {
		if m.Name == "logs" {
			o.String("logs", "")
		} else {
			o.Raw(m.Name, m.Value.Raw())
		}
	}
	return o.Bytes()
}

// ParseError reads the body of an answer with the given HTTP status, which is
// no success. It never fails: what is not in the node's scheme is left out.
func ParseError(status int, body []byte) *Error {
	e := &Error{Status: status}
	v, err := jsjson.ParseAnswer(body)
	if err != nil {
		return e
	}
	e.Body = withoutLogs(v)
	text := func(name string) string {
		s, _ := v.Get(name).Text()
		return s
	}
	e.Kind, e.Code, e.Message = text("errorKind"), text("errorCode"), text("message")
	e.CorrelationID, e.Logs, e.Exception = text("correlationId"), text("logs"), text("error")
	details, _ := v.Get("details").Items()
	for _, d := range details {
		if s, ok := d.Text(); ok {
			e.Details = append(e.Details, s)
		}
	}
	return e
}
