package devnet_test

import (
	"crypto/rand"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"litsession/internal/devnet"
	"litsession/internal/eth"
	"litsession/internal/nodeapi"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// What who has no credit is told.
const (
	tryLater = `{"message":"Rate limit exceeded.  Try again later.","errorCode":"rate_limit_exceeded"}`
	tryAt    = `{"message":"Rate limit exceeded.  Try again at `
)

// paying is a network that checks credits, with a clock that can be moved.
type paying struct {
	devnet.Descriptor
	ahead *atomic.Int64
	key   session.KeyPair
}

func startPaying(t testing.TB, check devnet.CreditCheck) paying {
	t.Helper()
	p := paying{ahead: new(atomic.Int64), key: must(session.GenerateKeyPair(rand.Reader))(t)}
	p.Descriptor = start(t, devnet.Config{Nodes: 3, Credits: check, Now: p.now}).Descriptor()
	return p
}

func (p paying) now() time.Time { return time.Now().Add(time.Duration(p.ahead.Load())) }

// buy mints a credit of so many requests per kilosecond until the third midnight
// from now. Ids count from 1.
func (p paying) buy(t testing.TB, owner devnet.Account, rate int64) {
	t.Helper()
	const day = 86400
	now := p.now().Unix()
	expiry := (now/day + 3) * day
	// Enough in a block that is minutes behind the clock, and not for one more in
	// one that is not.
	wei := new(big.Int).Mul(big.NewInt(rate*1_000_000/1000), big.NewInt(expiry-now+300))
	transact(t, p.Descriptor, owner, wei, "RateLimitNFT", "mint", big.NewInt(expiry))
}

// session is one of the user's for node i, with more capabilities behind.
func (p paying) session(t testing.TB, user devnet.Account, i int, delegations ...session.AuthSig) session.SessionSig {
	t.Helper()
	message := delegation(t, user, p.key)
	p.date(&message)
	return p.sessionOf(walletSig(t, user, message), i, delegations...)
}

func (p paying) sessionOf(capability session.AuthSig, i int, delegations ...session.AuthSig) session.SessionSig {
	template := session.Template{
		Requests: []byte(everything), Capabilities: [][]byte{capability.JSON()},
		IssuedAt: siwe.FormatTime(p.now()), Expiration: siwe.FormatTime(p.now().Add(time.Hour)),
	}
	for _, d := range delegations {
		template.Capabilities = append(template.Capabilities, d.JSON())
	}
	return session.SignForNodes(p.key, template, []string{p.Nodes[i].URL})[0]
}

func (p paying) date(m *siwe.Message) {
	m.IssuedAt, m.ExpirationTime = siwe.FormatTime(p.now()), siwe.FormatTime(p.now().Add(7*24*time.Hour))
}

// delegate is what createCapacityDelegationAuthSig makes, with restriction as
// its data; change may make it another message.
func (p paying) delegate(t testing.TB, owner devnet.Account, restriction string, change ...func(*siwe.Message)) session.AuthSig {
	t.Helper()
	return p.delegateFor(t, owner, "lit-ratelimitincrease://*", "Auth/Auth", restriction, change...)
}

func (p paying) delegateFor(t testing.TB, owner devnet.Account, resource, ability, restriction string, change ...func(*siwe.Message)) session.AuthSig {
	t.Helper()
	message := siwe.Message{
		Domain: "localhost", Address: must(eth.ParseAddress(owner.Address))(t), URI: "lit:capability:delegation",
		Version: "1", ChainID: 1, Nonce: "0x" + strings.Repeat("00", 32),
	}
	p.date(&message)
	var capability recap.Capability
	if err := capability.Allow(resource, ability, []byte(restriction)); err != nil {
		t.Fatal(err)
	}
	capability.ApplyTo(&message)
	for _, c := range change {
		c(&message)
	}
	return walletSig(t, owner, message)
}

func (p paying) execute(t testing.TB, s session.SessionSig) (int, string) {
	t.Helper()
	status, answer := call(t, "POST", s.Node+nodeapi.ExecutePath, body(t, executeBody(t, s, `Lit.Actions.setResponse({response: "ran"})`)))
	return status, string(answer)
}

func TestWithoutACredit(t *testing.T) {
	for check, refused := range map[devnet.CreditCheck]bool{
		devnet.CreditsOff: false, devnet.CreditsPresent: true, devnet.CreditsCounted: true,
	} {
		t.Run(string(check), func(t *testing.T) {
			p := startPaying(t, check)
			owner := p.Accounts[0]
			_, _ = newSession(t, p.Descriptor, everything) // needs no credit
			s := p.session(t, owner, 0)
			status, answer := p.execute(t, s)
			digest := crypto.Keccak256([]byte("message"))
			signStatus, signAnswer := call(t, "POST", s.Node+nodeapi.PKPSignPath, pkpSignBody(t, p.Descriptor, digest, authSig(s)))
			if !refused {
				if status != http.StatusOK || signStatus != http.StatusOK {
					t.Errorf("%d %s, %d %s", status, answer, signStatus, signAnswer)
				}
				return
			}
			if status != http.StatusPaymentRequired || answer != tryLater {
				t.Errorf("execute: %d %s", status, answer)
			}
			if signStatus != http.StatusBadRequest || string(signAnswer) != tryLater {
				t.Errorf("pkp/sign: %d %s", signStatus, signAnswer)
			}
		})
	}
}

// TestCreditsComeAfterTheSession sees the order of protocol.md 8.8.
func TestCreditsComeAfterTheSession(t *testing.T) {
	p := startPaying(t, devnet.CreditsPresent)
	s := p.session(t, p.Accounts[0], 0)
	_, answer := call(t, "POST", s.Node+nodeapi.PKPSignPath, pkpSignBody(t, p.Descriptor, []byte("short"), authSig(s)))
	if string(answer) != tryLater {
		t.Errorf("before what is to be signed: %s", answer)
	}
	s.SignedMessage += " "
	status, answer := call(t, "POST", s.Node+nodeapi.ExecutePath, body(t, executeBody(t, s, "1")))
	if e := nodeapi.ParseError(status, answer); e.Code != "NodeInvalidAuthSig" {
		t.Errorf("after the session: %d %s", status, answer)
	}
}

func TestCreditsThatAreEnough(t *testing.T) {
	for _, check := range []devnet.CreditCheck{devnet.CreditsPresent, devnet.CreditsCounted} {
		t.Run(string(check), func(t *testing.T) { testCreditsThatAreEnough(t, startPaying(t, check)) })
	}
}

func testCreditsThatAreEnough(t *testing.T, p paying) {
	owner, user, other := p.Accounts[1], p.Accounts[2], p.Accounts[3]
	p.buy(t, owner, 10) // number 1
	bare := strings.TrimPrefix(user.Address, "0x")
	unread := p.delegate(t, owner, "{}")
	unread.SignedMessage = "hello"
	forged := p.delegate(t, owner, "{}")
	forged.SignedMessage = p.delegate(t, owner, `{"uses":"7"}`).SignedMessage
	renamed := p.delegate(t, other, "{}")
	renamed.Address = owner.Address
	old := func(m *siwe.Message) { m.ExpirationTime = siwe.FormatTime(p.now().Add(-time.Second)) }
	early := func(m *siwe.Message) { m.NotBefore = siwe.FormatTime(p.now().Add(time.Hour)) }
	const ok = "ok"
	for _, row := range []struct {
		name        string
		user        devnet.Account
		want        string // "ok", tryLater, or an error code
		delegations []session.AuthSig
	}{
		{"a credit of one's own", owner, ok, nil},
		{"no credit", user, tryLater, nil},
		{"a delegation to anybody", user, ok, []session.AuthSig{p.delegate(t, owner, "{}")}},
		{"a delegation by who has none", user, tryLater, []session.AuthSig{p.delegate(t, other, "{}")}},
		{"delegated to the user", user, ok, []session.AuthSig{p.delegate(t, owner, `{"delegate_to":["`+bare+`"]}`)}},
		{"in another case", user, ok, []session.AuthSig{p.delegate(t, owner, `{"delegate_to":["`+strings.ToUpper(bare)+`"]}`)}},
		{"delegated with 0x, which is no address", user, tryLater, []session.AuthSig{p.delegate(t, owner, `{"delegate_to":["`+user.Address+`"]}`)}},
		{"delegated to somebody else", user, tryLater, []session.AuthSig{p.delegate(t, owner, `{"delegate_to":["`+strings.TrimPrefix(other.Address, "0x")+`"]}`)}},
		{"delegated to nobody", user, tryLater, []session.AuthSig{p.delegate(t, owner, `{"delegate_to":[]}`)}},
		{"delegate_to of another type", user, "Conversion", []session.AuthSig{p.delegate(t, owner, `{"delegate_to":"`+bare+`"}`)}},
		{"a credit by number", user, ok, []session.AuthSig{p.delegate(t, owner, `{"nft_id":["1"]}`)}},
		{"a credit that is not the signer's", user, ok, []session.AuthSig{p.delegate(t, other, `{"nft_id":["1"]}`)}},
		{"a credit that does not exist", user, tryLater, []session.AuthSig{p.delegate(t, owner, `{"nft_id":["2"]}`)}},
		{"a credit that cannot exist", user, tryLater, []session.AuthSig{p.delegate(t, owner, `{"nft_id":["`+strings.Repeat("9", 70)+`"]}`)}},
		{"no credit by number", user, tryLater, []session.AuthSig{p.delegate(t, owner, `{"nft_id":[]}`)}},
		{"a number that is none", user, "Conversion", []session.AuthSig{p.delegate(t, owner, `{"nft_id":["0x1"]}`)}},
		{"uses left", user, ok, []session.AuthSig{p.delegate(t, owner, `{"uses":"1000"}`)}},
		{"no uses", user, tryLater, []session.AuthSig{p.delegate(t, owner, `{"uses":"0"}`)}},
		{"uses that are no text", user, "Conversion", []session.AuthSig{p.delegate(t, owner, `{"uses":1}`)}},
		{"everything said", user, ok, []session.AuthSig{p.delegate(t, owner, `{"delegate_to":["`+bare+`"],"nft_id":["1"],"uses":"9"}`)}},
		{"the second delegation", user, ok, []session.AuthSig{p.delegate(t, other, "{}"), p.delegate(t, owner, `{"uses":"5"}`)}},
		{"the resource's id is not read", user, ok, []session.AuthSig{p.delegateFor(t, owner, "lit-ratelimitincrease://9", "Auth/Auth", "{}")}},
		{"another ability", user, tryLater, []session.AuthSig{p.delegateFor(t, owner, "lit-ratelimitincrease://*", "Threshold/Execution", "{}")}},
		{"another resource", user, tryLater, []session.AuthSig{p.delegateFor(t, owner, "lit-litaction://*", "Auth/Auth", "{}")}},
		{"expired", user, "NodeInvalidAuthSig", []session.AuthSig{p.delegate(t, owner, "{}", old)}},
		{"not valid yet", user, "NodeInvalidAuthSig", []session.AuthSig{p.delegate(t, owner, "{}", early)}},
		{"no message", user, "NodeSIWEMessageError", []session.AuthSig{unread}},
		{"another message than signed", user, "NodeInvalidAuthSig", []session.AuthSig{forged}},
		{"in another's name", user, "NodeInvalidAuthSig", []session.AuthSig{renamed}},
		{"one bad among good ones", user, "NodeInvalidAuthSig", []session.AuthSig{p.delegate(t, owner, "{}"), forged}},
		{"a bad one beside a credit of one's own", owner, ok, []session.AuthSig{forged}},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, answer := p.execute(t, p.session(t, row.user, 0, row.delegations...))
			e := nodeapi.ParseError(status, []byte(answer))
			switch row.want {
			case ok:
				if status != http.StatusOK || !strings.Contains(answer, `"response":"ran"`) {
					t.Errorf("%d %s", status, answer)
				}
			case tryLater:
				if status != http.StatusPaymentRequired || answer != tryLater {
					t.Errorf("%d %s", status, answer)
				}
			default:
				if e.Code != row.want && (e.Code != "" || e.Kind != row.want) || e.CorrelationID != "lit_1" {
					t.Errorf("%d %s", status, answer)
				}
			}
		})
	}
}

