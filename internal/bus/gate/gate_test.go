package gate_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/bus/gate/gatetest"
)

const patience = time.Minute

func TestCheckCarrier(t *testing.T) {
	for _, good := range []string{"XA", "9W", "ABC", "U2"} {
		require.NoError(t, gate.CheckCarrier(good), good)
	}
	for _, bad := range []string{"", "X", "ABCD", "xa", "A.", "*", "X*", ">A", "A ", "ÉA", "X\x00"} {
		require.Error(t, gate.CheckCarrier(bad), bad)
	}
}

func TestCarrierOf(t *testing.T) {
	for subject, want := range map[string]string{
		gate.BatchSubject("XA"): "XA", gate.PushSubject("ABC", "xml"): "ABC", gate.CheckSubject("XB"): "XB",
		"": "", "api": "", "api.v1.XA": "", "api.v1.*.batch": "", "api.v1.XAXA.batch": "", strings.Repeat("x.", 400): "",
	} {
		require.Equal(t, want, gate.CarrierOf(subject), subject)
	}
}

// watch dials a carrier whose asynchronous errors can be waited for.
func watch(t *testing.T, g *gatetest.Gate, carrier string) (*nats.Conn, <-chan error) {
	t.Helper()
	conn := g.Carrier(t, carrier)
	problems := make(chan error, 64)
	conn.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { problems <- err })
	return conn, problems
}

func refused(t *testing.T, problems <-chan error, what string) {
	t.Helper()
	select {
	case err := <-problems:
		require.ErrorIs(t, err, nats.ErrPermissionViolation, what)
	case <-time.After(patience):
		t.Fatal("not refused: " + what)
	}
}

// own is every subject that a carrier may publish to.
func own(carrier string) []string {
	out, bucket := gate.OutStream(carrier), gate.Bucket(carrier)
	return []string{
		gate.BatchSubject(carrier), gate.PushSubject(carrier, "edifact"), gate.PushSubject(carrier, "xml"), gate.CheckSubject(carrier),
		gate.AckSubject(carrier), gate.APIPrefix + ".CONSUMER.INFO." + out + ".carrier", gate.APIPrefix + ".CONSUMER.MSG.NEXT." + out + ".carrier",
		"$JS.ACK." + out + ".carrier.1.1.1.1.0", gate.APIPrefix + ".STREAM.INFO.OBJ_" + bucket, gate.APIPrefix + ".STREAM.PURGE.OBJ_" + bucket,
		gate.APIPrefix + ".DIRECT.GET.OBJ_" + bucket + ".$O." + bucket + ".M.x", "$O." + bucket + ".C.x", "$O." + bucket + ".M.x",
	}
}

// elsewhere is what no carrier may publish to, whoever he is.
var elsewhere = []string{
	"ingest.XA", "ingest.XB", "parked.XA", gate.UnsolicitedSubject("XA"), gate.NoticeSubject("XA"), gate.UnsolicitedSubject("XB"),
	"api.v1.XA.batch.other", "pnr.v1.XA.push.other", "api.v2.XA.batch.paxlst", "api.v1.XA.batch.paxlst.more", "flight.XA.1.20261122.XAA",
	"$JS.API.INFO", "$JS.API.STREAM.LIST", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.CREATE.X", "$JS.API.STREAM.DELETE.INGEST",
	"$JS.API.STREAM.INFO.INGEST", "$JS.API.STREAM.MSG.GET.INGEST", "$JS.API.DIRECT.GET.INGEST", "$JS.API.CONSUMER.CREATE.OUT_XA",
	"$JS.API.CONSUMER.DURABLE.CREATE.OUT_XA.other", "$JS.API.CONSUMER.DELETE.OUT_XA.carrier", "$JS.API.STREAM.MSG.GET.OUT_XA",
	"$JS.API.STREAM.MSG.DELETE.OUT_XA", "$JS.API.STREAM.PURGE.OUT_XA", "$JS.API.STREAM.DELETE.OUT_XA", "$JS.API.STREAM.INFO.OUT_XA",
	"$JS.API.CONSUMER.INFO.OUT_XA.carrier", "$JS.API.CONSUMER.MSG.NEXT.OUT_XA.carrier", "$JS.API.STREAM.INFO.OBJ_UP_XA",
	gate.APIPrefix + ".STREAM.LIST", gate.APIPrefix + ".STREAM.INFO.INGEST", gate.APIPrefix + ".STREAM.INFO.OUT_XA",
	gate.APIPrefix + ".STREAM.MSG.GET.OUT_XA", gate.APIPrefix + ".CONSUMER.CREATE.OUT_XA", gate.APIPrefix + ".STREAM.PURGE.OUT_XA",
	gate.APIPrefix + ".CONSUMER.DURABLE.CREATE.OUT_XA.x", gate.APIPrefix + ".STREAM.DELETE.OBJ_UP_XA", gate.APIPrefix + ".DIRECT.GET.OUT_XA",
	"$JS.API.STREAM.DELETE.OBJ_UP_XA", "$JS.API.STREAM.UPDATE.OBJ_UP_XA", "$JS.ACK.INGEST.keeper.1.1.1.1.0",
	"$SYS.REQ.SERVER.PING", "$SYS.REQ.CLAIMS.UPDATE", "$SYS.REQ.ACCOUNT.PING.CONNZ", "$SRV.PING", "_INBOX.XB.x", "_INBOX.XA.x", "_R_.x",
}

