package applydb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
)

// Times are counted without the time that the applicant was waited for; overstays come from the entries made on the visas.
func TestStatistics(t *testing.T) {
	w := newWorld(t)
	var numbers []evisa.Number
	for n := range 3 {
		a := w.applied(n, "T")
		at := w.claimed(ada, a.ID)
		if n == 1 {
			require.NoError(t, w.desk.Ask(ctx, ada, at, desk.Asking{Text: "more"}))
			c, _ := w.look(ada, a.ID)
			w.pass(100 * time.Hour) // the applicant's
			w.keep(w.parcel(evisa.ParcelReply, a.ID, evisa.Reply{Request: c.Request.ID}))
			_, at = w.look(ada, a.ID)
		}
		w.pass(time.Duration(n+1) * time.Hour)
		out, err := w.desk.Decide(ctx, ada, at, approval())
		require.NoError(t, err)
		numbers = append(numbers, out.Visa)
	}
	w.refused(9)
	w.applied(10, "H")
	for n, number := range numbers {
		crossing := uuid.New()
		_, err := w.db.Pool.Exec(ctx, `INSERT INTO visa_use (crossing_id, number, crossed_at, local_date, station, direction, entries, known)
			VALUES ($1, $2, now(), '2026-12-20', 'xaa-apt', 'entry', 1, 0)`, crossing, number)
		require.NoError(t, err)
		if n == 0 {
			_, err = w.db.Pool.Exec(ctx, `INSERT INTO stay (group_id, traveller_id, inside, last_at, station, movement_id, last_lawful)
				VALUES ($1, $1, true, now(), 'xaa-apt', $2, '2020-01-01')`, uuid.New(), crossing)
			require.NoError(t, err)
		}
	}
	s, err := w.desk.Statistics(ctx, ada, desk.StatisticsQuery{From: day("2026-11-01"), Until: day("2026-12-31")})
	require.NoError(t, err)
	require.Equal(t, 5, s.Total.Received)
	require.Equal(t, 3, s.Total.Approved)
	require.Equal(t, 1, s.Total.Open)
	require.Equal(t, 4, s.Total.InTarget, "the time that the applicant took is not counted")
	require.Equal(t, []desk.OverstayCount{{Type: "T", Issued: 3, Used: 3, Overstay: 1}}, s.Overstays)
	later := desk.StatisticsQuery{From: day("2026-11-01"), Until: day("2026-12-31")}
	of := func(at time.Time) []desk.OverstayCount {
		s, err := w.store.Statistics(ctx, ada, later, at)
		require.NoError(t, err)
		return s.Overstays
	}
	require.Equal(t, 0, of(time.Date(2019, 12, 31, 12, 0, 0, 0, time.UTC))[0].Overstay, "as of the instant that is asked about")
	_, err = w.db.Pool.Exec(ctx, `INSERT INTO visa (number, application, reference, version, standing, type, purpose, kind, terms, authority, issued_at, replaces,
			before, ends_on, key_id, sealed)
		SELECT 'E22222222', application, reference, 1, standing, type, purpose, kind, terms, authority, issued_at, number, ARRAY[number], ends_on, key_id, ''
		FROM visa WHERE number = $1`, numbers[2])
	require.NoError(t, err)
	require.Equal(t, []desk.OverstayCount{{Type: "T", Issued: 3, Used: 3, Overstay: 1}}, of(time.Now()), "a new number is no new visa")
	_, err = w.db.Pool.Exec(ctx, `INSERT INTO visa_case (crossing_id, number, kind, state, crossings, opened_at, outcome)
		SELECT crossing_id, number, 'entries', 'decided', ARRAY[crossing_id], now(), 'clerical' FROM visa_use WHERE number = ANY ($1)`, numbers[:2])
	require.NoError(t, err)
	require.Equal(t, []desk.OverstayCount{{Type: "T", Issued: 3, Used: 1}}, of(time.Now()), "mistakes count for nothing")
	require.Equal(t, []desk.GroundCount{{Code: "means", N: 1}, {Code: "return", N: 1}}, s.Refusals)
	require.Len(t, s.ByType, 2)
	for _, f := range s.ByType {
		if f.Of == "T" {
			require.InDelta(t, 1.5*float64(time.Hour), float64(f.Median), float64(time.Minute))
			require.Equal(t, 72*time.Hour, f.Target)
		}
	}
	_, err = w.desk.Statistics(ctx, ada, desk.StatisticsQuery{From: day("2026-12-31"), Until: day("2026-11-01")})
	require.ErrorIs(t, err, desk.ErrQuery)
}

