package counter_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/visaregdb"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// asking is a counter that asks visas of everybody, over its real tables.
func asking(t testing.TB, first ...evisa.EntryRule) *station {
	t.Helper()
	s := open(t, func(s *station) {
		s.visas = func(site *webtest.Site) *visacheck.Check {
			return visacheck.New(visacheck.Config{
				Registry: visaregdb.NewRegistry(site.DB), Rules: visaregdb.NewRules(site.DB), State: "UTO", Post: webtest.Post, MaxAge: 24 * time.Hour,
				Now: site.Clock.Now,
			})
		}
	})
	s.told(t, evisa.DatasetRules, visaregdb.RulesSink{}, "book", evisa.RuleBook{Version: "2026-1", Rules: append(first,
		evisa.EntryRule{ID: "required", Kind: evisa.VisaRequired, Basis: "Act 3, section 2", Nationalities: []string{"*"}})})
	return s
}

// told puts a row of a dataset where the centre puts it.
func (s *station) told(t testing.TB, dataset string, sink relaydb.Sink, key string, row any) {
	t.Helper()
	data, err := json.Marshal(row)
	require.NoError(t, err)
	require.NoError(t, s.DB.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO ref_cursor (dataset, version, digest, digest_state, confirmed_at) VALUES ($1, 1, '', '', $2)
			ON CONFLICT (dataset) DO UPDATE SET version = ref_cursor.version + 1`, dataset, s.Clock.Now().Add(-5*time.Minute))
		require.NoError(t, err)
		return sink.Apply(t.Context(), tx, []replication.Change{{Op: replication.OpPut, Key: key, Data: data}})
	}))
}

// visaOf is a visa for the bearer of zone, valid for two entries from a month ago on.
func (s *station) visaOf(t testing.TB, surname, given, number string) evisa.Row {
	t.Helper()
	birth, err := traveldoc.ParseDate("1984-02-03")
	require.NoError(t, err)
	today := s.Clock.Now()
	return evisa.Row{
		Number: "E7KXR4MTQ", Version: 1, Standing: evisa.InForce, Kind: evisa.KindVisa, Type: "T", Purpose: "tourism",
		Identity: traveldoc.Identity{Surname: surname, GivenNames: given, BirthDate: birth, Nationality: "FRA"},
		Document: traveldoc.Document{Code: "P", Number: number, IssuingState: "FRA"},
		Terms: evisa.Terms{
			From: traveldoc.DateOf(today.AddDate(0, -1, 0)), Until: traveldoc.DateOf(today.AddDate(0, 2, 0)), Days: 30, Entries: 2, Conditions: []string{"no_work"},
		},
	}
}

func (s *station) issued(t testing.TB, v evisa.Row) {
	t.Helper()
	s.told(t, evisa.DatasetVisas, visaregdb.Sink{}, string(v.Number), v)
}

// The counter shows the visa that lets in, with what is left of it; admitting uses it, on the visa's own basis and days; what is revoked, and
// what is used, is for the second line.
func TestTheVisaAtTheCounter(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := asking(t)
			v := s.visaOf(t, "MARTIN", "SOPHIE", "12AB34567")
			s.issued(t, v)
			p := s.atLane(t, language, "1")
			p.Scan(zone(t, "MARTIN", "SOPHIE", "12AB34567"), "\r")
			p.WaitFor("#band.no-hit")
			p.WaitText("#visa", "E7KXR4MTQ-")
			require.Equal(t, []string{"0", "2"}, []string{p.Text("#visa-entries-used"), p.Text("#visa-entries-left")})
			require.True(t, browsertest.Eval[bool](p, `document.querySelector("#visa-entries-left").getBoundingClientRect().bottom <=
				document.querySelector("#check-visa .source").getBoundingClientRect().top`), "what is left stands in the first line")
			require.NotEmpty(t, p.Text("#visa-until"))
			require.Contains(t, p.Text("#grant-bound"), "E7KXR4MTQ-")
			require.Contains(t, p.Text("#category"), map[string]string{"en": "Short-stay visa", "ar": "تأشيرة إقامة قصيرة"}[language])
			p.Screenshot("visa-valid-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()
			p.Press("F2")
			p.WaitGone("#traveller-name")
			require.Equal(t, 1, s.count(t, "visa_use"))
			var basis, bound string
			require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT event ->> 'basis', event -> 'grant' ->> 'bound' FROM decision`).Scan(&basis, &bound))
			require.Equal(t, []string{"short_stay_visa", "visa_days"}, []string{basis, bound})

			v.Terms.Entries, v.Version = 1, 2
			s.issued(t, v)
			s.refused(t, p, "visa-used-"+language)
			v.Standing, v.Reason, v.Version = evisa.Revoked, "alert", 3
			s.issued(t, v)
			s.refused(t, p, "visa-revoked-"+language)
		})
	}
}

