package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/cusres"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/api_pnr/message"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/bus/gate/gatetest"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/migrations"
)

// carrierTool runs bmis carrier at a centre of the test, and as a carrier of it.
type carrierTool struct {
	*testing.T
	db  *postgres.DB
	dir string
}

func (c carrierTool) run(args ...string) (code int, out, problems string) {
	c.Helper()
	var stdout, stderr bytes.Buffer
	variables := map[string]string{"BMIS_DSN": pgtest.DSN(c.T, c.db), "BMIS_DATA_DIR": c.dir, "USER": "ada"}
	code = run(c.Context(), append([]string{"carrier"}, args...), &app{
		In: strings.NewReader(""), Out: &stdout, Err: &stderr, Now: time.Now,
		Getenv: func(name string) string { return variables[name] }, Exit: func(int) {},
	})
	return code, stdout.String(), stderr.String()
}

func (c carrierTool) must(args ...string) string {
	c.Helper()
	code, out, problems := c.run(args...)
	require.Zero(c, code, problems)
	return out
}

// echoing keeps nothing, answers with what it was asked, and hands on acknowledgements.
type echoing struct{ acked chan []byte }

func (echoing) Keep(_ context.Context, e apipnr.Envelope) (apipnr.Receipt, error) {
	return apipnr.Receipt{ID: e.ID, Bytes: len(e.Body), Duplicate: true}, nil
}

func (echoing) Answer(_ context.Context, e apipnr.Envelope) ([]byte, error) { return e.Body, nil }

func (a echoing) Acknowledge(_ context.Context, e apipnr.Envelope) error {
	if strings.Contains(string(e.Body), "GONE") { // a notice that the State holds no more
		return problem.New(problem.NotFound, "board.no_notice")
	}
	a.acked <- e.Body
	return nil
}

// A carrier from its admission to its revocation, by commands alone.
func TestACarrierByCommands(t *testing.T) {
	c := carrierTool{t, pgtest.New(t, migrations.Central), t.TempDir()}
	in := func(name string) string { return filepath.Join(c.dir, name) }
	c.must("add", "XA", "--name", "Almara Air")
	c.must("credentials", "XA", "--out", in("xa.creds"), "--label", "data centre")
	info, err := os.Stat(in("xa.creds"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	code, _, problems := c.run("credentials", "XA", "--out", in("xa.creds"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, problems, "exists", "no credential is overwritten")
	code, _, problems = c.run("credentials", "XZ", "--out", in("xz.creds"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, problems, "There is no such carrier.")
	require.NoFileExists(t, in("xz.creds"))
	c.must("key", "XA", "--out", in("xa"))
	c.must("certificate", "XA", "--request", in("xa.csr"), "--out", in("xa.crt"))
	c.must("limit", "XA", "--connections", "4", "--payload", "65536", "--rate", "50")
	list := c.must("list")
	for _, words := range []string{"Almara Air", "admitted", "data centre", "credential", "certificate", "holds"} {
		require.Contains(t, list, words)
	}
	c.talk(in)
	c.must("rotate", "XA", "--out", in("new.creds"))
	c.must("revoke", "XA", "--all", "--reason", "over")
	c.must("shut", "XA", "--reason", "unpaid")
	require.Contains(t, c.must("list"), "taken back: over")
	require.Contains(t, c.must("list"), "shut out")
	c.must("open", "XA")
	require.Contains(t, c.must("cluster"), "operator: ey")
	code, _, _ = c.run("revoke", "XA", "--reason", "what?")
	require.Equal(t, exitFailed, code)
}

// talk sends, asks and listens over a door that holds the centre's keys.
func (c carrierTool) talk(in func(string) string) {
	t := c.T
	t.Helper()
	g := gatetest.OpenAt(t, filepath.Join(c.dir, "keys", "carriers"), filepath.Join(c.dir, "ca"), "XA")
	acked := make(chan []byte, 1)
	d, err := door.Open(t.Context(), door.Config{
		Conn: g.Inside(t), Keeper: echoing{acked}, Answerer: echoing{acked}, Filter: func(b []byte) ([]byte, int) { return b, 0 },
		Now: time.Now, NewID: uuid.New, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(d.Close)
	require.NoError(t, d.Admit(t.Context(), "XA"))
	authority := g.CA.RootPEM()
	require.NoError(t, os.WriteFile(in("root.crt"), authority, 0o600))
	text := "UNB+UNOA:4+XA+XAA+261122:1200+1'UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'UNT+3+1'UNZ+1+1'"
	require.NoError(t, os.WriteFile(in("list.edi"), []byte(text), 0o600))
	line := []string{"--carrier", "XA", "--url", "tls://" + g.Listen, "--server-name", "carriers.test", "--credentials", in("xa.creds"), "--ca", in("root.crt")}
	var told struct {
		File  string
		Bytes int
	}
	require.NoError(t, json.Unmarshal([]byte(c.must(append([]string{"send", in("list.edi"), "--idempotency-key", "k"}, line...)...)), &told))
	require.Equal(t, len(text), told.Bytes)
	require.Equal(t, text+"\n", c.must(append([]string{"send", in("list.edi"), "--interactive"}, line...)...))

	status, err := cusres.Write(cusres.Unsolicited(message.Read([]byte(text)).Messages[0], []apipnr.Verdict{{Ref: "R1", Code: "1Z"}}), time.Now())
	require.NoError(t, err)
	gone, err := cusres.Write(cusres.Unsolicited(message.Read([]byte(text)).Messages[0], []apipnr.Verdict{{Ref: "GONE", Code: "1Z"}}), time.Now())
	require.NoError(t, err)
	require.NoError(t, d.Send(t.Context(), "XA", "m0", gone))
	require.NoError(t, d.Send(t.Context(), "XA", "m1", status))
	heard := c.must(append([]string{"listen", "--count", "2"}, line...)...) // the first holds nothing up
	require.Equal(t, 2, strings.Count(heard, `"kind":"unsolicited"`))
	require.Contains(t, heard, `"kind":"unsolicited"`)
	require.Equal(t, apipnr.Acknowledgement, message.Read(<-acked).Messages[0].Function)

	// Who is not admitted is told so at once, and not tried again until it is given up.
	denied := func(change ...string) {
		t.Helper()
		code, _, problems := c.run(append([]string{"send", in("list.edi"), "--give-up", "1h"}, append(line, change...)...)...)
		require.Equal(t, exitDenied, code, problems)
		require.Contains(t, problems, "the State does not admit this carrier")
	}
	denied("--carrier", "XC") // with the credential of another
	g.Change(t, gate.Carrier{Code: "XA", Shut: true})
	denied()
}
