package litclient

import (
	"slices"
	"strings"
	"time"

	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/recap"
	"litsession/internal/siwe"
)

// clockTolerance is how far a node's block time may be ahead of our clock.
// Nodes allow as much the other way round.
const clockTolerance = 60 * time.Second

// checkRewritten compares the message that nodes signed with the one that they
// were asked to sign. Nodes may change the issue time, the case of the nonce,
// and add their record of how the session was authorized, from which the
// statement and the resources follow; nothing else. Errors are
// [literr.MessageMismatch].
//
// Source: protocol 8.4.3.
func checkRewritten(asked, got siwe.Message, actionCID string, now time.Time) error {
	if !strings.EqualFold(asked.Nonce, got.Nonce) {
		return mismatch("the nonce")
	}
	issued, err := siwe.ParseTime(got.IssuedAt)
	if err != nil || issued.After(now.Add(clockTolerance)) {
		return mismatch("the issue time, which lies in the future")
	}
	want := asked
	want.Nonce, want.IssuedAt = got.Nonce, got.IssuedAt
	granted, err := recap.FromMessage(got)
	if err != nil {
		return mismatch("the ReCap, which cannot be read")
	}
	requested, err := recap.FromMessage(asked)
	if err != nil {
		panic("internal error: a message without ReCap was sent")
	}
	if granted.Without(recap.AuthContextKey).URN() != requested.URN() {
		return mismatch("the capabilities")
	}
	if err := checkAuthContext(granted, actionCID); err != nil {
		return err
	}
	want.Statement = asked.Statement + " " + granted.Statement()
	want.Resources = []string{granted.URN()}
	if want.String() != got.String() {
		return mismatch("a field that nodes must leave as it is")
	}
	return nil
}

func mismatch(what string) error {
	return literr.Errorf(literr.MessageMismatch, "the node signed something other than what was asked; it changed %s", what)
}

// checkAuthContext checks the nodes' record: one entry, which names our action
// and no wallet.
func checkAuthContext(granted recap.Capability, actionCID string) error {
	list := granted.NotaBene(recap.AuthContextKey, recap.AuthContextAbility)
	if len(list) != 1 {
		return mismatch("the record of the authorization, which is not there once")
	}
	v, err := jsjson.Parse(list[0])
	if err != nil {
		return mismatch("the record of the authorization")
	}
	context := v.Get("auth_context")
	// Nodes of before late 2024 name the action under actionIpfsIds.
	if actionCID != "" && !names(context.Get("actionIpfsIdStack"), actionCID) && !names(context.Get("actionIpfsIds"), actionCID) {
		return mismatch("the record of the authorization, which does not name the action")
	}
	if context.Get("authSigAddress").Truthy() {
		return mismatch("the record of the authorization, which names a wallet")
	}
	return nil
}

func names(list jsjson.Value, text string) bool {
	items, _ := list.Items()
	return slices.ContainsFunc(items, func(v jsjson.Value) bool {
		s, ok := v.Text()
		return ok && s == text
	})
}