// TestThePKPOfASessionIsTheUser has a credit delegated to the PKP's address.
func TestThePKPOfASessionIsTheUser(t *testing.T) {
	p := startPaying(t, devnet.CreditsPresent)
	p.buy(t, p.Accounts[1], 10)
	key, sigs := newSession(t, p.Descriptor, everything)
	p.key = key
	var signed struct{ Capabilities []json.RawMessage }
	if err := json.Unmarshal([]byte(sigs[0].SignedMessage), &signed); err != nil {
		t.Fatal(err)
	}
	pkp := must(session.ParseAuthSig(signed.Capabilities[0]))(t)
	to := func(address string) session.AuthSig {
		return p.delegate(t, p.Accounts[1], `{"delegate_to":["`+strings.TrimPrefix(address, "0x")+`"]}`)
	}
	if status, answer := p.execute(t, p.sessionOf(pkp, 0, to(p.PKP.EthAddress))); status != http.StatusOK {
		t.Errorf("%d %s", status, answer)
	}
	if status, answer := p.execute(t, p.sessionOf(pkp, 0, to(p.Accounts[0].Address))); status != http.StatusPaymentRequired {
		t.Errorf("delegated to the PKP's owner: %d %s", status, answer)
	}
}

func TestACreditExpires(t *testing.T) {
	p := startPaying(t, devnet.CreditsPresent)
	owner, user := p.Accounts[1], p.Accounts[2]
	p.buy(t, owner, 10)
	p.ahead.Store(int64(73 * time.Hour))
	for name, s := range map[string]session.SessionSig{
		"one's own": p.session(t, owner, 0),
		"by number": p.session(t, user, 0, p.delegate(t, owner, `{"nft_id":["1"]}`)),
	} {
		if status, answer := p.execute(t, s); status != http.StatusPaymentRequired || answer != tryLater {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	p.buy(t, owner, 10)
	if status, answer := p.execute(t, p.session(t, owner, 0)); status != http.StatusOK {
		t.Errorf("a new one: %d %s", status, answer)
	}
}

func TestAPayer(t *testing.T) {
	p := startPaying(t, devnet.CreditsCounted)
	payer, user, other := p.Accounts[1], p.Accounts[2], p.Accounts[3]
	p.buy(t, payer, 10)
	want := func(name string, user devnet.Account, status int, start string) {
		t.Helper()
		if got, answer := p.execute(t, p.session(t, user, 0)); got != status || !strings.HasPrefix(answer, start) {
			t.Errorf("%s: %d %s", name, got, answer)
		}
	}
	want("before", user, 402, tryLater)
	transact(t, p.Descriptor, payer, nil, "PaymentDelegation", "delegatePayments", common.HexToAddress(user.Address))
	want("with a payer", user, 200, "")
	want("somebody else", other, 402, tryLater)
	transact(t, p.Descriptor, payer, nil, "PaymentDelegation", "setRestriction", struct{ RequestsPerPeriod, PeriodSeconds *big.Int }{big.NewInt(1), big.NewInt(3600)})
	want("the one request that is allowed", user, 200, "")
	want("one more", user, 402, tryAt)
	p.ahead.Store(int64(time.Hour + time.Second))
	want("a period later", user, 200, "")
	transact(t, p.Descriptor, payer, nil, "PaymentDelegation", "undelegatePayments", common.HexToAddress(user.Address))
	p.ahead.Store(int64(3 * time.Hour))
	want("without the payer again", user, 402, tryLater)
}

func TestUsesAreCounted(t *testing.T) {
	p := startPaying(t, devnet.CreditsCounted)
	owner, user := p.Accounts[1], p.Accounts[2]
	p.buy(t, owner, 10)
	twice := p.delegate(t, owner, `{"uses":"2"}`)
	var first time.Time
	for i := range 2 {
		if first.IsZero() {
			first = p.now()
		}
		if status, answer := p.execute(t, p.session(t, user, 0, twice)); status != http.StatusOK {
			t.Fatalf("use %d: %d %s", i, status, answer)
		}
	}
	status, answer := p.execute(t, p.session(t, user, 0, twice))
	var refused struct{ Message, ErrorCode string }
	if err := json.Unmarshal([]byte(answer), &refused); err != nil || status != 402 || refused.ErrorCode != "rate_limit_exceeded" {
		t.Fatalf("the third: %d %s", status, answer)
	}
	text, ok := strings.CutPrefix(refused.Message, "Rate limit exceeded.  Try again at ")
	again, err := time.Parse(time.RFC3339, text)
	if want := first.Add(30 * 24 * time.Hour); !ok || err != nil || again.Before(want.Add(-time.Second)) || again.After(want.Add(patience)) {
		t.Errorf("%q, want about %s", refused.Message, want)
	}
	digest := crypto.Keccak256([]byte("message"))
	s := p.session(t, user, 0, twice)
	status, signed := call(t, "POST", s.Node+nodeapi.PKPSignPath, pkpSignBody(t, p.Descriptor, digest, authSig(s)))
	if status != http.StatusBadRequest || string(signed) != answer {
		t.Errorf("pkp/sign: %d %s", status, signed)
	}
	if status, answer := p.execute(t, p.session(t, user, 1, twice)); status != http.StatusOK {
		t.Errorf("another node, which counts for itself: %d %s", status, answer)
	}
	if status, answer := p.execute(t, p.session(t, user, 0, p.delegate(t, owner, `{"uses":"3"}`))); status != http.StatusOK {
		t.Errorf("another delegation: %d %s", status, answer)
	}
	if status, answer := p.execute(t, p.session(t, owner, 0)); status != http.StatusOK {
		t.Errorf("the owner: %d %s", status, answer)
	}
}

// TestRatesAreCounted uses a credit of one request per kilosecond up: 86 in the
// window of a day.
func TestRatesAreCounted(t *testing.T) {
	p := startPaying(t, devnet.CreditsCounted)
	owner, user := p.Accounts[1], p.Accounts[2]
	p.buy(t, owner, 1)
	own, lent := p.session(t, owner, 0), p.session(t, user, 0, p.delegate(t, owner, "{}"))
	for i := range 86 {
		s := own
		if i%2 == 1 {
			s = lent // draws on the same credit
		}
		if status, answer := p.execute(t, s); status != http.StatusOK {
			t.Fatalf("request %d: %d %s", i, status, answer)
		}
	}
	for _, s := range []session.SessionSig{own, lent} {
		if status, answer := p.execute(t, s); status != http.StatusPaymentRequired || !strings.HasPrefix(answer, tryAt) {
			t.Errorf("one more: %d %s", status, answer)
		}
	}
	p.buy(t, owner, 1)
	if status, answer := p.execute(t, own); status != http.StatusOK {
		t.Errorf("with another credit: %d %s", status, answer)
	}
}

// TestPresentCreditsAreNotCounted is the configuration of the hosted networks.
func TestPresentCreditsAreNotCounted(t *testing.T) {
	p := startPaying(t, devnet.CreditsPresent)
	owner, user := p.Accounts[1], p.Accounts[2]
	p.buy(t, owner, 1)
	once := p.session(t, user, 0, p.delegate(t, owner, `{"uses":"1"}`))
	for i := range 90 {
		if status, answer := p.execute(t, once); status != http.StatusOK {
			t.Fatalf("request %d: %d %s", i, status, answer)
		}
	}
}

func TestTheRateComesBack(t *testing.T) {
	p := startPaying(t, devnet.CreditsCounted)
	owner := p.Accounts[1]
	p.buy(t, owner, 1)
	for range 86 {
		if status, answer := p.execute(t, p.session(t, owner, 0)); status != http.StatusOK {
			t.Fatalf("%d %s", status, answer)
		}
	}
	p.ahead.Store(int64(23 * time.Hour))
	if status, answer := p.execute(t, p.session(t, owner, 0)); status != http.StatusPaymentRequired {
		t.Errorf("within the window: %d %s", status, answer)
	}
	p.ahead.Store(int64(24*time.Hour + patience))
	if status, answer := p.execute(t, p.session(t, owner, 0)); status != http.StatusOK {
		t.Errorf("after the window: %d %s", status, answer)
	}
}
