package captureagent_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/cmd/internal/captureagent"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/sbihttp"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func config(dir string) captureagent.Config {
	return captureagent.Config{
		Dir: dir, Listen: "127.0.0.1:0", Compression: fir.WSQ, Knobs: simulator.Knobs{Person: "A"},
		Tools: node.Tools{Now: time.Now, Random: rand.Reader, Log: slog.New(slog.DiscardHandler)},
	}
}

// run runs an agent as long as the test.
func run(t *testing.T, cfg captureagent.Config) *captureagent.Agent {
	t.Helper()
	agent, err := captureagent.Open(t.Context(), cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- agent.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	return agent
}

func connect(t *testing.T, url, trust string) *sbihttp.Client {
	t.Helper()
	pool, err := sbihttp.OpenTrust(trust)
	require.NoError(t, err)
	client, err := sbihttp.New(sbihttp.Options{URL: url, Trust: pool, Decode: sbi.DecodeFIR, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

func ask() capture.Request {
	return capture.Request{Transaction: "T", Fingers: []biometrics.Position{biometrics.RightIndex}, Timeout: 30 * time.Second}
}

func TestAgentOverHTTPAndHTTPS(t *testing.T) {
	for _, secure := range []bool{false, true} {
		cfg := config(t.TempDir())
		cfg.TLS = secure
		agent := run(t, cfg)
		client := connect(t, agent.URL(), agent.Trust())
		got, err := client.Capture(t.Context(), ask())
		require.NoError(t, err, "https %t", secure)
		require.NoError(t, got.Prints[0].Problem)
		require.Positive(t, *got.Prints[0].DeviceQuality, "the engine's own measure")
		record, err := fir.Parse(got.Prints[0].Record)
		require.NoError(t, err)
		require.Equal(t, fir.WSQ, record.Representations[0].Compression)
		seen := errors.New("seen")
		require.ErrorIs(t, client.Preview(t.Context(), ask(), func([]byte) error { return seen }), seen)
		require.NoError(t, agent.Simulated.Set(simulator.Knobs{Drop: true}))
		_, err = client.Capture(t.Context(), ask())
		require.ErrorIs(t, err, capture.ErrUnreachable, "cut in the middle, also over https")
	}
}

func TestKeysStayFromStartToStart(t *testing.T) {
	dir := t.TempDir()
	first := run(t, config(dir))
	trust, err := os.ReadFile(first.Trust())
	require.NoError(t, err)
	second := run(t, config(dir))
	client := connect(t, second.URL(), first.Trust())
	info, err := client.Info(t.Context())
	require.NoError(t, err)
	again, err := os.ReadFile(second.Trust())
	require.NoError(t, err)
	require.Equal(t, trust, again)
	one, err := connect(t, first.URL(), first.Trust()).Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, one.Serial, info.Serial)
	require.Len(t, info.Serial, 15)
	for _, name := range []string{"root.pem", "device.pem"} {
		stat, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), stat.Mode().Perm())
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "device.pem"), []byte("rubbish"), 0o600))
	_, err = captureagent.Open(t.Context(), config(dir))
	require.ErrorContains(t, err, "device.pem: expected a certificate and its private key")
}

// A device certificate in the last third of its life is made anew, of the same authority.
func TestDeviceCertificateIsRenewed(t *testing.T) {
	dir, old := t.TempDir(), config("")
	old.Dir = dir
	old.Tools.Now = func() time.Time { return time.Now().Add(-300 * 24 * time.Hour) }
	agent, err := captureagent.Open(t.Context(), old)
	require.NoError(t, err)
	before, err := os.ReadFile(filepath.Join(dir, "device.pem"))
	require.NoError(t, err)
	go func() { _ = agent.Run(canceled()) }()
	again := run(t, config(dir))
	after, err := os.ReadFile(filepath.Join(dir, "device.pem"))
	require.NoError(t, err)
	require.NotEqual(t, before, after)
	_, err = connect(t, again.URL(), again.Trust()).Info(t.Context())
	require.NoError(t, err)
}

func canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// The reader of another device service is passed on: the station believes the agent, the agent its maker, and it stays said that it is simulated.
func TestAgentPassesOnAReader(t *testing.T) {
	maker := run(t, config(t.TempDir()))
	cfg := config(t.TempDir())
	cfg.Upstream, cfg.UpstreamTrust = maker.URL(), maker.Trust()
	agent := run(t, cfg)
	require.Nil(t, agent.Simulated)
	client := connect(t, agent.URL(), agent.Trust())
	got, err := client.Capture(t.Context(), ask())
	require.NoError(t, err)
	require.True(t, got.Info.Simulated)
	require.NoError(t, maker.Simulated.Set(simulator.Knobs{Tamper: simulator.Chain}))
	_, err = client.Capture(t.Context(), ask())
	require.Error(t, err, "what the agent does not believe it does not sign")
	require.NoError(t, maker.Simulated.Set(simulator.Knobs{Failure: 101}))
	_, err = client.Capture(t.Context(), ask())
	require.ErrorIs(t, err, capture.ErrNoFinger)
	response, err := http.Get(agent.URL() + "/simulator")
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, response.StatusCode, "a real reader has no knobs")
	require.NoError(t, response.Body.Close())
	http.DefaultClient.CloseIdleConnections()
}

func TestAgentOfAnotherMachineNeedsHTTPS(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "reader.example:4501"} {
		cfg := config(t.TempDir())
		cfg.Listen = address
		_, err := captureagent.Open(t.Context(), cfg)
		require.ErrorContains(t, err, "expected https", address)
	}
}

func TestAgentTakesAPortOfTheStandard(t *testing.T) {
	cfg := config(t.TempDir())
	cfg.Listen = ""
	agent := run(t, cfg)
	require.Regexp(t, `^http://127\.0\.0\.1:4[56]\d\d$`, agent.URL())
}

func TestDomainCertificateIsNeededForCAPTURE(t *testing.T) {
	agent := run(t, config(t.TempDir()))
	body := `{"env":"Developer","purpose":"Auth","specVersion":"0.9.5","timeout":"1000","transactionId":"T","bio":[{"type":"Finger","count":"1","bioSubType":["UNKNOWN"]}]}`
	request, err := http.NewRequestWithContext(t.Context(), "CAPTURE", agent.URL()+"/capture", bytes.NewReader([]byte(body)))
	require.NoError(t, err)
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, errors.Join(err, response.Body.Close()))
	require.Contains(t, string(text), `"errorCode":"108"`)
	cfg := config(t.TempDir())
	cfg.Domain = filepath.Join(t.TempDir(), "none.pem")
	_, err = captureagent.Open(t.Context(), cfg)
	require.Error(t, err)
}

func TestFollowPutsAnotherPersonBeforeTheReader(t *testing.T) {
	agent := run(t, config(t.TempDir()))
	require.NoError(t, agent.Simulated.Set(simulator.Knobs{Person: "A", Failure: 102}))
	require.NoError(t, captureagent.Follow(t.Context(), agent.URL()+"/", "L898902C3"))
	require.Equal(t, simulator.Knobs{Person: "L898902C3", Failure: 102}, agent.Simulated.Knobs(), "the other knobs stay")
	cfg := config(t.TempDir())
	cfg.Upstream, cfg.UpstreamTrust = agent.URL(), agent.Trust()
	require.ErrorContains(t, captureagent.Follow(t.Context(), run(t, cfg).URL(), "B"), "simulated reader")
	require.Error(t, captureagent.Follow(t.Context(), agent.URL(), string(make([]byte, 300))))
	http.DefaultClient.CloseIdleConnections()
}
