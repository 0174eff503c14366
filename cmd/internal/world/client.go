package world

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
)

// Client is a browser without a screen: it keeps cookies, trusts the program's authority and follows redirects. Its methods give
// errors and never fail a test by themselves, so that they can be used from any goroutine.
type Client struct {
	Base string
	HTTP *http.Client
}

// Client is a client of the program, without a session.
func (p *Part) Client(t testing.TB) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: p.Roots(t), MinVersion: tls.VersionTLS13}, MaxIdleConnsPerHost: 4, ForceAttemptHTTP2: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &Client{Base: p.URL(), HTTP: &http.Client{Transport: transport, Jar: jar, Timeout: patience}}
}

// SignedIn is a client with a session of a new person of the role.
func (p *Part) SignedIn(t testing.TB, role auth.Role, login string) *Client {
	t.Helper()
	c := p.Client(t)
	require.NoError(t, c.SignIn(t.Context(), p.Person(t, role, login)))
	return c
}

// Roots is the program's own authority.
func (p *Part) Roots(t testing.TB) *x509.CertPool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.caDir(), "root.crt"))
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(text))
	return pool
}

// Response is an answer, read whole.
type Response struct {
	Status int
	Path   string // of the page, after redirects
	Header http.Header
	Body   string
}

// OK is an error when the answer is a refusal or a failure.
func (r Response) OK() error {
	if r.Status >= http.StatusBadRequest {
		return fmt.Errorf("%s answered %d", r.Path, r.Status)
	}
	return nil
}

// Get asks for a path; headers are pairs of name and value.
func (c *Client) Get(ctx context.Context, path string, headers ...string) (Response, error) {
	return c.Do(ctx, http.MethodGet, path, nil, headers...)
}

// Post sends a form as a page of the program does.
func (c *Client) Post(ctx context.Context, path string, values url.Values, headers ...string) (Response, error) {
	return c.Do(ctx, http.MethodPost, path, values, headers...)
}

// Do makes a request as a page of the program makes it.
func (c *Client) Do(ctx context.Context, method, path string, values url.Values, headers ...string) (Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.Base+path, strings.NewReader(values.Encode()))
	if err != nil {
		return Response{}, err
	}
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	request.Header.Set("Accept-Language", "en")
	if values != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return Response{}, err
	}
	body, err := io.ReadAll(response.Body)
	return Response{response.StatusCode, response.Request.URL.RequestURI(), response.Header, string(body)}, errors.Join(err, response.Body.Close())
}

// SignIn opens a session.
func (c *Client) SignIn(ctx context.Context, who Person) error {
	answer, err := c.Post(ctx, "/signin", form("login", who.Login, "password", who.Password))
	if err != nil {
		return err
	}
	if strings.HasPrefix(answer.Path, "/signin") {
		return fmt.Errorf("sign in as %s: answered %d", who.Login, answer.Status)
	}
	return answer.OK()
}
