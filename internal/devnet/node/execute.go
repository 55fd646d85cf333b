package node

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"

	"litsession/internal/devnet/action"
	"litsession/internal/jsjson"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/session"
)

// traced makes a handler's failure a refusal with the request id.
func traced(r request, body []byte, err error) ([]byte, error) {
	if err == nil {
		return body, nil
	}
	var refused *refusal
	if !errors.As(err, &refused) {
		refused = refuse(kindUnexpected, err.Error())
	}
	return nil, refused.correlated(r.id())
}

// execute runs a Lit Action for a session. Source: protocol.md 8.8.
func (n *Node) execute(ctx context.Context, r request) ([]byte, error) {
	body, err := parseBody(r.body)
	if err != nil {
		return nil, err
	}
	if r.epoch, err = epochNamed(body); err != nil {
		return nil, err
	}
	sig, err := sessionSigOf(body)
	if err != nil {
		return nil, err
	}
	asked, err := actionAsked(body)
	if err != nil {
		return nil, err
	}
	source, cid, err := n.source(ctx, asked)
	if err != nil {
		return nil, err
	}
	valid, refused := n.verifySession(sig, purpose{recap.Resource{Prefix: recap.LitAction, ID: cid}, recap.LitActionExecution})
	if refused != nil {
		return nil, refused
	}
	if err := n.checkCredits(ctx, valid, executeUnpaid); err != nil {
		return nil, err
	}
	auth := valid.authContext()
	host := n.config.Host
	host.Signer = actionSigner{node: n, request: r, auth: auth}
	if n.config.Conditions != nil {
		host.Conditions = conditionChecker{n, &valid.capability.address}
	}
	run, leave := n.hosted(r, action.Request{
		Code: source, CID: cid, Params: asked.JSParams, Auth: auth.forAction(cid), AuthSig: true, Host: host,
	})
	defer leave()
	result, err := n.config.Actions.Run(ctx, run)
	if err != nil {
		return nil, actionRefusal(err)
	}
	return executed(result), nil
}

func parseBody(text []byte) (jsjson.Value, error) {
	body, err := jsjson.ParseUnicode(text)
	if err != nil {
		return body, badInput(err)
	}
	if !body.IsObject() {
		return body, badInput(errors.New("the body is not a JSON object"))
	}
	return body, nil
}

// epochNamed is the request's epoch, 0 if it names none.
func epochNamed(body jsjson.Value) (uint64, error) {
	value := body.Get("epoch")
	if !value.Exists() {
		return 0, nil
	}
	epoch, ok := value.Int()
	if !ok || epoch < 0 {
		return 0, badInput(errors.New("member `epoch` is not an epoch's number"))
	}
	return uint64(epoch), nil
}

// sessionSigOf returns the request's session signature. Nothing of it is
// verified.
func sessionSigOf(body jsjson.Value) (session.AuthSig, error) {
	if methods := body.Get("authMethods"); methods.Exists() && !methods.IsNull() {
		return session.AuthSig{}, refuseCode("NodeCannotProvideAuthMethodForEndpoint", "You can't provide an AuthMethod on this endpoint.  Instead, create a session with it and send the session signature.")
	}
	value := body.Get("authSig")
	members, ok := value.Members()
	if !ok {
		return session.AuthSig{}, badInput(errors.New("member `authSig` is not an object"))
	}
	if !isAuthSig(value) {
		if several(members) {
			return session.AuthSig{}, &refusal{status: http.StatusBadRequest, body: outsideScheme("Multiple auth sigs not supported by Lit Actions", "unsupported_auth_sig")}
		}
		return session.AuthSig{}, badInput(errors.New("member `authSig` is not an AuthSig"))
	}
	text := func(name string) string { s, _ := value.Get(name).Text(); return s }
	if text("derivedVia") != "litSessionSignViaNacl" || text("algo") != "ed25519" {
		return session.AuthSig{}, refuseCode("NodeCannotProvideAuthSigForEndpoint", "You can't provide an AuthSig on this endpoint.  Instead, create a session with it and send the session signature.")
	}
	return session.AuthSig{Sig: text("sig"), SignedMessage: text("signedMessage"), Address: text("address")}, nil
}

// several reports whether an authSig is a map of AuthSigs by chain.
func several(members []jsjson.Member) bool {
	return len(members) > 0 && !slices.ContainsFunc(members, func(m jsjson.Member) bool { return !isAuthSig(m.Value) })
}

// actionAsked reads which action a request names.
func actionAsked(body jsjson.Value) (nodeapi.SignSessionKeyRequest, error) {
	var asked nodeapi.SignSessionKeyRequest
	for _, member := range []struct {
		name  string
		place *string
	}{{"code", &asked.Code}, {"ipfsId", &asked.IPFSID}} {
		value := body.Get(member.name)
		text, ok := value.Text()
		if value.Exists() && !value.IsNull() && !ok {
			return asked, badInput(errors.New("member `" + member.name + "` is not a string"))
		}
		*member.place = text
	}
	switch {
	case asked.Code == "" && asked.IPFSID == "":
		return asked, refuseCode("NodeInvalidIPFSID", "No code or ipfs hash provided")
	case asked.Code != "" && asked.IPFSID != "":
		return asked, refuse(kindUnexpected, "Can't provide both code & lit_action_ipfs_id")
	}
	if params := body.Get("jsParams"); !params.IsNull() {
		asked.JSParams = params.Raw()
	}
	return asked, nil
}

// forAction is the context as Lit.Auth shows it to an action. Source:
// protocol.md 9.1.
func (a authContext) forAction(cid string) action.Auth {
	auth := actionAuth(cid, a.methods)
	auth.ActionIPFSIDStack = append(slices.Clone(a.actionCIDs), cid)
	auth.Resources, auth.CustomAuthResource = a.resources, a.response
	if a.wallet != "" {
		auth.AuthSigAddress = &a.wallet
	}
	return auth
}

func executed(result action.Result) []byte {
	return new(jsjson.Object).
		Bool("success", true).
		Raw("signedData", byName(result.SignedData)).
		Raw("decryptedData", []byte("{}")). // an action is given what it decrypts
		Raw("claimData", byName(result.ClaimData)).
		String("response", result.Response).
		String("logs", result.Logs).Bytes()
}

func byName(values map[string]json.RawMessage) []byte {
	var o jsjson.Object
	for _, name := range slices.Sorted(maps.Keys(values)) {
		o.Raw(name, values[name])
	}
	return o.Bytes()
}
