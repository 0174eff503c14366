package centraldb_test

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// record is a supervisor's record, an hour before now.
func (s *station) record(t testing.TB, kind border.RecordKind, about uuid.UUID, body any) border.Record {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	at := noon.Add(-time.Hour)
	return border.Record{
		ID: uuid.New(), Kind: kind, File: about, Station: s.name, Officer: "supervisor1", Zone: s.zone, EventTime: at, RecordedAt: at,
		Origin: border.LateElectronic, Status: border.Confirmed, Body: text,
	}
}

func (s *station) recordEvent(t testing.TB, r border.Record) replication.Event {
	t.Helper()
	return s.eventWith(t, r.ID, string(r.Kind), r)
}

// link is a word on whether two files are one person, in the place of earlier ones.
func (s *station) link(t testing.TB, a, b uuid.UUID, verdict file.LinkVerdict, instead ...uuid.UUID) border.Record {
	t.Helper()
	pair := file.PairOf(a, b)
	r := s.record(t, border.FileLinked, pair.A, file.Link{A: pair.A, B: pair.B, Verdict: verdict, Ground: "duplicate"})
	r.Supersedes = instead
	return r
}

func (s *station) supplied(t testing.TB, p person, direction border.Direction, at time.Time) border.Record {
	t.Helper()
	c := s.crossing(p, direction, at)
	r := s.record(t, border.MovementSupplied, p.file, nil)
	r.EventTime = at
	var err error
	r.Body, err = json.Marshal(file.Supplied{
		Movement: stay.Movement{ID: r.ID, Direction: direction, At: at, Date: c.LocalDate, Station: s.name, Nationality: p.nationality},
		Ground:   "missing_exit", Evidence: "ticket", Identity: c.Identity, Document: c.Document,
	})
	require.NoError(t, err)
	return r
}

// granted is an entry days ago with a stay that ended on a day relative to today.
func (s *station) granted(p person, daysAgo, until int) border.CrossingEvent {
	c := s.crossing(p, border.Entry, noon.AddDate(0, 0, -daysAgo))
	c.Grant = &border.Grant{Until: traveldoc.DateOf(noon.AddDate(0, 0, until))}
	return c
}

func TestRecordsThatCannotBeAppliedAreParkedWithTheirReason(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	p := traveller(1)
	change := func(do func(*border.Record)) border.Record {
		r := s.supplied(t, p, border.Exit, noon)
		do(&r)
		return r
	}
	for name, bad := range map[string]struct {
		record border.Record
		why    string
	}{
		"other station": {change(func(r *border.Record) { r.Station = "elsewhere" }), "the event names another station"},
		"no file":       {change(func(r *border.Record) { r.File = uuid.Nil }), "file: expected the individual file"},
		"no origin":     {change(func(r *border.Record) { r.Origin = "hearsay" }), "origin: not known"},
		"other id": {change(func(r *border.Record) {
			r.Body = json.RawMessage(`{"id":"` + uuid.NewString() + `","direction":"exit"}`)
		}),
			"body: id: expected that of the record"},
		"no direction": {change(func(r *border.Record) { r.Body = json.RawMessage(`{"id":"` + r.ID.String() + `"}`) }), "body: direction"},
		"no body":      {change(func(r *border.Record) { r.Body = json.RawMessage(`[]`) }), "body: payload field"},
		"one file":     {s.link(t, p.file, p.file, file.Same), "body: a, b: expected two files"},
		"no verdict":   {s.link(t, p.file, uuid.New(), "perhaps"), "body: verdict"},
		"no movement":  {s.record(t, border.MovementVoided, p.file, file.Voided{}), "body: movement"},
		"no change":    {s.record(t, border.AuthorisationChanged, p.file, file.Authorisation{}), "body: id"},
	} {
		t.Run(name, func(t *testing.T) {
			e := s.recordEvent(t, bad.record)
			c.send(t, s, e)
			require.Contains(t, one[string](t, c.db, `SELECT error FROM dead_letter WHERE event_id = $1`, e.ID), bad.why)
		})
	}
	require.Zero(t, one[int](t, c.db, `SELECT count(*) FROM record`))
}

