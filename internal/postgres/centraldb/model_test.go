package centraldb_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// Whatever happens at several crossing points, in whatever order and pieces it reaches the centre, with repairs, links, undoing and
// events that nobody can read: no event is lost, the list of overstayers is what an independent slow count of all events gives, and
// so is what the stations are told.
func TestTheCentreKeepsWhatARecountGives(t *testing.T) {
	c := newCentre(t)
	forget := emptier(t, c)
	reader := centraldb.NewReader(c.db, []byte("0123456789abcdef0123456789abcdef"))
	rapid.Check(t, func(rt *rapid.T) {
		forget()
		w := &model{t: t, rt: rt}
		w.write()
		w.deliver(c)
		o := newOracle(rt, w.histories)
		w.nothingLost(c)
		require.Equal(rt, o.overstayers(rt, c.now), listed(rt, t, reader, c.now))
		require.Equal(rt, o.published(rt), w.published(c))
		_, _, conflict := o.persons(rt)
		require.Equal(rt, conflict, one[bool](t, c.db, `SELECT EXISTS (SELECT FROM file_conflict)`))
	})
}

// emptier deletes all that events leave, which the centre's own role may not. (Few rows are deleted faster than tables truncated.)
func emptier(t *testing.T, c *centre) func() {
	admin := pgtest.Admin(t, c.db)
	var query string
	for _, table := range []string{
		"crossing", "crossing_correction", "inspection_dismissal", "dead_letter", "carried_event", "stay", "flow_day_bcp", "flow_day_nat", "station_day",
		"replication_cursor", "traveller_document", "traveller_word", "name_word", "station_alert", "traveller_file", "traveller_edge",
		"file_link", "traveller_group", "file_conflict", "record", "record_superseded", "movement", "movement_void", "authorisation",
		"stay_dirty", "stay_zone", "stay_rules", "overstay_end", "overstay_day", "ref_dataset", "ref_version", "ref_change", "ref_row",
	} {
		query += "DELETE FROM " + table + ";"
	}
	return func() {
		_, err := admin.Pool.Exec(t.Context(), query)
		require.NoError(t, err)
	}
}

// model writes random histories of a few people at a few crossing points.
type model struct {
	t         *testing.T
	rt        *rapid.T
	stations  []*station
	histories [][]replication.Event
	tick, ids int

	files     [][]uuid.UUID // by station and document
	crossings []border.CrossingEvent
	movements []told
	links     []border.Record
	records   []border.Record
}

// told is a movement that somebody may want to undo.
type told struct{ id, file uuid.UUID }

const (
	modelStations  = 3
	modelDocuments = 4
)

// id is an id like any other, but the same in every run of the same draws.
func (w *model) id() uuid.UUID {
	w.ids++
	return uuid.NewSHA1(uuid.Nil, fmt.Append(nil, "model", w.ids))
}

func (w *model) draw(what string, n int) int { return rapid.IntRange(0, n-1).Draw(w.rt, what) }

// write lets things happen in one order, at one crossing point after the other: what a person at a counter refers to has happened.
func (w *model) write() {
	for i := range modelStations {
		w.stations = append(w.stations, newStation(fmt.Sprintf("post-%d", i)))
		w.histories = append(w.histories, nil)
		// A crossing point may know two documents as one person's.
		own := make([]uuid.UUID, modelDocuments)
		for d := range own {
			own[d] = w.id()
			if d > 0 && w.draw("knows", 3) == 0 {
				own[d] = own[d-1]
			}
		}
		w.files = append(w.files, own)
	}
	for range rapid.IntRange(1, 25).Draw(w.rt, "acts") {
		w.act(w.draw("station", modelStations))
	}
}

// instant is a time of the last 200 days, never twice the same.
func (w *model) instant() time.Time {
	w.tick++
	return noon.AddDate(0, 0, -w.draw("days ago", 200)-1).Add(time.Duration(w.tick) * time.Second)
}

func (w *model) act(i int) {
	acts := []func(int){w.cross, w.cross, w.cross, w.cross, w.cross, w.undo, w.supply, w.void, w.extend, w.link, w.link, w.takeBack, w.poison, w.signal}
	acts[w.draw("act", len(acts))](i)
}

func (w *model) emit(i int, kind string, payload any) {
	w.histories[i] = append(w.histories[i], w.stations[i].eventWith(w.t, w.id(), kind, payload))
}

func (w *model) who(i int) (person, uuid.UUID) {
	n := w.draw("document", modelDocuments)
	p := traveller(n)
	p.file = w.files[i][n]
	return p, p.file
}

