package enrol_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/enrol"
	"github.com/openbmis/openbmis/internal/bus/bustest"
	"github.com/openbmis/openbmis/internal/ca"
)

// office is a centre that enrols: the real authority behind a real https server, with the simplest rule for tokens.
type office struct {
	authority *ca.Authority
	denied    *ca.DenyList
	url       string

	mu     sync.Mutex
	now    time.Time
	tokens map[[32]byte]bool
	given  int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), tokens: map[[32]byte]bool{}, denied: &ca.DenyList{}}
	var err error
	o.authority, err = ca.OpenOrCreate(t.TempDir(), rand.Reader, o.clock)
	require.NoError(t, err)
	own, err := o.authority.Server([]string{"127.0.0.1"}, bustest.Log(t))
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+enrol.Path, o.enrol)
	mux.HandleFunc("POST "+enrol.RenewPath, o.renew)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second, TLSConfig: enrol.ServerTLS(own.GetCertificate, o.authority.Roots(), o.clock, ca.Stations(o.denied))}
	ended := make(chan error, 1)
	go func() { ended <- server.ServeTLS(listener, "", "") }()
	t.Cleanup(func() { require.NoError(t, server.Close()); require.ErrorIs(t, <-ended, http.ErrServerClosed) })
	o.url = "https://" + listener.Addr().String()
	return o
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) later(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

func (o *office) token(t *testing.T, station string) string {
	t.Helper()
	token, err := ca.NewToken(rand.Reader, station, o.authority.Pin())
	require.NoError(t, err)
	o.tokens[token.Hash()] = true
	return token.String()
}

func (o *office) enrol(w http.ResponseWriter, r *http.Request) {
	var ask enrol.Request
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	token, err := ca.ParseToken(ask.Token)
	if err != nil || !o.tokens[token.Hash()] {
		http.Error(w, "token refused", http.StatusForbidden)
		return
	}
	delete(o.tokens, token.Hash())
	o.sign(w, ask.CSR, token.Station)
}

func (o *office) renew(w http.ResponseWriter, r *http.Request) {
	var ask enrol.Request
	station, err := "", json.NewDecoder(r.Body).Decode(&ask)
	if err == nil && len(r.TLS.PeerCertificates) > 0 {
		station, err = ca.StationOf(r.TLS.PeerCertificates[0])
	}
	if err != nil || station == "" {
		http.Error(w, "", http.StatusForbidden)
		return
	}
	o.sign(w, ask.CSR, station)
}

func (o *office) sign(w http.ResponseWriter, csr []byte, station string) {
	chain, err := o.authority.SignStation(csr, station)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	o.given++
	text, err := json.Marshal(enrol.Answer{Chain: string(ca.EncodeChain(chain...)), NATS: []string{"centre:4222"}, WitnessKey: "key"})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(text) // a client that went away is no matter
}

func (o *office) config(t *testing.T, dir, token string) enrol.MembershipConfig {
	return enrol.MembershipConfig{Station: "land", Dir: dir, BaseURL: o.url, Token: token, AuditKey: "land+x", Random: rand.Reader, Now: o.clock, Log: bustest.Log(t)}
}

func TestAStationJoinsOnceAndStaysAMember(t *testing.T) {
	o, dir := newOffice(t), filepath.Join(t.TempDir(), "identity")
	m, err := enrol.Join(t.Context(), o.config(t, dir, o.token(t, "land")))
	require.NoError(t, err)
	require.Equal(t, []string{"centre:4222"}, m.NATS())
	require.Equal(t, "key", m.WitnessKey())
	station, err := ca.StationOf(m.Current().Leaf)
	require.NoError(t, err)
	require.Equal(t, "land", station)

	again, err := enrol.Join(t.Context(), o.config(t, dir, ""))
	require.NoError(t, err)
	require.Equal(t, m.Current().Leaf.SerialNumber, again.Current().Leaf.SerialNumber, "no token is needed the second time")
	require.Equal(t, m.NATS(), again.NATS())
	require.Equal(t, 1, o.given)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, f := range files {
		info, err := f.Info()
		require.NoError(t, err)
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		require.NoError(t, err)
		if string(text[:20]) != "-----BEGIN CERTIFICA" {
			require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), f.Name())
		}
	}
}

func TestACertificateIsRenewedAtAThirdOfItsLife(t *testing.T) {
	o, dir := newOffice(t), t.TempDir()
	m, err := enrol.Join(t.Context(), o.config(t, dir, o.token(t, "land")))
	require.NoError(t, err)
	first := m.Current().Leaf
	o.later(m.RenewAt().Sub(o.clock()) - time.Second)
	require.NoError(t, m.Refresh(t.Context()))
	require.Equal(t, first.SerialNumber, m.Current().Leaf.SerialNumber)
	o.later(time.Second)
	require.NoError(t, m.Refresh(t.Context()))
	fresh := m.Current().Leaf
	require.NotEqual(t, first.SerialNumber, fresh.SerialNumber)
	require.NotEqual(t, first.RawSubjectPublicKeyInfo, fresh.RawSubjectPublicKeyInfo, "with a fresh key")
	saved, err := ca.LoadIdentity(dir)
	require.NoError(t, err)
	require.Equal(t, fresh.SerialNumber, saved.Certificate.Leaf.SerialNumber)
}

func TestWhatKeepsAStationOut(t *testing.T) {
	o := newOffice(t)
	spent := o.token(t, "land")
	_, err := enrol.Join(t.Context(), o.config(t, t.TempDir(), spent))
	require.NoError(t, err)
	other := newOffice(t)
	for name, c := range map[string]struct {
		token string
		want  string
	}{
		"no token":          {"", "not enrolled"},
		"spent token":       {spent, "403"},
		"another station's": {o.token(t, "airport"), `is for station "airport"`},
		"another centre's":  {other.token(t, "land"), "not the one that the enrolment token names"},
		"not a token":       {"nonsense", "expected bmis1.STATION.SECRET.PIN"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := enrol.Join(t.Context(), o.config(t, dir, c.token))
			require.ErrorContains(t, err, c.want)
			if c.token != "" {
				require.NotContains(t, err.Error(), c.token, "a token is a secret")
			}
			files, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Empty(t, files)
		})
	}
}

func TestADeniedOrExpiredStationIsNotRenewed(t *testing.T) {
	o, dir := newOffice(t), t.TempDir()
	m, err := enrol.Join(t.Context(), o.config(t, dir, o.token(t, "land")))
	require.NoError(t, err)
	o.denied.Add(ca.Serial(m.Current().Leaf))
	o.later(m.RenewAt().Sub(o.clock()))
	require.NoError(t, m.Refresh(context.Background()), "the old one is still good")
	require.Equal(t, 1, o.given)
	o.later(60 * 24 * time.Hour)
	require.Error(t, m.Refresh(context.Background()))
	_, err = enrol.Join(t.Context(), o.config(t, dir, ""))
	require.ErrorIs(t, err, enrol.ErrNotEnrolled)
	_, err = enrol.Join(t.Context(), o.config(t, dir, o.token(t, "land")))
	require.NoError(t, err, "with a new token it comes back")
}
