package specimen_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/crosscheck"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

var at = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// anchored is a trust store with what the country gives to others.
func anchored(t testing.TB, c *specimen.Country) *trust.Store {
	t.Helper()
	var items []trust.Item
	for name, file := range c.Anchors() {
		imported := trust.Import(name, file, trust.Options{Now: at, Origin: trust.Bilateral})
		require.Empty(t, imported.Report.Refused, name)
		items = append(items, imported.Items...)
	}
	store, refused := trust.NewStore(items, 1, at)
	require.Empty(t, refused)
	require.NotNil(t, store)
	return store
}

// checks are those of a counter whose lanes read chips.
func checks(t testing.TB, c *specimen.Country) []border.Check {
	t.Helper()
	store := anchored(t, c)
	rules, err := crosscheck.DefaultRules()
	require.NoError(t, err)
	signer, err := pki.ParseCertificate(c.Anchors()["seal-signer.cer"])
	require.NoError(t, err)
	verifying := func() emrtd.Trust { return store }
	return []border.Check{
		documentcheck.Check{Training: true}, crosscheck.Page{Rules: rules, Equipment: crosscheck.ChipReaders},
		crosscheck.Chip{Rules: rules, Equipment: crosscheck.ChipReaders, Trust: verifying},
		crosscheck.Seals{Rules: rules, Trust: verifying, Signers: func(string) []*pki.Certificate { return []*pki.Certificate{signer} }},
		crosscheck.Images{Rules: rules, Equipment: crosscheck.ChipReaders},
		crosscheck.DocumentRules{Rules: rules},
	}
}

func subject(t testing.TB, s specimen.Specimen) border.Subject {
	t.Helper()
	today := traveldoc.DateOf(at)
	parsed, err := mrz.Parse(s.Reading.MRZ, today, mrz.Training)
	require.NoError(t, err)
	return border.Subject{
		Identity: parsed.Identity(), Document: parsed.TravelDocument(), MRZ: parsed, Reading: s.Reading, At: at, Today: today,
		Direction: border.Entry, Mode: border.Air,
	}
}

// Every case gives exactly what it says: each step that it names, no other failure, and of the zone nothing but what it names.
func TestEveryCaseGivesWhatItSays(t *testing.T) {
	c := country(t)
	counter := checks(t, c)
	for _, k := range specimen.Cases() {
		t.Run(k.Name, func(t *testing.T) {
			made, err := k.Build(c, specimen.Options{DPI: 72})
			require.NoError(t, err)
			found := inspected(t, counter, made)
			for id, step := range found {
				if step.Verdict == traveldoc.Fail {
					assert.Equal(t, traveldoc.Fail, made.Expected.Steps[id], "%s fails: %s %s %v", id, step.Reason, step.Detail, step.Values)
				}
			}
			got := map[string]traveldoc.Verdict{}
			for id := range made.Expected.Steps {
				got[id] = found[id].Verdict
			}
			require.Equal(t, named(made.Expected.Steps), named(got))
		})
	}
}

// inspected are the steps of all checks by name.
func inspected(t testing.TB, checks []border.Check, made specimen.Specimen) map[string]border.Step {
	t.Helper()
	s := subject(t, made)
	steps := map[string]border.Step{}
	for _, check := range checks {
		f, err := check.Check(t.Context(), s)
		require.NoError(t, err)
		for _, step := range f.Steps {
			steps[step.ID] = step
		}
	}
	return steps
}

// named are the verdicts by name, which read better side by side.
func named(verdicts map[string]traveldoc.Verdict) map[string]string {
	out := map[string]string{}
	for id, v := range verdicts {
		out[id] = v.String()
	}
	return out
}

// The verdicts hold whoever the bearer is: training puts people on the reader at random.
func TestCasesGiveWhatTheySayOfEverybody(t *testing.T) {
	c := country(t)
	counter := checks(t, c)
	cases := specimen.Cases()
	rapid.Check(t, func(r *rapid.T) {
		k := rapid.SampledFrom(cases).Draw(r, "case")
		made, err := k.Build(c, specimen.Options{Person: rapid.IntRange(1, 100_000).Draw(r, "person"), NoImages: true})
		require.NoError(r, err)
		found := inspected(t, counter, made)
		for id, want := range made.Expected.Steps {
			require.Equal(r, want, found[id].Verdict, "%s: %s", k.Name, id)
		}
		for id, step := range found {
			if step.Verdict == traveldoc.Fail {
				require.Equal(r, traveldoc.Fail, made.Expected.Steps[id], "%s: %s %s %v", k.Name, id, step.Reason, step.Values)
			}
		}
	})
}

func TestCasesHaveNamesOfTheirOwnAndDifferentPeople(t *testing.T) {
	c := country(t)
	names, numbers := map[string]bool{}, map[string]bool{}
	for _, k := range specimen.Cases() {
		made, err := k.Build(c, specimen.Options{NoImages: true})
		require.NoError(t, err)
		require.False(t, names[k.Name] || numbers[made.Document.Number], k.Name)
		names[k.Name], numbers[made.Document.Number] = true, true
		require.NotEmpty(t, k.About)
		require.True(t, made.Reading.Device.Simulated)
		require.Empty(t, made.Reading.Images)
		if k.Name == "look_alike" {
			require.NotEqual(t, made.Document.Bearer.Face, made.Traveller)
			require.True(t, made.Expected.Bearer)
		}
	}
	_, err := specimen.CaseNamed("nothing")
	require.Error(t, err)
}
