package action

import "fmt"

// The library runs as a CommonJS module would, so that a UMD file exports instead of setting a global, and one that
// sets a variable is understood as well.
const (
	ethersHead = "(function () { var module = { exports: {} }, exports = module.exports, define, window;\n"
	ethersTail = "\nreturn module.exports.ethers || (typeof ethers === 'undefined' ? module.exports : ethers); }).call(globalThis)"
)

// compileEthers returns the library as bytecode, nil for nil.
func compileEthers(source []byte) ([]byte, error) {
	if source == nil {
		return nil, nil
	}
	code, err := compile(ethersHead+string(source)+ethersTail, "<ethers>")
	if err != nil {
		return nil, fmt.Errorf("compile ethers: %w", err)
	}
	return code, nil
}

// opEthers runs the library and returns its value.
func (x *run) opEthers(arguments) (any, error) {
	if x.runtime.ethers == nil {
		return nil, fmt.Errorf("ethers is not available: this program was built without it. %s", x.runtime.hint)
	}
	v, err := x.engine.bytecode(x.runtime.ethers)
	if err != nil {
		return nil, fmt.Errorf("load ethers: %w", err)
	}
	return v, nil
}
