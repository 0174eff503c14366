package faultnet_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openbmis/openbmis/internal/faultnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echoServer answers with what it gets.
func echoServer(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(conn, conn)
				_ = conn.Close()
			}()
		}
	}()
	t.Cleanup(func() { require.NoError(t, listener.Close()); <-done })
	return listener.Addr().String()
}

func proxied(t testing.TB) *faultnet.Proxy {
	t.Helper()
	proxy, err := faultnet.Listen(echoServer(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, proxy.Close()) })
	return proxy
}

func dial(t testing.TB, proxy *faultnet.Proxy) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", proxy.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// says sends a line and gives the answer.
func says(conn net.Conn, word string) (string, error) {
	if _, err := io.WriteString(conn, word+"\n"); err != nil {
		return "", err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSpace(answer), err
}

func requireEcho(t testing.TB, conn net.Conn, word string) {
	t.Helper()
	answer, err := says(conn, word)
	require.NoError(t, err)
	require.Equal(t, word, answer)
}

// requireRefused fails to dial, or at the first word: a reset may come at either moment.
func requireRefused(t testing.TB, proxy *faultnet.Proxy) {
	t.Helper()
	conn, err := net.Dial("tcp", proxy.Addr())
	if err == nil {
		_, err = says(conn, "hello")
		require.NoError(t, conn.Close())
	}
	require.Error(t, err)
}

func TestWithoutFaultEverythingPasses(t *testing.T) {
	proxy := proxied(t)
	conn := dial(t, proxy)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	go func() {
		_, _ = conn.Write(sent)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	got, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.True(t, bytes.Equal(sent, got))
	require.EqualValues(t, 2*len(sent), proxy.Passed())
	require.Zero(t, proxy.Dropped())
}

func TestACutResetsOldAndNewConnections(t *testing.T) {
	proxy := proxied(t)
	before := dial(t, proxy)
	requireEcho(t, before, "hello")
	proxy.Cut()
	_, err := says(before, "hello")
	require.Error(t, err)
	requireRefused(t, proxy)
	require.EqualValues(t, 1, proxy.Refused())
	proxy.Restore()
	requireEcho(t, dial(t, proxy), "again")
}

func TestABlackholeSwallowsWithoutTelling(t *testing.T) {
	proxy := proxied(t)
	before := dial(t, proxy)
	requireEcho(t, before, "hello")
	proxy.Blackhole()
	silent(t, before)
	silent(t, dial(t, proxy))
	require.Eventually(t, func() bool { return proxy.Dropped() == 2*int64(len("lost\n")) }, time.Minute, time.Millisecond)

	proxy.Restore()
	_, err := before.Read(make([]byte, 1))
	require.Error(t, err)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "a robbed connection is reset")
	requireEcho(t, dial(t, proxy), "again")
}

// silent says something and hears neither answer nor end.
func silent(t *testing.T, conn net.Conn) {
	t.Helper()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err := says(conn, "lost")
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, conn.SetReadDeadline(time.Time{}))
}

func TestAnEndIsNotToldThroughABlackhole(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	proxy, err := faultnet.Listen(listener.Addr().String())
	require.NoError(t, err)
	defer func() { require.NoError(t, proxy.Close()) }()
	client := dial(t, proxy)
	server, err := listener.Accept()
	require.NoError(t, err)
	defer func() { _ = server.Close() }()
	proxy.Blackhole()
	require.NoError(t, client.Close())
	require.NoError(t, server.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err = server.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
}

func TestLatencyAndBandwidthDelay(t *testing.T) {
	proxy := proxied(t)
	conn := dial(t, proxy)
	requireEcho(t, conn, "quick")
	const delay = 30 * time.Millisecond
	proxy.Latency(delay)
	start := time.Now()
	requireEcho(t, conn, "slow")
	require.GreaterOrEqual(t, time.Since(start), 2*delay, "there and back")
	proxy.Latency(0)
	proxy.Bandwidth(1000)
	start = time.Now()
	requireEcho(t, conn, strings.Repeat("x", 49))
	require.GreaterOrEqual(t, time.Since(start), 100*time.Millisecond, "50 bytes there and back at 1000 a second")
	proxy.Restore()
	requireEcho(t, conn, "quick again")
}

func TestATargetThatIsAwayIsAReset(t *testing.T) {
	proxy, err := faultnet.Listen("127.0.0.1:1")
	require.NoError(t, err)
	defer func() { require.NoError(t, proxy.Close()) }()
	requireRefused(t, proxy)
}

func TestCloseEndsConnectionsAndMayBeRepeated(t *testing.T) {
	proxy := proxied(t)
	conn := dial(t, proxy)
	requireEcho(t, conn, "hello")
	require.Equal(t, 1, proxy.Open())
	proxy.Blackhole()
	require.NoError(t, proxy.Close())
	require.NoError(t, proxy.Close())
	_, err := says(conn, "hello")
	require.Error(t, err)
	require.Zero(t, proxy.Open())
}
