package webtest

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

var nextPage = regexp.MustCompile(`href="([^"]+)" rel="next"`) //nolint:gochecknoglobals // a constant

// Follow reads a list from a path to its last page by the links to the next ones: by those that change what the address calls place, which on a
// page of several lists are those of one. It gives the rows, of which each must be on one page only, and the last page.
func (s *Site) Follow(t testing.TB, client *http.Client, path, place string, row *regexp.Regexp) (seen []string, last string) {
	t.Helper()
	on := map[string]string{}
	for at := path; at != ""; {
		r := s.Get(t, client, at)
		require.Equal(t, http.StatusOK, r.Status, at)
		for _, one := range row.FindAllString(r.Body, -1) {
			before, known := on[one]
			require.True(t, !known || before == at, "%s is on %s and on %s", one, before, at)
			if !known {
				on[one], seen = at, append(seen, one)
			}
		}
		last, at = r.Body, next(t, r.Body, at, place)
	}
	return seen, last
}

// next is the link of a page at an address that changes a place; "" when there is none.
func next(t testing.TB, body, at, place string) string {
	t.Helper()
	here, err := url.Parse(at)
	require.NoError(t, err)
	for _, link := range nextPage.FindAllStringSubmatch(body, -1) {
		to, err := url.Parse(html.UnescapeString(link[1]))
		require.NoError(t, err)
		if begins := to.Query().Get(place); begins != "" && begins != here.Query().Get(place) {
			return to.String()
		}
	}
	return ""
}
