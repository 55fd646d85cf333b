package action

import (
	"errors"
	"fmt"
	"sync"
)

// The library runs as a CommonJS module would, so that a UMD file exports instead of setting a global, and one that
// sets a variable is understood as well.
const (
	ethersHead = "(function () { var module = { exports: {} }, exports = module.exports, define, window;\n"
	ethersTail = "\nreturn module.exports.ethers || (typeof ethers === 'undefined' ? module.exports : ethers); }).call(globalThis)"
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

// opEthers runs the library and returns its value.
func (x *run) opEthers(arguments) (any, error) {
	code, err := x.runtime.ethers()
	if errors.Is(err, errNoEthers) {
		return nil, fmt.Errorf("ethers is not available: this program was built without it. %s", x.runtime.hint)
	}
	if err != nil {
		return nil, err
	}
	v, err := x.engine.bytecode(code)
	if err != nil {
		return nil, fmt.Errorf("load ethers: %w", err)
	}
	return v, nil
}
