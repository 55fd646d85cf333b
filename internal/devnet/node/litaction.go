package node

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"litsession/internal/devnet/action"
	"litsession/internal/ipfs"
	"litsession/internal/jsjson"
	"litsession/internal/nodeapi"
)

const (
	ipfsTimeout    = 30 * time.Second
	maxSourceBytes = 30_000_000
)

// authorize runs the request's Lit Action, if it has one, and returns how the
// request was authorized. Source: protocol.md 8.5.
func (n *Node) authorize(ctx context.Context, r request, asked nodeapi.SignSessionKeyRequest, methods []authMethodContext) (authContext, error) {
	auth := authContext{methods: methods}
	if asked.Code != "" && asked.IPFSID != "" {
		return auth, refuse(kindUnexpected, "Can't provide both code & lit_action_ipfs_id")
	}
	if asked.Code == "" && asked.IPFSID == "" {
		return auth, nil
	}
	source, cid, err := n.source(ctx, asked)
	if err != nil {
		return auth, err
	}
	auth.actionCIDs = []string{cid}
	run, leave := n.hosted(r, action.Request{
		Code: source, CID: cid, Params: asked.JSParams, Auth: actionAuth(cid, methods), Host: n.config.Host,
	})
	defer leave()
	result, err := n.config.Actions.Run(ctx, run)
	if err != nil {
		return auth, actionRefusal(err)
	}
	// The node looks for the word anywhere in the response.
	if !strings.Contains(result.Response, "true") {
		const failed = "Authentication failed for session_sig signing via Lit Action"
		return auth, refuseCode("NodeLitActionsSessionSigAuthenticationFailed", failed, failed)
	}
	auth.response = result.Response
	return auth, nil
}

func actionAuth(cid string, methods []authMethodContext) action.Auth {
	auth := action.Auth{ActionIPFSIDs: []string{cid}, ActionIPFSIDStack: []string{cid}}
	for _, m := range methods {
		auth.AuthMethodContexts = append(auth.AuthMethodContexts, action.AuthMethodContext{
			UserID: m.userID, AppID: m.appID, AuthMethodType: int(m.methodType), UsedForSignSessionKeyRequest: true,
		})
	}
	return auth
}

// source returns the action's source text and its CID.
func (n *Node) source(ctx context.Context, asked nodeapi.SignSessionKeyRequest) (source, cid string, err error) {
	if asked.IPFSID != "" {
		source, err = n.fetchSource(ctx, asked.IPFSID)
		return source, asked.IPFSID, err
	}
	// The encoding of the standard library skips line breaks; the node does not.
	decoded, err := base64.StdEncoding.Strict().DecodeString(asked.Code)
	if err == nil && strings.ContainsAny(asked.Code, "\r\n") {
		err = errors.New("the text holds a line break")
	}
	if err != nil {
		return "", "", refuse(kindConversion, "Your Lit Action code could not be decoded from base64", err.Error())
	}
	if !utf8.Valid(decoded) {
		return "", "", refuse(kindConversion, "Your Lit Action code could not be converted from base64 decoded bytes into a string.  Please check your base64 encoding code.", "invalid UTF-8")
	}
	return string(decoded), ipfs.Sum(decoded).String(), nil
}

func (n *Node) fetchSource(ctx context.Context, cid string) (string, error) {
	notFound := refuse(kindIPFS, "Error getting ipfs file: "+cid)
	want, err := ipfs.ParseCID(cid)
	if err != nil {
		return "", notFound.within(err.Error())
	}
	if n.config.Host.Code == nil {
		return "", notFound
	}
	ctx, cancel := context.WithTimeout(ctx, ipfsTimeout)
	defer cancel()
	source, err := n.config.Host.Code.ActionCode(ctx, cid)
	switch {
	case err != nil:
		return "", notFound.within(err.Error())
	case len(source) > maxSourceBytes:
		return "", notFound.within(fmt.Sprintf("the file is longer than %d bytes", maxSourceBytes))
	case ipfs.Sum([]byte(source)) != want:
		return "", notFound.within("the file's hash is not that of its name")
	}
	return source, nil
}

// actionRefusal tells the client how its action failed.
func actionRefusal(err error) error {
	var failed *action.Error
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Kind {
	case action.Exception:
		body := new(jsjson.Object).Bool("success", false).
			String("error", failed.Message).String("logs", failed.Logs).Bytes()
		return &refusal{status: http.StatusBadRequest, body: body}
	case action.Timeout:
		return refuseAs(kindTimeout, "NodeJsTimeoutError", failed.Message).withLogs(failed.Logs)
	case action.Crowded:
		return refuseCode("NodeConcurrencyOverload", failed.Message).withLogs(failed.Logs)
	case action.Memory:
		return refuseAs(kindMemoryLimit, "NodeJsMemoryLimitError", failed.Message).withLogs(failed.Logs)
	}
	return refuseCode("NodeJsExecutionError", failed.Message).withLogs(failed.Logs)
}
