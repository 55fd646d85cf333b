package litclient

import (
	"slices"
	"strings"

	"litsession/internal/jsjson"
	"litsession/internal/literr"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/siwe"
)

// checkRewritten compares the message that nodes signed with the one that they
// were asked to sign. Nodes may change the issue time, which becomes that of
// the nonce's block, and the case of the nonce, and add their record of how the
// session was authorized, from which the statement and the resources follow;
// nothing else. Errors are [literr.MessageMismatch].
//
// Source: protocol 8.4.3.
func checkRewritten(asked, got siwe.Message, auth proofs) error {
	if !strings.EqualFold(asked.Nonce, got.Nonce) {
		return mismatch("the nonce")
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
	if err := checkAuthContext(granted, auth); err != nil {
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

// proofs are what a session is authorized with.
type proofs struct {
	actionCID string // "" for no action
	methods   []nodeapi.AuthMethod
}

// checkAuthContext checks the nodes' record: one entry of one ability, which
// names our action and auth methods, no others and no wallet.
func checkAuthContext(granted recap.Capability, auth proofs) error {
	list := granted.NotaBene(recap.AuthContextKey, recap.AuthContextAbility)
	if len(list) != 1 {
		return mismatch("the record of the authorization, which is not there once")
	}
	alone := granted.Without(recap.AuthContextKey)
	if err := alone.Allow(recap.AuthContextKey, recap.AuthContextAbility, list[0]); err != nil || alone.URN() != granted.URN() {
		return mismatch("the record of the authorization, which grants more than it may")
	}
	v, err := jsjson.ParseAnswer(list[0])
	if err != nil {
		return mismatch("the record of the authorization")
	}
	context := v.Get("auth_context")
	// Nodes of before late 2024 name the action under actionIpfsIds.
	stack, _ := context.Get("actionIpfsIdStack").Items()
	old, _ := context.Get("actionIpfsIds").Items()
	if !namesOnly(slices.Concat(stack, old), auth.actionCID) {
		return mismatch("the record of the authorization, which names other actions")
	}
	if !sameMethods(context.Get("authMethodContexts"), auth.methods) {
		return mismatch("the record of the authorization, which names other auth methods")
	}
	if context.Get("authSigAddress").Truthy() {
		return mismatch("the record of the authorization, which names a wallet")
	}
	return nil
}

// actionAnswer is what the action answered that a checked message records; ok is
// false if it records none.
func actionAnswer(m siwe.Message) (text string, ok bool) {
	granted, err := recap.FromMessage(m)
	if err != nil {
		return "", false
	}
	for _, record := range granted.NotaBene(recap.AuthContextKey, recap.AuthContextAbility) {
		v, _ := jsjson.ParseAnswer(record)
		text, ok = v.Get("auth_context").Get("customAuthResource").Text()
	}
	return text, ok
}

// sameMethods compares by type alone: what a token proves is for nodes to say.
func sameMethods(recorded jsjson.Value, asked []nodeapi.AuthMethod) bool {
	items, _ := recorded.Items()
	return slices.EqualFunc(items, asked, func(v jsjson.Value, m nodeapi.AuthMethod) bool {
		kind, ok := v.Get("authMethodType").Int()
		return ok && kind == int64(m.Type)
	})
}

// namesOnly reports whether text is the only item; "" is for no item.
func namesOnly(items []jsjson.Value, text string) bool {
	if text == "" || len(items) != 1 {
		return text == "" && len(items) == 0
	}
	name, ok := items[0].Text()
	return ok && name == text
}
