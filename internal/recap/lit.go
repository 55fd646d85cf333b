package recap

import "strings"

// The prefixes of Lit's resources, the part of a key before "://".
const (
	AccessControlCondition = "lit-accesscontrolcondition"
	PKP                    = "lit-pkp"
	RateLimitIncrease      = "lit-ratelimitincrease"
	LitAction              = "lit-litaction"
	ResolvedAuthContext    = "lit-resolvedauthcontext" // added by nodes, never by clients
)

// AuthContextKey is the resource under which nodes record how a session was
// authorized.
const AuthContextKey = ResolvedAuthContext + "://*"

// AuthContextAbility is the ability on [AuthContextKey].
const AuthContextAbility = "Auth/Auth"

// Resource is something in Lit that abilities apply to.
type Resource struct {
	Prefix string // one of the prefixes above
	ID     string // token id, CID, hash or "*", as the prefix has it
}

// Key returns the resource as ReCaps name it, prefix://id.
func (r Resource) Key() string { return r.Prefix + "://" + r.ID }

// Wildcard returns all resources of r's kind.
func (r Resource) Wildcard() Resource { return Resource{Prefix: r.Prefix, ID: "*"} }

// ParseKey splits a resource key; ok is false if there is no "://".
func ParseKey(key string) (r Resource, ok bool) {
	r.Prefix, r.ID, ok = strings.Cut(key, "://")
	return r, ok
}

// Ability is what a session may do, in the words of the official SDK.
type Ability string

// The abilities that sessions can be given.
const (
	DecryptAccessControlCondition Ability = "access-control-condition-decryption"
	SignAccessControlCondition    Ability = "access-control-condition-signing"
	PKPSigning                    Ability = "pkp-signing"
	RateLimitIncreaseAuth         Ability = "rate-limit-increase-auth"
	LitActionExecution            Ability = "lit-action-execution"
)

// Name returns the ability as ReCaps name it, "Namespace/Name"; "" if unknown.
func (a Ability) Name() string {
	name, _ := a.terms()
	return name
}

// Fits reports whether the ability can be had on resources with the prefix.
func (a Ability) Fits(prefix string) bool {
	_, want := a.terms()
	return want != "" && want == prefix
}

func (a Ability) terms() (name, prefix string) {
	switch a {
	case DecryptAccessControlCondition:
		return "Threshold/Decryption", AccessControlCondition
	case SignAccessControlCondition:
		return "Threshold/Signing", AccessControlCondition
	case PKPSigning:
		return "Threshold/Signing", PKP
	case RateLimitIncreaseAuth:
		return "Auth/Auth", RateLimitIncrease
	case LitActionExecution:
		return "Threshold/Execution", LitAction
	}
	return "", ""
}

// Covers reports whether a node would find the ability on the resource in c:
// the ability fits the resource, and the wildcard key prefix://* grants it or,
// only if c has no such key, the exact key does.
func (c Capability) Covers(r Resource, a Ability) bool {
	if !a.Fits(r.Prefix) {
		return false
	}
	return c.grantsFor(r, a.Name())
}

// CoversName is [Capability.Covers] for an ability given by its ReCap name and
// without regard to whether it fits the resource, as nodes compare.
func (c Capability) CoversName(r Resource, name string) bool { return c.grantsFor(r, name) }

func (c Capability) grantsFor(r Resource, name string) bool {
	if wildcard := r.Wildcard().Key(); c.Has(wildcard) {
		return c.Grants(wildcard, name)
	}
	return c.Grants(r.Key(), name)
}
