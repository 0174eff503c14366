// Package jsonhttp asks an outside service over HTTPS with JSON, and helps a simulator answer as one: the line below interpolhttp and visahttp, whose
// protocols it does not know. It must never put what is asked into an address, follow a redirect, take an answer without bounds, repeat in an error
// what was asked or answered, or talk to a server whose certificate does not hang on the root that was named.
package jsonhttp

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
	"strings"
	"time"
)

// Options are what a Client is made of.
type Options struct {
	URL   string         // https
	Token string         // what the service knows the asker by; empty: none is shown
	Roots *x509.CertPool // nil: the machine's own
	// Fault makes the error of a question that had no answer: Timeout, Unreachable, NotAdmitted or Failed, and what went wrong, without anybody's
	// data and without the address.
	Fault func(reason string, err error) error
}

// Client asks one service. Each question takes as long as its context allows. It is safe for concurrent use.
type Client struct {
	o    Options
	base string
	http *http.Client
}

// New makes a client.
func New(o Options) *Client {
	return &Client{o: o, base: strings.TrimRight(o.URL, "/"), http: NewHTTP(o.Roots)}
}

// NewHTTP makes the client below: it trusts the roots (nil: the machine's own) and never follows a redirect; a question goes where the configuration
// says, or nowhere.
func NewHTTP(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 8, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
			MaxResponseHeaderBytes: 32 << 10, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Get asks without a question and reads the answer, of at most limit bytes.
func (c *Client) Get(ctx context.Context, path string, limit int64, into any) error {
	response, err := c.send(ctx, http.MethodGet, path, nil, "")
	if err != nil {
		return err
	}
	defer closeBody(response)
	return c.take(ctx, response, limit, into)
}

// Ask posts a question and reads the answer, of at most limit bytes.
func (c *Client) Ask(ctx context.Context, path string, question any, limit int64, into any) error {
	response, err := c.post(ctx, path, question)
	if err != nil {
		return err
	}
	defer closeBody(response)
	return c.take(ctx, response, limit, into)
}

// Tell posts what needs no answer: the service says 204.
func (c *Client) Tell(ctx context.Context, path string, what any) error {
	response, err := c.post(ctx, path, what)
	if err != nil {
		return err
	}
	defer closeBody(response)
	if response.StatusCode != http.StatusNoContent {
		return c.refusal(response.StatusCode)
	}
	return nil
}

// Fetch gives bytes of any type, at most limit; nil when the version held is the newest. An empty version is none.
func (c *Client) Fetch(ctx context.Context, path, held string, limit int64) ([]byte, error) {
	response, err := c.send(ctx, http.MethodGet, path, nil, held)
	if err != nil {
		return nil, err
	}
	defer closeBody(response)
	switch response.StatusCode {
	case http.StatusNotModified:
		return nil, nil
	case http.StatusOK:
		return c.read(response.Body, limit)
	}
	return nil, c.refusal(response.StatusCode)
}

func (c *Client) post(ctx context.Context, path string, what any) (*http.Response, error) {
	text, err := json.Marshal(what)
	if err != nil {
		return nil, c.o.Fault(Failed, errors.New("the question cannot be written"))
	}
	return c.send(ctx, http.MethodPost, path, text, "")
}

func (c *Client) send(ctx context.Context, method, path string, body []byte, held string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, c.o.Fault(Failed, errors.New("the service's address cannot be used"))
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "openbmis")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.o.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.o.Token)
	}
	if held != "" {
		request.Header.Set("If-None-Match", `"`+held+`"`)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.unanswered(err)
	}
	return response, nil
}

// take reads an answer.
func (c *Client) take(ctx context.Context, response *http.Response, limit int64, into any) error {
	if response.StatusCode != http.StatusOK {
		return c.refusal(response.StatusCode)
	}
	if kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return c.o.Fault(Failed, errors.New("expected an answer in application/json"))
	}
	text, err := c.read(response.Body, limit)
	if err == nil {
		err = c.decode(text, into)
	}
	if err != nil && ctx.Err() != nil { // half an answer may end as if it were whole when the time is over
		return c.unanswered(ctx.Err())
	}
	return err
}

func closeBody(response *http.Response) { _ = response.Body.Close() } // what matters was read

// read takes a body up to its limit; a longer one is none.
func (c *Client) read(body io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(body, limit+1))
	switch {
	case err != nil:
		return nil, c.unanswered(err)
	case int64(len(text)) > limit:
		return nil, c.o.Fault(Failed, fmt.Errorf("expected an answer of at most %d bytes", limit))
	}
	return text, nil
}

// decode reads one JSON value. The error never repeats what was read.
func (c *Client) decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(into); err != nil {
		return c.o.Fault(Failed, fmt.Errorf("the answer is not of the protocol, near byte %d", decoder.InputOffset()))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return c.o.Fault(Failed, errors.New("expected one JSON value and nothing after it"))
	}
	return nil
}
