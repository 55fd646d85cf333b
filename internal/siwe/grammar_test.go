package siwe_test

import (
	"strings"
	"testing"

	"litsession/internal/siwe"
)

// message is a valid text with one field replaced.
func message(label, value string) string {
	fields := map[string]string{
		"domain": "localhost", "statement": "Hello.", "URI: ": "https://localhost/login",
		"Issued At: ": "2026-01-15T12:00:00.000Z", "Request ID: ": "1",
	}
	fields[label] = value
	return fields["domain"] + " wants you to sign in with your Ethereum account:\n" +
		"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\n\n" + fields["statement"] + "\n\n" +
		"URI: " + fields["URI: "] + "\nVersion: 1\nChain ID: 1\nNonce: 01234567\n" +
		"Issued At: " + fields["Issued At: "] + "\nRequest ID: " + fields["Request ID: "]
}

func TestGrammar(t *testing.T) {
	for _, test := range []struct{ label, good, bad string }{
		{
			"domain", "localhost a.b:80 a: user:pw@host 127.0.0.1:8080 [::1]:80 [1:2:3:4:5:6:7:8] [::ffff:1.2.3.4] " +
				"[2001:db8::] [v7.a:b] a%20b a_b.c https://a.b lit://a",
			"a/b é.com a|b [::1 [::1]x [1:2:3] [1::2::3] [::1.2.3.256] [::12345] [v.a] a:b a%2 1https://a b@c@d",
		},
		{
			"URI: ", "a: lit:session:ab http://a http://a/?? file:///x http://a/%C3%A9 urn:recap:e30 http://[::1]:8/a?b#c a://b@c:/d mailto:a@b",
			"x :a 1a:b http://a% http://a/%zz http://a/é http://a/[ http://a#b#c http://a:b http://a@b@c/ a\\b:c",
		},
		{
			"Issued At: ", "2020-01-01T00:00:00Z 2020-01-01T00:00:00+01:00 2020-01-01t00:00:00z 2020-02-29T23:59:59.123456789Z 2016-12-31T23:59:60Z 2015-06-30T18:59:60.5-05:00",
			"2020-13-01T00:00:00Z 2021-02-29T00:00:00Z 2020-01-01T24:00:00Z 2020-01-01T1:00:00Z 2020-01-01T00:00:00,5Z 2020-01-01T00:00:00 2020-01-01T00:00:60Z 2016-12-30T23:59:60Z 2016-12-31T23:59:61Z",
		},
	} {
		for value := range strings.FieldsSeq(test.good) {
			if _, err := siwe.Parse(message(test.label, value)); err != nil {
				t.Errorf("%s%s: %v", test.label, value, err)
			}
		}
		for value := range strings.FieldsSeq(test.bad) {
			if _, err := siwe.Parse(message(test.label, value)); err == nil {
				t.Errorf("%s%s is accepted", test.label, value)
			}
		}
	}
}

func TestCheckGrammar(t *testing.T) {
	for _, test := range []struct {
		label, value string
		ok           bool
	}{
		{"statement", "I accept: (1) 'Auth': 'Auth' for 'lit-pkp://*'. [a] #b @c?", true},
		{"statement", `He said "no".`, false},
		{"statement", "100 %", false},
		{"statement", "100%20", false},
		{"statement", "é", false},
		{"Request ID: ", "a:@%20-._~!$&'()*+,;=", true},
		{"Request ID: ", "a/b", false},
		{"Request ID: ", "a b", false},
	} {
		m, err := siwe.Parse(message(test.label, test.value))
		if err != nil {
			t.Fatalf("%s%s: %v", test.label, test.value, err)
		}
		if err := m.CheckGrammar(); (err == nil) != test.ok {
			t.Errorf("%s%s: %v", test.label, test.value, err)
		}
	}
}

func TestEmptyRequestID(t *testing.T) {
	text := message("Request ID: ", "")
	m, err := siwe.Parse(text)
	if err != nil || m.CheckGrammar() != nil {
		t.Fatal(err)
	}
	if m.String() != text {
		t.Errorf("printed as %q", m.String())
	}
	if !strings.HasSuffix(string(m.JSON()), `"requestId":""}`) {
		t.Errorf("in JSON %s", m.JSON())
	}
}

func TestLeapSecond(t *testing.T) {
	leap, err := siwe.ParseTime("2016-12-31T23:59:60.9Z")
	if err != nil || siwe.FormatTime(leap) != "2017-01-01T00:00:00.000Z" {
		t.Errorf("%v, %v", leap, err)
	}
}

func TestChainIDThatJavaScriptCannotKeep(t *testing.T) {
	for id, ok := range map[string]bool{"9007199254740991": true, "9007199254740992": false, "9007199254740993": false, "18446744073709551616": false} {
		text := strings.Replace(message("domain", "localhost"), "Chain ID: 1\n", "Chain ID: "+id+"\n", 1)
		if _, err := siwe.Parse(text); (err == nil) != ok {
			t.Errorf("%s: %v", id, err)
		}
	}
}
