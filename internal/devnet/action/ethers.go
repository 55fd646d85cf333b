package action

import (
	"errors"
	"fmt"
	"sync"
)

// The library becomes a function of `native`, see opNative. In it the library runs as a CommonJS module would, so that
// a UMD file exports instead of setting a global, and one that sets a variable is understood as well.
const (
	ethersHead = "(function (native) { var module = { exports: {} }, exports = module.exports, define, window;\n"
	ethersTail = "\nreturn module.exports.ethers || (typeof ethers === 'undefined' ? module.exports : ethers); })"
)

// errNoEthers is the error of a runtime without the library.
var errNoEthers = errors.New("built without ethers")

// newEthers returns what gives the library as bytecode, compiled when it is first asked for: that takes longer than the
// start of a network, and few actions need it.
func newEthers(source []byte) func() ([]byte, error) {
	if source == nil {
		return func() ([]byte, error) { return nil, errNoEthers }
	}
	return sync.OnceValues(func() ([]byte, error) {
		code, err := compile(ethersHead+string(source)+ethersTail, "<ethers>")
		if err != nil {
			return nil, fmt.Errorf("compile ethers: %w", err)
		}
		return code, nil
	})
}

// opEthers returns the function that runs the library and returns its value.
func (x *run) opEthers(arguments) (any, error) {
	code, err := x.runtime.ethers()
	if errors.Is(err, errNoEthers) {
		return nil, fmt.Errorf("ethers is not available: this program was built without it. %s", x.runtime.hint)
	}
	if err != nil {
		return nil, err
	}
	return x.engine.bytecode(code)
}
