package https_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/api_pnr/intake/https"
	"github.com/openbmis/openbmis/internal/bus/gate/gatetest"
	"github.com/openbmis/openbmis/internal/ca"
)

const paxlst = "UNB+UNOA:4+XA+XAA+261122:1200+1'UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'UNT+3+1'UNZ+1+1'"

// keeper keeps in memory what it is given.
type keeper struct {
	mu   sync.Mutex
	kept map[uuid.UUID]apipnr.Envelope
}

func (k *keeper) Keep(_ context.Context, e apipnr.Envelope) (apipnr.Receipt, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	told := apipnr.Receipt{ID: e.ID, Digest: fmt.Sprintf("%x", e.Digest), Bytes: len(e.Body), ReceivedAt: e.ReceivedAt}
	for id, first := range k.kept {
		if first.Carrier == e.Carrier && first.Digest == e.Digest {
			told.ID, told.Duplicate = id, id != e.ID
			return told, nil
		}
	}
	k.kept[e.ID] = e
	return told, nil
}

// answerer answers with what it was asked.
type answerer struct{ acked chan apipnr.Envelope }

func (answerer) Answer(_ context.Context, e apipnr.Envelope) ([]byte, error) {
	return append([]byte("answer to "+e.Carrier+": "), e.Body...), nil
}

func (a answerer) Acknowledge(_ context.Context, e apipnr.Envelope) error {
	a.acked <- e
	return nil
}

type site struct {
	*httptest.Server
	authority *ca.Authority
	denied    *ca.DenyList
	door      *door.Door
	keeper    *keeper
	acked     chan apipnr.Envelope
}

