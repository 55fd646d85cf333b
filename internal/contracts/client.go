package contracts

import (
	"context"
	"errors"
	"math/big"
	"strconv"
	"sync"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// Sender hands a transaction to whoever signs it: a wallet, a signer of JavaScript,
// a key. It returns the transaction's hash, 32 bytes, once it is on its way, or the
// transaction signed, which the Client sends then; or how that failed as a
// [*SendError]. Any other error means that nobody knows whether it was sent.
type Sender interface {
	SendTransaction(ctx context.Context, t Transaction) ([]byte, error)
}

// Client reads contracts by the names of their functions and writes them through a
// Sender. Its exported fields must not change after the first call. Safe for
// concurrent use.
//
// A write whose end nobody knows, because the node or the wallet failed in the
// middle, is remembered, and the same call again continues it: see [Client.Mint].
type Client struct {
	Node      Node
	Sender    Sender
	Addresses Addresses
	ChainID   uint64 // that the node must be on; 0 takes the node's word
	Timing    Timing
	Limits    Limits

	// WalletCounts says that the Sender chooses nonces itself unless
	// [Transaction].Again is set.
	WalletCounts bool
	// Nonces are shared by the Clients that write from the same accounts. Default: the
	// Client's own.
	Nonces *Nonces
	// Lock keeps other pages from the nonces of an account meanwhile; nil where there
	// is none. What cannot be locked is sent all the same.
	Lock func(ctx context.Context, name string) (release func(), err error)

	mu        sync.Mutex
	chainID   uint64                // the node's, once it is known to be the right one
	attempts  map[string][]*attempt // by what they are for
	ownNonces Nonces
}

var latest, pending = []byte(`"latest"`), []byte(`"pending"`)

func (c *Client) request(ctx context.Context, method string, params ...[]byte) (jsjson.Value, error) {
	if err := ctx.Err(); err != nil {
		return jsjson.Value{}, context.Cause(ctx)
	}
	limit := c.Timing.withDefaults().Answer
	limited, cancel := context.WithTimeoutCause(ctx, limit, literr.Errorf(literr.ChainUnreachable,
		"the chain did not answer %s within %s", method, limit))
	defer cancel()
	answer, err := c.Node.Request(limited, method, jsjson.Array(params))
	if err != nil && limited.Err() != nil {
		err = context.Cause(limited)
	}
	return answer, err
}

// quantity asks for a number.
func (c *Client) quantity(ctx context.Context, method string, params ...[]byte) (*big.Int, error) {
	answer, err := c.request(ctx, method, params...)
	if err != nil {
		return nil, err
	}
	n := parseQuantity(answer)
	if n == nil {
		return nil, c.unusable("did not answer " + method + " with a number")
	}
	return n, nil
}

func (c *Client) transactionCount(ctx context.Context, of eth.Address, at []byte) (uint64, error) {
	n, err := c.quantity(ctx, "eth_getTransactionCount", jsjson.AppendString(nil, eth.Hex(of[:])), at)
	if err != nil {
		return 0, err
	}
	return n.Uint64(), nil
}

// Connect makes sure that the node answers and is on the right chain, until it is,
// and returns the chain's id.
func (c *Client) Connect(ctx context.Context) (chainID uint64, err error) {
	c.mu.Lock()
	chainID = c.chainID
	c.mu.Unlock()
	if chainID != 0 {
		return chainID, nil
	}
	id, err := c.quantity(ctx, "eth_chainId")
	if err != nil {
		return 0, c.nodeTrouble(err)
	}
	if c.ChainID != 0 && c.ChainID != id.Uint64() {
		return 0, literr.Errorf(literr.WrongChain, "the node is on chain %s, not on %d", id, c.ChainID).
			With("chainId", id.String()).With("want", strconv.FormatUint(c.ChainID, 10))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.chainID = id.Uint64()
	return c.chainID, nil
}

// ErrNoContract is the cause of an error that says that a chain answers and has no
// contract at an address.
var ErrNoContract = errors.New("no contract")

// unusable is the error of a node that answers, and not as it should.
func (c *Client) unusable(what string) *literr.Error {
	if node, ok := c.Node.(HTTPNode); ok {
		return node.unusable(what)
	}
	return literr.Errorf(literr.ChainUnreachable, "the chain %s", what)
}

// nodeTrouble gives a code to an RPCError of a method that is no contract's call.
func (c *Client) nodeTrouble(err error) error {
	var refused *RPCError
	if errors.As(err, &refused) {
		return c.unusable("refused: " + refused.Message)
	}
	return err
}

// malformed says that the contract at to did not return what its ABI says.
func (c *Client) malformed(to eth.Address, function string, why error) error {
	e := c.unusable("has a contract at " + to.String() + " whose " + function + " is malformed: " + why.Error())
	e.Cause = why
	return e
}

// address returns where a contract is; one that the configuration does not name is
// [literr.InvalidParam].
func (c *Client) address(contract string) (eth.Address, error) {
	address := c.Addresses.of(contract)
	if address == nil || *address == (eth.Address{}) {
		return eth.Address{}, literr.Invalid("customContext."+contract+".address", "an address", "Contract is not available").WithHint("customContext has no address of " + contract + ".")
	}
	return *address, nil
}

// Read calls a function of a contract by name, with the arguments as a JSON list,
// and returns what it returns as one; [abiType.decode] says how values are written.
// A revert is [literr.Reverted], and whatever else is no answer
// [literr.ChainUnreachable].
func (c *Client) Read(ctx context.Context, contract, function string, arguments jsjson.Value) ([]byte, error) {
	s, err := findFunction(contract, function)
	if err != nil {
		return nil, err
	}
	to, err := c.address(contract)
	if err != nil {
		return nil, err
	}
	data, err := s.calldata(arguments)
	if err != nil {
		return nil, err
	}
	if _, err := c.Connect(ctx); err != nil {
		return nil, err
	}
	answer, err := c.call(ctx, to, data)
	if err != nil {
		return nil, err
	}
	result, err := s.result(answer)
	if err != nil {
		return nil, c.malformed(to, function, err)
	}
	return result, nil
}

func (c *Client) call(ctx context.Context, to eth.Address, data []byte) ([]byte, error) {
	answer, err := c.request(ctx, "eth_call", callOf(to, data), latest)
	var refused *RPCError
	if errors.As(err, &refused) {
		return nil, c.refusedCall(refused)
	}
	if err != nil {
		return nil, err
	}
	text, _ := answer.Text()
	result, err := eth.ParseHex(text)
	if err != nil {
		return nil, c.unusable("answered with a result that is no hex")
	}
	if len(result) == 0 {
		e := c.unusable("has no contract at " + to.String()).WithHint("Check its RPC address and the contract's address.")
		e.Cause = ErrNoContract
		return nil, e
	}
	return result, nil
}

// fixed calls a function whose answer does not depend on the caller, and reads it. Its
// refusal too is a sign of a wrong endpoint or address: [literr.ChainUnreachable].
func (c *Client) fixed(ctx context.Context, to eth.Address, function string, data []byte, read func(*wordReader)) error {
	answer, err := c.call(ctx, to, data)
	if errors.Is(err, literr.Reverted) {
		return c.unusable("refused the call: " + err.Error())
	}
	if err != nil {
		return err
	}
	r := &wordReader{rest: answer}
	read(r)
	if err := r.end(); err != nil {
		return c.malformed(to, function, err)
	}
	return nil
}

// readOne calls a function that returns one value and gives that.
func (c *Client) readOne(ctx context.Context, contract, function string, arguments ...[]byte) (jsjson.Value, error) {
	list, err := jsjson.Parse(jsjson.Array(arguments))
	if err != nil {
		return jsjson.Value{}, err
	}
	result, err := c.Read(ctx, contract, function, list)
	if err != nil {
		return jsjson.Value{}, err
	}
	values, err := jsjson.Parse(result)
	if err != nil {
		return jsjson.Value{}, err
	}
	items, _ := values.Items()
	return items[0], nil
}
