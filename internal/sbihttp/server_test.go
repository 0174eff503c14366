package sbihttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
	"github.com/openbmis/openbmis/internal/sbihttp"
)

// send sends one request to the agent and gives the answer with its body read.
func (d *desk) send(t *testing.T, method, path, body string, header map[string]string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, d.server.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	for name, value := range header {
		if name == "Host" {
			request.Host = value
		}
		request.Header.Set(name, value)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, errors.Join(err, response.Body.Close()))
	return response, string(text)
}

func TestServiceAnswersItsVerbsOnly(t *testing.T) {
	d := newDesk(t, nil)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"MOSIPDISC", "/device", 200}, {"GET", "/device", 405}, {"MOSIPDINFO", "/info", 200}, {"MOSIPINFO", "/info", 200}, {"POST", "/info", 405},
		{"CAPTURE", "/capture", 200}, {"RCAPTURE", "/capture", 200}, {"POST", "/capture", 405}, {"GET", "/stream", 405}, {"MOSIPDISC", "/elsewhere", 404},
	} {
		response, _ := d.send(t, c.method, c.path, `{}`, nil)
		require.Equal(t, c.status, response.StatusCode, "%s %s", c.method, c.path)
		require.Equal(t, "no-store", response.Header.Get("Cache-Control"))
	}
	require.Zero(t, d.Took())
}

func TestDiscoveryByType(t *testing.T) {
	d := newDesk(t, nil)
	for body, devices := range map[string]int{`{"type":"Finger"}`: 1, `{"type":"Biometric Device"}`: 1, ``: 1, `{"type":"Face"}`: 0} {
		_, text := d.send(t, "MOSIPDISC", "/device", body, nil)
		found, err := sbi.ParseDevices([]byte(text))
		require.NoError(t, err)
		require.Len(t, found, devices, body)
	}
	d.turn(t, `{"unplugged":true}`)
	_, text := d.send(t, "MOSIPDISC", "/device", `{"type":"Finger"}`, nil)
	require.Equal(t, "[]", text)
}

// A browser's page asks only where its origin was allowed, and under a name of the agent's.
func TestPagesOfBrowsers(t *testing.T) {
	d := newDesk(t, nil)
	allowed := map[string]string{"Origin": "https://allowed.example"}
	response, _ := d.send(t, "OPTIONS", "/capture", "", map[string]string{
		"Origin": "https://allowed.example", "Access-Control-Request-Method": "RCAPTURE", "Access-Control-Request-Private-Network": "true",
	})
	require.Equal(t, http.StatusNoContent, response.StatusCode)
	require.Equal(t, "https://allowed.example", response.Header.Get("Access-Control-Allow-Origin"))
	for _, verb := range []string{"MOSIPDISC", "MOSIPDINFO", "MOSIPINFO", "CAPTURE", "RCAPTURE", "STREAM"} {
		require.Contains(t, response.Header.Get("Access-Control-Allow-Methods"), verb)
	}
	require.Equal(t, "true", response.Header.Get("Access-Control-Allow-Private-Network"))
	response, _ = d.send(t, "MOSIPDINFO", "/info", "", allowed)
	require.Equal(t, "https://allowed.example", response.Header.Get("Access-Control-Allow-Origin"))

	for _, method := range []string{"OPTIONS", "RCAPTURE"} {
		response, _ = d.send(t, method, "/capture", "{}", map[string]string{"Origin": "https://evil.example"})
		require.Equal(t, http.StatusForbidden, response.StatusCode)
		require.Empty(t, response.Header.Get("Access-Control-Allow-Origin"))
	}
	response, _ = d.send(t, "MOSIPDINFO", "/info", "", map[string]string{"Host": "rebound.example"})
	require.Equal(t, http.StatusMisdirectedRequest, response.StatusCode)
	require.Zero(t, d.Took())
}

func TestRequestsThatCannotBeRead(t *testing.T) {
	d := newDesk(t, nil)
	good, err := json.Marshal(sbi.NewRequest(sbi.Reader{DeviceID: "1"}, ask(two()...), "", time.Now()))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		method, body string
		code         int
	}{
		"nothing":                {"RCAPTURE", "", sbi.CodeInvalid},
		"no JSON":                {"RCAPTURE", "{", sbi.CodeInvalid},
		"too long":               {"RCAPTURE", `{"env":"` + strings.Repeat("a", 1<<17) + `"}`, sbi.CodeInvalid},
		"no device":              {"RCAPTURE", `{"bio":[]}`, sbi.CodeInvalid},
		"five fingers of a kind": {"RCAPTURE", strings.Replace(string(good), `"count":2`, `"count":5`, 1), sbi.CodeCount},
		"CAPTURE for nobody":     {"CAPTURE", string(good), sbi.CodeNoDomainKey},
	} {
		_, text := d.send(t, c.method, "/capture", c.body, nil)
		response, err := sbi.ParseCaptureResponse([]byte(text))
		require.NoError(t, err, name)
		require.Equal(t, c.code, sbi.CodeOf(response.Biometrics[0].Error.Err()), name)
	}
	_, text := d.send(t, "STREAM", "/stream", "{", nil)
	require.Contains(t, text, `"errorCode":"500"`)
	require.Zero(t, d.Took())
}