func open(t *testing.T) *site {
	t.Helper()
	g := gatetest.New(t, "XA", "XB")
	s := &site{authority: g.CA, denied: &ca.DenyList{}, keeper: &keeper{kept: map[uuid.UUID]apipnr.Envelope{}}, acked: make(chan apipnr.Envelope, 1)}
	var err error
	s.door, err = door.Open(t.Context(), door.Config{
		Conn: g.Inside(t), Keeper: s.keeper, Answerer: answerer{s.acked}, Filter: func(b []byte) ([]byte, int) { return b, 0 },
		Now: time.Now, NewID: uuid.New, Log: gatetest.Log(t),
	})
	require.NoError(t, err)
	t.Cleanup(s.door.Close)
	require.NoError(t, s.door.Admit(t.Context(), "XA"))
	require.NoError(t, s.door.Admit(t.Context(), "XB"))
	identify := func(leaf *x509.Certificate) (string, error) {
		if err := ca.Carriers(s.denied)(leaf); err != nil {
			return "", err
		}
		return ca.CarrierOf(leaf)
	}
	s.Server = httptest.NewUnstartedServer(https.Handler(https.Config{Desk: s.door, Identify: identify, Now: time.Now, Log: slog.New(slog.DiscardHandler)}))
	own, err := s.authority.IssueServer([]string{"127.0.0.1"})
	require.NoError(t, err)
	// As lenient as can be: what keeps strangers out here is the handler.
	s.TLS = &tls.Config{ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: s.authority.Roots(), Certificates: []tls.Certificate{*own}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *site) certificate(t *testing.T, carrier string) *tls.Certificate {
	t.Helper()
	key, request, err := ca.NewCarrierRequest(rand.Reader, carrier)
	require.NoError(t, err)
	der, err := ca.DecodeRequest(request)
	require.NoError(t, err)
	chain, err := s.authority.SignCarrier(der, carrier)
	require.NoError(t, err)
	pair, err := tls.X509KeyPair(ca.EncodeChain(chain...), key)
	require.NoError(t, err)
	return &pair
}

func (s *site) client(cert *tls.Certificate) *http.Client {
	config := &tls.Config{RootCAs: s.authority.Roots()}
	if cert != nil {
		config.Certificates = []tls.Certificate{*cert}
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
}

func (s *site) post(t *testing.T, c *http.Client, path, body string, headers ...string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", apipnr.TypeEDIFACT)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return do(t, c, r)
}

func do(t *testing.T, c *http.Client, r *http.Request) (int, string, http.Header) {
	t.Helper()
	answer, err := c.Do(r)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, errors.Join(err, answer.Body.Close()))
	return answer.StatusCode, string(text), answer.Header
}

func TestAMessageIsAcceptedOnceItIsSafe(t *testing.T) {
	s := open(t)
	c := s.client(s.certificate(t, "XA"))
	status, text, _ := s.post(t, c, https.MessagesPath, paxlst, door.HeaderKey, "k1")
	require.Equal(t, http.StatusAccepted, status, text)
	var told apipnr.Receipt
	require.NoError(t, json.Unmarshal([]byte(text), &told))
	require.Equal(t, len(paxlst), told.Bytes)
	require.Eventually(t, func() bool {
		s.keeper.mu.Lock()
		defer s.keeper.mu.Unlock()
		e, kept := s.keeper.kept[told.ID]
		return kept && e.Carrier == "XA" && e.Gateway == apipnr.GatewayHTTPS && e.Key == "k1" && string(e.Body) == paxlst
	}, time.Minute, time.Millisecond)

	status, text, _ = s.post(t, c, https.MessagesPath, paxlst, door.HeaderKey, "k1")
	require.Equal(t, http.StatusAccepted, status, text)
	var again apipnr.Receipt
	require.NoError(t, json.Unmarshal([]byte(text), &again))
	require.True(t, again.Duplicate)
	require.Equal(t, told.ID, again.ID)
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := io.Copy(w, strings.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

func TestWhatIsRefusedSaysWhy(t *testing.T) {
	s := open(t)
	c := s.client(s.certificate(t, "XA"))
	status, text, _ := s.post(t, c, https.MessagesPath, paxlst, door.HeaderKey, "k1")
	require.Equal(t, http.StatusAccepted, status, text)
	bomb := packed(t, strings.Repeat("0", apipnr.MaxBody+1))
	for _, x := range []struct {
		name, body, code string
		headers          []string
		status           int
	}{
		{"a key of other bytes", paxlst + " ", "key_taken", []string{door.HeaderKey, "k1"}, 409},
		{"a key too long", paxlst, "key", []string{door.HeaderKey, strings.Repeat("k", 129)}, 400},
		{"unpacks without end", bomb, "too_large", []string{"Content-Encoding", "gzip"}, 413},
		{"no such type", paxlst, "content_type", []string{"Content-Type", "text/html"}, 415},
		{"no type", paxlst, "content_type", []string{"Content-Type", ""}, 415},
		{"no such encoding", paxlst, "encoding_unknown", []string{"Content-Encoding", "br"}, 415},
		{"not what its encoding says", paxlst, "encoding_broken", []string{"Content-Encoding", "zstd"}, 422},
		{"torn", packed(t, paxlst)[:40], "encoding_broken", []string{"Content-Encoding", "gzip"}, 422},
		{"nothing", "", "empty", nil, 400},
	} {
		t.Run(x.name, func(t *testing.T) {
			status, text, header := s.post(t, c, https.MessagesPath, x.body, x.headers...)
			require.Equal(t, x.status, status, text)
			require.Equal(t, "application/problem+json", header.Get("Content-Type"))
			require.Contains(t, text, `"code":"`+x.code+`"`)
			require.NotContains(t, text, "PAXLST", "nothing that was sent comes back")
		})
	}
	status, text, _ = s.post(t, c, https.MessagesPath, packed(t, paxlst), "Content-Encoding", "gzip", door.HeaderKey, "k1")
	require.Equal(t, http.StatusAccepted, status, text, "the same bytes, packed, under the same key")
}

func TestWhoIsNotLetIn(t *testing.T) {
	s := open(t)
	station, err := ca.NewRequest(rand.Reader, "xa")
	require.NoError(t, err)
	chain, err := s.authority.SignStation(station.DER, "xa")
	require.NoError(t, err)
	identity, err := station.Accept(chain, s.authority.Pin(), time.Now())
	require.NoError(t, err)
	denied := s.certificate(t, "XA")
	s.denied.Add(ca.Serial(denied.Leaf))
	for name, cert := range map[string]*tls.Certificate{"nobody": nil, "a station": identity.Certificate, "a carrier whose certificate was taken back": denied} {
		t.Run(name, func(t *testing.T) {
			status, text, _ := s.post(t, s.client(cert), https.MessagesPath, paxlst)
			require.Equal(t, http.StatusForbidden, status, text)
		})
	}
}

// A connection may be older than a revocation: the next request on it is refused.
func TestACertificateThatIsTakenBackIsOutOnAnOpenConnection(t *testing.T) {
	s := open(t)
	cert := s.certificate(t, "XA")
	c := s.client(cert)
	status, _, _ := s.post(t, c, https.CheckPath, paxlst)
	require.Equal(t, http.StatusOK, status)
	s.denied.Add(ca.Serial(cert.Leaf))
	status, _, _ = s.post(t, c, https.CheckPath, paxlst)
	require.Equal(t, http.StatusForbidden, status)
}

func TestInteractive(t *testing.T) {
	s := open(t)
	c := s.client(s.certificate(t, "XB"))
	status, text, header := s.post(t, c, https.CheckPath, paxlst, door.HeaderTimeout, "500")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "answer to XB: "+paxlst, text)
	require.Equal(t, apipnr.TypeEDIFACT, header.Get("Content-Type"))
	status, _, _ = s.post(t, c, https.CheckPath, paxlst, door.HeaderTimeout, "soon")
	require.Equal(t, http.StatusBadRequest, status)
	status, _, _ = s.post(t, c, https.AcksPath, paxlst)
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, "XB", (<-s.acked).Carrier)
}

func TestACarrierReadsItsOwnNotices(t *testing.T) {
	s := open(t)
	require.NoError(t, s.door.Send(t.Context(), "XA", "m1", []byte("UNB+one'")))
	require.NoError(t, s.door.Notify(t.Context(), "XA", "n1", []byte(`{"late":true}`)))
	require.NoError(t, s.door.Send(t.Context(), "XB", "m1", []byte("UNB+other'")))
	require.NoError(t, s.door.Send(t.Context(), "XA", "m1", []byte("UNB+one'")), "again, harmless")
	read := func(carrier, query string) []door.Outgoing {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+https.NoticesPath+query, nil)
		require.NoError(t, err)
		status, text, _ := do(t, s.client(s.certificate(t, carrier)), r)
		require.Equal(t, http.StatusOK, status, text)
		var got struct{ Notices []door.Outgoing }
		require.NoError(t, json.Unmarshal([]byte(text), &got))
		return got.Notices
	}
	mine := read("XA", "")
	require.Len(t, mine, 2)
	require.Equal(t, "UNB+one'", mine[0].Body)
	require.Equal(t, "unsolicited", mine[0].Kind)
	require.Equal(t, "notice", mine[1].Kind)
	require.Len(t, read("XA", fmt.Sprintf("?after=%d", mine[0].Sequence)), 1)
	require.Empty(t, read("XA", fmt.Sprintf("?after=%d", mine[1].Sequence)))
	require.Len(t, read("XB", ""), 1)
}

