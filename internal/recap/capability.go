// Package recap holds ERC-5573 capabilities and Lit's use of them.
//
// A ReCap says which abilities a SIWE message delegates on which resources.
// It travels twice in a message: encoded as the last resource, and in English
// at the end of the statement. Start with [Capability.Allow] and
// [Capability.ApplyTo]; read one back with [FromMessage].
//
// Sources: ERC-5573; Lit's names from the Datil wire protocol.
package recap

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf16"

	"litsession/internal/literr"
)

// Capability is a set of abilities on resources. The zero value grants
// nothing and can be used.
type Capability struct {
	attenuations map[string]map[string][]notaBene // resource, then "Namespace/Name"
	proofs       []string
}

// notaBene is one restriction of an ability: a JSON object in canonical form.
type notaBene []byte

var unrestricted = notaBene("{}")

// Allow appends a restriction to an ability ("Namespace/Name") on a resource
// (a URI). restriction is a JSON object; nil means none. Adding the same
// ability twice keeps both entries, as ERC-5573 reads them as alternatives.
// Errors are [literr.InvalidParam].
func (c *Capability) Allow(resource, ability string, restriction []byte) error {
	if !isAbility(ability) {
		return invalid("Invalid ability string: " + ability)
	}
	nb := unrestricted
	if restriction != nil {
		var err error
		if nb, err = parseNotaBene(restriction); err != nil {
			return err
		}
	}
	c.append(resource, ability, []notaBene{nb})
	return nil
}

// Merge adds other's entries. For an ability that both have, other's list
// replaces one that restricts nothing and is appended to one that does.
func (c *Capability) Merge(other Capability) {
	for resource, abilities := range other.attenuations {
		c.append(resource, "", nil)
		for ability, list := range abilities {
			if restrictsNothing(c.attenuations[resource][ability]) {
				delete(c.attenuations[resource], ability)
			}
			c.append(resource, ability, list)
		}
	}
	c.proofs = append(c.proofs, other.proofs...)
}

// Grants reports whether the capability has ability ("Namespace/Name"), or
// "*/*", on exactly this resource key. Restrictions are not looked at.
func (c Capability) Grants(resource, ability string) bool {
	abilities := c.attenuations[resource]
	_, all := abilities["*/*"]
	_, one := abilities[ability]
	return all || one
}

// Has reports whether the capability names the resource key at all.
func (c Capability) Has(resource string) bool {
	_, ok := c.attenuations[resource]
	return ok
}

// Resources returns the resource keys in canonical order.
func (c Capability) Resources() []string { return sortedKeys(c.attenuations) }

// Without returns a copy of c that does not name the resource key.
func (c Capability) Without(resource string) Capability {
	var rest Capability
	rest.Merge(c)
	delete(rest.attenuations, resource)
	return rest
}

// NotaBene returns the restrictions of an ability on a resource key, each a
// JSON object in canonical form; nil if the ability is not granted.
func (c Capability) NotaBene(resource, ability string) [][]byte {
	var list [][]byte
	for _, nb := range c.attenuations[resource][ability] {
		list = append(list, nb)
	}
	return list
}

// append adds to the list of an ability; an empty ability adds the resource
// alone.
func (c *Capability) append(resource, ability string, list []notaBene) {
	if c.attenuations == nil {
		c.attenuations = map[string]map[string][]notaBene{}
	}
	if c.attenuations[resource] == nil {
		c.attenuations[resource] = map[string][]notaBene{}
	}
	if ability != "" {
		old := c.attenuations[resource][ability]
		c.attenuations[resource][ability] = append(slices.Clip(old), list...)
	}
}

func restrictsNothing(list []notaBene) bool {
	return !slices.ContainsFunc(list, func(nb notaBene) bool { return !bytes.Equal(nb, unrestricted) })
}

func invalid(message string) error {
	return literr.Invalid("recap", "a capability that ERC-5573 allows", "%s", message)
}

// isAbility reports whether text is "Namespace/Name" in the characters that
// ERC-5573 allows.
func isAbility(text string) bool {
	namespace, name, ok := strings.Cut(text, "/")
	return ok && isAbilityPart(namespace) && isAbilityPart(name)
}

func isAbilityPart(text string) bool {
	for i := range len(text) {
		c := text[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		digit := '0' <= c && c <= '9'
		if !letter && !digit && !strings.ContainsRune(".*_+-", rune(c)) {
			return false
		}
	}
	return text != ""
}

// sortedKeys returns the keys in the order of their UTF-16 code units, which
// is JavaScript's and RFC 8785's.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, compareUTF16)
	return keys
}

func compareUTF16(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}
