package node

import (
	"context"
	"encoding/json"
	"fmt"

	"litsession/internal/eth"
	"litsession/internal/session"
)

// Conditions evaluates access control conditions, given as JSON, for an action.
// user is nil if nobody has said who it is; chain is for conditions that name none.
type Conditions interface {
	Check(ctx context.Context, conditions json.RawMessage, user *eth.Address, actionCID, chain string) (bool, error)
}

// conditionChecker is what one request's action has checked.
type conditionChecker struct {
	node *Node
	user *eth.Address // of the session, if there is one
}

// CheckConditions has conditions evaluated for whoever signed the AuthSig, or
// else for the session's user.
func (c conditionChecker) CheckConditions(ctx context.Context, cid string, conditions, authSig json.RawMessage, chain string) (bool, error) {
	user := c.user
	if string(authSig) != "null" {
		sig, err := session.ParseAuthSig(authSig)
		if err != nil {
			return false, fmt.Errorf("authSig: %w", err)
		}
		message, refused := c.node.verifySigner(sig, c.node.config.Now())
		if refused != nil {
			return false, fmt.Errorf("authSig: %w", thrown(refused))
		}
		user = &message.Address
	}
	return c.node.config.Conditions.Check(ctx, conditions, user, cid, chain)
}
