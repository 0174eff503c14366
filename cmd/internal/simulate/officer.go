package simulate

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
	"strings"
	"time"
)

// errSignedOut says that the page was no counter: the session is over or locked.
var errSignedOut = errors.New("the counter asks for a sign-in")

// maxPage bounds what is read of a page; a counter has some ten kilobytes.
const maxPage = 4 << 20

// Officer is a session at a counter, over HTTPS, as a browser has one.
type Officer struct {
	base string
	http *http.Client
}

// NewOfficer makes an officer without a session. base is the station's address; roots are the authorities whose certificate it shows.
func NewOfficer(base string, roots *x509.CertPool) (*Officer, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
	}
	return &Officer{base: base, http: &http.Client{Transport: transport, Jar: jar, Timeout: 30 * time.Second}}, nil
}

// SignIn opens a session and takes the lane.
func (o *Officer) SignIn(ctx context.Context, login, password, lane string) error {
	_, status, err := o.send(ctx, http.MethodPost, "/signin", url.Values{"login": {login}, "password": {password}, "next": {"/counter"}})
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	if status >= http.StatusBadRequest {
		return fmt.Errorf("sign in as %s: answered %d", login, status)
	}
	s, _, err := o.send(ctx, http.MethodPost, "/counter/lane", url.Values{"lane": {lane}})
	if err != nil {
		return fmt.Errorf("take lane %s: %w", lane, err)
	}
	if !s.Counter {
		return fmt.Errorf("take lane %s: %w", lane, errSignedOut)
	}
	return nil
}

// Close ends the connections; the session ends by itself.
func (o *Officer) Close() { o.http.CloseIdleConnections() }

// counter asks for a page of the counter.
func (o *Officer) counter(ctx context.Context, method, path string, values url.Values) (screen, error) {
	s, status, err := o.send(ctx, method, path, values)
	switch {
	case err != nil:
		return screen{}, err
	case status >= http.StatusInternalServerError:
		return screen{}, fmt.Errorf("%s %s answered %d", method, route(path), status)
	case !s.Counter:
		return screen{}, errSignedOut
	}
	s.Status = status
	return s, nil
}

// send makes a request as a page of the station itself makes it, and follows redirects as a browser does.
func (o *Officer) send(ctx context.Context, method, path string, values url.Values) (screen, int, error) {
	var body io.Reader
	if method != http.MethodGet {
		body = strings.NewReader(values.Encode())
	}
	request, err := http.NewRequestWithContext(ctx, method, o.base+path, body)
	if err != nil {
		return screen{}, 0, err
	}
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	request.Header.Set("Accept-Language", "en")
	if body != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := o.http.Do(request)
	if err != nil {
		return screen{}, 0, err
	}
	s, err := readScreen(io.LimitReader(response.Body, maxPage))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return screen{}, 0, fmt.Errorf("read the answer to %s %s: %w", method, route(path), err)
	}
	return s, response.StatusCode, nil
}

// route is a path without its query and ids, fit for a log.
func route(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if len(part) == 36 {
			parts[i] = ":id"
		}
	}
	return strings.Join(parts, "/")
}
