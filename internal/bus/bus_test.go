package bus_test

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/bus"
	"github.com/openbmis/openbmis/internal/bus/bustest"
)

const patience = time.Minute

func TestCheckStation(t *testing.T) {
	for _, good := range []string{"a", "airport-1", "0", strings.Repeat("x", 32)} {
		require.NoError(t, bus.CheckStation(good), good)
	}
	for _, bad := range []string{"", "-a", "a-", "A", "a.b", "a*", "a>", "a b", "é", strings.Repeat("x", 33)} {
		require.Error(t, bus.CheckStation(bad), bad)
	}
}

func TestAStationAndTheCentreTalk(t *testing.T) {
	b := bustest.New(t)
	centre, station := b.Centre(t), b.Station(t, "airport", "")
	answer(t, centre, bus.PushSubjects())
	reply, err := station.Request(bus.PushSubject("airport"), []byte("hello"), patience)
	require.NoError(t, err)
	require.Equal(t, "hello", string(reply.Data))
	require.Equal(t, []string{"airport"}, b.Connected())
}

// answer makes the centre echo requests.
func answer(t *testing.T, centre *nats.Conn, subject string) {
	t.Helper()
	_, err := centre.Subscribe(subject, func(m *nats.Msg) { _ = m.Respond(m.Data) })
	require.NoError(t, err)
	require.NoError(t, centre.Flush())
}

// watch dials a station whose asynchronous errors can be waited for.
func watch(t *testing.T, b *bustest.Bus, station string) (*nats.Conn, <-chan error) {
	t.Helper()
	conn := b.Station(t, station, "")
	problems := make(chan error, 16)
	conn.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { problems <- err })
	return conn, problems
}

func refused(t *testing.T, problems <-chan error) {
	t.Helper()
	select {
	case err := <-problems:
		require.ErrorIs(t, err, nats.ErrPermissionViolation)
	case <-time.After(patience):
		t.Fatal("not refused")
	}
}

func TestAStationSpeaksOnlyAsItself(t *testing.T) {
	b := bustest.New(t)
	centre := b.Centre(t)
	heard := make(chan string, 16)
	_, err := centre.Subscribe(">", func(m *nats.Msg) { heard <- m.Subject })
	require.NoError(t, err)
	require.NoError(t, centre.Flush())
	land, problems := watch(t, b, "land")
	for _, subject := range []string{
		bus.PushSubject("airport"), bus.CursorSubject("airport"), bus.AuditSubject("airport"), bus.BlobSubject("airport"), bus.PrintsSubject("airport"), bus.StatusSubject("airport"),
		bus.NewsSubject("alerts"), bus.InboxPrefix("airport") + ".x", "repl.push.land.x", "api.in.carrier.x", "$JS.API.INFO", "$SYS.REQ.SERVER.PING",
	} {
		require.NoError(t, land.Publish(subject, []byte("x")))
		require.NoError(t, land.Flush())
		refused(t, problems)
	}
	require.NoError(t, land.Publish(bus.PushSubject("land"), nil))
	require.Equal(t, bus.PushSubject("land"), <-heard, "the first thing heard is the one thing permitted")
}

func TestAStationHearsOnlyItsOwn(t *testing.T) {
	b := bustest.New(t)
	land, problems := watch(t, b, "land")
	for _, subject := range []string{
		">", "_INBOX_airport.>", "_INBOX.>", "_INBOX_*.>", "repl.push.*", "repl.push.land", "blob.push.*", "blob.push.land", "prints.get.*", "prints.get.land", "ref.get.>", "station.status.*", "$SYS.>", "$JS.>",
	} {
		_, err := land.SubscribeSync(subject)
		require.NoError(t, err)
		require.NoError(t, land.Flush())
		refused(t, problems)
	}
	news, err := land.SubscribeSync(bus.NewsSubject("alerts"))
	require.NoError(t, err)
	require.NoError(t, land.Flush())
	require.NoError(t, b.Centre(t).Publish(bus.NewsSubject("alerts"), nil))
	_, err = news.NextMsg(patience)
	require.NoError(t, err)
}

