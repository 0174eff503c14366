package visadb_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

func TestAVisaIsIssuedAndFound(t *testing.T) {
	d := openDesk(t, rand.Reader)
	a := anna()
	v := d.issued(grant(a))
	require.Equal(t, evisa.InForce, v.Standing)
	_, err := evisa.ParseNumber(v.Number.String())
	require.NoError(t, err)
	for name, s := range map[string]visadb.Search{
		"number": {Number: v.Number}, "reference": {Reference: a.Reference}, "document": {Document: "l898902c3"},
		"person": {Identity: traveldoc.Identity{Surname: "Eriksson", GivenNames: "Maria Anna", BirthDate: date("1974-08-12")}},
	} {
		list, err := d.reg.Find(d.ctx, s, reading())
		require.NoError(t, err, name)
		require.Equal(t, []evisa.Visa{v}, list, name)
	}
	for name, s := range map[string]visadb.Search{
		"number": {Number: "E22222222"}, "document": {Document: "X1"}, "reference": {Reference: "222222222"},
		"person": {Identity: traveldoc.Identity{Surname: "Eriksson", GivenNames: "Anna Maria", BirthDate: date("1974-08-13")}},
	} {
		list, err := d.reg.Find(d.ctx, s, reading())
		require.NoError(t, err, name)
		require.Empty(t, list, name)
	}
	_, err = d.reg.Find(d.ctx, visadb.Search{}, reading())
	require.ErrorIs(t, err, visadb.ErrEmptySearch)
	require.Equal(t, 8, d.count(`audit WHERE verb = 'consultation' AND length(query_hmac) > 0`))
	require.Equal(t, 1, d.count(`audit WHERE verb = 'collection' AND object_id = $1 AND actor = 'u2' AND role = 'visa_officer'`, a.ID.String()))
}

// Nothing of a holder stands in clear in the register.
func TestTheHolderStandsSealed(t *testing.T) {
	d := openDesk(t, rand.Reader)
	v := d.issued(grant(anna()))
	_, err := d.reg.Revoke(d.ctx, v.Number, visadb.Act{Actor: supervisor(), Reason: "other", Words: "ERIKSSON was seen", Version: 1})
	require.NoError(t, err)
	var all string
	for _, table := range []string{"visa", "visa_event", "visa_mark", "visa_note", "visa_notice_work", "visa_key"} {
		var text string
		require.NoError(t, d.db.Pool.QueryRow(d.ctx, `SELECT coalesce(string_agg(x::text, ' '), '') FROM `+table+` x`).Scan(&text))
		all += text
	}
	require.Contains(t, all, v.Number)
	for _, secret := range []string{"ERIKSSON", "ANNA", "L898902C3", "1974"} {
		require.NotContains(t, strings.ToUpper(all), secret)
	}
}

func TestAnApplicationGivesOneVisa(t *testing.T) {
	d := openDesk(t, rand.Reader)
	a := anna()
	d.issued(grant(a))
	err := d.db.InTx(d.ctx, func(tx pgx.Tx) error {
		_, err := d.reg.Issue(d.ctx, tx, grant(a))
		require.ErrorIs(t, err, visadb.ErrIssued)
		_, err = tx.Exec(d.ctx, `SELECT 1`) // the transaction goes on
		return err
	})
	require.NoError(t, err)
	require.Equal(t, 1, d.count(`visa`))
}

func TestATransactionThatFailsIssuesNothing(t *testing.T) {
	d := openDesk(t, rand.Reader)
	broken := errors.New("broken")
	err := d.db.InTx(d.ctx, func(tx pgx.Tx) error {
		_, err := d.reg.Issue(d.ctx, tx, grant(anna()))
		require.NoError(t, err)
		return broken
	})
	require.ErrorIs(t, err, broken)
	for _, table := range []string{"visa", "visa_event", "visa_mark", "visa_note", "visa_notice_work", "audit"} {
		require.Zero(t, d.count(table), table)
	}
}

