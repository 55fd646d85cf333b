package litclient

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"litsession/internal/literr"
	"litsession/internal/nodeapi"
)

// result returns the AuthSig, or why there is none.
func (q *quorum) result() (authorization, error) {
	if q.complete {
		return q.authSig, nil
	}
	reason, first := q.reason()
	words := "the shares that came do not combine"
	if reason == literr.NodesDisagree && first == nil {
		words = q.disagreement()
	}
	if first != nil {
		words = first.Error()
	}
	var refusal *nodeapi.Error
	body := "{}"
	if errors.As(first, &refusal) && refusal.Body != nil {
		body = string(refusal.Body)
	}
	e := literr.Errorf(reason, `There was an error getting the signing shares from the nodes. Response from the nodes: {"success":false,"error":%s}`, body)
	e.Cause = first
	e.Final = refusal != nil && refusal.NeedsCredit()
	e.With("requestId", q.requestID).With("have", q.accepted).With("need", q.network.threshold)
	wait := 0
	if refusal != nil {
		e.With("errorCode", refusal.Code).With("message", refusal.Message)
		if refusal.Logs != "" {
			e.With("logs", refusal.Logs)
		}
		if refusal.NoSuchPKP() {
			e.With("param", "pkpPublicKey").With("want", "the key of a PKP of this network")
		}
		if wait = q.wait(); reason == literr.RateLimited && wait > 0 {
			e.With("retryAfter", wait)
		}
	}
	e.WithHint(strings.TrimSuffix(words, ".") + ". " + q.hint(e, refusal, wait))
	return authorization{}, e.With("failures", q.failures())
}

func (q *quorum) failures() []literr.Failure {
	failures := make([]literr.Failure, len(q.failed))
	for i, f := range q.failed {
		failures[i] = failureOf(f.url, f.err)
	}
	if !q.disagrees() {
		return failures
	}
	for _, g := range q.groups {
		answer, _ := q.answer(g)
		for _, url := range g.urls {
			failures = append(failures, literr.Failure{URL: url, Message: "its action answered " + answer})
		}
	}
	return failures
}

// reason returns the code that so many nodes failed with that they alone make
// the threshold unreachable, and the first such failure.
func (q *quorum) reason() (literr.Code, error) {
	count := map[literr.Code]int{}
	for _, f := range q.failed {
		count[reasonOf(f.err)]++
	}
	for _, f := range q.failed {
		reason := reasonOf(f.err)
		if count[reason] <= q.network.liars() {
			continue
		}
		if reason == literr.NodeUnreachable {
			return literr.NotEnoughNodes, f.err
		}
		return reason, f.err
	}
	switch {
	case q.disagrees():
		return literr.NodesDisagree, nil
	case len(q.failed) <= q.network.liars():
		return literr.BadShare, nil // enough shares came, and they do not fit together
	}
	return literr.NotEnoughShares, q.failed[0].err
}

// disagrees reports whether it is the action's answers that keep the threshold of
// nodes from signing the same: they are part of what is signed.
func (q *quorum) disagrees() bool {
	answers, largest := map[string]bool{}, 0
	for _, g := range q.groups {
		if answer, ok := actionAnswer(g.message); ok {
			answers[answer] = true
		}
		largest = max(largest, len(g.shares))
	}
	return len(answers) > 1 && largest < q.network.threshold && q.accepted >= q.network.threshold
}

const (
	maxQuotedAnswer  = 200 // bytes
	maxQuotedAnswers = 3
)

// answer quotes what the action answered on a group's nodes.
func (q *quorum) answer(g *group) (quoted string, ok bool) {
	text, ok := actionAnswer(g.message)
	return strconv.Quote(q.quoter.text(text, maxQuotedAnswer)), ok
}

func (q *quorum) disagreement() string {
	var answers []string
	for _, g := range q.groups {
		if answer, ok := q.answer(g); ok && !slices.Contains(answers, answer) && len(answers) < maxQuotedAnswers {
			answers = append(answers, answer)
		}
	}
	return "The action answers differently on the nodes: " + strings.Join(answers, ", ") + ", …"
}

// wait returns after how many seconds as many nodes as are needed take requests
// again, by their own words; 0 if they do not say.
func (q *quorum) wait() int {
	var waits []time.Duration
	for _, f := range q.failed {
		var refusal *nodeapi.Error
		if errors.As(f.err, &refusal) {
			if wait, told := refusal.Wait(q.now().Add(q.sentWith)); told {
				waits = append(waits, wait)
			}
		}
	}
	slices.Sort(waits)
	// Those that did not refuse may sign; of the rest the most patient can be spared.
	missing := max(len(q.failed)-q.network.liars(), 1)
	if len(waits) < missing {
		return 0
	}
	return int((waits[missing-1] + time.Second - 1) / time.Second)
}

// hint says what to do about a failure, and about a node's refusal if it is one.
func (q *quorum) hint(e *literr.Error, refusal *nodeapi.Error, wait int) string {
	switch {
	case refusal != nil && refusal.Code == "NodeLitActionsSessionSigAuthenticationFailed":
		return "The Lit Action did not answer true."
	case refusal != nil && refusal.Code == "NodeAuthSigScopeTooLimited":
		return "Permit the action, or an auth method of the call, for this PKP with scope 1 or 2."
	case refusal != nil && refusal.NoSuchPKP():
		return "There is no such PKP on this network: mint one here, or connect to the network that it is of."
	case e.Code == literr.NodesDisagree && q.disagrees():
		return "What differs from node to node, as random numbers, times and fetched texts do, must not be in it; Lit.Actions.runOnce has one node find it out for all."
	case e.Code == literr.ActionFailed:
		return "The Lit Action did not run to its end."
	case e.Final:
		return "Bring a capacity credit, or a delegation of one."
	case wait > 0 && e.Code == literr.RateLimited:
		return "Try again in " + strconv.Itoa(wait) + " s."
	case e.Code.Retryable() || e.Code == literr.NotEnoughShares:
		return "Try again; details.failures has what each node said."
	}
	return "details.failures has what each node said."
}
