package interpolhttp_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/interpolhttp"
	"github.com/openbmis/openbmis/internal/interpolhttp/simulator"
)

var query = interpol.Query{Kind: interpol.SLTD, Document: interpol.DocumentQuery{Number: "AB1234508", Issuer: "FRA", Type: "P"}}

func roots(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

// faulty is a real server over TLS that answers as the test says.
func faulty(t *testing.T, h http.HandlerFunc) *interpolhttp.Client {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // a server that has not read the question does not notice that the asker went away
		r.Body = io.NopCloser(bytes.NewReader(body))
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return interpolhttp.New(interpolhttp.Options{URL: s.URL, Kind: interpol.SLTD, Token: "secret-token", Roots: roots(s)})
}

func asJSON(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprint(w, text)
}

func TestWhatIsSentOverTheLine(t *testing.T) {
	var got http.Request
	var body map[string]any
	c := faulty(t, func(w http.ResponseWriter, r *http.Request) {
		got = *r
		_ = json.NewDecoder(r.Body).Decode(&body)
		asJSON(w, `{"service":{"name":"x","as_of":"2026-11-22T12:00:00Z"},"candidates":[{"id":"S1","version":2,"subject":{"kind":"document","documents":[{"number":"1"}]}}]}`)
	})
	answer, err := c.Search(t.Context(), query)
	require.NoError(t, err)
	require.Equal(t, "S1", answer.Candidates[0].ID)
	require.Equal(t, []string{http.MethodPost, "/v1/search", "", "Bearer secret-token"}, []string{got.Method, got.URL.Path, got.URL.RawQuery, got.Header.Get("Authorization")})
	require.Equal(t, map[string]any{"kind": "sltd", "document": map[string]any{"number": "AB1234508", "issuer": "FRA", "type": "P"}}, body, "and nothing else")
}

// What the line says of a failure is a fault of the service, with its reason.
func TestFaults(t *testing.T) {
	c := faulty(t, func(w http.ResponseWriter, _ *http.Request) { asJSON(w, `{"candidates":"AB1234508"}`) })
	_, err := c.Search(t.Context(), query)
	var fault *interpol.Fault
	require.ErrorAs(t, err, &fault)
	require.Equal(t, border.ReasonFailed, fault.Reason)
	require.NotContains(t, err.Error(), "AB1234508")
}

// simulated is a simulator over TLS with a client.
func simulated(t testing.TB, kind interpol.Kind) (*simulator.Server, *interpolhttp.Client) {
	t.Helper()
	s, err := simulator.New(simulator.Options{
		Data: simulator.NewData(1, simulator.Size{Documents: 500, Persons: 50, Vehicles: 50}, time.Now), Token: "t", Random: rand.Reader,
	})
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(s)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	return s, interpolhttp.New(interpolhttp.Options{URL: server.URL, Kind: kind, Token: "t", Roots: roots(server)})
}

func TestTheSimulatorAnswersByTheProtocol(t *testing.T) {
	s, c := simulated(t, interpol.SLTD)
	record, err := c.Detail(t.Context(), "S3")
	require.NoError(t, err)
	require.True(t, record.Service.Simulator, "it says what it is")
	listed := record.Subject.Documents[0]
	answer, err := c.Search(t.Context(), interpol.Query{Kind: interpol.SLTD, Document: interpol.DocumentQuery{Number: listed.Number, Issuer: interpol.Issuer(listed.Issuer), Type: "P"}})
	require.NoError(t, err)
	require.True(t, answer.Service.Simulator)
	require.Equal(t, "S3", answer.Candidates[0].ID)
	require.NoError(t, answer.Check())
	require.Equal(t, 2, s.Asked(interpol.SLTD))
	_, err = c.Detail(t.Context(), "nobody")
	require.Equal(t, border.ReasonFailed, interpol.ReasonOf(err))

	encoded, err := c.Filter(t.Context(), "")
	require.NoError(t, err)
	id, err := interpol.FilterKeyID(encoded)
	require.NoError(t, err)
	key, err := c.FilterKey(t.Context(), id)
	require.NoError(t, err)
	f, err := interpol.ParseFilter(encoded, key)
	require.NoError(t, err)
	require.True(t, f.Simulator)
	require.True(t, f.May(interpol.DocumentQuery{Number: listed.Number, Issuer: listed.Issuer, Type: "P"}))
	same, err := c.Filter(t.Context(), f.Version)
	require.NoError(t, err)
	require.Nil(t, same, "what is held is the newest")
	require.True(t, s.Data.Withdraw(interpol.SLTD, "S3"), "its owner found it again")
	newer, err := c.Filter(t.Context(), f.Version)
	require.NoError(t, err)
	require.NotNil(t, newer)
	_, err = c.FilterKey(t.Context(), "other")
	require.Error(t, err)
}

func TestKnobs(t *testing.T) {
	s, c := simulated(t, interpol.SLTD)
	for reason, knobs := range map[string]simulator.Knobs{
		border.ReasonNotAdmitted: {Refuse: true}, border.ReasonUnreachable: {Errors: 1}, border.ReasonTimeout: {Hang: true},
	} {
		require.NoError(t, s.Set(interpol.SLTD, knobs))
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		_, err := c.Search(ctx, query)
		cancel()
		require.Equal(t, reason, interpol.ReasonOf(err))
	}
	require.NoError(t, s.Set(interpol.SLTD, simulator.Knobs{Down: true}))
	_, err := c.Probe(t.Context())
	require.Equal(t, border.ReasonUnreachable, interpol.ReasonOf(err))
	require.NoError(t, s.Set(interpol.SLTD, simulator.Knobs{Delay: simulator.Duration(time.Millisecond)}))
	_, err = c.Probe(t.Context())
	require.NoError(t, err)
	require.Error(t, s.Set(interpol.SLTD, simulator.Knobs{Errors: 2}))
	require.Error(t, s.Set("dna", simulator.Knobs{}))
}

func TestThePageSaysWhatItIsAndTurnsTheKnobs(t *testing.T) {
	s, err := simulator.New(simulator.Options{Data: simulator.NewData(1, simulator.Size{Documents: 3}, time.Now), Token: "t", Random: rand.Reader})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Contains(t, w.Body.String(), "SIMULATOR")
	require.Contains(t, w.Body.String(), "made up")
	require.Equal(t, "yes", w.Header().Get("X-Simulator"))
	turn := func(body, site string) int {
		r := httptest.NewRequest(http.MethodPost, "/control", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	require.Equal(t, http.StatusSeeOther, turn("kind=sltd&delay=20ms&errors=0.5&refuse=on", "same-origin"))
	require.Equal(t, http.StatusForbidden, turn("kind=sltd&delay=0s&errors=0", "cross-site"), "no other site turns them")
	require.Equal(t, http.StatusBadRequest, turn("kind=sltd&delay=soon&errors=0", "same-origin"))
	w = httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Contains(t, w.Body.String(), `value="20ms"`)
}

func TestOpenReadsItsFiles(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	dir := t.TempDir()
	ca, token := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "token")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	require.NoError(t, os.WriteFile(token, []byte("t\n"), 0o600))
	s := interpol.Settings{Name: "x", Kind: interpol.SLTD, URL: server.URL, CA: ca, Credentials: token}
	c, err := interpolhttp.Open(s)
	require.NoError(t, err)
	_, err = c.Probe(t.Context())
	require.Equal(t, border.ReasonFailed, interpol.ReasonOf(err), "reached: it answers 404")
	for _, broken := range []interpol.Settings{
		{Name: "x", CA: token}, {Name: "x", CA: filepath.Join(dir, "none")}, {Name: "x", Credentials: ca}, {Name: "x", Credentials: filepath.Join(dir, "none")},
	} {
		_, err := interpolhttp.Open(broken)
		require.ErrorContains(t, err, "adapter x")
	}
}

// Whatever a service answers, the client gives an answer that holds or a fault.
func FuzzAnswer(f *testing.F) {
	f.Add(`{"service":{"name":"x"},"candidates":[{"id":"S1","version":2,"subject":{"kind":"document","documents":[{"number":"1","issuer":"FRA"}]}}]}`)
	f.Add(`{"candidates":[{"id":"","version":-1}]}`)
	f.Add(`[`)
	text := ""
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asJSON(w, text) }))
	f.Cleanup(s.Close)
	c := interpolhttp.New(interpolhttp.Options{URL: s.URL, Kind: interpol.SLTD, Roots: roots(s)})
	f.Fuzz(func(t *testing.T, answer string) {
		text = answer
		got, err := c.Search(t.Context(), query)
		var fault *interpol.Fault
		if err != nil {
			require.ErrorAs(t, err, &fault)
			return
		}
		for _, candidate := range got.Candidates {
			for _, d := range candidate.Subject.Documents {
				interpol.CompareDocuments(query.Document, d)
			}
		}
	})
}

func BenchmarkRoundTrip(b *testing.B) {
	_, c := simulated(b, interpol.SLTD)
	for b.Loop() {
		if _, err := c.Search(b.Context(), query); err != nil {
			b.Fatal(err)
		}
	}
}
