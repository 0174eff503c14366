package central_test

import (
	"crypto/rand"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/intake/client"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres/carrierdb"
)

// office is the centre's carriers as the command line sees them: another process with the same keys and the same database.
func (r *running) office(t *testing.T) *carrierdb.Store {
	t.Helper()
	keys, err := gate.OpenKeys(filepath.Join(r.dir, "keys", "carriers"), rand.Reader)
	require.NoError(t, err)
	authority, err := ca.OpenOrCreate(filepath.Join(r.dir, "ca"), rand.Reader, time.Now)
	require.NoError(t, err)
	return carrierdb.New(r.db, keys, authority, time.Now)
}

var clerk = audit.Actor{ID: "clerk", Role: "installation"}

const someList = "UNA:+.? 'UNB+UNOA:4+XA+XAA+261122:1200+1'UNG+PAXLST+XA+XAA+261122:1200+1+UN+D:05B'UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'" +
	"NAD+MS+++ALMARA AIR'TDT+20+XA123+++XA'LOC+125+XBB'DTM+189:2611221000:201'LOC+87+XAA'DTM+232:2611221200:201'" +
	"NAD+FL+++SPECIMEN:ANNA'ATT+2++F'DTM+329:800203'NAT+2+XBB'DOC+P:110:111+X1234567'DTM+36:301231'LOC+91+XBB'CNT+42:1'UNT+16+1'UNE+1+1'UNZ+1+1'"

// A carrier that is admitted on the command line while the centre runs sends over NATS and over HTTPS, what it sent is at the centre, and
// it is cut when what it holds is taken back.
func TestACarrierIsAdmittedSendsAndIsCut(t *testing.T) {
	r := run(t)
	office := r.office(t)
	require.NoError(t, office.Add(t.Context(), clerk, carrierdb.Carrier{Code: "XA", Name: "Almara Air"}))
	made, err := office.Issue(t.Context(), clerk, "XA", carrierdb.Wish{})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "xa.creds")
	require.NoError(t, os.WriteFile(file, made.File, 0o600))
	authority, err := ca.OpenOrCreate(filepath.Join(r.dir, "ca"), rand.Reader, time.Now)
	require.NoError(t, err)

	_, port, err := net.SplitHostPort(r.Carriers)
	require.NoError(t, err)
	config := gate.ClientConfig{
		URL: "tls://localhost:" + port, Carrier: "XA", Credentials: file, RootCAs: authority.Roots(), Log: slog.New(slog.DiscardHandler),
	}
	var conn *gate.Conn
	require.Eventually(t, func() bool { // the running centre hears of the carrier
		conn, err = gate.Dial(config)
		return err == nil
	}, time.Minute, 20*time.Millisecond)
	t.Cleanup(conn.Close)
	sender, err := client.Over(conn, "XA")
	require.NoError(t, err)
	receipt, err := sender.Send(t.Context(), client.PAXLST, "k1", []byte(someList))
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		var n int
		err := r.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM passenger_raw WHERE id = $1 AND carrier = 'XA'`, receipt.ID).Scan(&n)
		return err == nil && n == 1
	}, time.Minute, 20*time.Millisecond, "kept by the database")

	web := r.overHTTPS(t, office, authority)
	again, err := web.Send(t.Context(), client.PAXLST, "k1", []byte(someList))
	require.NoError(t, err)
	require.Equal(t, receipt.ID, again.ID, "the same message by another door")
	require.True(t, again.Duplicate)

	require.NoError(t, office.RevokeAll(t.Context(), clerk, "XA", "over"))
	require.Eventually(t, func() bool { return !conn.IsConnected() }, time.Minute, time.Millisecond)
	require.Eventually(t, func() bool {
		web.Close()
		_, err = web.Check(t.Context(), []byte(someList), time.Second)
		return err != nil
	}, time.Minute, 20*time.Millisecond)
	_, err = gate.Dial(config)
	require.Error(t, err)
}

// overHTTPS certifies the carrier.
func (r *running) overHTTPS(t *testing.T, office *carrierdb.Store, authority *ca.Authority) *client.HTTPS {
	t.Helper()
	key, request, err := ca.NewCarrierRequest(rand.Reader, "XA")
	require.NoError(t, err)
	chain, err := office.Certify(t.Context(), clerk, "XA", request)
	require.NoError(t, err)
	pair, err := tls.X509KeyPair(chain, key)
	require.NoError(t, err)
	return client.NewHTTPS(client.HTTPSConfig{URL: r.url(t), Certificate: pair, RootCAs: authority.Roots()})
}

// A browser is asked for no certificate and cannot send as a carrier; a station's certificate does not open the carriers' door.
func TestOnlyACarriersCertificateOpensTheCarriersPaths(t *testing.T) {
	r := run(t)
	authority, err := ca.OpenOrCreate(filepath.Join(r.dir, "ca"), rand.Reader, time.Now)
	require.NoError(t, err)
	browser := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority.Roots()}}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url(t)+"/carrier/v1/messages", http.NoBody)
	require.NoError(t, err)
	response, err := browser.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusForbidden, response.StatusCode)

	m := r.join(t, "airport-1", r.token(t, "airport-1"))
	station := client.NewHTTPS(client.HTTPSConfig{URL: r.url(t), Certificate: *m.Current(), RootCAs: authority.Roots()})
	_, err = station.Check(t.Context(), []byte(someList), 5*time.Second)
	require.Error(t, err)
}
