package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall/js"

	"litsession/internal/literr"
	"litsession/jsglue"
)

// Web is a [Store] over localStorage, sessionStorage or any object of that
// shape, whose methods may also return promises. What it returns is not
// trusted: null, undefined and "" are absent, anything but a string is
// [literr.StorageCorrupt]. A throw or rejection is [literr.StorageFull] when
// its name says that a quota is used up, else [literr.StorageDenied]; the
// message takes nothing but the name from it, since the rest may quote the value.
type Web struct{ object js.Value }

var _ Lister = Web{}

// NewWeb returns a store over an object with getItem, setItem and removeItem.
// It waits for promises of theirs without bound: [Patient] is for that.
func NewWeb(object js.Value) Web { return Web{object} }

// Get implements [Store].
func (w Web) Get(ctx context.Context, key string) (value string, ok bool, err error) {
	got, err := w.call(ctx, key, "getItem", key)
	if err != nil || got.IsNull() || got.IsUndefined() {
		return "", false, err
	}
	value, err = jsglue.String(got, maxValueLength)
	if err != nil {
		return "", false, corrupt(key, "unusable: "+err.Error())
	}
	return value, value != "", nil
}

// Set implements [Store].
func (w Web) Set(ctx context.Context, key, value string) error {
	_, err := w.call(ctx, key, "setItem", key, value)
	return err
}

// Remove implements [Store].
func (w Web) Remove(ctx context.Context, key string) error {
	_, err := w.call(ctx, key, "removeItem", key)
	return err
}

// maxKeys bounds how many keys are listed.
const maxKeys = 100_000

// Keys implements [Lister] for an object whose key(index) gives a string for
// each key and null after the last, as Web Storage's does.
func (w Web) Keys(ctx context.Context) (keys []string, err error) {
	if key, err := jsglue.Get(w.object, "key"); err != nil || jsglue.TypeOf(key) != "function" {
		return nil, ErrCannotList
	}
	for len(keys) < maxKeys {
		got, err := w.call(ctx, "", "key", len(keys))
		if err != nil {
			return nil, err
		}
		if got.IsNull() || got.IsUndefined() {
			return keys, nil
		}
		key, err := jsglue.String(got, maxValueLength)
		if err != nil {
			return nil, ErrCannotList
		}
		keys = append(keys, key)
	}
	return nil, ErrCannotList
}

func (w Web) call(ctx context.Context, key, method string, args ...any) (js.Value, error) {
	if err := ended(ctx); err != nil {
		return js.Undefined(), err
	}
	result, err := jsglue.Call(w.object, method, args...)
	switch {
	case !jsglue.IsObject(result): // primitive answers need not wait for the event loop
	case IsAtOnce(ctx):
		if jsglue.Disregard(result) {
			return js.Undefined(), ErrNotAtOnce
		}
	default: // it could be a promise
		result, err = jsglue.Await(ctx, result)
	}
	var exception *jsglue.Exception
	switch {
	case err == nil:
		return result, nil
	case errors.As(err, &exception):
		return js.Undefined(), thrown(method, key, exception)
	}
	return js.Undefined(), fmt.Errorf("storage: %w", err)
}

// quotaNames are the names of the errors that say that storage is full: of the
// standard, of Firefox, of the npm package node-localstorage.
var quotaNames = []string{"QuotaExceededError", "NS_ERROR_DOM_QUOTA_REACHED", "QUOTA_EXCEEDED_ERR"}

func thrown(method, key string, exception *jsglue.Exception) error {
	name := exception.Name()
	code := literr.StorageDenied
	if slices.Contains(quotaNames, name) {
		code = literr.StorageFull
	}
	if name == "" {
		name = "a value without a name"
	}
	failure := literr.Errorf(code, "storage: %s(%q) threw %s", method, key, name).With("key", key)
	failure.Cause = exception
	return failure
}
