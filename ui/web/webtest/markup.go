package webtest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

var nonceOf = regexp.MustCompile(`script-src 'nonce-([^']+)'`)

// CheckMarkup holds an HTML answer to the rules that the content security policy and htmx's gate rest on: elements with htmx
// attributes carry the response's own nonce, scripts are files with that nonce, nothing is styled or scripted in line, nothing
// comes from another host, and no id stands twice. Site asks it of every answer.
func CheckMarkup(t testing.TB, body, csp string) {
	t.Helper()
	found := nonceOf.FindStringSubmatch(csp)
	if !assert.Len(t, found, 2, "no nonce in the content security policy %q", csp) {
		return
	}
	root, err := html.Parse(strings.NewReader(body))
	require.NoError(t, err)
	m := markup{nonce: found[1], ids: map[string]bool{}}
	for node := range root.Descendants() {
		if node.Type == html.ElementNode {
			m.element(node)
		}
	}
	assert.Empty(t, m.faults, "in the page\n%s", body)
}

type markup struct {
	nonce  string
	ids    map[string]bool
	faults []string
}

func (m *markup) fail(node *html.Node, what string) {
	m.faults = append(m.faults, fmt.Sprintf("<%s>: %s", node.Data, what))
}

func (m *markup) element(node *html.Node) {
	attributes := map[string]string{}
	for _, a := range node.Attr {
		attributes[a.Key] = a.Val
	}
	for name, value := range attributes {
		m.attribute(node, name, value, attributes)
	}
	switch node.Data {
	case "style", "base", "iframe", "object", "embed":
		m.fail(node, "is not used here")
	case "script":
		if attributes["src"] == "" || attributes["nonce"] != m.nonce || node.FirstChild != nil {
			m.fail(node, "expected a file and the response's nonce")
		}
	}
	if id := attributes["id"]; id != "" {
		if m.ids[id] {
			m.fail(node, "id "+id+" stands twice")
		}
		m.ids[id] = true
	}
}

func (m *markup) attribute(node *html.Node, name, value string, all map[string]string) {
	switch {
	case strings.HasPrefix(name, "hx-") && all["hx-nonce"] != m.nonce:
		m.fail(node, name+" without the response's hx-nonce: use view.Hx")
	case strings.HasPrefix(name, "hx-on"), strings.HasPrefix(name, "hx-") && strings.HasPrefix(value, "js:"):
		m.fail(node, name+" needs eval")
	case name == "style", strings.HasPrefix(name, "on"):
		m.fail(node, name+" is in line")
	case (name == "src" || name == "href" || name == "action") && foreign(value):
		m.fail(node, name+" leads elsewhere: "+value)
	}
}

func foreign(address string) bool {
	return strings.Contains(address, "://") || strings.HasPrefix(address, "//") || strings.HasPrefix(strings.ToLower(address), "javascript:")
}
