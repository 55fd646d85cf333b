package action

import (
	"context"
	"errors"
	"fmt"
)

// askCall runs a child action by its CID with the same limits, what is left of them, and returns its response. What
// the child prints and signs is the parent's.
func (x *run) askCall(args arguments) (answering, error) {
	if x.req.Host.Code == nil {
		return nil, notOffered("call")
	}
	if x.depth >= x.budget.limits.Depth {
		return nil, fmt.Errorf("You may not call actions more than %d levels deep and you have attempted to exceed that limit.", x.budget.limits.Depth)
	}
	ipfsID := args.text(0)
	if _, err := parseMultihash(ipfsID); err != nil {
		return nil, err
	}
	child := x.req
	child.CID = ipfsID
	child.Params = nil
	if args.has(1) {
		child.Params = []byte(args.text(1))
	}
	child.Auth.ActionIPFSIDs = []string{ipfsID}
	child.Auth.ActionIPFSIDStack = append(append([]string(nil), x.req.Auth.ActionIPFSIDStack...), ipfsID)
	return func(ctx context.Context) (any, error) { return x.call(ctx, child) }, nil
}

func (x *run) call(ctx context.Context, child Request) (any, error) {
	code, err := x.req.Host.Code.ActionCode(ctx, child.CID)
	if err != nil {
		return nil, fmt.Errorf("get the code of %s: %w", child.CID, err)
	}
	child.Code = code
	c := newRun(x.runtime, child, x.budget)
	c.depth, c.outputs, c.logs = x.depth+1, x.outputs, x.logs
	err = c.perform(ctx)
	var failed *Error
	if errors.As(err, &failed) {
		if failed.Kind == Memory || failed.Kind == Crowded {
			x.engine.halt(haltMemory)
		}
		return nil, errors.New(failed.Message)
	}
	return c.response, err
}
