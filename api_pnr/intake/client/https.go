package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/api_pnr/intake/https"
)

// HTTPSConfig is how a carrier reaches the door over HTTPS.
type HTTPSConfig struct {
	URL         string // https://host[:port]
	Certificate tls.Certificate
	RootCAs     *x509.CertPool // nil trusts the machine's roots
	ServerName  string         // what the server's certificate says instead of the URL's host; optional
	// Every is how often Listen looks for news; 5 s when 0.
	Every time.Duration
	// After is the sequence of the last message of the State that was taken before.
	After uint64
}

// HTTPS sends over HTTPS.
type HTTPS struct {
	config HTTPSConfig
	client *http.Client
}

var _ Sender = (*HTTPS)(nil)

// NewHTTPS makes the client; nothing is connected before something is sent.
func NewHTTPS(config HTTPSConfig) *HTTPS {
	if config.Every <= 0 {
		config.Every = 5 * time.Second
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{config.Certificate}, RootCAs: config.RootCAs, ServerName: config.ServerName,
		NextProtos: []string{https.Protocol, "http/1.1"},
	}}
	return &HTTPS{config, &http.Client{Transport: transport}}
}

// Close ends idle connections.
func (h *HTTPS) Close() { h.client.CloseIdleConnections() }

const maxAnswer = 8 << 20

func (h *HTTPS) do(ctx context.Context, method, path string, headers map[string]string, body []byte) (answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(h.config.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range headers {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	response, err := h.client.Do(request)
	if err != nil {
		return nil, denied(err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if answer, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer)); err != nil {
		return nil, denied(err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil, denied(refusalOf(response.StatusCode, answer))
	}
	return answer, nil
}

func refusalOf(status int, answer []byte) error {
	var p struct{ Code, Detail string }
	if json.Unmarshal(answer, &p) != nil || p.Code == "" {
		p.Code, p.Detail = "refused", http.StatusText(status)
	}
	return door.Refuse(status, p.Code, p.Detail)
}

// Send implements Sender.
func (h *HTTPS) Send(ctx context.Context, kind Kind, key string, body []byte) (r apipnr.Receipt, err error) {
	if len(body) > apipnr.MaxBody {
		return r, errTooLarge
	}
	packed, encoding, err := pack(body, false)
	if err != nil {
		return r, err
	}
	headers := map[string]string{"Content-Type": kind.contentType(), "Content-Encoding": encoding, door.HeaderKey: key}
	err = again(ctx, len(packed), func(ctx context.Context) error {
		answer, err := h.do(ctx, http.MethodPost, https.MessagesPath, headers, packed)
		if err != nil {
			return err
		}
		return json.Unmarshal(answer, &r)
	}, finalHTTPS)
	return r, err
}

// finalHTTPS says that trying again does not help: a refusal that is not about now, or a peer that is not whom we trust.
func finalHTTPS(err error) bool {
	return final(err) || stranger(err)
}

// Check implements Sender.
func (h *HTTPS) Check(ctx context.Context, body []byte, within time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return h.do(ctx, http.MethodPost, https.CheckPath, map[string]string{
		"Content-Type": apipnr.TypeEDIFACT, door.HeaderTimeout: strconv.FormatInt(within.Milliseconds(), 10),
	}, body)
}

// Acknowledge implements Sender.
func (h *HTTPS) Acknowledge(ctx context.Context, body []byte) error {
	return again(ctx, len(body), func(ctx context.Context) error {
		_, err := h.do(ctx, http.MethodPost, https.AcksPath, map[string]string{"Content-Type": apipnr.TypeEDIFACT}, body)
		return err
	}, finalHTTPS)
}

// Listen implements Sender by asking again and again. Its place is kept in memory alone: after a new start all that still lies at the State
// comes again, unless HTTPSConfig.After says where to go on.
func (h *HTTPS) Listen(ctx context.Context, take func(Incoming) error) error {
	for ctx.Err() == nil {
		list, err := h.notices(ctx)
		if err != nil && finalHTTPS(err) {
			return err
		}
		for _, one := range list {
			in := Incoming{ID: one.ID, Unsolicited: one.Kind == "unsolicited", At: one.At, Body: []byte(one.Body)}
			if err := take(in); err != nil {
				return err
			}
			h.config.After = one.Sequence
		}
		if len(list) > 0 {
			continue
		}
		timer := time.NewTimer(h.config.Every)
		select {
		case <-ctx.Done():
			timer.Stop()
		case <-timer.C:
		}
	}
	return nil
}

func (h *HTTPS) notices(ctx context.Context) ([]door.Outgoing, error) {
	answer, err := h.do(ctx, http.MethodGet, fmt.Sprintf("%s?after=%d", https.NoticesPath, h.config.After), nil, nil)
	if err != nil {
		return nil, err
	}
	var got struct{ Notices []door.Outgoing }
	return got.Notices, json.Unmarshal(answer, &got)
}