// Every kind that a station may write is kept here, and counts as arrived: also those whose body the centre does not read.
func TestEveryKindOfRecordIsApplied(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	p := traveller(1)
	entry := s.crossing(p, border.Entry, noon.AddDate(0, 0, -3))
	events := []replication.Event{s.event(t, border.KindCrossing, entry)}
	for _, kind := range border.RecordKinds() {
		r := s.record(t, kind, p.file, map[string]string{"act": "issued"})
		switch kind { //nolint:exhaustive // the kinds whose bodies the centre reads
		case border.FileLinked:
			r = s.link(t, p.file, uuid.New(), file.Different)
		case border.MovementSupplied:
			r = s.supplied(t, p, border.Exit, noon)
		case border.MovementVoided:
			r = s.record(t, kind, p.file, file.Voided{Movement: entry.CrossingID})
		case border.AuthorisationChanged:
			body := file.Authorisation{}
			body.ID, body.Kind, body.At = r.ID, stay.Revoked, noon
			text, err := json.Marshal(body)
			require.NoError(t, err)
			r.Body = text
		}
		require.Equal(t, kind, r.Kind)
		events = append(events, s.recordEvent(t, r))
	}
	c.send(t, s, events...)
	require.Zero(t, one[int](t, c.db, `SELECT count(*) FROM dead_letter`))
	require.Equal(t, len(border.RecordKinds()), one[int](t, c.db, `SELECT count(DISTINCT kind) FROM record`))
	comparison, err := c.claim(t, s, events).Compare(t.Context(), s.name)
	require.NoError(t, err)
	require.Empty(t, comparison.Missing)
	require.Empty(t, comparison.Differing)
}

// What a station knows as one file is one traveller, whatever document was shown, and a record that names the file finds him.
func TestASecondDocumentOfAFileJoinsTheTraveller(t *testing.T) {
	c, here, there := newCentre(t), newStation("airport"), newStation("land")
	old, renewed := traveller(1), traveller(2)
	renewed.file = old.file
	c.send(t, here, here.event(t, border.KindCrossing, here.granted(old, 40, -10)), here.event(t, border.KindCrossing, here.crossing(renewed, border.Exit, noon)))
	require.Equal(t, old.file, one[uuid.UUID](t, c.db, `SELECT DISTINCT traveller_id FROM crossing`), "the station's own id is adopted")

	elsewhere := renewed
	elsewhere.file = uuid.New()
	c.send(t, there, there.recordEvent(t, there.supplied(t, elsewhere, border.Entry, noon.Add(-24*time.Hour))))
	require.Equal(t, old.file, one[uuid.UUID](t, c.db, `SELECT traveller_id FROM record WHERE file_id = $1`, elsewhere.file))
	require.Equal(t, 1, one[int](t, c.db, `SELECT count(*) FROM ref_row WHERE dataset = 'files'`))
}

// Two crossing points decide differently without hearing each other: nothing is joined, and it is a task until somebody decides in
// place of both. What was joined can be taken apart again.
func TestContradictingLinksAreATask(t *testing.T) {
	c, here, there := newCentre(t), newStation("airport"), newStation("land")
	a, b := traveller(1), traveller(2)
	c.send(t, here, here.event(t, border.KindCrossing, here.granted(a, 40, -10)), here.event(t, border.KindCrossing, here.crossing(b, border.Exit, noon)))
	groups := func() int { return one[int](t, c.db, `SELECT count(*) FROM stay`) }
	require.Equal(t, 2, groups())

	same := here.link(t, a.file, b.file, file.Same)
	c.send(t, here, here.recordEvent(t, same))
	require.Equal(t, 1, groups(), "one person: the exit closes the stay")
	require.Equal(t, "joined", one[string](t, c.db, `SELECT cause FROM overstay_end`))

	different := there.link(t, a.file, b.file, file.Different)
	c.send(t, there, there.recordEvent(t, different))
	require.Equal(t, 2, groups(), "nothing is joined on a conflict")
	reader := centraldb.NewReader(c.db, make([]byte, 32))
	tasks, total, err := reader.Conflicts(t.Context(), "data_quality", 10, listAct(audit.Consultation))
	require.NoError(t, err)
	require.Equal(t, 1, total)
	require.Len(t, tasks[0].Words, 2)
	require.ElementsMatch(t, []string{"airport", "land"}, []string{tasks[0].Words[0].Station, tasks[0].Words[1].Station})

	settled := there.link(t, a.file, b.file, file.Same, same.ID, different.ID)
	c.send(t, there, there.recordEvent(t, settled))
	require.Equal(t, 1, groups())
	require.Zero(t, one[int](t, c.db, `SELECT count(*) FROM file_conflict`))

	c.send(t, there, there.recordEvent(t, there.link(t, a.file, b.file, file.Undecided, settled.ID)))
	require.Equal(t, 2, groups(), "taken apart")
	require.Equal(t, 2, one[int](t, c.db, `SELECT count(DISTINCT traveller_id) FROM crossing`), "physically nothing was ever merged")
	require.Equal(t, 4, one[int](t, c.db, `SELECT count(*) FROM record`))
}

