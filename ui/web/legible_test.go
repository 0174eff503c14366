package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
)

// What the database cannot hold is refused with words, wherever it stands in a request; everything else that is text is let
// through.
func TestTextThatNothingCanHoldIsRefused(t *testing.T) {
	b := newBench(t, standard)
	officer := string(auth.RoleOfficer)
	for name, c := range map[string]call{
		"NUL in a field":         {method: http.MethodPost, path: "/record/7", body: "name=a%00b"},
		"broken UTF-8 in one":    {method: http.MethodPost, path: "/record/7", body: "name=%ff%fe"},
		"NUL in a field's name":  {method: http.MethodPost, path: "/record/7", body: "na%00me=1"},
		"NUL in the query":       {method: http.MethodGet, path: "/?q=%00"},
		"a wrong escape":         {method: http.MethodPost, path: "/record/7", body: "name=%zz"},
		"NUL in a public form":   {method: http.MethodPost, path: "/signin", body: "login=%00"},
		"NUL beside other words": {method: http.MethodPost, path: "/record/7", body: "a=1&b=%00&b=2"},
	} {
		c.token, c.headers = officer, ours()
		answer := b.ask(t, c)
		require.Equal(t, http.StatusUnprocessableEntity, answer.Code, name)
		require.Contains(t, answer.Body.String(), "expected text in UTF-8 without NUL", name)
	}
	answer := b.ask(t, call{method: http.MethodPost, path: "/record/%00", token: officer, headers: ours()})
	require.Equal(t, http.StatusNotFound, answer.Code)
	for _, body := range []string{"name=%01%1b%7f", "name=%e2%80%ae", "name=%f0%9f%9b%82", "name=%27%22%3c%3e", ""} {
		answer := b.ask(t, call{method: http.MethodPost, path: "/record/7", body: body, token: officer, headers: ours()})
		require.Equal(t, http.StatusOK, answer.Code, body)
	}
}
