package hit_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

func met(ref string, codes ...string) (all []border.Evidence) {
	for _, code := range codes {
		all = append(all, border.Evidence{Code: code, Ref: ref, Severity: border.SecondLine, Band: "probable", Score: 0.9, Found: "A", Expected: "B"})
	}
	return all
}

func finding(check string, evidence ...[]border.Evidence) border.Finding {
	return border.Finding{Check: check, Outcome: border.Hit, Source: border.Source{Name: check, Version: "7"}, Evidence: slices.Concat(evidence...)}
}

func TestWhatRaisesAHit(t *testing.T) {
	note := met("EID-1", "interpol_copy")
	note[0].Severity = border.Note
	for name, test := range map[string]struct {
		finding border.Finding
		alerts  []string
		subject alerts.Kind
	}{
		"a match by name":            {finding(alerts.CheckName, met("un/CDi.001@3", hit.CodeMatch, "alert_field")), []string{"un/CDi.001"}, alerts.Person},
		"a listed document":          {finding(alerts.CheckName, met("lost/9@1", hit.CodeDocument)), []string{"lost/9"}, alerts.DocumentOnly},
		"a person with his document": {finding(alerts.CheckName, met("un/1@3", hit.CodeMatch, hit.CodeDocument)), []string{"un/1"}, alerts.Person},
		"a vehicle":                  {finding("vehicle", met("national/4@1", hit.CodeVehicle)), []string{"national/4"}, alerts.VehicleOnly},
		"a vehicle without its list": {finding("vehicle", met("a4", hit.CodeVehicle)), []string{"vehicle/a4"}, alerts.VehicleOnly},
		"a document outside":         {finding("interpol.sltd", met("EID-1", "sltd_hit")), []string{"interpol.sltd/EID-1"}, alerts.DocumentOnly},
		"a notice outside":           {finding("interpol.nominal", met("EID-1", "nominal_hit")), []string{"interpol.nominal/EID-1"}, alerts.Person},
		"two alerts":                 {finding(alerts.CheckName, met("un/1@3", hit.CodeMatch), met("eu/2@1", hit.CodeMatch)), []string{"un/1", "eu/2"}, alerts.Person},
		"an id with an at":           {finding(alerts.CheckName, met("un/a@b@12", hit.CodeMatch)), []string{"un/a@b"}, alerts.Person},
		"only a note outside":        {finding("interpol.sltd", note), nil, ""},
		"another check's hit":        {finding("document", met("", "document_expired")), nil, ""},
		"a match that was cleared":   {finding(alerts.CheckName, met("un/1@3", hit.CodeMatch, hit.CodeCleared)), nil, ""},
		"a check without an answer":  {border.Finding{Check: alerts.CheckName, Evidence: met("un/1@3", hit.CodeMatch)}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var keys []string
			raises := hit.Raises([]border.Finding{test.finding})
			for _, m := range raises {
				keys = append(keys, m.Alert)
			}
			require.Equal(t, test.alerts, keys)
			if len(raises) > 0 {
				require.Equal(t, test.subject, raises[0].Subject)
			}
		})
	}
}

func TestAMatchSaysWhatItRestsOn(t *testing.T) {
	f := finding(alerts.CheckName, met("un/1@3", hit.CodeMatch), []border.Evidence{
		{Code: hit.CodeAction, Expected: "refuse", Ref: "un/1@3"}, {Code: hit.CodeSafety, Expected: "armed,violent", Ref: "un/1@3"},
	})
	f.Matcher, f.Sources = "4", []border.Source{{Name: "national", Version: "9"}, {Name: "un", Version: "11"}}
	m := hit.Raises([]border.Finding{f})[0]
	require.Equal(t, 3, m.AlertVersion)
	require.Equal(t, "11", m.ListVersion, "of its own list, not of the oldest")
	require.Equal(t, alerts.Probable, m.Band)
	require.InDelta(t, 0.9, m.Score, 1e-9)
	require.Equal(t, alerts.ActionRefuse, m.Action)
	require.Equal(t, []string{"armed", "violent"}, m.Safety)

	r := m.Of(hit.Raise{}).Know(&alerts.Alert{List: "un", ID: "1", Version: 4, Action: alerts.ActionDetain, Category: alerts.CategoryArrest}, nil)
	require.Equal(t, alerts.ActionRefuse, r.Action, "what the traveller met, not what the alert says by now")
	require.Equal(t, 3, r.AlertVersion)
	require.Equal(t, alerts.CategoryArrest, r.Category)
}

// Of a service outside the age of its list is known from its own answer; of lists that are held here, from the lists.
func TestAMatchOutsideSaysAsOfWhen(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for check, want := range map[string]time.Time{"interpol.sltd": at, alerts.CheckName: {}} {
		f := finding(check, met("sltd/S1@2", hit.CodeDocument))
		f.Source.AsOf = at
		r := hit.Raises([]border.Finding{f})[0].Of(hit.Raise{})
		require.Equal(t, want, r.AsOf, check)
		require.Equal(t, "7", r.ListVersion, check)
		require.Equal(t, check != alerts.CheckName, hit.Outside(r.Check))
	}
}