// What the protection service writes is kept and shown nowhere, also not by a number.
func TestConfidentialRecordsAreSeenNowhere(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	p, unseen := traveller(1), traveller(2)
	secret := s.record(t, border.ProtectionEvent, p.file, map[string]string{"sign": "trafficking"})
	c.send(t, s, s.event(t, border.KindCrossing, s.crossing(p, border.Entry, noon)), s.recordEvent(t, secret),
		s.recordEvent(t, s.record(t, border.ProtectionEvent, unseen.file, map[string]string{"sign": "asylum"})))
	require.Equal(t, 2, one[int](t, c.db, `SELECT count(*) FROM record`))

	reader := centraldb.NewReader(c.db, make([]byte, 32))
	h, err := reader.History(t.Context(), p.file, "audit", look())
	require.NoError(t, err)
	require.Len(t, h.Entries, 1, "the crossing alone")
	_, err = reader.History(t.Context(), unseen.file, "audit", look())
	require.Equal(t, problem.NotFound, problem.KindOf(err), "a file of which nothing else is known is not known")
	poison := secret
	poison.ID, poison.Origin = uuid.New(), "hearsay"
	c.send(t, s, s.recordEvent(t, poison))
	parked, err := reader.DeadLetters(t.Context(), central.DeadLetterID{}, 10)
	require.NoError(t, err)
	require.Equal(t, central.KindWithheld, parked.Rows[0].Kind)
	row := one[string](t, c.db, `SELECT row::text FROM ref_row WHERE dataset = 'files'`)
	require.NotContains(t, row, "trafficking")
	require.Equal(t, 1, one[int](t, c.db, `SELECT count(*) FROM ref_row WHERE dataset = 'files'`))
}

// What the board says of a station is the same whether or not the protection service wrote something there, while the number by
// which nothing is lost counts all.
func TestTheBoardDoesNotCountConfidentialRecords(t *testing.T) {
	c, s, quiet := newCentre(t), newStation("airport"), newStation("quiet")
	p := traveller(1)
	secret := func(at *station) replication.Event {
		return at.recordEvent(t, at.record(t, border.ProtectionEvent, uuid.Nil, map[string]string{"sign": "asylum"}))
	}
	reader := centraldb.NewReader(c.db, make([]byte, 32))
	board := func() []central.Station {
		list, err := reader.Stations(t.Context())
		require.NoError(t, err)
		return list
	}
	first := []replication.Event{s.event(t, border.KindCrossing, s.crossing(p, border.Entry, noon)), secret(s)}
	c.send(t, s, first...)
	c.send(t, quiet, secret(quiet))
	before := board()
	require.EqualValues(t, 1, before[0].Received)
	require.Equal(t, noon, before[0].LastAt.UTC())
	require.Zero(t, before[1].Received)
	require.True(t, before[1].LastAt.IsZero())

	c.applier = centraldb.NewApplier(centraldb.ApplierConfig{
		DB: c.db, Now: func() time.Time { return noon.Add(time.Minute) }, NewID: uuid.New, Log: slog.New(slog.DiscardHandler),
	})
	later := secret(s)
	c.send(t, s, later)
	require.Equal(t, before, board(), "neither the number nor the time moves")
	require.EqualValues(t, 3, one[int64](t, c.db, `SELECT last_seq FROM replication_cursor WHERE station = 'airport'`))
	comparison, err := c.claim(t, s, append(first, later)).Compare(t.Context(), s.name)
	require.NoError(t, err)
	require.Empty(t, comparison.Missing)
	require.Empty(t, comparison.Differing)

	c.send(t, s, s.event(t, border.KindCrossing, s.crossing(p, border.Exit, noon)))
	require.EqualValues(t, 2, board()[0].Received)
	require.Equal(t, noon.Add(time.Minute), board()[0].LastAt.UTC())
}

// The history of a person holds every version of every record, with author, origin and times, and his stays.
func TestAHistoryHoldsEveryVersion(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	p := traveller(1)
	entry := s.granted(p, 40, -10)
	first := s.supplied(t, p, border.Exit, noon.AddDate(0, 0, -3))
	second := s.supplied(t, p, border.Exit, noon.AddDate(0, 0, -12))
	second.Supersedes = []uuid.UUID{first.ID}
	c.send(t, s, s.event(t, border.KindCrossing, entry), s.recordEvent(t, first), s.recordEvent(t, second))

	h, err := centraldb.NewReader(c.db, make([]byte, 32)).History(t.Context(), p.file, "audit", look())
	require.NoError(t, err)
	require.Len(t, h.Entries, 3)
	old, valid := h.Entries[0].Record, h.Entries[1].Record
	require.Equal(t, []uuid.UUID{second.ID}, old.SupersededBy)
	require.True(t, valid.Stands())
	require.Equal(t, "supervisor1", valid.Officer)
	require.Equal(t, border.LateElectronic, valid.Origin)
	require.Equal(t, noon, valid.ReceivedAt.UTC())
	require.False(t, valid.Late(), "written an hour ago")
	require.Contains(t, valid.Facts, central.Fact{Name: "ground", Value: "missing_exit", Code: true})
	require.True(t, h.Events[0].Late(), "forty days on the way")
	require.Len(t, h.Stays, 1)
	require.Equal(t, 29, h.Stays[0].Days)
	require.Zero(t, h.Stays[0].Overstay)
	require.False(t, h.Stay.Inside)
}
