package central

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

// passenger is somebody who checks in.
func passenger(nationality string) board.Passenger {
	birth, _ := traveldoc.ParseDate("1990-05-12")
	return board.Passenger{
		Identity:  traveldoc.Identity{Surname: "OKORO", GivenNames: "ADA", BirthDate: birth, Nationality: nationality},
		Documents: []traveldoc.Document{{Code: "P", Number: "A0012345", IssuingState: nationality}},
	}
}

// holding is a register of one visa.
func holding(t *testing.T, change ...func(*evisa.Row)) evisa.Registry {
	t.Helper()
	p := passenger("NGA")
	from, err := traveldoc.ParseDate("2026-01-01")
	require.NoError(t, err)
	until, err := traveldoc.ParseDate("2027-12-31")
	require.NoError(t, err)
	r := evisa.Row{
		Number: "E7KXR4MTQ", Standing: evisa.InForce, Kind: evisa.KindVisa, Type: "T", Identity: p.Identity, Document: p.Documents[0],
		Terms: evisa.Terms{From: from, Until: until, Days: 30, Entries: 1, Ports: []string{"airport-1"}},
	}
	for _, c := range change {
		c(&r)
	}
	return one{r}
}

// one answers with one visa.
type one struct{ row evisa.Row }

func (o one) Find(_ context.Context, q evisa.Query) (evisa.Found, error) {
	f := evisa.Found{Held: true}
	if visacheck.SameDocument(q.Document, o.row.Document) {
		f.Rows = []evisa.Row{o.row}
	}
	return f, nil
}

// A passenger who needs a visa and has none does not board once rules of entry are in force, at check-in and before arrival alike.
func TestRulesOfEntryBeforeBoarding(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }
	rules := visausedb.NewRules(visausedb.RulesConfig{DB: pgtest.New(t, migrations.Central), Now: now, NewID: uuid.New})
	policy, err := board.LoadPolicy("")
	require.NoError(t, err)
	policy.State = "UTO"
	a := &app{tools: node.Tools{Now: now}, visaUse: &visaUse{rules: rules, inForce: rules.InForce(), registry: noRegister{elsewhere: true}}}
	ask := func(p board.Passenger) board.Decision {
		checks := board.Checks{
			Plan:  []border.Planned{{Check: board.AuthorisationCheck(a.authorisations(policy)), Deadline: entryWithin}},
			State: "UTO", Airports: noAirports{}, Now: now,
		}
		return policy.Decide(checks.Ask(t.Context(), t.Context(), p), nil).Decision
	}
	require.Equal(t, board.Board, ask(passenger("NGA")), "no rules are in force")
	inForce(t, rules)
	a.visaUse.inForce.Forget()
	require.Equal(t, board.NoBoard, ask(passenger("NGA")))
	require.Equal(t, board.Board, ask(passenger("FRA")), "needs none")
	require.Equal(t, board.Board, ask(passenger("KEN")), "to be had on arrival, at some post")
	require.Equal(t, board.Board, ask(passenger("UTO")), "a national")
	a.visaUse.registry = holding(t)
	require.Equal(t, board.Board, ask(passenger("NGA")), "at some post the visa is good")
	a.visaUse.registry = holding(t, func(r *evisa.Row) { r.Standing = evisa.Revoked })
	require.Equal(t, board.NoBoard, ask(passenger("NGA")))
	a.visaUse.registry = noRegister{}
	require.NotContains(t, []board.Decision{board.Board, board.NoBoard}, ask(passenger("NGA")), "nobody could look")
	policy.Entry = &board.EntryRules{Version: "1", DeclaredVisa: board.NotCheckedVisa, Rules: []board.EntryRule{{ID: "x", Basis: "visa_free", Nationalities: []string{"NGA"}}}}
	require.Equal(t, board.Board, ask(passenger("NGA")), "the State's table comes first")
}

// inForce puts rules in force.
func inForce(t *testing.T, rules *visausedb.Rules) {
	t.Helper()
	book, err := json.Marshal(evisa.RuleBook{Version: "1", Rules: []evisa.EntryRule{
		{ID: "free", Kind: evisa.VisaFree, Basis: "Act 1", Nationalities: []string{"FRA"}},
		{ID: "arrival", Kind: evisa.VisaOnArrival, Basis: "Act 2", Nationalities: []string{"KEN"}, Ports: []string{"airport-1"}},
	}})
	require.NoError(t, err)
	v, err := rules.Propose(t.Context(), audit.Actor{ID: "1", Name: "sara", Role: "visa_supervisor"}, "first", book)
	require.NoError(t, err)
	_, err = rules.Approve(t.Context(), audit.Actor{ID: "2", Name: "tom", Role: "visa_supervisor"}, v.ID)
	require.NoError(t, err)
}

// noAirports knows no airport: every flight may be one to the State.
type noAirports struct{}

func (noAirports) Country(string) string      { return "" }
func (noAirports) Zone(string) *time.Location { return nil }
