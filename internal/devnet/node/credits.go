package node

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"litsession/internal/eth"
	"litsession/internal/jsjson"
	"litsession/internal/recap"
	"litsession/internal/session"
)

// CreditCheck is how a node checks capacity credits, an option of every
// deployment. Source: protocol.md 8.10.
type CreditCheck string

const (
	// CreditsOff asks for none, as "" does.
	CreditsOff CreditCheck = "off"
	// CreditsPresent is content with one credit that has not expired and counts
	// nothing, as the hosted networks did.
	CreditsPresent CreditCheck = "present"
	// CreditsCounted also counts the uses of delegations and the requests of
	// every credit. Each node counts for itself.
	CreditsCounted CreditCheck = "counted"
)

// CreditChecks returns every way to check.
func CreditChecks() []CreditCheck {
	return []CreditCheck{CreditsOff, CreditsPresent, CreditsCounted}
}

// Credit is a capacity credit, a token of RateLimitNFT.
type Credit struct {
	TokenID               uint64
	RequestsPerKilosecond uint64
	Expiry                time.Time
}

// Payer is an account that pays for others' requests with its credits.
type Payer struct {
	Address eth.Address
	// RequestsPerPeriod that the payer pays each user in Period; a Period of zero
	// means any number.
	RequestsPerPeriod uint64
	Period            time.Duration
}

// Credits reads who has capacity credits.
type Credits interface {
	// CreditsOf returns what an account owns, expired credits included.
	CreditsOf(ctx context.Context, owner eth.Address) ([]Credit, error)
	// Credit returns the credit with an id, whoever owns it; ok is false if there
	// is none.
	Credit(ctx context.Context, tokenID uint64) (credit Credit, ok bool, err error)
	// Payers returns who pays for a user.
	Payers(ctx context.Context, user eth.Address) ([]Payer, error)
}

// delegationMemory is how long a node remembers the uses of a delegation.
const delegationMemory = 30 * 24 * time.Hour

// allowance is a credit that a request may draw on.
type allowance struct {
	credit Credit
	// through bounds what is drawn by way of a delegation or of a payer.
	through []quota
}

// creditSearch looks for the credits of one request's user.
type creditSearch struct {
	node    *Node
	session validSession
	user    eth.Address
	now     time.Time
}

// checkCredits refuses a session whose user has no credit for one more request.
// A real node asks the three sources at once and takes the first answer; here
// they take turns, so that a delegation that is no good fails only who has
// nothing else. status is the endpoint's own for a refusal.
func (n *Node) checkCredits(ctx context.Context, s validSession, status int) error {
	check := n.config.CreditCheck
	if check == "" || check == CreditsOff {
		return nil
	}
	search := creditSearch{node: n, session: s, user: s.capability.address, now: n.config.Now()}
	var all []allowance
	var failed error
	for _, source := range []func(context.Context) ([]allowance, error){search.owned, search.paid, search.delegated} {
		found, err := source(ctx)
		if err != nil {
			failed = err
			continue
		}
		all = append(all, search.unexpired(found)...)
		if check == CreditsPresent && len(all) > 0 {
			return nil
		}
	}
	again := time.Time{}
	if check == CreditsCounted {
		var ok bool
		if again, ok = n.spent.charge(all, n.config.CreditWindow, search.now); ok {
			return nil
		}
	}
	if failed != nil {
		return failed
	}
	return rateLimited(status, again)
}

// rateLimited is the answer to who has no credit, or none left. again is when
// the next request may succeed, zero if no request is on record.
func rateLimited(status int, again time.Time) *refusal {
	when := "later."
	if !again.IsZero() {
		when = "at " + again.UTC().Format(time.RFC3339)
	}
	return &refusal{status: status, body: outsideScheme("Rate limit exceeded.  Try again "+when, "rate_limit_exceeded")}
}

// The statuses of refusals for want of credit.
const (
	executeUnpaid = http.StatusPaymentRequired
	pkpSignUnpaid = http.StatusBadRequest
)

func (c creditSearch) unexpired(all []allowance) []allowance {
	return slices.DeleteFunc(all, func(a allowance) bool { return !c.now.Before(a.credit.Expiry) })
}

// owned are the user's own credits.
func (c creditSearch) owned(ctx context.Context) ([]allowance, error) { return c.of(ctx, c.user) }

// of returns the credits that an account owns.
func (c creditSearch) of(ctx context.Context, owner eth.Address, through ...quota) ([]allowance, error) {
	credits, err := c.node.config.Credits.CreditsOf(ctx, owner)
	if err != nil {
		return nil, refuseCode("NodeRpcError", err.Error())
	}
	all := make([]allowance, len(credits))
	for i, credit := range credits {
		all[i] = allowance{credit, through}
	}
	return all, nil
}

