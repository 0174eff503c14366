package door_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/internal/bus/gate"
)

func TestAnInteractiveRequestIsSmall(t *testing.T) {
	p := open(t, func(c *door.Config) {
		c.Answerer = answerer{answer: echo, acknowledge: func(apipnr.Envelope) error { return nil }}
	})
	conn := p.Carrier(t, "XA")
	most := bytes.Repeat([]byte{'0'}, door.MaxInteractive)
	for _, subject := range []string{gate.CheckSubject("XA"), gate.AckSubject("XA")} {
		for encoding, pack := range map[string]func(testing.TB, []byte) []byte{"gzip": zipped, "zstd": zstandard} {
			answer := ask(t, conn, subject, pack(t, append(most, '0')), "Content-Encoding", encoding)
			refusedWith(t, answer, http.StatusRequestEntityTooLarge, "too_large")
			require.Contains(t, answer.Header.Get(door.HeaderError), "1 MiB")
		}
	}
	_, err := p.Ask(t.Context(), door.Arrival{Carrier: "XA", Gateway: apipnr.GatewayInteractive, Body: bytes.NewReader(most)})
	require.NoError(t, err)
	receipt(t, ask(t, conn, gate.BatchSubject("XA"), zipped(t, append(most, '0')), "Content-Encoding", "gzip"))
}

// Bodies that are in work at once have a bound over all gateways, whatever they were packed to: more is refused, saying so, and taken when
// there is room again. Interactive requests have their own room.
func TestBodiesInWorkHaveABound(t *testing.T) {
	entered, release := make(chan struct{}, 8), make(chan struct{})
	p := open(t, func(c *door.Config) {
		c.Memory = 3 << 20
		c.Answerer = answerer{answer: echo}
		c.Filter = func(body []byte) ([]byte, int) {
			if body[0] == 'h' {
				entered <- struct{}{}
				<-release
			}
			return body, 0
		}
	})
	take := func(body []byte, encoding string) error {
		_, err := p.Take(context.WithoutCancel(t.Context()), door.Arrival{
			Carrier: "XA", Gateway: apipnr.GatewayHTTPS, Encoding: encoding, Body: io.MultiReader(bytes.NewReader(body)),
		})
		return err
	}
	held := make(chan error, 1)
	go func() { held <- take(bytes.Repeat([]byte{'h'}, 2<<20), "") }()
	<-entered
	large := bytes.Repeat([]byte{'x'}, 2<<20)
	for encoding, body := range map[string][]byte{"": large, "gzip": zipped(t, large), "zstd": zstandard(t, large)} {
		refusal := door.RefusalOf(take(body, encoding))
		require.Equal(t, "overload", refusal.Code, encoding)
		require.Equal(t, http.StatusServiceUnavailable, refusal.Status)
	}
	conn := p.Carrier(t, "XA")
	refusedWith(t, ask(t, conn, gate.BatchSubject("XA"), zipped(t, large), "Content-Encoding", "gzip"), http.StatusServiceUnavailable, "overload")
	require.NoError(t, take([]byte("a small one"), ""), "for which there is room")
	require.Nil(t, door.RefusalIn(ask(t, conn, gate.CheckSubject("XA"), large[:1<<19])))
	close(release)
	require.NoError(t, <-held)
	require.NoError(t, take(large, ""))
	for range 5 {
		require.NoError(t, take(large, ""), "what is refused or done holds nothing")
	}
}
