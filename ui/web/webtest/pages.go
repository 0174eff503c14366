package webtest

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var nextPage = regexp.MustCompile(`href="([^"]+)" rel="next"`) //nolint:gochecknoglobals // a constant

// Follow reads a list from a path to its last page by the links to the next ones, on a page of several lists by those that hold name. It gives
// the rows, of which each must be on one page only, and the last page.
func (s *Site) Follow(t testing.TB, client *http.Client, path, name string, row *regexp.Regexp) (seen []string, last string) {
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
		last, at = r.Body, ""
		for _, link := range nextPage.FindAllStringSubmatch(r.Body, -1) {
			if to := html.UnescapeString(link[1]); strings.Contains(to, name) {
				at = to
			}
		}
	}
	return seen, last
}