// A number that is taken is drawn anew.
func TestNumbersThatAreTakenAreDrawnAnew(t *testing.T) {
	same := bytes.Repeat([]byte{1}, 8)
	other := bytes.Repeat([]byte{2}, 8)
	d := openDesk(t, &numbers{next: [][]byte{same, same, same, other}})
	first := d.issued(grant(anna()))
	second := d.issued(grant(anna()))
	require.Equal(t, evisa.Number("E33333333"), first.Number)
	require.Equal(t, evisa.Number("E44444444"), second.Number)
	require.Equal(t, 2, d.count(`visa_event`))
}

// numbers gives chosen bytes to reads of one byte, which are those of numbers, and random ones to all others.
type numbers struct {
	next [][]byte
	at   int
}

func (n *numbers) Read(p []byte) (int, error) {
	if len(p) != 1 || len(n.next) == 0 {
		return rand.Read(p)
	}
	p[0] = n.next[0][n.at]
	if n.at++; n.at == len(n.next[0]) {
		n.next, n.at = n.next[1:], 0
	}
	return 1, nil
}

func TestTermsKeepToTheType(t *testing.T) {
	d := openDesk(t, rand.Reader)
	for field, change := range map[string]func(*evisa.Grant){
		"until":   func(g *evisa.Grant) { g.Terms.Until = date("2027-03-01") },
		"from":    func(g *evisa.Grant) { g.Terms.From = traveldoc.Date{} },
		"days":    func(g *evisa.Grant) { g.Terms.Days = 31 },
		"entries": func(g *evisa.Grant) { g.Terms.Entries = 0 },
		"type":    func(g *evisa.Grant) { g.Kind = evisa.KindAuthorisation },
	} {
		g := grant(anna())
		change(&g)
		_, err := d.issue(g)
		var p *problem.Error
		require.ErrorAs(t, err, &p, field)
		require.Equal(t, field, p.Field)
		require.Equal(t, problem.Invalid, p.Kind)
	}
	require.Zero(t, d.count(`visa`))
}

func TestRevokedAndAnnulled(t *testing.T) {
	d := openDesk(t, rand.Reader)
	v := d.issued(grant(anna()))
	_, err := d.reg.Revoke(d.ctx, v.Number, act("nonsense", 1))
	require.ErrorIs(t, err, issue.ErrReason)
	_, err = d.reg.Revoke(d.ctx, v.Number, visadb.Act{Actor: audit.Actor{ID: "u", Name: "o", Role: "visa_officer"}, Reason: "alert", Version: 1})
	require.ErrorIs(t, err, visadb.ErrNotAllowed)
	_, err = d.reg.Revoke(d.ctx, "E99999999", act("alert", 1))
	require.ErrorIs(t, err, visadb.ErrUnknown)
	got, err := d.reg.Revoke(d.ctx, v.Number, act("alert", 1))
	require.NoError(t, err)
	require.Equal(t, evisa.Revoked, got.Standing)
	require.Equal(t, "alert", got.Reason)
	_, err = d.reg.Revoke(d.ctx, v.Number, act("alert", 1))
	require.ErrorIs(t, err, visadb.ErrChanged)
	_, err = d.reg.Revoke(d.ctx, v.Number, act("alert", 2))
	require.ErrorIs(t, err, issue.ErrNotInForce)
	got, err = d.reg.Annul(d.ctx, v.Number, act("obtained_by_fraud", 2))
	require.NoError(t, err)
	require.Equal(t, evisa.Annulled, got.Standing)
	_, err = d.reg.Annul(d.ctx, v.Number, act("other", 3))
	require.ErrorIs(t, err, issue.ErrNotInForce)
	require.Equal(t, 3, d.count(`visa_event WHERE number = $1`, v.Number))
	require.Equal(t, 2, d.count(`audit WHERE verb = 'alteration' AND object_id = $1`, v.Application.String()))
	require.Zero(t, d.count(`audit a WHERE a::text LIKE '%' || $1 || '%'`, v.Number), "the number stands in no audit entry")
}

