package filedb_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/previous"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

var now = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

// post is a crossing point's files over a database of its own.
type post struct {
	*filedb.Files
	db        *postgres.DB
	store     *stationdb.Store
	histories filedb.Histories
	sink      filedb.Sink
	log       *bytes.Buffer
}

func newPost(t testing.TB) *post {
	t.Helper()
	db := pgtest.New(t, migrations.Station)
	attachments, err := filedb.NewAttachments(db, bytes.Repeat([]byte{9}, 32), rand.Reader)
	require.NoError(t, err)
	log := &bytes.Buffer{}
	clock := func() time.Time { return now }
	return &post{
		db: db, store: stationdb.New(db, uuid.New, func() {}), histories: filedb.NewHistories(db), log: log,
		Files: filedb.New(filedb.Options{DB: db, Attachments: attachments, Key: bytes.Repeat([]byte{7}, 32), Now: clock, NewID: uuid.New, Nudge: func() {}}),
		sink:  filedb.Sink{Random: rand.Reader, Now: clock, Log: slog.New(slog.NewTextHandler(log, nil))},
	}
}

func day(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func paper(t testing.TB, surname, given, born, number string) file.Paper {
	t.Helper()
	return file.Paper{
		Identity: traveldoc.Identity{Surname: surname, GivenNames: given, BirthDate: day(t, born), Sex: "F", Nationality: "UTO"},
		Document: traveldoc.Document{Code: "P", Number: number, IssuingState: "UTO", ExpiryDate: day(t, "2031-04-15")},
	}
}

// cross admits the bearer of a paper.
func (p *post) cross(t testing.TB, who file.Paper, direction border.Direction, at time.Time) border.CrossingEvent {
	t.Helper()
	scan := bordertest.Scan(who.Document.Number)
	scan.Identity, scan.Document, scan.Direction, scan.At = who.Identity, who.Document, direction, at
	require.NoError(t, p.store.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	event := bordertest.Event(scan, at)
	event.Direction = direction
	event, err := p.store.Record(t.Context(), scan.ID, event, bordertest.Entry(audit.Collection, "crossing", event.CrossingID))
	require.NoError(t, err)
	return event
}

func (p *post) history(t testing.TB, who file.Paper) stay.History {
	t.Helper()
	h, err := p.histories.History(t.Context(), who.Identity, who.Document)
	require.NoError(t, err)
	return h
}

func movementIDs(h stay.History) []uuid.UUID {
	var out []uuid.UUID
	for _, m := range h.Movements {
		out = append(out, m.ID)
	}
	return out
}

// tell lets the centre tell of files.
func (p *post) tell(t testing.TB, rows ...file.Published) {
	t.Helper()
	var changes []replication.Change
	for _, r := range rows {
		data, err := json.Marshal(r)
		require.NoError(t, err)
		changes = append(changes, replication.Change{Op: replication.OpPut, Key: r.File.String(), Data: data})
	}
	p.apply(t, changes...)
}

func (p *post) apply(t testing.TB, changes ...replication.Change) {
	t.Helper()
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return p.sink.Apply(t.Context(), tx, changes) }))
}

func movement(t testing.TB, id uuid.UUID, direction border.Direction, station, date string) stay.Movement {
	t.Helper()
	d := day(t, date)
	return stay.Movement{ID: id, Direction: direction, At: d.First().Add(10 * time.Hour), Date: d, Station: station, Nationality: "UTO"}
}

func published(id uuid.UUID, papers []file.Paper, movements ...stay.Movement) file.Published {
	p := file.Published{File: id, Papers: slices.Clone(papers)}
	for n := range p.Papers {
		if p.Papers[n].File == uuid.Nil {
			p.Papers[n].File = id
		}
	}
	p.Movements = movements
	return p
}

func (p *post) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

func look(purpose string) audit.Entry {
	e := bordertest.Entry(audit.Consultation, "file", uuid.New())
	e.Purpose = purpose
	return e
}

// say is a supervisor's word on two files.
func (p *post) say(t testing.TB, a, b uuid.UUID, verdict file.LinkVerdict, ground string) error {
	t.Helper()
	heads, err := p.Heads(t.Context(), file.PairOf(a, b))
	require.NoError(t, err)
	r := envelope(uuid.Nil)
	r.EventTime, r.RecordedAt = now, now
	link := file.Link{A: a, B: b, Verdict: verdict, Ground: ground, Evidence: "same face, same prints"}
	return p.Link(t.Context(), r, link, heads, bordertest.Entry(audit.Alteration, "file", a))
}

func author() file.Author {
	return file.Author{Login: "sam", Station: "test-air", Zone: time.UTC, Status: border.Confirmed}
}

func (p *post) past(t testing.TB, who file.Paper) (previous.Past, error) {
	t.Helper()
	return stationdb.NewHistory(p.db).Past(t.Context(), who.Identity, who.Document, time.Time{})
}
