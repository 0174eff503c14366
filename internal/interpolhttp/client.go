package interpolhttp

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/border"
)

// Client asks one service about one kind. It implements interpol.Searcher, Prober and FilterSource, and is safe for concurrent use.
type Client struct {
	base  string
	kind  interpol.Kind
	token string
	http  *http.Client
}

var (
	_ interpol.Searcher     = (*Client)(nil)
	_ interpol.Prober       = (*Client)(nil)
	_ interpol.FilterSource = (*Client)(nil)
)

// Options are what a client is made of.
type Options struct {
	URL   string // https
	Kind  interpol.Kind
	Token string         // what the service knows the asker by
	Roots *x509.CertPool // nil: the machine's own
}

// Open makes the client of an adapter's settings: it reads the files of the credentials and of the root certificate.
func Open(s interpol.Settings) (*Client, error) {
	o := Options{URL: s.URL, Kind: s.Kind}
	if s.Credentials != "" {
		token, err := os.ReadFile(filepath.Clean(s.Credentials))
		if err != nil {
			return nil, fmt.Errorf("adapter %s: credentials: %w", s.Name, err)
		}
		if o.Token = strings.TrimSpace(string(token)); o.Token == "" || strings.ContainsAny(o.Token, " \t\r\n") {
			return nil, fmt.Errorf("adapter %s: credentials: expected a token on one line in %s", s.Name, s.Credentials)
		}
	}
	if s.CA != "" {
		pem, err := os.ReadFile(filepath.Clean(s.CA))
		if err != nil {
			return nil, fmt.Errorf("adapter %s: ca: %w", s.Name, err)
		}
		o.Roots = x509.NewCertPool()
		if !o.Roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("adapter %s: ca: expected a certificate in PEM in %s", s.Name, s.CA)
		}
	}
	return New(o), nil
}

// New makes a client. It never follows a redirect: a question goes where the configuration says, or nowhere.
func New(o Options) *Client {
	return &Client{base: strings.TrimRight(o.URL, "/"), kind: o.Kind, token: o.Token, http: &http.Client{
		Transport: &http.Transport{
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 8, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
			MaxResponseHeaderBytes: 32 << 10, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Search asks for candidates.
func (c *Client) Search(ctx context.Context, q interpol.Query) (answer interpol.Answer, err error) {
	err = c.post(ctx, SearchPath, q, MaxAnswer, &answer)
	return answer, err
}

// Detail asks for a full report.
func (c *Client) Detail(ctx context.Context, id string) (record interpol.Record, err error) {
	err = c.post(ctx, DetailPath, DetailRequest{c.kind, id}, MaxRecord, &record)
	return record, err
}

// Probe asks whether the service answers.
func (c *Client) Probe(ctx context.Context) (service interpol.Service, err error) {
	err = c.do(ctx, http.MethodGet, StatusPath+url.PathEscape(string(c.kind)), nil, MaxStatus, &service)
	return service, err
}

// Filter fetches the negative filter, unless its version is the one held.
func (c *Client) Filter(ctx context.Context, held string) ([]byte, error) {
	request, err := c.request(ctx, http.MethodGet, FilterPath+url.PathEscape(string(c.kind)), nil)
	if err != nil {
		return nil, err
	}
	if held != "" {
		request.Header.Set("If-None-Match", `"`+held+`"`)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, faultOf(err)
	}
	defer func() { _ = response.Body.Close() }() // what matters was read
	switch response.StatusCode {
	case http.StatusNotModified:
		return nil, nil
	case http.StatusOK:
		return read(response.Body, interpol.MaxFilter)
	}
	return nil, refusal(response.StatusCode)
}

// FilterKey fetches the key of a filter.
func (c *Client) FilterKey(ctx context.Context, id string) ([]byte, error) {
	var answer KeyAnswer
	err := c.post(ctx, FilterKeyPath, KeyRequest{c.kind, id}, MaxStatus, &answer)
	return answer.Key, err
}

func (c *Client) post(ctx context.Context, path string, body any, limit int64, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fault(border.ReasonFailed, errors.New("the question cannot be written"))
	}
	return c.do(ctx, http.MethodPost, path, text, limit, into)
}

func (c *Client) do(ctx context.Context, method, path string, body []byte, limit int64, into any) error {
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return faultOf(err)
	}
	defer func() { _ = response.Body.Close() }() // what matters was read
	if response.StatusCode != http.StatusOK {
		return refusal(response.StatusCode)
	}
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return fault(border.ReasonFailed, errors.New("expected an answer in application/json"))
	}
	text, err := read(response.Body, limit)
	if err == nil {
		err = decode(text, into)
	}
	if err != nil && ctx.Err() != nil { // half an answer may end as if it were whole when the time is over
		return faultOf(ctx.Err())
	}
	return err
}

func (c *Client) request(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, fault(border.ReasonFailed, errors.New("the service's address cannot be used"))
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "openbmis")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	return request, nil
}

// read takes a body up to its limit; a longer one is none.
func read(body io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(body, limit+1))
	switch {
	case err != nil:
		return nil, faultOf(err)
	case int64(len(text)) > limit:
		return nil, fault(border.ReasonFailed, fmt.Errorf("expected an answer of at most %d bytes", limit))
	}
	return text, nil
}

// decode reads one JSON value. The error never repeats what was read.
func decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(into); err != nil {
		return fault(border.ReasonFailed, fmt.Errorf("the answer is not of the protocol, near byte %d", decoder.InputOffset()))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fault(border.ReasonFailed, errors.New("expected one JSON value and nothing after it"))
	}
	return nil
}

func fault(reason string, err error) error { return &interpol.Fault{Reason: reason, Err: err} }

// refusal is a status that is no answer.
func refusal(status int) error {
	err := fmt.Errorf("answered %d", status)
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fault(border.ReasonNotAdmitted, err)
	case status >= http.StatusInternalServerError, status == http.StatusTooManyRequests:
		return fault(border.ReasonUnreachable, err)
	}
	return fault(border.ReasonFailed, err)
}

// faultOf is why a service could not be talked with. The address is left out of it: it is the configuration's, and the same each time.
func faultOf(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	var late interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.As(err, &late) && late.Timeout():
		return fault(border.ReasonTimeout, err)
	}
	return fault(border.ReasonUnreachable, err)
}