func TestExtended(t *testing.T) {
	d := openDesk(t, rand.Reader)
	v := d.issued(grant(anna()))
	more := v.Terms
	_, err := d.reg.Extend(d.ctx, v.Number, more, act("", 1))
	require.ErrorIs(t, err, issue.ErrNothing)
	for field, change := range map[string]func(*evisa.Terms){
		"from": func(t *evisa.Terms) { t.From = date("2026-11-30") }, "until": func(t *evisa.Terms) { t.Until = date("2027-03-01") },
		"days": func(t *evisa.Terms) { t.Days = 31 }, "entries": func(t *evisa.Terms) { t.Entries = 2 },
		"ports": func(t *evisa.Terms) { t.Ports = []string{"north"} }, "conditions": func(t *evisa.Terms) { t.Conditions = nil },
		"modes": func(t *evisa.Terms) { t.Modes = []string{"air"} },
	} {
		terms := v.Terms
		change(&terms)
		_, err := d.reg.Extend(d.ctx, v.Number, terms, act("", 1))
		var p *problem.Error
		require.ErrorAs(t, err, &p, field)
		require.Equal(t, field, p.Field)
	}
	more.Until, more.Days = date("2027-02-15"), 30
	got, err := d.reg.Extend(d.ctx, v.Number, more, act("", 1))
	require.NoError(t, err)
	require.Equal(t, more, got.Terms)
	require.Equal(t, 2, got.Version)
	require.Equal(t, 1, d.count(`visa_notice_work WHERE number = $1 AND version = 2`, v.Number), "the notice is printed again")
}

func TestReissuedOnANewPassport(t *testing.T) {
	d := openDesk(t, rand.Reader)
	v := d.issued(grant(anna()))
	d.uses[v.Number] = visadb.Used{Uses: []evisa.Use{{Station: "north"}}}
	passport := traveldoc.Document{Code: "P", Number: "X1234567", IssuingState: "UTO", ExpiryDate: date("2036-01-01")}
	_, err := d.reg.Reissue(d.ctx, v.Number, v.Document, act("", 1))
	require.ErrorIs(t, err, issue.ErrSameDocument)
	old := passport
	old.ExpiryDate = date("2026-01-01")
	_, err = d.reg.Reissue(d.ctx, v.Number, old, act("", 1))
	require.Equal(t, problem.Invalid, problem.KindOf(err))
	anew, err := d.reg.Reissue(d.ctx, v.Number, passport, act("", 1))
	require.NoError(t, err)
	require.NotEqual(t, v.Number, anew.Number)
	require.Equal(t, v.Number, anew.Replaces)
	require.Equal(t, v.Terms, anew.Terms)
	require.Equal(t, []traveldoc.Document{v.Document}, anew.Earlier)
	s, err := d.reg.Show(d.ctx, v.Number, reading())
	require.NoError(t, err)
	require.Equal(t, evisa.Replaced, s.Standing)
	require.Equal(t, anew.Number, s.ReplacedBy)
	s, err = d.reg.Show(d.ctx, anew.Number, reading())
	require.NoError(t, err)
	require.Len(t, s.Uses, 1, "an entry that was used stays used")
	require.Equal(t, []evisa.Number{v.Number}, s.Before)
	for _, number := range []string{"X1234567", "L898902C3"} { // both passports lead to the new one
		list, err := d.reg.Find(d.ctx, visadb.Search{Document: number}, reading())
		require.NoError(t, err)
		require.Contains(t, list, anew)
	}
	_, err = d.reg.Reissue(d.ctx, v.Number, passport, act("", 2))
	require.ErrorIs(t, err, issue.ErrNotInForce)
}

// Two officers who act on the same visa at the same moment: one of them is told that it has changed.
func TestOfTwoActsOneHolds(t *testing.T) {
	d := openDesk(t, rand.Reader)
	v := d.issued(grant(anna()))
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		wg.Go(func() { _, errs[n] = d.reg.Revoke(d.ctx, v.Number, act("alert", 1)) })
	}
	wg.Wait()
	held := 0
	for _, err := range errs {
		if err == nil {
			held++
			continue
		}
		require.ErrorIs(t, err, visadb.ErrChanged)
	}
	require.Equal(t, 1, held)
	require.Equal(t, 2, d.count(`visa_event`))
}

// A visa is the fold of its events, whatever is done to it.
func TestAVisaIsTheFoldOfItsEvents(t *testing.T) {
	d := openDesk(t, rand.Reader)
	rapid.Check(t, func(r *rapid.T) {
		a := anna()
		a.ID = uuid.New()
		v := d.issued(grant(a))
		all := []evisa.Number{v.Number}
		for range rapid.IntRange(0, 8).Draw(r, "acts") {
			all = randomAct(d, r, all)
		}
		for _, number := range all {
			s, err := d.reg.Show(d.ctx, number, reading())
			require.NoError(t, err)
			folded, err := issue.Fold(s.Events)
			require.NoError(t, err)
			require.Equal(t, s.Visa, folded)
			require.Len(t, s.Events, s.Version)
		}
	})
}

