package visausedb_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

func openRules(t testing.TB) (*visausedb.Rules, *postgres.DB, *[]string) {
	t.Helper()
	db := pgtest.New(t, migrations.Central)
	var told []string
	return visausedb.NewRules(visausedb.RulesConfig{
		DB: db, Now: func() time.Time { return noon }, NewID: uuid.New, Published: func(dataset string) { told = append(told, dataset) },
	}), db, &told
}

func text(t testing.TB, version string, rules ...evisa.EntryRule) []byte {
	t.Helper()
	data, err := json.Marshal(evisa.RuleBook{Version: version, Rules: rules})
	require.NoError(t, err)
	return data
}

func free(id string, nationalities ...string) evisa.EntryRule {
	return evisa.EntryRule{ID: id, Kind: evisa.VisaFree, Basis: "Act 1", Nationalities: nationalities}
}

// A version is proposed by one and put in force by a second person; it is published, and stays in the history.
func TestRulesComeInForceBySecondPerson(t *testing.T) {
	r, db, told := openRules(t)
	require.NoError(t, r.Open(t.Context()))
	require.NoError(t, r.Open(t.Context()))
	require.Equal(t, []string{evisa.DatasetRules}, *told, "the first empty version, once")
	_, found, err := r.Current(t.Context())
	require.NoError(t, err)
	require.False(t, found)
	inForce := r.InForce()
	held, err := inForce.Rules(t.Context())
	require.NoError(t, err)
	require.Equal(t, []bool{true, false}, []bool{held.Held, held.InForce})

	v, err := r.Propose(t.Context(), supervisor("sara"), "agreement of May", text(t, "1", free("a", "FRA")))
	require.NoError(t, err)
	_, err = r.Approve(t.Context(), supervisor("sara"), v.ID)
	require.ErrorIs(t, err, problem.New(problem.Forbidden, "visa.rules_four_eyes"))
	_, err = r.Propose(t.Context(), supervisor("tom"), "again", text(t, "1"))
	require.ErrorIs(t, err, problem.New(problem.Conflict, "visa.rules_version"))
	other, err := r.Propose(t.Context(), supervisor("tom"), "meanwhile", text(t, "other", free("b", "DEU")))
	require.NoError(t, err)
	v, err = r.Approve(t.Context(), supervisor("tom"), v.ID)
	require.NoError(t, err)
	require.Equal(t, []any{visausedb.RulesApproved, int64(2), "tom"}, []any{v.State, v.Dataset, v.Decided.Login})
	_, err = r.Approve(t.Context(), supervisor("una"), v.ID)
	require.ErrorIs(t, err, problem.New(problem.Conflict, "visa.rules_decided"))
	_, err = r.Approve(t.Context(), supervisor("sara"), other.ID)
	require.ErrorIs(t, err, problem.New(problem.Conflict, "visa.rules_moved"))
	_, err = r.Reject(t.Context(), supervisor("tom"), other.ID, " ")
	require.ErrorIs(t, err, problem.New(problem.Invalid, "visa.rules_why"))
	_, err = r.Reject(t.Context(), supervisor("tom"), other.ID, "moved")
	require.NoError(t, err)
	_, err = r.Propose(t.Context(), supervisor("tom"), "anew", text(t, "other", free("b", "DEU")))
	require.NoError(t, err, "a version that was rejected may come again")

	current, found, err := r.Current(t.Context())
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, v.ID, current.ID)
	inForce.Forget()
	held, err = inForce.Rules(t.Context())
	require.NoError(t, err)
	require.Equal(t, "1", held.Book.Version)
	history, err := r.History(t.Context(), paging.Page{})
	require.NoError(t, err)
	require.Len(t, history.Rows, 3)
	var row string
	require.NoError(t, db.Pool.QueryRow(t.Context(), `SELECT row::text FROM ref_row WHERE dataset = 'visa_rules' AND key = 'book'`).Scan(&row))
	var published evisa.RuleBook
	require.NoError(t, json.Unmarshal([]byte(row), &published))
	require.Equal(t, current.Book, published)
	var audited []string
	rows, err := db.Pool.Query(t.Context(), `SELECT decision FROM audit WHERE object_kind = 'entry_rules' ORDER BY id`)
	require.NoError(t, err)
	audited, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Equal(t, []string{"propose", "propose", "approve", "reject", "propose"}, audited)
}

func TestBooksThatCannotBeProposed(t *testing.T) {
	r, _, _ := openRules(t)
	for _, c := range []struct{ book, code string }{
		{"{", "visa.rules_json"}, {`{"version":"1","rulez":[]}`, "visa.rules_json"}, {`{"version":"1"} x`, "visa.rules_json"}, {`{"version":""}`, "visa.rules_wrong"},
		{`{"version":"1","rules":[{"id":"a","kind":"free","basis":"x","nationalities":["FRA"]}]}`, "visa.rules_wrong"},
		{strings.Repeat(" ", visausedb.MaxBook+1), "visa.rules_long"}, {`{"version":"a\u0000"}`, "visa.rules_wrong"},
	} {
		_, err := r.Propose(t.Context(), supervisor("sara"), "x", []byte(c.book))
		require.ErrorIs(t, err, problem.New(problem.Invalid, c.code), c.code)
	}
	_, err := r.Propose(t.Context(), supervisor("sara"), " ", text(t, "1"))
	require.ErrorIs(t, err, problem.New(problem.Invalid, "visa.rules_remark"))
	_, err = r.One(t.Context(), uuid.New())
	require.ErrorIs(t, err, problem.New(problem.NotFound, "visa.rules_none"))
}

// What changes, and for whom.
func TestPreview(t *testing.T) {
	r, _, _ := openRules(t)
	v, err := r.Propose(t.Context(), supervisor("sara"), "x", text(t, "1", free("a", "FRA", "DEU"), free("b", "ESP"), free("c", "ITA")))
	require.NoError(t, err)
	_, err = r.Approve(t.Context(), supervisor("tom"), v.ID)
	require.NoError(t, err)
	arrival := evisa.EntryRule{ID: "d", Kind: evisa.VisaOnArrival, Basis: "Act 2", Nationalities: []string{"KEN"}}
	v, err = r.Propose(t.Context(), supervisor("sara"), "y", text(t, "2", free("c", "ITA"), free("a", "FRA"), arrival))
	require.NoError(t, err)
	p, err := r.Preview(t.Context(), v.ID, traveldoc.DateOf(noon))
	require.NoError(t, err)
	require.Equal(t, "d", p.Added[0].ID)
	require.Equal(t, "b", p.Removed[0].ID)
	require.Equal(t, []string{"a", "1"}, []string{p.Changed[0].Before.ID, p.InForce.Book.Version})
	require.True(t, p.Order)
	got := map[string]string{}
	for _, a := range p.Affected {
		got[a.Nationality] = string(visausedb.Needs(a.Before)) + " " + string(visausedb.Needs(a.After))
	}
	require.Equal(t, map[string]string{
		"DEU": "visa_free visa_required", "ESP": "visa_free visa_required", "KEN": "visa_required visa_on_arrival",
	}, got)
}
