package bordertest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Noon is the instant at which the suite's travellers cross.
var Noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// Scan is a made-up scan in lane 1.
func Scan(number string) border.Scan {
	birth, expiry := must(traveldoc.NewDate(1974, 8, 12)), must(traveldoc.NewDate(2031, 4, 15))
	return border.Scan{
		ID: uuid.New(), At: Noon, Station: "test-air", Lane: "1", Officer: "officer.one", Direction: border.Entry, Mode: border.Air,
		Transport: "TE 12", Purpose: "holiday",
		Identity: traveldoc.Identity{Surname: "ERIKSSON", GivenNames: "ANNA MARIA", BirthDate: birth, Sex: "F", Nationality: "UTO"},
		Document: traveldoc.Document{Code: "P", Number: number, IssuingState: "UTO", ExpiryDate: expiry},
	}
}

func must(d traveldoc.Date, err error) traveldoc.Date {
	if err != nil {
		panic(err) // a wrong constant of the suite
	}
	return d
}

// Event is the event of admitting a scan.
func Event(s border.Scan, at time.Time) border.CrossingEvent {
	return border.CrossingEvent{
		CrossingID: uuid.New(), Station: s.Station, Lane: s.Lane, Officer: s.Officer, Direction: s.Direction, Mode: s.Mode,
		Transport: s.Transport, Purpose: s.Purpose, CrossedAt: at, ScannedAt: s.At, Zone: "UTC", LocalDate: traveldoc.DateOf(at),
		Identity: s.Identity, Document: s.Document, Decision: border.Decision{Verdict: border.Admit},
		Findings: []border.Finding{{
			Check: "document", Source: border.Source{Name: "document"}, Outcome: border.NoHit, At: at, Took: time.Millisecond,
		}, {
			Check: "alerts.national", Source: border.Source{Name: "alerts.national", Version: "7", AsOf: at.Add(-time.Hour)},
			Outcome: border.NotChecked, Reason: border.ReasonListTooOld, At: at,
		}},
	}
}

// Entry is an audit entry of the suite.
func Entry(verb audit.Verb, kind string, id uuid.UUID) audit.Entry {
	e := audit.Actor{ID: "officer.one", Role: "officer", Post: "test-air", Lane: "1"}.Entry(Noon, verb, kind, id.String())
	e.Purpose = border.PurposeOfControl
	return e
}