func randomAct(d *desk, r *rapid.T, all []evisa.Number) []evisa.Number {
	number := rapid.SampledFrom(all).Draw(r, "number")
	s, err := d.reg.Show(d.ctx, number, reading())
	require.NoError(d.t, err)
	a := act(rapid.SampledFrom(evisa.Reasons()).Draw(r, "reason"), s.Version-rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(r, "behind"))
	switch rapid.SampledFrom([]string{"revoke", "annul", "extend", "extend", "reissue", "reissue", "case"}).Draw(r, "act") {
	case "revoke":
		_, err = d.reg.Revoke(d.ctx, number, a)
	case "annul":
		_, err = d.reg.Annul(d.ctx, number, a)
	case "extend":
		terms := s.Terms
		terms.Days += rapid.IntRange(0, 8).Draw(r, "days")
		_, err = d.reg.Extend(d.ctx, number, terms, a)
	case "reissue":
		var anew evisa.Visa
		passport := traveldoc.Document{Code: "P", Number: rapid.StringMatching(`[A-Z][1-9]{7}`).Draw(r, "passport"), IssuingState: "UTO", ExpiryDate: date("2036-01-01")}
		if anew, err = d.reg.Reissue(d.ctx, number, passport, a); err == nil {
			all = append(all, anew.Number)
		}
	case "case":
		err = d.db.InTx(d.ctx, func(tx pgx.Tx) error { return d.reg.NoteCase(d.ctx, tx, number, supervisor(), "") })
	}
	if err != nil {
		require.Contains(d.t, []problem.Kind{problem.Conflict, problem.Invalid}, problem.KindOf(err), "%v", err)
	}
	return all
}

// The register answers as the stations' dataset does, by number, by document and by person.
func TestTheRegistry(t *testing.T) {
	d := openDesk(t, rand.Reader)
	a := anna()
	v := d.issued(grant(a))
	d.uses[v.Number] = visadb.Used{Case: true}
	reg := visadb.NewRegistry(d.reg)
	for name, q := range map[string]evisa.Query{
		"number": {Number: v.Number}, "document": {Document: a.Document}, "person": {Identity: a.Identity},
		"all": {Number: v.Number, Document: a.Document, Identity: a.Identity},
	} {
		found, err := reg.Find(d.ctx, q)
		require.NoError(t, err, name)
		require.True(t, found.Held)
		require.Len(t, found.Rows, 1, name)
		require.Equal(t, v.Number, found.Rows[0].Number)
		require.True(t, found.Rows[0].Case)
		require.Empty(t, found.Rows[0].Document.MRZ, "a counter needs no zone")
		require.Equal(t, evisa.DatasetVisas, found.Source.Name)
	}
	found, err := reg.Find(d.ctx, evisa.Query{Document: traveldoc.Document{Number: "NONE"}})
	require.NoError(t, err)
	require.Empty(t, found.Rows)
	_, err = reg.Find(d.ctx, evisa.Query{Identity: traveldoc.Identity{Surname: "X"}})
	require.Error(t, err, "nobody can be told to have none by a name alone")
}

// What the application's role may not do to the register.
func TestEventsAreNeverChanged(t *testing.T) {
	d := openDesk(t, rand.Reader)
	d.issued(grant(anna()))
	for _, sql := range []string{
		`UPDATE visa_event SET reason = 'x'`, `DELETE FROM visa_event`, `DELETE FROM visa`, `TRUNCATE visa_event`, `DELETE FROM visa_key`, `UPDATE visa_signer SET known_at = now()`,
	} {
		err := d.db.InTx(d.ctx, func(tx pgx.Tx) error {
			if _, err := tx.Exec(d.ctx, `SET LOCAL ROLE bmis_app`); err != nil {
				return err
			}
			_, err := tx.Exec(d.ctx, sql)
			return err
		})
		require.ErrorContains(t, err, "permission denied", sql)
	}
}