// pairs are remembered pairs; err is what asking for them answers.
type pairs struct {
	all   []hit.Pair
	asked int
	key   string
	err   error
}

func (p *pairs) Cleared(_ context.Context, traveller string, keys []string, _ time.Time) ([]hit.Pair, error) {
	p.asked++
	if p.err != nil || traveller != p.key {
		return nil, p.err
	}
	return slices.DeleteFunc(slices.Clone(p.all), func(c hit.Pair) bool { return !slices.Contains(keys, c.Alert) }), nil
}

type answer struct{ f border.Finding }

func (answer) Name() string { return alerts.CheckName }

func (a answer) Check(context.Context, border.Subject) (border.Finding, error) { return a.f, nil }

func anna() border.Subject {
	born, _ := traveldoc.ParseDate("1974-08-12") // a day of the calendar: there is no error
	return border.Subject{
		Identity: traveldoc.Identity{Surname: "ERIKSSON", GivenNames: "ANNA MARIA", BirthDate: born},
		Document: traveldoc.Document{Number: "L898902C3", IssuingState: "UTO"}, At: noon,
	}
}

func TestWhatIsRememberedOfAPair(t *testing.T) {
	old := []border.Evidence{{Code: "list_too_old", Found: "un", Severity: border.SecondLine}}
	for name, test := range map[string]struct {
		evidence [][]border.Evidence
		change   func(*border.Subject)
		err      error
		outcome  border.Outcome
		cleared  bool
	}{
		"the pair":                        {evidence: [][]border.Evidence{met("un/1@3", hit.CodeMatch, hit.CodeSafety)}, outcome: border.NoHit, cleared: true},
		"a newer version of the alert":    {evidence: [][]border.Evidence{met("un/1@4", hit.CodeMatch)}, outcome: border.Hit},
		"a match by the document":         {evidence: [][]border.Evidence{met("un/1@3", hit.CodeMatch, hit.CodeDocument)}, outcome: border.Hit},
		"a listed document":               {evidence: [][]border.Evidence{met("un/1@3", hit.CodeDocument)}, outcome: border.Hit},
		"beside another alert":            {evidence: [][]border.Evidence{met("un/1@3", hit.CodeMatch), met("eu/2@1", hit.CodeMatch)}, outcome: border.Hit, cleared: true},
		"of lists that are too old":       {evidence: [][]border.Evidence{met("un/1@3", hit.CodeMatch), old}, outcome: border.NotChecked, cleared: true},
		"beside more than is shown":       {evidence: [][]border.Evidence{met("un/1@3", hit.CodeMatch), {{Code: "alert_more", Severity: border.SecondLine}}}, outcome: border.Hit, cleared: true},
		"of another document":             {evidence: [][]border.Evidence{met("un/1@3", hit.CodeMatch)}, change: func(s *border.Subject) { s.Document.Number = "X" }, outcome: border.Hit},
		"of another birth date":           {evidence: [][]border.Evidence{met("un/1@3", hit.CodeMatch)}, change: func(s *border.Subject) { s.Identity.BirthDate = traveldoc.Date{} }, outcome: border.Hit},
		"of another name":                 {evidence: [][]border.Evidence{met("un/1@3", hit.CodeMatch)}, change: func(s *border.Subject) { s.Identity.Surname = "ERICSON" }, outcome: border.Hit},
		"while the pairs cannot be asked": {evidence: [][]border.Evidence{met("un/1@3", hit.CodeMatch)}, err: errors.New("away"), outcome: border.Hit},
	} {
		t.Run(name, func(t *testing.T) {
			s := anna()
			p := &pairs{key: hit.TravellerKey(s.Identity, s.Document), err: test.err, all: []hit.Pair{{
				Alert: "un/1", AlertVersion: 3, JudgedBy: "sam", ClearedBy: "sara", ClearedAt: noon.Add(-time.Hour), Until: noon.Add(time.Hour),
			}}}
			if test.change != nil {
				test.change(&s)
			}
			f, err := hit.Remembering(answer{finding("", test.evidence...)}, p, time.UTC).Check(t.Context(), s)
			require.NoError(t, err)
			require.Equal(t, test.outcome, f.Outcome)
			at := slices.IndexFunc(f.Evidence, func(e border.Evidence) bool { return e.Code == hit.CodeCleared })
			require.Equal(t, test.cleared, at >= 0)
			if test.cleared {
				require.Equal(t, "2026-11-21 · sara · v3", f.Evidence[at].Found)
				for _, e := range f.Evidence {
					require.False(t, e.Ref == "un/1@3" && (e.Severity != border.Note || e.Code == hit.CodeSafety), "it asks nothing, and is explained")
				}
				require.True(t, slices.ContainsFunc(f.Evidence, func(e border.Evidence) bool { return e.Code == hit.CodeMatch && e.Ref == "un/1@3" }), "and is not hidden")
			}
			if test.outcome == border.NotChecked {
				require.Equal(t, border.ReasonListTooOld, f.Reason, "amber stays amber")
			}
		})
	}
}