func TestACarrierSpeaksOnlyAsItself(t *testing.T) {
	g := gatetest.New(t, "XA", "XB")
	inside, b := g.Inside(t), g.Carrier(t, "XB")
	heard := make(chan string, 256)
	for _, conn := range []*nats.Conn{inside} {
		_, err := conn.Subscribe(">", func(m *nats.Msg) { heard <- m.Subject })
		require.NoError(t, err)
		require.NoError(t, conn.Flush())
	}
	inboxOfB, err := b.SubscribeSync("_INBOX.XB.>")
	require.NoError(t, err)
	require.NoError(t, b.Flush())
	a, problems := watch(t, g, "XA")
	for _, subject := range append(own("XB"), elsewhere...) {
		require.NoError(t, a.Publish(subject, []byte("x")))
		require.NoError(t, a.Flush())
		refused(t, problems, subject)
	}
	require.NoError(t, a.Publish(gate.BatchSubject("XA"), nil))
	for subject := range heard { // the server's own advisories aside
		if !strings.HasPrefix(subject, "$") {
			require.Equal(t, gate.BatchSubject("XA"), subject, "the first thing heard is the one thing permitted")
			break
		}
	}
	pending, _, err := inboxOfB.Pending()
	require.NoError(t, err)
	require.Zero(t, pending)
}

func TestACarrierHearsOnlyItsOwn(t *testing.T) {
	g := gatetest.New(t, "XA", "XB")
	a, problems := watch(t, g, "XA")
	others := []string{
		">", "*", "_INBOX.>", "_INBOX.*.x", "_INBOX.XB.>", "_INBOX.XB.x", "_INBOX.XA", "_R_.>", "$SYS.>", "$JS.>", "$O.>", "$SRV.>",
		"ingest.>", "parked.>", "iapi.v1.*.unsolicited", gate.UnsolicitedSubject("XA"), gate.UnsolicitedSubject("XB"), gate.NoticeSubject("XB"),
		"api.v1.*.batch.paxlst", "api.v1.>",
	}
	for _, subject := range append(others, append(own("XA"), own("XB")...)...) {
		_, err := a.SubscribeSync(subject)
		require.NoError(t, err)
		require.NoError(t, a.Flush())
		refused(t, problems, subject)
	}
	mine, err := a.SubscribeSync("_INBOX.XA.>")
	require.NoError(t, err)
	require.NoError(t, a.Flush())
	// Nobody but the gate, in answer to a request, reaches an inbox: not even the gate's own account otherwise.
	require.NoError(t, g.Inside(t).Publish("_INBOX.XA.x", []byte("x")))
	_, err = mine.NextMsg(50 * time.Millisecond)
	require.ErrorIs(t, err, nats.ErrTimeout)
}

