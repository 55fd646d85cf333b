package recap

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"litsession/internal/jsjson"
)

// urnPrefix starts every encoded ReCap.
const urnPrefix = "urn:recap:"

// URN returns the capability as a SIWE resource: "urn:recap:" and the
// canonical JSON in unpadded base64url.
func (c Capability) URN() string {
	return urnPrefix + base64.RawURLEncoding.EncodeToString(c.json())
}

func (c Capability) json() []byte {
	return new(jsjson.Object).Raw("att", c.attenuationsJSON()).Strings("prf", c.proofs).Bytes()
}

func (c Capability) attenuationsJSON() []byte {
	var att jsjson.Object
	for _, resource := range sortedKeys(c.attenuations) {
		var abilities jsjson.Object
		for _, ability := range sortedKeys(c.attenuations[resource]) {
			abilities.Raw(ability, jsjson.Array(c.NotaBene(resource, ability)))
		}
		att.Raw(resource, abilities.Bytes())
	}
	return att.Bytes()
}

// IsURN reports whether a SIWE resource claims to be a ReCap.
func IsURN(resource string) bool { return strings.HasPrefix(resource, urnPrefix) }

// ParseURN decodes a ReCap. It refuses, with [literr.InvalidParam], another
// prefix, text that is not base64url of JSON in UTF-8, members of the wrong type, bad
// ability strings, and attenuations whose keys are not in canonical order.
// Padding and white space are accepted; proofs are kept as they are.
func ParseURN(urn string) (Capability, error) {
	encoded, ok := strings.CutPrefix(urn, urnPrefix)
	if !ok {
		return Capability{}, invalid("Invalid recap urn")
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil || !utf8.Valid(text) {
		return Capability{}, invalid("Invalid recap urn: it is not base64url of UTF-8")
	}
	object, err := jsjson.Parse(text)
	if err != nil {
		return Capability{}, err
	}
	// In this order, which decides what is said of a ReCap with several faults.
	var c Capability
	if !object.Get("att").IsObject() {
		return Capability{}, invalid("Invalid attenuation object")
	}
	if err := c.parseProofs(object.Get("prf")); err != nil {
		return Capability{}, err
	}
	if err := c.parseAttenuations(object.Get("att")); err != nil {
		return Capability{}, err
	}
	if !isSorted(object.Get("att")) {
		return Capability{}, invalid("Attenuation object is not properly sorted")
	}
	return c, nil
}

func (c *Capability) parseAttenuations(att jsjson.Value) error {
	resources, ok := att.Members()
	if !ok {
		return invalid("Invalid attenuation object")
	}
	for _, resource := range resources {
		abilities, ok := resource.Value.Members()
		if !ok {
			return invalid("Invalid attenuation object")
		}
		c.append(resource.Name, "", nil)
		for _, ability := range abilities {
			list, err := parseNotaBenes(ability)
			if err != nil {
				return err
			}
			c.append(resource.Name, ability.Name, list)
		}
	}
	return nil
}

func parseNotaBenes(ability jsjson.Member) ([]notaBene, error) {
	if !isAbility(ability.Name) {
		return nil, invalid("Invalid ability string: " + ability.Name)
	}
	items, ok := ability.Value.Items()
	if !ok {
		return nil, invalid("Invalid nota-bene list for " + ability.Name)
	}
	var list []notaBene
	for _, item := range items {
		nb, err := parseNotaBene(item.Raw())
		if err != nil {
			return nil, invalid("Invalid nota-bene list for " + ability.Name)
		}
		list = append(list, nb)
	}
	return list, nil
}

func parseNotaBene(text []byte) (notaBene, error) {
	v, err := jsjson.Parse(text)
	if err != nil {
		return nil, err
	}
	if !v.IsObject() {
		return nil, invalid("Invalid nota bene: it is not an object")
	}
	return jsjson.Canonical(text)
}

func (c *Capability) parseProofs(prf jsjson.Value) error {
	proofs, ok := prf.Texts()
	if !ok {
		return invalid("Invalid proof list")
	}
	c.proofs = proofs
	return nil
}

// isSorted reports whether every object in v has its keys in canonical order.
func isSorted(v jsjson.Value) bool {
	items, _ := v.Items()
	for _, item := range items {
		if !isSorted(item) {
			return false
		}
	}
	members, _ := v.Members()
	for i, m := range members {
		if i > 0 && compareUTF16(members[i-1].Name, m.Name) > 0 || !isSorted(m.Value) {
			return false
		}
	}
	return true
}
