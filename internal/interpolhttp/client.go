package interpolhttp

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/url"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/internal/jsonhttp"
)

// Client asks one service about one kind. It implements interpol.Searcher, Prober and FilterSource, and is safe for concurrent use.
type Client struct {
	kind interpol.Kind
	line *jsonhttp.Client
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
	token, err := jsonhttp.ReadToken(s.Credentials)
	if err != nil {
		return nil, fmt.Errorf("adapter %s: %w", s.Name, err)
	}
	roots, err := jsonhttp.ReadRoots(s.CA)
	if err != nil {
		return nil, fmt.Errorf("adapter %s: %w", s.Name, err)
	}
	return New(Options{URL: s.URL, Kind: s.Kind, Token: token, Roots: roots}), nil
}

// New makes a client.
func New(o Options) *Client {
	return &Client{o.Kind, jsonhttp.New(jsonhttp.Options{URL: o.URL, Token: o.Token, Roots: o.Roots, Fault: fault})}
}

func fault(reason string, err error) error { return &interpol.Fault{Reason: reason, Err: err} }

// Search asks for candidates.
func (c *Client) Search(ctx context.Context, q interpol.Query) (answer interpol.Answer, err error) {
	err = c.line.Ask(ctx, SearchPath, q, MaxAnswer, &answer)
	return answer, err
}

// Detail asks for a full report.
func (c *Client) Detail(ctx context.Context, id string) (record interpol.Record, err error) {
	err = c.line.Ask(ctx, DetailPath, DetailRequest{c.kind, id}, MaxRecord, &record)
	return record, err
}

// Probe asks whether the service answers.
func (c *Client) Probe(ctx context.Context) (service interpol.Service, err error) {
	err = c.line.Get(ctx, StatusPath+url.PathEscape(string(c.kind)), MaxStatus, &service)
	return service, err
}

// Filter fetches the negative filter, unless its version is the one held.
func (c *Client) Filter(ctx context.Context, held string) ([]byte, error) {
	return c.line.Fetch(ctx, FilterPath+url.PathEscape(string(c.kind)), held, interpol.MaxFilter)
}

// FilterKey fetches the key of a filter.
func (c *Client) FilterKey(ctx context.Context, id string) ([]byte, error) {
	var answer KeyAnswer
	err := c.line.Ask(ctx, FilterKeyPath, KeyRequest{c.kind, id}, MaxStatus, &answer)
	return answer.Key, err
}
