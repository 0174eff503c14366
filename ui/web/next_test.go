package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/ui/web"
)

func TestNext(t *testing.T) {
	for wanted, next := range map[string]string{
		"/counter?lane=3": "/counter?lane=3", "": "/", "counter": "/", "//elsewhere.example": "/", "/\\elsewhere.example": "/",
		"https://elsewhere.example/": "/", "javascript:alert(1)": "/", "/a\r\nSet-Cookie: x": "/", "/%zz": "/", "/a#b": "/a#b",
	} {
		require.Equal(t, next, web.Next(wanted), wanted)
	}
}

func FuzzNext(f *testing.F) {
	f.Add("//x")
	f.Add("/ok?x=1")
	f.Fuzz(func(t *testing.T, wanted string) {
		next := web.Next(wanted)
		require.True(t, strings.HasPrefix(next, "/") && !strings.HasPrefix(next, "//"))
		at, err := url.Parse("https://station.example/")
		require.NoError(t, err)
		to, err := at.Parse(next)
		require.NoError(t, err)
		require.Equal(t, "station.example", to.Host)
		require.Equal(t, "https", to.Scheme)
	})
}