// refused scans the traveller again, whom no one person may admit now, and puts the scan aside.
func (s *station) refused(t *testing.T, p *browsertest.Page, shot string) {
	t.Helper()
	before := s.count(t, "scan where status = 'open'")
	require.Zero(t, before)
	p.Scan(zone(t, "MARTIN", "SOPHIE", "12AB34567"), "\r")
	p.WaitFor("#band.hit")
	p.WaitFor("#check-visa .second_line")
	p.Screenshot(shot)
	p.CheckAccessible()
	p.CheckOneScreen()
	require.True(t, browsertest.Eval[bool](p, "document.getElementById('admit-closed').disabled"))
	p.Press("F4")
	p.WaitFor("form.question.refer")
	p.Wait("document.activeElement.id === 'reason'")
	firstReason(p, "F4")
	p.WaitGone("#traveller-name")
	require.Equal(t, 1, s.count(t, "visa_use"), "a referral uses nothing")
}

// A traveller without a visa, and a post that was told of none.
func TestNoVisaAtTheCounter(t *testing.T) {
	s := asking(t)
	p := s.atLane(t, "en", "1")
	p.Scan(zone(t, "MARTIN", "SOPHIE", "12AB34567"), "\r")
	p.WaitFor("#check-visa .status.not-checked")
	p.Screenshot("visa-missing-list")
}

// A visa on arrival is granted with the admission: nobody is admitted before its fee was taken or waived, the stay is that of the rule, and an
// admission that is undone takes its visa back.
func TestTheVisaOnArrivalAtTheCounter(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := asking(t, evisa.EntryRule{
				ID: "arrival", Kind: evisa.VisaOnArrival, Basis: "Act 3, section 7", Nationalities: []string{"FRA"}, Days: 30, Fee: &evisa.Money{Minor: 5000, Currency: "EUR"},
			})
			s.told(t, evisa.DatasetVisas, visaregdb.Sink{}, "E7KXR4MTQ", s.visaOf(t, "ANDERS", "PETER", "X1"))
			p := s.atLane(t, language, "1")
			p.AllowConsole("status of 422")
			p.Scan(zone(t, "MARTIN", "SOPHIE", "12AB34567"), "\r")
			p.WaitFor("#check-visa .acknowledge")
			require.Contains(t, p.Text("#grant-bound"), "arrival 2026-1")
			p.Screenshot("arrival-" + language)
			p.Press("F2")
			p.WaitFocus("#receipt-number")
			require.Contains(t, p.Text("#arrival-fee"), "50.00 EUR")
			require.True(t, browsertest.Eval[bool](p, "!document.getElementById('reason')"), "there is nothing else to answer for")
			p.Quiet()
			p.Press("Enter")
			p.WaitFor("#band .wrong")
			p.WaitFocus("#receipt-number")
			require.Zero(t, s.count(t, "decision"))
			require.Equal(t, 1, browsertest.Eval[int](p, `document.querySelector("#band .wrong").getClientRects().length`), "a box of one border, however many lines it has")
			p.Screenshot("arrival-fee-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()
			p.Quiet()
			p.Type("R-2026/17")
			p.Press("Enter")
			p.WaitGone("#traveller-name")
			var said string
			require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT concat_ws(' ', v.number, d.event #>> '{decision,on_arrival,number}', v.rule, v.rule_version, v.fee_minor,
				v.currency, v.receipt, v.waiver, d.event #>> '{decision,on_arrival,granted}', d.event #>> '{grant,bound}', d.event #>> '{grant,max_days}', d.event ->> 'basis')
				FROM visa_arrival v JOIN decision d USING (crossing_id)`).Scan(&said))
			require.Equal(t, "A1 A1 arrival 2026-1 5000 EUR R-2026/17  30 entry_rule 30 short_stay_visa", said)
			require.Zero(t, s.count(t, "visa_use"))

			p.Press("F10")
			p.WaitFor("form.question.undo")
			firstReason(p, "Enter")
			p.WaitFor("#traveller-name")
			require.Equal(t, 1, s.count(t, "visa_arrival v JOIN movement m ON m.id = v.crossing_id WHERE m.voided_by IS NOT NULL"))
		})
	}
}
