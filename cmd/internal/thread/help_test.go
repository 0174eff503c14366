package thread_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
)

// wantedAs is an alert about the n-th traveller.
func wantedAs(n int) alerts.Flat {
	v := world.NewTraveller(n)
	return alerts.Flat{Surname: v.Surname, GivenNames: v.GivenNames, BirthDate: v.BirthDate, Reason: "thread reason"}
}

// checked scans the n-th traveller and waits until every check has answered.
func checked(t *testing.T, o *world.Officer, n int) world.Desk {
	t.Helper()
	desk, err := o.Scan(t.Context(), world.NewTraveller(n).MRZ(t))
	require.NoError(t, err)
	require.Equal(t, 200, desk.Status, desk.Wrong)
	desk, err = o.Checked(t.Context(), desk)
	require.NoError(t, err)
	return desk
}

// decide decides, and it must be taken.
func decide(t *testing.T, o *world.Officer, desk world.Desk, verdict border.Verdict, reason string) world.Desk {
	t.Helper()
	done, err := o.Decide(t.Context(), desk, verdict, reason, "")
	require.NoError(t, err)
	require.Equal(t, 200, done.Status, done.Wrong)
	return done
}

// form makes the values of a form of pairs.
func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values
}

// flows are today's entries, exits, referred and refused, as the page adds them up.
func flows(t *testing.T, c *world.Client) (total [4]int64) {
	t.Helper()
	answer, err := c.Get(t.Context(), "/flows")
	require.NoError(t, err)
	require.NoError(t, answer.OK())
	for i, cell := range cells(t, answer.Body, "total") {
		total[i], err = strconv.ParseInt(strings.TrimSpace(cell), 10, 64)
		require.NoError(t, err)
	}
	return total
}

// cells are the numbers of the table row of a class.
func cells(t *testing.T, body, class string) (found []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	require.NoError(t, err)
	for n := range root.Descendants() {
		if n.Data == "td" && value(n, "class") == "number" && value(n.Parent, "class") == class {
			found = append(found, words(n))
		}
	}
	return found
}

// words are the text below the element.
func words(node *html.Node) string {
	var said strings.Builder
	for n := range node.Descendants() {
		if n.Type == html.TextNode {
			said.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(said.String()), " ")
}

// element finds the element with the id; its text.
func element(t *testing.T, body, id string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	require.NoError(t, err)
	for n := range root.Descendants() {
		if value(n, "id") == id {
			return words(n)
		}
	}
	return ""
}

func value(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