// RunReadings is what a border.Store must pass that keeps what document readers gave; fresh makes an empty one.
func RunReadings(t *testing.T, fresh func(t *testing.T) border.Store) {
	t.Helper()
	tests := map[string]func(*testing.T, border.Store){
		"a scan keeps what was read":                  readingKept,
		"a further reading replaces what was read":    attached,
		"a reading of a closed scan is not attached":  notAttached,
		"a scan that is opened again has its reading": reopened,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

// Reading is what a made-up reader gives of a document.
func Reading(text string) *reader.Reading {
	return &reader.Reading{
		ID: text, At: Noon, Device: reader.Device{Vendor: "V", Simulated: true}, MRZ: "P<UTO",
		Values: []reader.Value{{Field: "surname", Source: reader.VIZ, Text: text, Validity: reader.OK}},
		Images: []reader.Image{{Light: reader.White, MediaType: "image/png", Data: []byte(text)}},
		Chip:   &reader.Chip{Files: map[string][]byte{"DG1": []byte(text)}},
	}
}

func readingKept(t *testing.T, store border.Store) {
	with := Scan("L898902C3")
	with.Reading = Reading("ERIKSSON")
	open(t, store, with)
	without := open(t, store, Scan("X1"))
	got, err := store.Reading(t.Context(), with.ID)
	require.NoError(t, err)
	require.Equal(t, with.Reading.Values, got.Values)
	require.Equal(t, with.Reading.Images, got.Images)
	require.Equal(t, with.Reading.Chip.Files, got.Chip.Files)
	require.True(t, got.Device.Simulated)
	for _, id := range []uuid.UUID{without.ID, uuid.New()} {
		got, err = store.Reading(t.Context(), id)
		require.NoError(t, err)
		require.Nil(t, got)
	}
}

func attached(t *testing.T, store border.Store) {
	s := open(t, store, Scan("L898902C3"))
	for _, text := range []string{"FIRST", "SECOND"} {
		s.Reading = Reading(text)
		require.NoError(t, store.Attach(t.Context(), s, Entry(audit.Collection, "inspection", s.ID)))
		got, err := store.Reading(t.Context(), s.ID)
		require.NoError(t, err)
		require.Equal(t, text, got.Values[0].Text)
		require.Equal(t, []byte(text), got.Images[0].Data)
	}
}

func notAttached(t *testing.T, store border.Store) {
	s := open(t, store, Scan("L898902C3"))
	s.Reading = Reading("X")
	other := s
	other.Lane = "2"
	require.ErrorIs(t, store.Attach(t.Context(), other, Entry(audit.Collection, "inspection", s.ID)), border.ErrScanNotOpen)
	e := Event(s, Noon)
	_, err := store.Record(t.Context(), s.ID, e, Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	require.ErrorIs(t, store.Attach(t.Context(), s, Entry(audit.Collection, "inspection", s.ID)), border.ErrScanNotOpen)
}

func reopened(t *testing.T, store border.Store) {
	s := Scan("L898902C3")
	s.Reading = Reading("ERIKSSON")
	e := record(t, store, s, Noon)
	_, err := store.Annul(t.Context(), correction(e), Noon.Add(-time.Minute), Entry(audit.Alteration, "crossing", e.CrossingID))
	require.NoError(t, err)
	got, err := store.Reading(t.Context(), s.ID)
	require.NoError(t, err)
	require.NotNil(t, got)
	require.Equal(t, s.Reading.Images, got.Images)
}

// RunStore is what every border.Store must pass; fresh makes an empty one.
func RunStore(t *testing.T, fresh func(t *testing.T) border.Store) {
	t.Helper()
	tests := map[string]func(*testing.T, border.Store){
		"a scan waits in its lane until it is decided":           scanWaits,
		"a decision is recorded once":                            recordedOnce,
		"the same document and birth date is one file":           oneFile,
		"a decision can be undone once, and decided again":       undone,
		"a decision too old or of another lane stays":            notUndone,
		"an undecided scan can be amended":                       amended,
		"a dismissed scan is closed":                             dismissed,
		"a scan's text comes back to the letter":                 textKept,
		"two decisions at once of one new document are one file": twoCounters,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

func look(t *testing.T, store border.Store) border.LaneView {
	t.Helper()
	view, err := store.Look(t.Context(), "1", 10, nil)
	require.NoError(t, err)
	return view
}

func open(t *testing.T, store border.Store, s border.Scan) border.Scan {
	t.Helper()
	require.NoError(t, store.OpenScan(t.Context(), s, Entry(audit.Consultation, "inspection", s.ID)))
	return s
}

func scanWaits(t *testing.T, store border.Store) {
	first, other := open(t, store, Scan("L898902C3")), Scan("X1")
	other.Lane = "2"
	open(t, store, other)
	later := Scan("X2")
	later.At = Noon.Add(time.Second)
	open(t, store, later)

	waiting := look(t, store).Open
	require.Len(t, waiting, 2)
	require.Equal(t, first.ID, waiting[0].ID, "the oldest comes first")
	require.Equal(t, first.Identity, waiting[0].Identity)
	require.Equal(t, first.Document, waiting[0].Document)

	one, err := store.OpenScanByID(t.Context(), "1", first.ID)
	require.NoError(t, err)
	require.Equal(t, first.ID, one.ID)
	_, err = store.OpenScanByID(t.Context(), "2", first.ID)
	require.ErrorIs(t, err, border.ErrNoSuchScan, "another lane's scan is not shown")
}

func recordedOnce(t *testing.T, store border.Store) {
	s := open(t, store, Scan("L898902C3"))
	e := Event(s, Noon)
	recorded, err := store.Record(t.Context(), s.ID, e, Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	require.NotEqual(t, uuid.Nil, recorded.TravellerID)
	again := Event(s, Noon)
	_, err = store.Record(t.Context(), s.ID, again, Entry(audit.Collection, "crossing", again.CrossingID))
	require.ErrorIs(t, err, border.ErrScanNotOpen)

	require.Empty(t, look(t, store).Open)
	recent := look(t, store).Recent
	require.Len(t, recent, 1)
	require.Equal(t, border.RecentCrossing{
		CrossingID: e.CrossingID, At: Noon, Direction: border.Entry, Verdict: border.Admit, Surname: "ERIKSSON",
		GivenNames: "ANNA MARIA", Document: "UTO L898902C3",
	}, inUTC(recent[0]))
}

func inUTC(r border.RecentCrossing) border.RecentCrossing {
	r.At = r.At.UTC()
	return r
}

func record(t *testing.T, store border.Store, s border.Scan, at time.Time) border.CrossingEvent {
	t.Helper()
	e := Event(open(t, store, s), at)
	recorded, err := store.Record(t.Context(), s.ID, e, Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	return recorded
}

func oneFile(t *testing.T, store border.Store) {
	first, again := record(t, store, Scan("L898902C3"), Noon), record(t, store, Scan("L898902C3"), Noon.Add(time.Hour))
	require.Equal(t, first.TravellerID, again.TravellerID)
	other := Scan("L898902C3")
	other.Identity.BirthDate = must(traveldoc.NewDate(1980, 1, 1))
	require.NotEqual(t, first.TravellerID, record(t, store, other, Noon).TravellerID, "a number used again is another person")
}

func undone(t *testing.T, store border.Store) {
	s := Scan("L898902C3")
	e := record(t, store, s, Noon)
	c := correction(e)
	reopened, err := store.Annul(t.Context(), c, Noon.Add(-time.Minute), Entry(audit.Alteration, "crossing", e.CrossingID))
	require.NoError(t, err)
	require.Equal(t, s.ID, reopened.ID)
	require.Equal(t, e.CrossingID, *reopened.Replaces)
	_, err = store.Annul(t.Context(), correction(e), Noon.Add(-time.Minute), Entry(audit.Alteration, "crossing", e.CrossingID))
	require.ErrorIs(t, err, border.ErrAnnulled)

	second := Event(reopened, Noon.Add(time.Second))
	_, err = store.Record(t.Context(), s.ID, second, Entry(audit.Collection, "crossing", second.CrossingID))
	require.NoError(t, err)
	recent := look(t, store).Recent
	require.Len(t, recent, 2)
	require.Equal(t, []bool{false, true}, []bool{recent[0].Annulled, recent[1].Annulled})
}

func correction(e border.CrossingEvent) border.CorrectionEvent {
	return border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: e.CrossingID, Station: e.Station, Lane: e.Lane, Officer: e.Officer,
		Reason: "wrong_key", CorrectedAt: Noon,
	}
}

func notUndone(t *testing.T, store border.Store) {
	e := record(t, store, Scan("L898902C3"), Noon)
	entry := Entry(audit.Alteration, "crossing", e.CrossingID)
	_, err := store.Annul(t.Context(), correction(e), Noon.Add(time.Minute), entry)
	require.ErrorIs(t, err, border.ErrTooLate)
	other := correction(e)
	other.Lane = "2"
	_, err = store.Annul(t.Context(), other, Noon.Add(-time.Minute), entry)
	require.ErrorIs(t, err, border.ErrNoSuchCrossing)
}

func amended(t *testing.T, store border.Store) {
	s := open(t, store, Scan("L898902C3"))
	s.Mode, s.Transport, s.Purpose = border.Sea, "MV ALMARA", "visit"
	s.Circumstances = border.Circumstances{
		Category: border.Minor, Basis: border.ShortStay, Particulars: map[string]string{"voyage": "7"}, Group: uuid.New(),
		Guardian: &border.Guardian{Surname: "ERIKSSON", Relation: "mother", Consent: "letter"},
		Vehicle:  &border.Vehicle{Plate: "AA 1", Driver: true, Occupants: 3},
		Repairs:  []mrz.Edit{{Line: 2, Position: 16, From: "O", To: "0"}},
	}
	other := s
	other.Lane = "2"
	require.ErrorIs(t, store.AmendScan(t.Context(), other, Entry(audit.Alteration, "inspection", s.ID)), border.ErrScanNotOpen)
	require.NoError(t, store.AmendScan(t.Context(), s, Entry(audit.Alteration, "inspection", s.ID)))
	one, err := store.OpenScanByID(t.Context(), "1", s.ID)
	require.NoError(t, err)
	one.At = one.At.UTC()
	require.Equal(t, s, one)
	e := Event(s, Noon)
	_, err = store.Record(t.Context(), s.ID, e, Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	require.ErrorIs(t, store.AmendScan(t.Context(), s, Entry(audit.Alteration, "inspection", s.ID)), border.ErrScanNotOpen)
}

func dismissed(t *testing.T, store border.Store) {
	s := open(t, store, Scan("L898902C3"))
	d := border.DismissalEvent{InspectionID: s.ID, Station: s.Station, Lane: "1", Officer: s.Officer, Reason: "misread", DismissedAt: Noon}
	other := d
	other.Lane = "2"
	require.ErrorIs(t, store.Dismiss(t.Context(), other, Entry(audit.Alteration, "inspection", s.ID)), border.ErrScanNotOpen)
	require.NoError(t, store.Dismiss(t.Context(), d, Entry(audit.Alteration, "inspection", s.ID)))
	require.ErrorIs(t, store.Dismiss(t.Context(), d, Entry(audit.Alteration, "inspection", s.ID)), border.ErrScanNotOpen)
}

func textKept(t *testing.T, store border.Store) {
	s := Scan("L898902C3")
	s.MRZ = "P<UTOERIKSSON<<ANNA<MARIA\r\n\t<'\"\\;--"
	open(t, store, s)
	one, err := store.OpenScanByID(t.Context(), "1", s.ID)
	require.NoError(t, err)
	require.Equal(t, s.MRZ, one.MRZ)
}

func twoCounters(t *testing.T, store border.Store) {
	const counters = 8
	ids, errs := make(chan uuid.UUID, counters), make(chan error, counters)
	for range counters {
		s := open(t, store, Scan("NEW1"))
		go func() {
			e := Event(s, Noon)
			recorded, err := store.Record(t.Context(), s.ID, e, Entry(audit.Collection, "crossing", e.CrossingID))
			ids <- recorded.TravellerID
			errs <- err
		}()
	}
	files := map[uuid.UUID]bool{}
	for range counters {
		require.NoError(t, <-errs)
		files[<-ids] = true
	}
	require.Len(t, files, 1)
}
