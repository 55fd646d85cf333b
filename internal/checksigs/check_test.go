package main

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"litsession/internal/bls"
	"litsession/internal/eth"
	"litsession/internal/recap"
	"litsession/internal/session"
	"litsession/internal/siwe"
)

// pkp is the generator of secp256k1, a public key like any other.
const pkp = "0x0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" +
	"483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"

const requests = `[{"resource":{"resource":"*","resourcePrefix":"lit-pkp"},"ability":"pkp-signing"}]`

var now = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// scene is everything that goes into one set of signatures.
type scene struct {
	message  siwe.Message
	requests string
	ability  string
	more     string // a resource of which the same ability is granted besides
	nodes    []string
	other    bool // signed by another network
	spoil    func(text string) string
}

func newScene(key session.KeyPair) scene {
	public, _ := eth.ParsePublicKey(pkp)
	return scene{
		message: siwe.Message{
			Domain: "localhost", Address: public.Address(), Statement: "Session", URI: key.URI(),
			Version: "1", ChainID: 1, Nonce: "0x" + strings.Repeat("ab", 32),
			IssuedAt: siwe.FormatTime(now), ExpirationTime: siwe.FormatTime(now.Add(time.Hour)),
		},
		requests: requests,
		ability:  "Threshold/Signing",
		nodes:    []string{"http://127.0.0.1:1", "http://127.0.0.1:2"},
		spoil:    func(text string) string { return text },
	}
}

func deal(t *testing.T) (bls.PublicKey, []bls.SecretShare) {
	t.Helper()
	key, shares, err := bls.Deal(rand.Reader, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	return key, shares
}

// input plays the scene and writes what checksigs reads.
func (s scene) input(t *testing.T, key session.KeyPair) string {
	t.Helper()
	network, shares := deal(t)
	var granted recap.Capability
	if err := granted.Allow("lit-pkp://*", s.ability, nil); err != nil {
		t.Fatal(err)
	}
	if s.more != "" {
		if err := granted.Allow(s.more, s.ability, nil); err != nil {
			t.Fatal(err)
		}
	}
	granted.ApplyTo(&s.message)
	hash := session.MessageHash(s.message.String())
	signature, err := bls.Combine([]bls.SignatureShare{shares[0].Sign(hash[:]), shares[1].Sign(hash[:])})
	if err != nil {
		t.Fatal(err)
	}
	if s.other {
		network, _ = deal(t)
	}
	authSig := session.NewPKPAuthSig(signature, s.message.String(), s.message.Address)
	sigs := session.SignForNodes(key, session.Template{
		Requests: []byte(s.requests), Capabilities: [][]byte{authSig.JSON()},
		IssuedAt: s.message.IssuedAt, Expiration: s.message.ExpirationTime,
	}, s.nodes)
	return s.spoil(fmt.Sprintf(`{"descriptor":{"networkPublicKey":%q,"nodes":[{"url":%q},{"url":%q}],"pkp":{"publicKey":%q}},`+
		`"resourceAbilityRequests":%s,"sessionSigs":%s}`,
		network, "http://127.0.0.1:1", "http://127.0.0.1:2", pkp, requests, sigs.JSON()))
}

func TestRunJudges(t *testing.T) {
	key, err := session.GenerateKeyPair(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*scene)
		want   string // "" means good
	}{
		{"good", func(*scene) {}, ""},
		{"other network", func(s *scene) { s.other = true }, "does not verify with the network key"},
		{"expired", func(s *scene) { s.message.ExpirationTime = siwe.FormatTime(now) }, "is not valid now"},
		{"from the future", func(s *scene) { s.message.IssuedAt = siwe.FormatTime(now.Add(time.Second)) }, "is not valid now"},
		{"other PKP", func(s *scene) { s.message.Address[0] ^= 1 }, "not of the PKP"},
		{"other session key", func(s *scene) { s.message.URI = "lit:session:00" }, "is for lit:session:00"},
		{"other requests", func(s *scene) { s.requests = "[]" }, "resourceAbilityRequests are []"},
		{"other ability", func(s *scene) { s.ability = "Threshold/Execution" }, "does not grant pkp-signing"},
		{"one ability more", func(s *scene) { s.more = "lit-litaction://*" }, "grants more"},
		{"no signature for a node", func(s *scene) { s.nodes = s.nodes[:1] }, "http://127.0.0.1:2 has no session signature"},
		{"a node too many", func(s *scene) { s.nodes = append(s.nodes, "http://127.0.0.1:3") }, "http://127.0.0.1:3 is no node"},
		{"signed for another node", func(s *scene) {
			s.nodes[1] = "http://127.0.0.1:3"
			s.spoil = func(text string) string {
				return strings.ReplaceAll(text, `"http://127.0.0.1:3":`, `"http://127.0.0.1:2":`)
			}
		}, "http://127.0.0.1:2 is signed for http://127.0.0.1:3"},
		{"text changed", func(s *scene) {
			s.spoil = func(text string) string { return strings.ReplaceAll(text, `\"issuedAt\"`, `\"issuedat\"`) }
		}, "the ed25519 signature does not verify"},
		{"other kind", func(s *scene) {
			s.spoil = func(text string) string { return strings.ReplaceAll(text, `"algo":"ed25519"`, `"algo":"none"`) }
		}, `is of kind "none"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(key)
			tt.change(&s)
			var out strings.Builder
			err := run(strings.NewReader(s.input(t, key)), &out, now)
			if (err == nil) != (tt.want == "") || !strings.Contains(out.String(), tt.want) {
				t.Errorf("error %v, printed:\n%s", err, &out)
			}
			if tt.want == "" && strings.Count(out.String(), " ok\n") != 2 {
				t.Errorf("printed:\n%s", &out)
			}
		})
	}
}

func TestRunRefusesWhatItCannotRead(t *testing.T) {
	for _, text := range []string{"", "{}", `{"descriptor":{"networkPublicKey":"00"}}`} {
		if err := run(strings.NewReader(text), new(strings.Builder), now); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}