// other is a service that answers one verb in its own way and the others as the agent does.
func (d *desk) other(t *testing.T, method string, handle http.HandlerFunc) *sbihttp.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == method {
			handle(w, r)
			return
		}
		d.server.Config.Handler.ServeHTTP(w, r)
	}))
	client := d.connect(t, server.URL)
	t.Cleanup(func() { client.Close(); server.Close() })
	return client
}

func TestServiceThatSaysMOSIPINFO(t *testing.T) {
	d := newDesk(t, nil)
	client := d.other(t, "MOSIPDINFO", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "what?", http.StatusNotImplemented) })
	info, err := client.Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, "SIM000000001", info.Serial)
}

func TestServiceThatMisbehaves(t *testing.T) {
	d := newDesk(t, nil)
	for name, c := range map[string]struct {
		handle   http.HandlerFunc
		expected error
	}{
		"answers without end": {func(w http.ResponseWriter, _ *http.Request) {
			block := bytes.Repeat([]byte(" "), 1<<20)
			for range 20 {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}, capture.ErrFailed},
		"sends elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusTemporaryRedirect)
		}, capture.ErrFailed},
		"is broken":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, capture.ErrFailed},
		"answers so":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }, capture.ErrFailed},
		"says nothing": {func(http.ResponseWriter, *http.Request) {}, capture.ErrFailed},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.other(t, "RCAPTURE", c.handle).Capture(t.Context(), ask(two()...))
			require.ErrorIs(t, err, c.expected)
			require.NotContains(t, err.Error(), "elsewhere")
		})
	}
	eyes := d.other(t, "MOSIPDINFO", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") })
	_, err := eyes.Info(t.Context())
	require.ErrorIs(t, err, capture.ErrUnreachable)
}

// An agent that never answers ends at the deadline, and so does one that is not there.
func TestDeadline(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	d := newDesk(t, nil)
	client := d.connect(t, "http://"+listener.Addr().String())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = client.Capture(ctx, ask(two()...))
	require.ErrorIs(t, err, capture.ErrTimeout)
	require.NoError(t, listener.Close())
	client.Close()
	_, err = client.Info(t.Context())
	require.ErrorIs(t, err, capture.ErrUnreachable)
}

func TestClientIsMadeForAnAddressThatCanBeTrusted(t *testing.T) {
	for url, ok := range map[string]bool{
		"http://127.0.0.1:4501": true, "http://localhost:4501": true, "http://[::1]:4501": true, "https://reader.desk1:4501": true,
		"http://reader.desk1:4501": false, "http://10.0.0.5:4501": false, "ftp://127.0.0.1": false, "127.0.0.1:4501": false, "": false,
		"http://user:secret@127.0.0.1:4501": false, "http://127.0.0.1:4501/?a=b": false,
	} {
		_, err := sbihttp.New(sbihttp.Options{URL: url, Decode: sbi.DecodeFIR, Now: time.Now})
		require.Equal(t, ok, err == nil, url)
	}
	_, err := sbihttp.New(sbihttp.Options{URL: "http://127.0.0.1:4501", Now: time.Now})
	require.Error(t, err, "no decoder")
}

func TestTrustIsAFileOfCertificates(t *testing.T) {
	dir := t.TempDir()
	_, err := sbihttp.OpenTrust(filepath.Join(dir, "missing.pem"))
	require.Error(t, err)
	file := filepath.Join(dir, "trust.pem")
	require.NoError(t, os.WriteFile(file, []byte("nothing"), 0o600))
	_, err = sbihttp.OpenTrust(file)
	require.ErrorContains(t, err, "expected certificates in PEM")
}

func TestReaderThatNobodyVouchesFor(t *testing.T) {
	d, other := newDesk(t, nil), newDesk(t, nil)
	client := other.connect(t, d.server.URL)
	defer client.Close()
	_, err := client.Info(t.Context())
	require.ErrorIs(t, err, capture.ErrSignature)
	_, err = client.Capture(t.Context(), ask(two()...))
	require.ErrorIs(t, err, capture.ErrSignature)
	require.Zero(t, d.Took())
}
