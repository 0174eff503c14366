package trust_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
)

// timed is a connection that remembers how long its request may take.
type timed struct {
	*httptest.ResponseRecorder
	until time.Time
}

func (r *timed) SetReadDeadline(until time.Time) error {
	r.until = until
	return nil
}

// A file of the largest size does not fit in the little time that a request has otherwise.
func TestAnUploadHasTheTimeItNeeds(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleAdministrator, "ada"))
	site, err := url.Parse(s.URL)
	require.NoError(t, err)
	handler, err := s.Handler()
	require.NoError(t, err)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/trust/proposals", strings.NewReader("--b--\r\n"))
	request.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	request.Header.Set("Origin", s.URL)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, cookie := range client.Jar.Cookies(site) {
		request.AddCookie(cookie)
	}
	answer := &timed{ResponseRecorder: httptest.NewRecorder()}
	handler.ServeHTTP(answer, request)
	require.Equal(t, http.StatusUnprocessableEntity, answer.Code, "nothing was sent")
	require.True(t, answer.until.After(time.Now().Add(15*time.Minute)), answer.until)
}
