// Package literr gives every failure that a caller can meet a stable code.
//
// A [Code] is the contract: programs compare codes, people read messages. An
// [Error] carries one code, one sentence, what to do about it, and facts that
// a program may want. Start with [Errorf]; ask with errors.Is(err, code) or
// [CodeOf].
//
// Nothing in an Error may be a secret: no session key, no jsParams value, no
// access token, no credential of a URL.
package literr

import (
	"errors"
	"fmt"
	"strings"
)

// Error is a failure with a stable code. Make one with [Errorf].
type Error struct {
	Code    Code
	Message string   // one sentence; the official SDK's text where it has one for the case
	Hint    string   // what to do about it, one sentence, may be empty
	Details []Detail // facts for programs, in the order in which they were added
	Cause   error    // what was wrapped with %w, may be nil
	Final   bool     // the same call cannot succeed later, though with the code it mostly may
}

// Detail is one fact about a failure. Value is a string, an int, a bool, a
// []string or a []Failure, so that it can be written as JSON.
type Detail struct {
	Key   string
	Value any
}

// Failure is one node's part in a failure of many.
type Failure struct {
	URL      string // node URL, without credentials
	Status   int    // HTTP status, 0 when no answer came
	NodeCode string // the node's errorCode, "" when it gave none
	Message  string // the node's words, or what went wrong on the way
}

// Errorf makes an Error whose message is formatted as by [fmt.Errorf]; an
// operand of %w becomes the cause.
func Errorf(code Code, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: wrapped.Error(), Cause: errors.Unwrap(wrapped)}
}

// Invalid makes an [InvalidParam] error, whose details name the parameter, as the
// caller knows it, and what it should be. There is no other way to make one.
func Invalid(param, want, format string, args ...any) *Error {
	return Errorf(InvalidParam, format, args...).With("param", param).With("want", want)
}

// Missing makes a [MissingParam] error, whose details name the parameter.
func Missing(param, message string) *Error {
	return Errorf(MissingParam, "%s", message).With("param", param)
}

// Recover, deferred, turns a panic into an [Internal] error in *err. Every
// goroutine defers it: a panic in one would end the whole module.
func Recover(err *error) {
	if r := recover(); r != nil {
		*err = Errorf(Internal, "internal error: %v", r)
	}
}

// With adds a detail and returns e.
func (e *Error) With(key string, value any) *Error {
	e.Details = append(e.Details, Detail{Key: key, Value: value})
	return e
}

// WithHint sets the sentence that says what to do and returns e.
func (e *Error) WithHint(hint string) *Error {
	e.Hint = hint
	return e
}

// Error returns the message followed by the hint, as sentences.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	if last := e.Message[len(e.Message)-1]; last == '.' || last == '!' || last == '?' {
		return e.Message + " " + e.Hint
	}
	return e.Message + ". " + e.Hint
}

// Unwrap lets errors.Is find the code as well as the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Cause}
}

// Detail returns the value stored under key, nil when there is none.
func (e *Error) Detail(key string) any {
	for _, d := range e.Details {
		if d.Key == key {
			return d.Value
		}
	}
	return nil
}

// Retryable reports whether the call that failed with err may succeed later
// without a change by the caller.
func Retryable(err error) bool {
	var e *Error
	return CodeOf(err).Retryable() && !(errors.As(err, &e) && e.Final)
}

// Cut shortens what somebody else wrote to at most so many bytes and "…".
func Cut(text string, most int) string {
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// CodeOf returns the code of the outermost [Error] in err's chain, or
// [Internal] for an error that carries none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	var c Code
	if errors.As(err, &c) {
		return c
	}
	return Internal
}
