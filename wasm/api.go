//go:build js

package main

import (
	"syscall/js"

	"litsession/internal/contracts"
	"litsession/internal/litclient"
	"litsession/jsglue"
)

// exports makes what JavaScript calls, over the hooks of the loader.
type exports struct {
	fetch  jsglue.Fetch
	errs   jsglue.Errors
	nonces *contracts.Nonces // of all that write contracts
}

func newExports(hooks js.Value) exports {
	return exports{
		fetch:  jsglue.Fetch{Hook: hooks.Get("fetch")},
		errs:   jsglue.Errors{Make: hooks.Get("makeError")},
		nonces: new(contracts.Nonces),
	}
}

// api returns {version, call(name, json), newClient(config, ports),
// newContracts(config, ports)}. Its functions live as long as the program.
func (e exports) api() js.Value {
	api := newObject()
	api.Set("version", version)
	api.Set("call", jsglue.Function(e.errs, 2, call))
	api.Set("newClient", jsglue.Function(e.errs, 2, func(args []js.Value) (any, error) {
		config, err := e.config(args[0], args[1])
		if err != nil {
			return nil, err
		}
		lit, err := litclient.New(config)
		if err != nil {
			return nil, err
		}
		return client{lit: lit, now: config.Now}.object(e.errs), nil
	}))
	api.Set("newContracts", jsglue.Function(e.errs, 2, e.newContracts))
	return api
}

func newObject() js.Value { return js.Global().Get("Object").New() }