// slow is a desk at which messages wait until they are let go.
type slow struct {
	https.Desk
	entered, release chan struct{}
}

func (s slow) Take(context.Context, door.Arrival) (apipnr.Receipt, error) {
	s.entered <- struct{}{}
	<-s.release
	return apipnr.Receipt{}, nil
}

func (slow) Outgoings(context.Context, string, uint64) ([]door.Outgoing, error) { return nil, nil }

func TestMoreAtOnceThanCanBeServedIsRefused(t *testing.T) {
	desk := slow{entered: make(chan struct{}), release: make(chan struct{})}
	h := https.Handler(https.Config{
		Desk: desk, Messages: 2, Identify: func(*x509.Certificate) (string, error) { return "XA", nil }, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	serve := func(method, path string) *httptest.ResponseRecorder {
		leaf := &x509.Certificate{NotAfter: time.Now().Add(time.Hour)}
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(paxlst))
		r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}, VerifiedChains: [][]*x509.Certificate{{leaf}}}
		r.Header.Set("Content-Type", apipnr.TypeEDIFACT)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	codes := make(chan int, 2)
	for range 2 {
		go func() { codes <- serve(http.MethodPost, https.MessagesPath).Code }()
		<-desk.entered
	}
	refused := serve(http.MethodPost, https.MessagesPath)
	require.Equal(t, http.StatusServiceUnavailable, refused.Code)
	require.Contains(t, refused.Body.String(), `"overload"`)
	require.Equal(t, "1", refused.Header().Get("Retry-After"))
	require.Equal(t, http.StatusOK, serve(http.MethodGet, https.NoticesPath).Code, "for which there is room")
	close(desk.release)
	require.Equal(t, []int{202, 202}, []int{<-codes, <-codes})
}
