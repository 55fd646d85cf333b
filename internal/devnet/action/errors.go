package action

import "fmt"

// Kind is why a run failed, as far as it decides a node's answer.
type Kind int

const (
	// Exception is an error that the action did not catch, or an unhandled rejection. The node answers HTTP 400 with
	// {"success":false,"error":Message,"logs":Logs}. A script that does not parse is one too.
	Exception Kind = iota + 1
	// Timeout is a run that used up its time: NodeJsTimeoutError.
	Timeout
	// Memory is a run that wanted more memory than it may have: NodeJsMemoryLimitError.
	Memory
	// Crowded is a run for which all runs together left no memory: NodeConcurrencyOverload.
	Crowded
	// Invalid is a request that cannot be run: source too long, params not a JSON object. NodeJsExecutionError.
	Invalid
	// Internal is a failure of the engine itself. NodeJsExecutionError.
	Internal
)

// String returns the kind in lower case.
func (k Kind) String() string {
	switch k {
	case Exception:
		return "exception"
	case Timeout:
		return "timeout"
	case Memory:
		return "memory"
	case Crowded:
		return "crowded"
	case Invalid:
		return "invalid"
	case Internal:
		return "internal"
	}
	return fmt.Sprintf("kind %d", int(k))
}

// Error is how a run failed. Message is the text that a node puts into its answer, for an exception with the stack
// as V8 prints it ("Uncaught Error: boom\n    at <user_provided_script>:1:7"). Logs is what the console had printed
// until then. Source: protocol.md 8.5, 9.3.
type Error struct {
	Kind    Kind
	Message string
	Logs    string
}

func (e *Error) Error() string { return "lit action: " + e.Message }