// The accounts keep carriers apart by themselves, also where a credential's own rights would be too wide.
func TestAccountsKeepApartWhateverACredentialSays(t *testing.T) {
	g := gatetest.New(t, "XA", "XB")
	inside := g.Inside(t)
	heard := make(chan string, 64)
	_, err := inside.Subscribe(">", func(m *nats.Msg) { heard <- m.Subject })
	require.NoError(t, err)
	require.NoError(t, inside.Flush())
	wide := dialWide(t, g, "XA")
	for _, subject := range append(own("XB"), elsewhere...) {
		if !strings.HasPrefix(subject, "$") { // a $ is the account's own system, which is empty
			require.NoError(t, wide.Publish(subject, []byte("x")))
		}
	}
	for _, subject := range own("XB") {
		_, err := wide.Request(subject, nil, 200*time.Millisecond)
		require.Error(t, err, subject)
	}
	require.NoError(t, wide.Publish(gate.BatchSubject("XA"), nil))
	for subject := range heard {
		if !strings.HasPrefix(subject, "$") {
			require.Equal(t, gate.BatchSubject("XA"), subject)
			break
		}
	}
}

// dialWide is a carrier whose credential allows everything: what would be if we had signed the wrong rights.
func dialWide(t *testing.T, g *gatetest.Gate, carrier string) *nats.Conn {
	t.Helper()
	seed, err := os.ReadFile(g.KeyFile("account-" + carrier))
	require.NoError(t, err)
	account, err := nkeys.FromSeed([]byte(strings.TrimSpace(string(seed))))
	require.NoError(t, err)
	user, err := nkeys.CreateUser()
	require.NoError(t, err)
	public, err := user.PublicKey()
	require.NoError(t, err)
	text, err := jwt.NewUserClaims(public).Encode(account)
	require.NoError(t, err)
	conn, err := nats.Connect("tls://"+g.Listen, nats.Secure(g.ClientTLS()),
		nats.UserJWT(func() (string, error) { return text, nil }, user.Sign))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	return conn
}

func TestARevokedCredentialIsCutAtOnceAndStaysOut(t *testing.T) {
	g := gatetest.New(t, "XA", "XB")
	credential, file := g.Issue(t, "XA")
	a, err := gate.Dial(g.Client(t, "XA", file))
	require.NoError(t, err)
	t.Cleanup(a.Close)
	fresh, other := g.Carrier(t, "XA"), g.Carrier(t, "XB")
	require.Equal(t, 2, g.Connections("XA"))
	g.Change(t, gate.Carrier{Code: "XA", Revoked: map[string]time.Time{credential.PublicKey: time.Now()}})
	require.Eventually(t, func() bool { return !a.IsConnected() }, patience, time.Millisecond)
	require.Eventually(t, func() bool {
		return errors.Is(a.LastError(), nats.ErrAuthRevoked) || errors.Is(a.LastError(), nats.ErrAuthorization)
	},
		patience, time.Millisecond, "it tries again and is refused")
	_, err = gate.Dial(g.Client(t, "XA", file))
	require.ErrorIs(t, err, nats.ErrAuthorization)
	require.True(t, fresh.IsConnected(), "the other credential of the carrier goes on")
	require.True(t, other.IsConnected())
	g.Stop()
	g.Start(t)
	_, err = gate.Dial(g.Client(t, "XA", file))
	require.ErrorIs(t, err, nats.ErrAuthorization, "after a restart too")
}

func TestACarrierThatIsShutIsOutUntilItIsLetIn(t *testing.T) {
	g := gatetest.New(t, "XA", "XB")
	_, file := g.Issue(t, "XA")
	a, err := gate.Dial(g.Client(t, "XA", file))
	require.NoError(t, err)
	t.Cleanup(a.Close)
	g.Change(t, gate.Carrier{Code: "XA", Shut: true})
	require.Eventually(t, func() bool { return !a.IsConnected() }, patience, time.Millisecond)
	_, err = gate.Dial(g.Client(t, "XA", file))
	require.Error(t, err)
	g.Change(t, gate.Carrier{Code: "XA"})
	again, err := gate.Dial(g.Client(t, "XA", file))
	require.NoError(t, err)
	again.Close()
}