func (w *model) cross(i int) {
	p, id := w.who(i)
	c := w.stations[i].crossing(p, rapid.SampledFrom([]border.Direction{border.Entry, border.Entry, border.Exit}).Draw(w.rt, "direction"), w.instant())
	c.CrossingID = w.id()
	c.Decision.Verdict = rapid.SampledFrom([]border.Verdict{border.Admit, border.Admit, border.Admit, border.Refer}).Draw(w.rt, "verdict")
	c.Basis = rapid.SampledFrom([]border.Basis{"", border.ShortStay, border.ShortStayVisa, border.ResidencePermit}).Draw(w.rt, "basis")
	if w.draw("granted", 2) == 0 {
		c.Grant = &border.Grant{Until: traveldoc.DateOf(c.LocalDate.First().AddDate(0, 0, w.draw("for days", 90)))}
	}
	w.emit(i, border.KindCrossing, c)
	w.crossings, w.movements = append(w.crossings, c), append(w.movements, told{c.CrossingID, id})
}

// undo annuls a decision of the same crossing point.
func (w *model) undo(i int) {
	var own []border.CrossingEvent
	for _, c := range w.crossings {
		if c.Station == w.stations[i].name {
			own = append(own, c)
		}
	}
	if len(own) > 0 {
		undo := w.stations[i].correction(own[w.draw("undone", len(own))])
		undo.CorrectionID = w.id()
		w.emit(i, border.KindCorrection, undo)
	}
}

func (w *model) record(i int, kind border.RecordKind, about uuid.UUID, id uuid.UUID, at time.Time, body any) border.Record {
	text, err := json.Marshal(body)
	require.NoError(w.rt, err)
	return border.Record{
		ID: id, Kind: kind, File: about, Station: w.stations[i].name, Officer: "supervisor1", Zone: w.stations[i].zone,
		EventTime: at, RecordedAt: at, Origin: border.LateElectronic, Status: border.Confirmed, Body: text,
	}
}

// tell sends a record; its event has its id.
func (w *model) tell(i int, r border.Record) {
	e := w.stations[i].eventWith(w.t, r.ID, string(r.Kind), r)
	w.histories[i] = append(w.histories[i], e)
	w.records = append(w.records, r)
}

func (w *model) supply(i int) {
	p, id := w.who(i)
	c := w.stations[i].crossing(p, rapid.SampledFrom([]border.Direction{border.Entry, border.Exit}).Draw(w.rt, "direction"), w.instant())
	record := w.id()
	w.tell(i, w.record(i, border.MovementSupplied, id, record, c.CrossedAt, file.Supplied{
		Movement: stay.Movement{ID: record, Direction: c.Direction, At: c.CrossedAt, Date: c.LocalDate, Station: c.Station, Nationality: p.nationality},
		Ground:   "missing_exit", Evidence: "ticket", Identity: c.Identity, Document: c.Document,
	}))
	w.movements = append(w.movements, told{record, id})
}

func (w *model) void(i int) {
	if len(w.movements) == 0 {
		return
	}
	m := w.movements[w.draw("voided", len(w.movements))]
	w.tell(i, w.record(i, border.MovementVoided, m.file, w.id(), noon, file.Voided{Movement: m.id, Ground: "never_crossed", Evidence: "camera"}))
}

// extend extends the stay of somebody: decided today, so that it is of the stay that is open now, if one is.
func (w *model) extend(i int) {
	_, id := w.who(i)
	record := w.id()
	w.tell(i, w.record(i, border.AuthorisationChanged, id, record, noon, file.Authorisation{
		Authorisation: stay.Authorisation{
			ID: record, Kind: stay.Extended, On: traveldoc.DateOf(noon), Until: traveldoc.DateOf(noon.AddDate(0, 0, w.draw("extended by", 60))), At: noon,
		},
		Authority: "permits", Ground: "illness",
	}))
}

// link says whether two files are one person, in ignorance of what other crossing points say, or in place of what they said.
func (w *model) link(i int) {
	a := w.files[w.draw("of", modelStations)][w.draw("first", modelDocuments)]
	b := w.files[w.draw("and of", modelStations)][w.draw("second", modelDocuments)]
	if a == b {
		return
	}
	pair := file.PairOf(a, b)
	verdict := rapid.SampledFrom([]file.LinkVerdict{file.Same, file.Same, file.Different, file.Undecided}).Draw(w.rt, "is")
	r := w.record(i, border.FileLinked, pair.A, w.id(), noon, file.Link{A: pair.A, B: pair.B, Verdict: verdict, Ground: "duplicate"})
	if w.draw("knows better", 2) == 0 {
		for _, earlier := range w.links {
			if l := bodyOf[file.Link](w.rt, earlier); l.A == pair.A && l.B == pair.B {
				r.Supersedes = append(r.Supersedes, earlier.ID)
			}
		}
	}
	w.tell(i, r)
	w.links = append(w.links, r)
}