// Who meets nobody asks nothing: a clear traveller costs no look at the pairs.
func TestAClearTravellerIsNotLookedUp(t *testing.T) {
	p := &pairs{}
	for _, f := range []border.Finding{{Outcome: border.NoHit}, {Outcome: border.NotChecked, Reason: "timeout"}, finding("", met("un/1@3", hit.CodeDocument))} {
		_, err := hit.Remembering(answer{f}, p, time.UTC).Check(t.Context(), anna())
		require.NoError(t, err)
	}
	require.Zero(t, p.asked)
	require.Equal(t, alerts.CheckName, hit.Remembering(answer{}, p, time.UTC).Name())
}

// Clearing one pair never takes another alert's hit away, whatever the order of the evidence.
func TestClearingTakesNoOtherHit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		refs := rapid.Permutation([]string{"un/1@3", "eu/2@1", "uk/3@9", "national/4@2"}).Draw(t, "order")
		var evidence [][]border.Evidence
		for _, ref := range refs {
			evidence = append(evidence, met(ref, hit.CodeMatch, "alert_field"))
		}
		var cleared []hit.Pair
		var left []string
		for _, ref := range refs {
			alert, version := hit.RefOf(alerts.CheckName, ref)
			if rapid.Bool().Draw(t, ref) {
				cleared = append(cleared, hit.Pair{Alert: alert, AlertVersion: version})
			} else {
				left = append(left, alert)
			}
		}
		s := anna()
		p := &pairs{key: hit.TravellerKey(s.Identity, s.Document), all: cleared}
		f, err := hit.Remembering(answer{finding(alerts.CheckName, evidence...)}, p, time.UTC).Check(context.Background(), s)
		if err != nil {
			t.Fatal(err)
		}
		var raised []string
		for _, m := range hit.Raises([]border.Finding{f}) {
			raised = append(raised, m.Alert)
		}
		if !slices.Equal(raised, left) || len(hit.Matches([]border.Finding{f})) != len(refs) {
			t.Fatalf("cleared %v of %v: raised %v", cleared, refs, raised)
		}
		if (f.Outcome == border.Hit) != (len(left) > 0) {
			t.Fatalf("%d are left, the outcome is %v", len(left), f.Outcome)
		}
	})
}

func TestTheStrongestComesFirst(t *testing.T) {
	all := []hit.Raise{
		{Alert: "a", Action: alerts.ActionInform, Band: alerts.Certain}, {Alert: "b", Action: alerts.ActionDetain, Band: alerts.Possible},
		{Alert: "c", Action: alerts.ActionDetain, Band: alerts.Certain}, {Alert: "d", Action: alerts.ActionRefer, Rank: 100}, {Alert: "e"},
		{Alert: "f", Action: alerts.ActionDetain, Band: alerts.Possible, Score: 0.8},
	}
	slices.SortFunc(all, hit.Strongest)
	var order string
	for _, r := range all {
		order += r.Alert
	}
	require.Equal(t, "dcfbae", order, "the owner's own priority, then the action, then the band, then the score; what is not known last")
}

func TestConflicts(t *testing.T) {
	for name, test := range map[string]struct {
		a, b hit.Raise
		want bool
	}{
		"a discreet check and an arrest":     {hit.Raise{Action: alerts.ActionObserve}, hit.Raise{Action: alerts.ActionDetain, Category: alerts.CategoryArrest}, true},
		"a specific check and a missing one": {hit.Raise{Action: alerts.ActionSpecificCheck}, hit.Raise{Action: alerts.ActionProtect, Category: alerts.CategoryMissing}, true},
		"two kinds of check":                 {hit.Raise{Action: alerts.ActionObserve}, hit.Raise{Action: alerts.ActionSpecificCheck}, true},
		"two alike checks":                   {hit.Raise{Action: alerts.ActionObserve}, hit.Raise{Action: alerts.ActionObserve}, false},
		"refusal and arrest":                 {hit.Raise{Action: alerts.ActionRefuse, Category: alerts.CategoryRefusal}, hit.Raise{Action: alerts.ActionDetain, Category: alerts.CategoryArrest}, true},
		"two arrests":                        {hit.Raise{Action: alerts.ActionDetain, Category: alerts.CategoryArrest}, hit.Raise{Action: alerts.ActionDetain, Category: alerts.CategoryArrest}, false},
		"arrest and a document":              {hit.Raise{Action: alerts.ActionDetain, Category: alerts.CategoryArrest}, hit.Raise{Action: alerts.ActionSeize, Category: alerts.CategoryObject}, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, hit.Conflict(test.a, test.b))
			require.Equal(t, test.want, hit.Conflict(test.b, test.a))
		})
	}
}
