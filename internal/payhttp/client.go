package payhttp

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/jsonhttp"
)

// Options are what a client is made of.
type Options struct {
	Name    string // of the provider, as kept and shown; empty: "pay"
	URL     string // base; https, or http to a loopback address
	Key     []byte // shared, at least MinKey bytes
	Roots   *x509.CertPool
	Timeout time.Duration // of a question; zero means 15 seconds
	Now     func() time.Time
}

// Client asks a provider. It implements pay.Provider and is safe for concurrent use.
type Client struct {
	o    Options
	base string
	http *http.Client
}

var _ pay.Provider = (*Client)(nil)

// ErrURL says that a provider's URL cannot be used.
var ErrURL = errors.New("payment provider: URL: expected https, or http to a loopback address")

// New makes a client. What is asked goes where the configuration says, or nowhere (jsonhttp.NewHTTP).
func New(o Options) (*Client, error) {
	if len(o.Key) < MinKey {
		return nil, fmt.Errorf("payment provider: %w", ErrKey)
	}
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, ErrURL
	}
	if o.Timeout <= 0 {
		o.Timeout = 15 * time.Second
	}
	if o.Name == "" {
		o.Name = "pay"
	}
	return &Client{o: o, base: strings.TrimRight(o.URL, "/"), http: jsonhttp.NewHTTP(o.Roots)}, nil
}

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// Name implements pay.Provider.
func (c *Client) Name() string { return c.o.Name }

// Create implements pay.Provider.
func (c *Client) Create(ctx context.Context, w pay.Wanted) (pay.Page, error) {
	var a OrderAnswer
	if err := c.post(ctx, OrdersPath, OrderRequest(w), &a); err != nil {
		return pay.Page{}, err
	}
	page, err := url.Parse(a.URL)
	if !ref(a.Ref) || err != nil || page.Host == "" || page.Scheme != "https" && page.Scheme != "http" || a.Until.IsZero() {
		return pay.Page{}, errors.New("payment provider: expected an order with a reference, a page and its end")
	}
	return pay.Page(a), nil
}

// Ask implements pay.Provider.
func (c *Client) Ask(ctx context.Context, ref string) (pay.Standing, error) {
	var a Standing
	if err := c.do(ctx, http.MethodGet, OrdersPath+"/"+url.PathEscape(ref), nil, &a); err != nil {
		return pay.Standing{}, err
	}
	return a.open()
}

// Refund implements pay.Provider.
func (c *Client) Refund(ctx context.Context, b pay.Back) (pay.Returned, error) {
	var a RefundAnswer
	if err := c.post(ctx, RefundsPath, RefundRequest(b), &a); err != nil {
		return pay.Returned{}, err
	}
	if !ref(a.Ref) {
		return pay.Returned{}, errors.New("payment provider: expected a refund with a reference")
	}
	return pay.Returned(a), nil
}

// Called implements pay.Provider.
func (c *Client) Called(header func(string) string, body []byte) (pay.Standing, error) {
	if len(body) > MaxMessage {
		return pay.Standing{}, fmt.Errorf("%w: longer than %d bytes", pay.ErrForged, MaxMessage)
	}
	if err := verify(c.o.Key, callBack, header(HeaderTime), header(HeaderSignature), body, c.o.Now()); err != nil {
		return pay.Standing{}, fmt.Errorf("%w: %w", pay.ErrForged, err)
	}
	var s Standing
	if err := decode(body, &s); err != nil {
		return pay.Standing{}, fmt.Errorf("%w: %w", pay.ErrForged, err)
	}
	return s.open()
}

func (c *Client) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("payment provider: %w", err)
	}
	return c.do(ctx, http.MethodPost, path, text, into)
}

func (c *Client) do(ctx context.Context, method, path string, body []byte, into any) error {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("payment provider: %w", err)
	}
	at, signature := sign(c.o.Key, question(method, r.URL.EscapedPath()), body, c.o.Now())
	r.Header.Set(HeaderTime, at)
	r.Header.Set(HeaderSignature, signature)
	r.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("payment provider: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // what matters was read
	return c.read(response, signature, into)
}

// read believes an answer that is signed for the question.
func (c *Client) read(response *http.Response, asked string, into any) error {
	body, err := io.ReadAll(io.LimitReader(response.Body, MaxMessage+1))
	if err != nil {
		return fmt.Errorf("payment provider: %w", err)
	}
	if len(body) > MaxMessage {
		return fmt.Errorf("payment provider: answer longer than %d bytes", MaxMessage)
	}
	err = verify(c.o.Key, answerTo(asked), response.Header.Get(HeaderTime), response.Header.Get(HeaderSignature), body, c.o.Now())
	if err != nil {
		return fmt.Errorf("payment provider: answer %d: %w", response.StatusCode, err)
	}
	if response.StatusCode == http.StatusOK {
		if err := decode(body, into); err != nil {
			return fmt.Errorf("payment provider: %w", err)
		}
		return nil
	}
	return refusal(response.StatusCode, body)
}

// refusal is the error of an answer that is none. What the provider writes is shown as its code alone.
func refusal(status int, body []byte) error {
	var e ErrorAnswer
	if err := decode(body, &e); err != nil {
		return fmt.Errorf("payment provider: answer %d", status)
	}
	switch e.Code {
	case CodeRefused:
		return pay.ErrRefused
	case CodeUnknown:
		return pay.ErrUnknown
	case CodeSignature, CodeInvalid, CodeConflict:
		return fmt.Errorf("payment provider: answer %d: %s", status, e.Code)
	}
	return fmt.Errorf("payment provider: answer %d", status)
}