// paid are the credits of those who pay for the user.
func (c creditSearch) paid(ctx context.Context) ([]allowance, error) {
	payers, err := c.node.config.Credits.Payers(ctx, c.user)
	if err != nil {
		return nil, refuseCode("NodeRpcError", err.Error())
	}
	var all []allowance
	for _, payer := range payers {
		var through []quota
		if payer.Period > 0 {
			key := sha256.Sum256([]byte("payer " + payer.Address.String() + c.user.String()))
			through = []quota{{key, payer.RequestsPerPeriod, payer.Period}}
		}
		found, err := c.of(ctx, payer.Address, through...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// delegated are the credits that AuthSigs among the session's capabilities let
// the user draw on. It fails if any capability is no good, also one that
// delegates nothing.
func (c creditSearch) delegated(ctx context.Context) ([]allowance, error) {
	var all []allowance
	for _, sig := range c.session.sigs {
		signer, granted, refused := c.node.verifyDelegation(sig, c.now)
		if refused != nil {
			return nil, refused
		}
		for _, d := range granted {
			if !d.isFor(c.user) || d.limited && d.uses == 0 {
				continue
			}
			found, err := c.under(ctx, d, signer, sha256.Sum256([]byte(sig.Sig)))
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
	}
	return all, nil
}

// under are the credits of a delegation, whose uses are counted under key: the
// ones it names, whoever owns them, or else all of the signer.
func (c creditSearch) under(ctx context.Context, d delegation, signer eth.Address, key [32]byte) ([]allowance, error) {
	var through []quota
	if d.limited {
		through = []quota{{key, d.uses, delegationMemory}}
	}
	if !d.named {
		return c.of(ctx, signer, through...)
	}
	var all []allowance
	for _, tokenID := range d.tokenIDs {
		credit, ok, err := c.node.config.Credits.Credit(ctx, tokenID)
		if err != nil {
			return nil, refuseCode("NodeRpcError", err.Error())
		}
		if ok {
			all = append(all, allowance{credit, through})
		}
	}
	return all, nil
}

// delegation is what one nota bene of a delegation's ReCap says. Source:
// protocol.md 6.10.
type delegation struct {
	tokenIDs []uint64
	named    bool     // tokenIDs are all; otherwise every credit of the signer
	users    []string // lower case, without 0x
	listed   bool     // users are all; otherwise anyone
	uses     uint64
	limited  bool // by uses
}

func (d delegation) isFor(user eth.Address) bool {
	return !d.listed || slices.Contains(d.users, strings.TrimPrefix(strings.ToLower(user.String()), "0x"))
}

// verifyDelegation checks a capability's signature and times and returns who
// signed it and what it delegates. Its URI and the resource's id are not looked
// at.
func (n *Node) verifyDelegation(sig session.AuthSig, now time.Time) (signer eth.Address, granted []delegation, _ *refusal) {
	message, refused := n.verifySigner(sig, now)
	if refused != nil {
		return signer, nil, refused
	}
	for _, resource := range message.Resources {
		if !recap.IsURN(resource) {
			continue
		}
		capability, err := recap.ParseURN(resource)
		if err != nil {
			return signer, nil, refuseCode("NodeSIWECapabilityInvalid", err.Error())
		}
		for _, key := range capability.Resources() {
			if r, _ := recap.ParseKey(key); r.Prefix != recap.RateLimitIncrease {
				continue
			}
			for _, note := range capability.NotaBene(key, recap.RateLimitIncreaseAuth.Name()) {
				d, refused := parseDelegation(note)
				if refused != nil {
					return signer, nil, refused
				}
				granted = append(granted, d)
			}
		}
	}
	return message.Address, granted, nil
}

// parseDelegation reads a nota bene. A real node breaks down on members of
// other types; this one says so.
func parseDelegation(note []byte) (delegation, *refusal) {
	wrong := func(member, want string) (delegation, *refusal) {
		return delegation{}, refuse(kindConversion, "member `"+member+"` of the delegation is not "+want)
	}
	v, err := jsjson.Parse(note)
	if err != nil {
		return delegation{}, refuse(kindConversion, err.Error())
	}
	var d delegation
	var ok bool
	if d.users, d.listed, ok = textList(v.Get("delegate_to")); !ok {
		return wrong("delegate_to", "a list of addresses")
	}
	for i, user := range d.users {
		d.users[i] = strings.ToLower(user)
	}
	ids, named, ok := textList(v.Get("nft_id"))
	d.named = named
	for _, id := range ids {
		if !isDecimal(id) {
			ok = false
		}
		if tokenID, err := strconv.ParseUint(id, 10, 64); err == nil { // no credit has a larger one
			d.tokenIDs = append(d.tokenIDs, tokenID)
		}
	}
	if !ok {
		return wrong("nft_id", "a list of decimal numbers in text")
	}
	if uses := v.Get("uses"); uses.Exists() {
		text, isText := uses.Text()
		number, err := strconv.ParseUint(text, 10, 64)
		if !isText || err != nil {
			return wrong("uses", "a decimal number in text")
		}
		d.uses, d.limited = number, true
	}
	return d, nil
}

// textList reads a list of strings that may be missing.
func textList(v jsjson.Value) (texts []string, present, ok bool) {
	if !v.Exists() {
		return nil, false, true
	}
	items, ok := v.Items()
	for _, item := range items {
		text, isText := item.Text()
		ok = ok && isText
		texts = append(texts, text)
	}
	return texts, true, ok
}

func isDecimal(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// creditQuota is what a credit allows in a window.
func creditQuota(credit Credit, window time.Duration) quota {
	id := binary.BigEndian.AppendUint64([]byte("credit "), credit.TokenID)
	return quota{sha256.Sum256(id), credit.RequestsPerKilosecond * uint64(window/time.Second) / 1000, window}
}