// takeBack puts a record in the place of another that changes what is counted.
func (w *model) takeBack(i int) {
	var list []border.Record
	for _, r := range w.records {
		if r.Kind != border.FileLinked && r.Kind != border.ProtectionEvent {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		return
	}
	old := list[w.draw("taken back", len(list))]
	r := w.record(i, border.EvidenceAttached, old.File, w.id(), noon, file.Evidence{Name: "letter"})
	r.Supersedes = []uuid.UUID{old.ID}
	w.tell(i, r)
}

// poison sends what the centre must park.
func (w *model) poison(i int) {
	switch w.draw("poison", 3) {
	case 0:
		w.emit(i, string(border.MovementVoided), `{"id":7}`)
	case 1:
		r := w.record(i, border.MovementVoided, w.id(), w.id(), noon, file.Voided{Movement: w.id()})
		r.Station = "nowhere"
		w.histories[i] = append(w.histories[i], w.stations[i].eventWith(w.t, r.ID, string(r.Kind), r))
	case 2:
		w.emit(i, "crossing.teleported", `{}`)
	}
}

// signal is a confidential record.
func (w *model) signal(i int) {
	_, id := w.who(i)
	w.tell(i, w.record(i, border.ProtectionEvent, id, w.id(), noon, map[string]string{"sign": "trafficking"}))
}

// deliver sends each station's events in its own order, the stations' in any, in pieces of any size, some of them twice, while the
// projector works now and then.
func (w *model) deliver(c *centre) {
	sent := make([]int, modelStations)
	for {
		var waiting []int
		for i := range sent {
			if sent[i] < len(w.histories[i]) {
				waiting = append(waiting, i)
			}
		}
		if len(waiting) == 0 {
			break
		}
		i := waiting[w.draw("from", len(waiting))]
		from := sent[i] - min(sent[i], w.draw("again", 2))
		sent[i] += rapid.IntRange(1, len(w.histories[i])-sent[i]).Draw(w.rt, "batch")
		c.apply(w.t, w.stations[i], w.histories[i][from:sent[i]]...)
		if w.draw("project", 2) == 0 {
			require.NoError(w.rt, c.projector.Drain(w.t.Context()))
		}
	}
	require.NoError(w.rt, c.projector.Drain(w.t.Context()))
}

// nothingLost finds every event, as a row or as a dead letter, once.
func (w *model) nothingLost(c *centre) {
	rows, err := c.db.Pool.Query(w.t.Context(), `
		SELECT event_id FROM crossing UNION ALL SELECT event_id FROM crossing_correction UNION ALL SELECT id FROM record
		UNION ALL SELECT event_id FROM dead_letter`)
	require.NoError(w.rt, err)
	found, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(w.rt, err)
	var sent []uuid.UUID
	for _, events := range w.histories {
		for _, e := range events {
			sent = append(sent, e.ID)
		}
	}
	require.ElementsMatch(w.rt, sent, found)
}

// published reads dataset "files" as a station would, and holds it against its digest.
func (w *model) published(c *centre) map[string]string {
	source := centraldb.NewReference(c.db)
	rows, now, err := source.Rows(w.t.Context(), file.Dataset, "", 1000)
	require.NoError(w.rt, err)
	out := map[string]string{}
	digest := new(replication.ContentDigest)
	for _, row := range rows {
		out[row.Key] = string(row.Data)
		digest.Add(row.Key, row.Data)
	}
	require.Equal(w.rt, digest.Sum(), now.Digest)
	return out
}

// listed is the centre's list of overstayers, all of it.
func listed(rt *rapid.T, t *testing.T, reader *centraldb.Reader, now time.Time) []overstayer {
	list := []overstayer{}
	var after central.Cursor
	for {
		page, err := reader.Overstayers(t.Context(), central.OverstayQuery{Purpose: "stay_check"}, now, after, 2, listAct(audit.Consultation))
		require.NoError(rt, err)
		for _, o := range page.Rows {
			list = append(list, overstayer{o.MovementID, o.LastLawful.String(), o.DaysOver})
		}
		if after = page.Next; after.IsZero() {
			require.Len(rt, list, page.Total, "the count is the number of rows")
			sortOverstayers(list)
			return slices.Clip(list)
		}
	}
}