func TestJetStreamIsTheCentresAlone(t *testing.T) {
	b := bustest.New(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	js, err := jetstream.New(b.Centre(t))
	require.NoError(t, err)
	_, err = js.AccountInfo(ctx)
	require.NoError(t, err)
	land, problems := watch(t, b, "land")
	require.NoError(t, land.Publish("$JS.API.STREAM.LIST", nil))
	require.NoError(t, land.Flush())
	refused(t, problems)
}

func TestADeniedStationIsCutAtOnceAndStaysOut(t *testing.T) {
	b := bustest.New(t)
	cert := b.Certify(t, "land")
	land, err := bus.Dial(b.StationConfig(t, "land", "", cert))
	require.NoError(t, err)
	t.Cleanup(land.Close)
	require.Eventually(t, land.IsConnected, patience, time.Millisecond)
	other := b.Station(t, "airport", "")
	b.Deny(cert)
	require.Equal(t, []string{"airport"}, b.Connected())
	require.Eventually(t, func() bool { return !land.IsConnected() }, patience, time.Millisecond)
	again, err := bus.Dial(b.StationConfig(t, "land", "", cert))
	require.NoError(t, err)
	t.Cleanup(again.Close)
	require.Eventually(t, func() bool { return errors.Is(again.LastError(), nats.ErrAuthorization) }, patience, time.Millisecond)
	require.True(t, other.IsConnected())
	require.Equal(t, []string{"airport"}, b.Connected())
}

func TestACertificateThatExpiresWhileConnectedIsCut(t *testing.T) {
	b := bustest.New(t)
	land := b.Station(t, "land", "")
	b.SetClock(func() time.Time { return time.Now().AddDate(0, 2, 0) })
	require.Eventually(t, func() bool { return !land.IsConnected() }, patience, time.Millisecond, "the sweep finds it without being told")
}

func TestWrongCertificatesAreRefused(t *testing.T) {
	b := bustest.New(t)
	serverCert, err := b.CA.IssueServer([]string{"land"})
	require.NoError(t, err)
	for name, cert := range map[string]tls.Certificate{
		"another CA": bustest.Identity(t, bustest.Authority(t, time.Now), "land", time.Now),
		"expired":    b.Expired(t, "land"),
		"no station": *serverCert,
	} {
		config := b.StationConfig(t, "land", "", cert)
		t.Run(name, func(t *testing.T) {
			conn, err := bus.Dial(config)
			require.NoError(t, err)
			t.Cleanup(conn.Close)
			require.Eventually(t, func() bool { return conn.LastError() != nil }, patience, time.Millisecond)
			require.False(t, conn.IsConnected())
			require.Error(t, conn.Publish(bus.PushSubject("land"), nil), "nothing is buffered behind the sender's back")
		})
	}
	require.Empty(t, b.Connected())
}

func TestACertificateSpeaksForItsOwnStationOnly(t *testing.T) {
	b := bustest.New(t)
	conn, err := bus.Dial(b.StationConfig(t, "airport", "", b.Certify(t, "land")))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	problems := make(chan error, 16)
	conn.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { problems <- err })
	require.Eventually(t, conn.IsConnected, patience, time.Millisecond)
	require.NoError(t, conn.Publish(bus.PushSubject("airport"), nil))
	refused(t, problems)
}

func TestAStationDoesNotTrustAnotherCentre(t *testing.T) {
	b := bustest.New(t)
	config := b.StationConfig(t, "land", "", b.Certify(t, "land"))
	config.RootCAs = bustest.Authority(t, time.Now).Roots()
	conn, err := bus.Dial(config)
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.Eventually(t, func() bool { return conn.LastError() != nil }, patience, time.Millisecond)
	require.False(t, conn.IsConnected())
}

func TestAMessageTooLargeIsAnError(t *testing.T) {
	b := bustest.New(t)
	land := b.Station(t, "land", "")
	require.ErrorIs(t, land.Publish(bus.PushSubject("land"), make([]byte, bus.MaxPayload+1)), nats.ErrMaxPayload)
}

func TestAStationReturnsAfterTheServerWasAway(t *testing.T) {
	b := bustest.New(t)
	land := b.Station(t, "land", "")
	b.Stop()
	require.Eventually(t, func() bool { return !land.IsConnected() }, patience, time.Millisecond)
	require.Error(t, land.Publish(bus.PushSubject("land"), nil))
	b.Start(t)
	require.Eventually(t, land.IsConnected, patience, time.Millisecond)
}