// Letters are the desk's own; two who write one at once do not write over each other.
func TestTemplatesAreKept(t *testing.T) {
	w := newWorld(t)
	list, err := w.desk.Templates(ctx)
	require.NoError(t, err)
	require.Len(t, list, len(desk.DefaultTemplates()))
	own := desk.Template{Kind: desk.TemplateAsk, Title: "Ticket", Words: map[string]string{"en": "Dear {name}, send your ticket by {until}."}}
	saved, err := w.desk.SaveTemplate(ctx, ada, own)
	require.NoError(t, err)
	changed := saved
	changed.Title = "A ticket"
	_, err = w.desk.SaveTemplate(ctx, ben, changed)
	require.NoError(t, err)
	_, err = w.desk.SaveTemplate(ctx, ada, saved)
	require.ErrorIs(t, err, desk.ErrChanged)
	for name, wrong := range map[string]desk.Template{
		"place": {Kind: desk.TemplateAsk, Title: "x", Words: map[string]string{"en": "{nobody}"}},
		"kind":  {Kind: "poem", Title: "x", Words: map[string]string{"en": "x"}},
		"title": {Kind: desk.TemplateAsk, Words: map[string]string{"en": "x"}},
		"words": {Kind: desk.TemplateAsk, Title: "x"},
		"langu": {Kind: desk.TemplateAsk, Title: "x", Words: map[string]string{"en": "x", "xx": "x"}},
	} {
		_, err := w.desk.SaveTemplate(ctx, ada, wrong)
		require.Error(t, err, name)
	}
	a := w.applied(1, "T")
	c, _ := w.look(ada, a.ID)
	require.Contains(t, w.desk.Compose(&c, changed, nil, nil), "Dear PAT "+a.Identity.Surname)
}

// What a decision grants keeps to the type and to the travel document.
func TestTermsAreHeld(t *testing.T) {
	w := newWorld(t)
	a := w.applied(1, "T")
	at := w.claimed(ada, a.ID)
	for name, change := range map[string]func(d *desk.Decision){
		"longer than the type":     func(d *desk.Decision) { d.Terms.Until = day("2027-03-20") },
		"beyond the document":      func(d *desk.Decision) { d.Terms.From, d.Terms.Until = day("2030-12-20"), day("2031-01-02") },
		"over already":             func(d *desk.Decision) { d.Terms.From, d.Terms.Until = day("2026-11-01"), day("2026-11-20") },
		"more days than the type":  func(d *desk.Decision) { d.Terms.Days = 31 },
		"no days":                  func(d *desk.Decision) { d.Terms.Days = 0 },
		"multiple":                 func(d *desk.Decision) { d.Terms.Entries = 0 },
		"a condition that is none": func(d *desk.Decision) { d.Terms.Conditions = []string{"sing"} },
		"no end":                   func(d *desk.Decision) { d.Terms.Until = evisa.Terms{}.Until },
	} {
		d := approval()
		change(&d)
		_, err := w.desk.Decide(ctx, ada, at, d)
		require.ErrorIs(t, err, desk.ErrTerms, name)
	}
	_, err := w.desk.Decide(ctx, ada, at, desk.Decision{Grounds: []string{"whim"}})
	require.ErrorIs(t, err, desk.ErrGrounds)
	_, err = w.desk.Decide(ctx, ada, at, desk.Decision{})
	require.ErrorIs(t, err, desk.ErrGrounds)
	require.Equal(t, evisa.Examined, w.replays(a.ID).State)
}
