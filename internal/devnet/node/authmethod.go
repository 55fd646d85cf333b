package node

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/nodeapi"
	"litsession/internal/siwe"
)

const (
	walletMethod = 1 // an Ethereum wallet's AuthSig
	actionMethod = 2 // a Lit Action, permitted by its CID
)

// authMethodContext is an auth method that was verified.
type authMethodContext struct {
	methodType uint64
	userID     string
	appID      string
}

// method is the auth method as the contract has it.
func (c authMethodContext) method() AuthMethod {
	id := eth.Keccak256([]byte(c.userID + ":" + c.appID))
	return AuthMethod{Type: c.methodType, ID: id[:]}
}

func (n *Node) verifyAuthMethods(methods []nodeapi.AuthMethod) ([]authMethodContext, error) {
	verified := make([]authMethodContext, 0, len(methods))
	for _, m := range methods {
		if m.Type != walletMethod {
			return nil, unsupportedMethod(m.Type)
		}
		userID, refused := verifyWallet(m.AccessToken, n.config.Now())
		if refused != nil {
			return nil, refused
		}
		verified = append(verified, authMethodContext{walletMethod, userID, "lit"})
	}
	return verified, nil
}

// unsupportedMethod says which verifier is missing, so that nobody looks for
// the mistake in the token.
func unsupportedMethod(methodType int) *refusal {
	text := "Unsupported auth method type: " + strconv.Itoa(methodType)
	if name := methodName(methodType); name != "" {
		return refuse(kindUnexpected, text, "This local network has no verifier for "+name)
	}
	return refuse(kindUnexpected, text)
}

func methodName(methodType int) string {
	switch methodType {
	case actionMethod:
		return "Lit Actions as auth methods; send code or litActionIpfsId instead"
	case 3:
		return "WebAuthn"
	case 4:
		return "Discord"
	case 5, 6:
		return "Google"
	case 8:
		return "Apple"
	case 9, 10, 11, 12, 13:
		return "Stytch"
	}
	return ""
}

// verifyWallet checks an AuthSig that a wallet made, given as JSON, and
// returns its address as it was sent. Source: protocol.md 8.4.1.
func verifyWallet(token string, now time.Time) (string, *refusal) {
	object, err := jsjson.Parse([]byte(token))
	if err != nil || !isAuthSig(object) {
		return "", refuseCode("NodeWalletSignatureJSONError", "The access token is not an AuthSig in JSON")
	}
	text := func(name string) string { s, _ := object.Get(name).Text(); return s }
	address, err := eth.ParseAddress(withPrefix(text("address")))
	if err != nil {
		return "", refuseCode("NodeAuthSigAddressConversionError", err.Error())
	}
	if refused := verifyPersonalSign(text("sig"), text("signedMessage"), address); refused != nil {
		return "", refused
	}
	message, err := siwe.Parse(text("signedMessage"))
	if err != nil {
		return "", refuseCode("NodeSIWEMessageError", "Error parsing SIWE message", err.Error())
	}
	for _, reserved := range []string{"lit:session", "lit:capability:delegation"} {
		if strings.HasPrefix(message.URI, reserved) {
			return "", refuseCode("NodeInvalidAuthSig", "An AuthSig with the URI "+reserved+" is no auth method")
		}
	}
	if refused, ok := checkTimes(message, now).(*refusal); ok {
		return "", refused
	}
	return text("address"), nil
}

// isAuthSig reports whether v has the members of an AuthSig and no other: the
// node's parser refuses more. (Repeated names are no JSON to package jsjson.)
func isAuthSig(v jsjson.Value) bool {
	members, ok := v.Members()
	for _, m := range members {
		known := slices.Contains([]string{"sig", "derivedVia", "signedMessage", "address", "algo"}, m.Name)
		if _, text := m.Value.Text(); !known || !text && !(m.Name == "algo" && m.Value.IsNull()) {
			return false
		}
	}
	return ok && v.Get("sig").Exists() && v.Get("derivedVia").Exists() &&
		v.Get("signedMessage").Exists() && v.Get("address").Exists()
}

// verifyPersonalSign checks an EIP-191 signature, r ‖ s ‖ v in hex.
func verifyPersonalSign(sig, text string, signer eth.Address) *refusal {
	signature, err := eth.ParseHex(withPrefix(sig))
	if err != nil || len(signature) != crypto.SignatureLength {
		return refuseCode("NodeSIWESigConversionError", "The signature is not 65 bytes in hex")
	}
	if signature[crypto.RecoveryIDOffset] >= 27 {
		signature[crypto.RecoveryIDOffset] -= 27
	}
	hash := eth.HashMessage(text)
	key, err := crypto.SigToPub(hash[:], signature)
	if err != nil || eth.Address(crypto.PubkeyToAddress(*key)) != signer {
		return refuseCode("NodeInvalidAuthSig", "The signature is not one of the AuthSig's address")
	}
	return nil
}

// withPrefix puts 0x before hex that comes without.
func withPrefix(hex string) string { return "0x" + strings.TrimPrefix(hex, "0x") }
