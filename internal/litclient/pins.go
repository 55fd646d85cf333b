package litclient

import (
	"slices"
	"strconv"
	"strings"

	"litsession/internal/bls"
	"litsession/internal/literr"
)

// Pins are what the caller knows of the network from elsewhere than the chain,
// whose endpoint could name a network of its own. The key guards what comes
// back: nothing else verifies. It guards nothing that goes out, since any node
// can claim to have it; Nodes do that.
type Pins struct {
	NetworkPublicKey *bls.PublicKey // nil for any
	Nodes            []string       // URLs of those that may be asked, written as validators' are; nil for all
}

// pins reads networkPublicKey and nodes. An empty one is refused and not taken
// for none: whoever wanted to pin something must not be left without.
func (d *paramDecoder) pins() (p Pins) {
	if v := d.object.Get("networkPublicKey"); v.Exists() {
		text, _ := v.Text()
		key, err := bls.ParsePublicKey(strings.TrimPrefix(text, "0x"))
		if err != nil {
			d.fail("networkPublicKey", "the network's BLS public key: 96 hex digits, with or without 0x")
		}
		p.NetworkPublicKey = &key
	}
	v := d.object.Get("nodes")
	if !v.Exists() {
		return p
	}
	items, _ := v.Items()
	for _, item := range items {
		text, _ := item.Text()
		url, ok := nodeURL(text)
		if !ok {
			items = nil
			break
		}
		p.Nodes = append(p.Nodes, url)
	}
	if len(items) == 0 {
		d.fail("nodes", "a list of URLs of nodes with their IPv4 addresses, such as https://192.0.2.1:443")
	}
	return p
}

// nodeURL returns the one way in which contracts.Validator.URL writes the
// address: scheme in small letters, dotted quad, port. Only what cannot mean
// another host or path is taken: scheme and host may be in any case, the
// scheme's own port and a slash at the end may be left out or there.
func nodeURL(text string) (url string, ok bool) {
	scheme, host, ok := strings.Cut(strings.ToLower(text), "://")
	if !ok || scheme != "http" && scheme != "https" {
		return "", false
	}
	host, port, given := strings.Cut(strings.TrimSuffix(host, "/"), ":")
	if !given {
		port = "80"
		if scheme == "https" {
			port = "443"
		}
	}
	bytes := strings.Split(host, ".")
	for _, one := range bytes {
		ok = ok && isDecimal(one, 1<<8)
	}
	ok = ok && len(bytes) == 4 && isDecimal(port, 1<<16)
	return scheme + "://" + host + ":" + port, ok
}

// isDecimal reports whether text is a number below the bound as it is normally written.
func isDecimal(text string, bound int) bool {
	n, err := strconv.Atoi(text)
	return err == nil && 0 <= n && n < bound && strconv.Itoa(n) == text
}

// permitted leaves out the validators that are not pinned. Fewer than the
// threshold are [literr.NotEnoughNodes].
func (p Pins) permitted(validators []string, threshold int) ([]string, error) {
	if p.Nodes == nil {
		return validators, nil
	}
	left := slices.DeleteFunc(slices.Clone(validators), func(url string) bool { return !slices.Contains(p.Nodes, url) })
	if len(left) < threshold {
		return nil, literr.Errorf(literr.NotEnoughNodes,
			"only %d of the network's %d validators are in the nodes that the client may use, and %d are needed",
			len(left), len(validators), threshold).
			WithHint(`Compare the option "nodes" with the network's validators, in details.validators.`).
			With("have", len(left)).With("need", threshold).With("validators", validators)
	}
	return left, nil
}
