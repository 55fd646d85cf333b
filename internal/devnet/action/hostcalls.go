package action

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// jsError is an error that the action shall see as one of that class: a built-in error's name or a DOMException's.
type jsError struct{ class, message string }

func (e *jsError) Error() string { return e.message }

func typeErrorf(format string, args ...any) error {
	return &jsError{class: "TypeError", message: fmt.Sprintf(format, args...)}
}

// errorClass returns the class and message under which the action sees err.
func errorClass(err error) (class, message string) {
	var js *jsError
	if errors.As(err, &js) {
		return js.class, js.message
	}
	return "Error", err.Error()
}

// arguments are those of an operation: nil, bool, float64, string or []byte each. Reading one of another type, or one
// that is missing, gives the zero value, because the prelude has checked what the action gave it.
type arguments []any

func arg[T any](a arguments, i int) (v T) {
	if i < len(a) {
		v, _ = a[i].(T)
	}
	return v
}

func (a arguments) text(i int) string    { return arg[string](a, i) }
func (a arguments) number(i int) float64 { return arg[float64](a, i) }
func (a arguments) bytes(i int) []byte   { return arg[[]byte](a, i) }
func (a arguments) flag(i int) bool      { return arg[bool](a, i) }
func (a arguments) has(i int) bool       { return i < len(a) && a[i] != nil }

// host is the one function through which the prelude asks Go: host(operation, …) for what is answered at once,
// host(operation, id, …) for what settles the promise under id later.
func (x *run) host(args []any) (any, error) {
	value, err := x.operation(args)
	if err != nil {
		class, message := errorClass(err)
		return nil, errors.New(class + "\x01" + message)
	}
	return value, nil
}

func (x *run) operation(args arguments) (any, error) {
	name := args.text(0)
	if op, ok := operations[name]; ok {
		return op(x, args[1:])
	}
	op, ok := x.runtime.questions[name]
	if !ok || len(args) < 2 {
		return nil, fmt.Errorf("internal error: no operation %q", name)
	}
	answer, err := op(x, args[2:])
	if err != nil {
		return nil, err
	}
	x.start(int(args.number(1)), answer)
	return nil, nil
}

// operations are what the prelude may ask for and is told at once.
var operations = map[string]func(x *run, args arguments) (any, error){
	"log":         (*run).opLog,
	"setResponse": (*run).opSetResponse,
	"uncaught":    (*run).opUncaught,
	"stack":       func(x *run, a arguments) (any, error) { return v8Stack(a.text(0), x.req.Code), nil },
	"clock":       (*run).opClock,
	"timer":       (*run).opTimer,
	"clear":       (*run).opClear,
	"abort":       (*run).opAbort,
	"ethers":      (*run).opEthers,
	"native":      (*run).opNative,
	"unit":        (*run).opUnit,

	"utf8":         func(_ *run, a arguments) (any, error) { return []byte(a.text(0)), nil },
	"encodingName": func(_ *run, a arguments) (any, error) { return encodingName(a.text(0)) },
	"completeText": func(_ *run, a arguments) (any, error) { return completeText(a.text(0), a.bytes(1)), nil },
	"decodeText": func(_ *run, a arguments) (any, error) {
		return decodeText(a.text(0), a.bytes(1), a.flag(2), a.flag(3))
	},
	"bytesToString": func(_ *run, a arguments) (any, error) { return bytesToString(a.bytes(0), a.text(1)) },
	"stringToBytes": func(_ *run, a arguments) (any, error) { return stringToBytes(a.text(0), a.text(1)) },
	"url":           (*run).opURL,
	"urlSet":        (*run).opURLSet,
	"formDecode":    (*run).opFormDecode,
	"formEncode":    (*run).opFormEncode,

	"random": (*run).opRandom,
	"uuid":   (*run).opUUID,
	"crypto": (*run).opCrypto,

	"jwtKind":   (*run).opJWTKind,
	"jwtSign":   (*run).opJWTSign,
	"jwtVerify": (*run).opJWTVerify,

	"maySign":         func(x *run, _ arguments) (any, error) { return nil, x.maySign() },
	"personalDigest":  (*run).opPersonalDigest,
	"pubkeyToTokenId": func(_ *run, a arguments) (any, error) { return publicKeyTokenID(a.text(0)) },
	"aesDecrypt":      func(_ *run, a arguments) (any, error) { return aesDecrypt(a.bytes(0), a.bytes(1)) },
}

// answering does an operation that takes time, in a goroutine of its own.
type answering func(ctx context.Context) (any, error)

// newQuestions returns what the prelude may ask for and is told later, by name. Each looks at its arguments and counts against the
// limits at once, in the run's goroutine.
func newQuestions() map[string]func(x *run, args arguments) (answering, error) {
	return map[string]func(x *run, args arguments) (answering, error){
		"fetch": (*run).askFetch,
		"call":  (*run).askCall,

		"isPermittedAction":            (*run).askIsPermittedAction,
		"isPermittedAddress":           (*run).askIsPermittedAddress,
		"isPermittedAuthMethod":        (*run).askIsPermittedAuthMethod,
		"getPermittedActions":          (*run).askPermittedActions,
		"getPermittedAddresses":        (*run).askPermittedAddresses,
		"getPermittedAuthMethods":      (*run).askPermittedAuthMethods,
		"getPermittedAuthMethodScopes": (*run).askPermittedAuthMethodScopes,

		"getLatestNonce": (*run).askLatestNonce,
		"getRpcUrl":      (*run).askRPCURL,
		"callContract":   (*run).askCallContract,

		"sign":                (*run).askSign,
		"claimKey":            (*run).askClaimKey,
		"elected":             (*run).askElected,
		"publish":             (*run).askPublish,
		"await":               (*run).askAwait,
		"broadcastAndCollect": (*run).askBroadcastAndCollect,
		"checkConditions":     (*run).askCheckConditions,
		"encrypt":             notOfferedHere("encrypt"),
		"decrypt":             notOfferedHere("decryptAndCombine"),
		"decryptOnce":         notOfferedHere("decryptToSingleNode"),
	}
}

func (x *run) opLog(args arguments) (any, error) { return nil, x.logs.print(args.text(0)) }

func (x *run) opSetResponse(args arguments) (any, error) {
	response := args.text(0)
	if len(response) > x.budget.limits.Response {
		return nil, fmt.Errorf("Response is too long. Max length is %d bytes", x.budget.limits.Response)
	}
	x.response = response
	return nil, nil
}

// opUncaught ends the run with an exception of a timer or microtask.
func (x *run) opUncaught(args arguments) (any, error) {
	x.uncaught = x.exception("Uncaught ", args.text(0))
	x.engine.halt(haltUncaught)
	return nil, nil
}

// opClock returns milliseconds since 1970 with a fraction.
func (x *run) opClock(arguments) (any, error) {
	return float64(time.Now().UnixMicro()) / 1e3, nil
}

func (x *run) opTimer(args arguments) (any, error) {
	x.timers.add(int(args.number(0)), time.Now().Add(time.Duration(args.number(1))*time.Millisecond))
	return nil, nil
}

func (x *run) opClear(args arguments) (any, error) {
	x.timers.clear(int(args.number(0)))
	return nil, nil
}
