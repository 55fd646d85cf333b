package recap

import (
	"strconv"
	"strings"

	"litsession/internal/siwe"
)

const statementStart = "I further authorize the stated URI to perform the following actions on my behalf:"

// Statement returns the capability in English, as ERC-5573 words it. It
// depends on the contents alone, not on the order in which they were added.
func (c Capability) Statement() string {
	var b strings.Builder
	b.WriteString(statementStart)
	section := 0
	for _, resource := range sortedKeys(c.attenuations) {
		for _, group := range byNamespace(sortedKeys(c.attenuations[resource])) {
			section++
			b.WriteString(" (" + strconv.Itoa(section) + ") '" + group.namespace + "': '" +
				strings.Join(group.names, "', '") + "' for '" + resource + "'.")
		}
	}
	return b.String()
}

type namespaceGroup struct {
	namespace string
	names     []string
}

// byNamespace groups "Namespace/Name" strings in sorted order, in which the
// abilities of one namespace stand together or, where a namespace is the
// beginning of another, may not; each namespace still gives one group, at the
// place of its first ability.
func byNamespace(abilities []string) []namespaceGroup {
	var groups []namespaceGroup
	place := map[string]int{}
	for _, ability := range abilities {
		namespace, name, _ := strings.Cut(ability, "/")
		i, ok := place[namespace]
		if !ok {
			i = len(groups)
			place[namespace] = i
			groups = append(groups, namespaceGroup{namespace: namespace})
		}
		groups[i].names = append(groups[i].names, name)
	}
	return groups
}

// ApplyTo puts the capability into a message. If the message's last resource
// is a ReCap that its statement ends with, the two are merged into one;
// otherwise the ReCap is appended to the resources and its statement to the
// statement.
func (c Capability) ApplyTo(m *siwe.Message) {
	merged, before := c, m.Statement
	resources := m.Resources
	if last, rest, ok := trailing(*m); ok {
		last.Merge(c)
		merged, before = last, rest
		resources = resources[:len(resources)-1]
	} else if before != "" {
		before += " "
	}
	m.Statement = before + merged.Statement()
	m.Resources = append(resources[:len(resources):len(resources)], merged.URN())
}

// trailing splits off the ReCap at a message's end. before is the statement
// up to the ReCap's, with the space between them.
func trailing(m siwe.Message) (last Capability, before string, ok bool) {
	last, err := FromMessage(m)
	if err != nil {
		return Capability{}, "", false
	}
	before, ok = strings.CutSuffix(m.Statement, last.Statement())
	return last, before, ok
}

// FromMessage returns the ReCap in a message's last resource, after checking
// that the statement ends with its statement. Errors are [literr.InvalidParam].
func FromMessage(m siwe.Message) (Capability, error) {
	if len(m.Resources) == 0 {
		return Capability{}, invalid("the message has no resources")
	}
	c, err := ParseURN(m.Resources[len(m.Resources)-1])
	if err != nil {
		return Capability{}, err
	}
	if !strings.HasSuffix(m.Statement, c.Statement()) {
		return Capability{}, invalid("the statement does not end with that of the ReCap")
	}
	return c, nil
}
