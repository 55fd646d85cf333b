//go:build js

package jsglue

import (
	"errors"
	"syscall/js"

	"litsession/internal/literr"
)

// Exception is what JavaScript threw, or rejected a promise with: any value,
// kept as it is, so that an error's code, name and cause survive the way
// through Go. It stands in for [js.Error], whose Error method cannot be called
// on a value that may be hostile or no object at all.
type Exception struct {
	Value js.Value
}

// maxMessageLength bounds what is taken over of a message that somebody else
// wrote, in UTF-16 units.
const maxMessageLength = 1000

// Error returns name and message of a thrown object, or the thrown string.
func (e *Exception) Error() string {
	switch kind := TypeOf(e.Value); {
	case kind == "string":
		return "JavaScript threw: " + shorten(e.Value)
	case !IsObject(e.Value):
		return "JavaScript threw: " + kind
	}
	name, message := e.text("name"), e.text("message")
	if name == "" {
		name = "JavaScript object"
	}
	if message == "" {
		return name
	}
	return name + ": " + message
}

// text returns a property that is a string, "" otherwise.
func (e *Exception) text(property string) string {
	if v, err := Get(e.Value, property); err == nil && TypeOf(v) == "string" {
		return shorten(v)
	}
	return ""
}

func shorten(v js.Value) string {
	if text, err := String(v, maxMessageLength); err == nil {
		return text
	}
	return "(a very long message)"
}

// Name returns the name of a thrown error, "" when it has none.
func (e *Exception) Name() string { return e.text("name") }

// Errors turns Go errors into the values that JavaScript code catches.
type Errors struct {
	Make js.Value // the loader's makeError(fields), the only place that builds an error class
}

// Value returns what to reject with for err:
//
//   - after an abort, exactly the signal's reason;
//   - for an [*Exception] as it came, the JavaScript value itself;
//   - else makeError({reason, message, shortMessage, details?, retryable, cause?}).
//     Reason, shortMessage and details are those of the outermost
//     [*literr.Error]; cause is the next one inside, or the JavaScript value
//     that started it all.
//
// It never panics; when makeError fails, the result is a plain Error.
func (e Errors) Value(err error) (value js.Value) {
	defer func() {
		if r := recover(); r != nil {
			value = plain("internal error: no error could be made")
		}
	}()
	var aborted *Aborted
	if errors.As(err, &aborted) {
		return aborted.Reason
	}
	if exception, ok := err.(*Exception); ok {
		return exception.Value
	}
	made, makeErr := Invoke(e.Make, e.fields(err))
	if makeErr != nil || !IsObject(made) {
		return plain(err.Error())
	}
	return made
}

func (e Errors) fields(err error) js.Value {
	fields, inner := fields(err)
	if value := e.cause(inner); !value.IsUndefined() {
		fields.Set("cause", value)
	}
	return fields
}

// fields returns what describes err itself, and the error inside that its
// cause is to be found in.
func fields(err error) (fields js.Value, inner error) {
	fields = js.Global().Get("Object").New()
	code := literr.CodeOf(err)
	fields.Set("reason", string(code))
	fields.Set("message", err.Error())
	fields.Set("retryable", literr.Retryable(err))
	var coded *literr.Error
	if !errors.As(err, &coded) {
		return fields, err
	}
	fields.Set("shortMessage", coded.Message)
	if len(coded.Details) > 0 {
		fields.Set("details", details(coded.Details))
	}
	return fields, coded.Cause
}

// ErrorJSON returns the fields for makeError as JSON, for an error that
// crosses inside a text. The cause stays behind: it may be any value.
func ErrorJSON(err error) []byte {
	fields, _ := fields(err)
	return []byte(js.Global().Get("JSON").Call("stringify", fields).String())
}

// cause returns the value for the next link of the chain, undefined for none.
// An error of Go alone is none: its text is in the message already.
func (e Errors) cause(err error) js.Value {
	if coded := (*literr.Error)(nil); errors.As(err, &coded) {
		return e.Value(err)
	}
	if exception := (*Exception)(nil); errors.As(err, &exception) {
		return exception.Value
	}
	return js.Undefined()
}

// details builds an object with the keys in their order.
func details(list []literr.Detail) js.Value {
	object := js.Global().Get("Object").New()
	for _, detail := range list {
		object.Set(detail.Key, detailValue(detail.Value))
	}
	return object
}

func detailValue(v any) any {
	var list []any
	switch v := v.(type) {
	case []string:
		for _, text := range v {
			list = append(list, text)
		}
	case []literr.Failure:
		for _, failure := range v {
			list = append(list, failureValue(failure))
		}
	default:
		return v
	}
	return list
}

func failureValue(f literr.Failure) js.Value {
	object := js.Global().Get("Object").New()
	object.Set("url", f.URL)
	object.Set("status", f.Status)
	object.Set("nodeCode", f.NodeCode)
	object.Set("message", f.Message)
	return object
}

func plain(message string) js.Value { return js.Global().Get("Error").New(message) }