func TestWhoIsNotLetIn(t *testing.T) {
	g, foreign := gatetest.New(t, "XA"), gatetest.New(t, "XA")
	_, other := foreign.Issue(t, "XA")
	expired, err := g.Keys.Issue("XA", time.Now().Add(-time.Minute))
	require.NoError(t, err)
	old := t.TempDir() + "/old.creds"
	require.NoError(t, os.WriteFile(old, expired.File, 0o600))
	_, unknown := g.Issue(t, "XC") // a key, but no account: the carrier was never admitted
	for name, file := range map[string]string{"another operator's": other, "expired": old, "of no carrier": unknown} {
		t.Run(name, func(t *testing.T) {
			_, err := gate.Dial(g.Client(t, "XA", file))
			require.Error(t, err)
		})
	}
	_, err = nats.Connect("tls://"+g.Listen, nats.Secure(g.ClientTLS()))
	require.ErrorIs(t, err, nats.ErrAuthorization, "nobody without a credential")
	_, mine := g.Issue(t, "XA")
	_, err = nats.Connect("tls://"+g.Listen, nats.UserCredentials(mine), nats.Secure(foreign.ClientTLS()))
	require.Error(t, err, "and a carrier does not trust another centre")
	_, err = nats.Connect("nats://"+g.Listen, nats.UserCredentials(mine), nats.TLSHandshakeFirst())
	require.Error(t, err)
}

func TestLimitsOfAnAccount(t *testing.T) {
	g := gatetest.New(t, "XA")
	g.Change(t, gate.Carrier{Code: "XA", Limits: gate.Limits{Connections: 2, Subscriptions: 3, Payload: 1024}})
	_, file := g.Issue(t, "XA")
	first, err := gate.Dial(g.Client(t, "XA", file))
	require.NoError(t, err)
	t.Cleanup(first.Close)
	require.NoError(t, first.Publish(gate.BatchSubject("XA"), make([]byte, 1025)))
	require.Eventually(t, func() bool {
		err := first.LastError()
		return err != nil && strings.Contains(strings.ToLower(err.Error()), "maximum payload")
	},
		patience, time.Millisecond)
	require.Eventually(t, first.IsClosed, patience, time.Millisecond)
	require.Eventually(t, func() bool { return g.Connections("XA") == 0 }, patience, time.Millisecond)
	g.Carrier(t, "XA")
	second := g.Carrier(t, "XA")
	_, err = gate.Dial(g.Client(t, "XA", file))
	require.Error(t, err, "a third connection")
	problems := make(chan error, 8)
	second.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { problems <- err })
	for range 4 {
		_, err = second.SubscribeSync(second.NewInbox())
		require.NoError(t, err)
	}
	select {
	case err := <-problems:
		require.ErrorContains(t, err, "subscriptions")
	case <-time.After(patience):
		t.Fatal("a fourth subscription was not refused")
	}
	g.Change(t, gate.Carrier{Code: "XA", Limits: gate.Limits{Payload: 64 << 20}})
	wide := g.Carrier(t, "XA")
	require.EqualValues(t, gate.MaxPayload, wide.MaxPayload(), "no account is above the server's own limit")
}

func TestJetStreamIsTheGatesAlone(t *testing.T) {
	g := gatetest.New(t, "XA")
	js, err := jetstream.New(g.Inside(t))
	require.NoError(t, err)
	_, err = js.AccountInfo(t.Context())
	require.NoError(t, err)
	js, err = jetstream.New(dialWide(t, g, "XA"))
	require.NoError(t, err)
	_, err = js.AccountInfo(t.Context())
	require.ErrorIs(t, err, jetstream.ErrJetStreamNotEnabledForAccount)
}

func TestKeysAreKeptAndReadableByTheProgramAlone(t *testing.T) {
	g := gatetest.New(t, "XA")
	_, file := g.Issue(t, "XA")
	g.Stop()
	again := gatetest.Reopen(t, g)
	conn, err := gate.Dial(again.Client(t, "XA", file))
	require.NoError(t, err)
	conn.Close()
	path := g.KeyFile("operator")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.Chmod(path, 0o644))
	_, err = gate.OpenKeys(again.KeyDir, nil)
	require.ErrorContains(t, err, "0600")
}
