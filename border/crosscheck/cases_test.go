package crosscheck_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// utopia is the synthetic country and what a station holds of it.
type utopia struct {
	country *specimen.Country
	store   *trust.Store
	signers []*pki.Certificate
}

func newUtopia(t *testing.T) utopia {
	t.Helper()
	country, err := specimen.New(specimen.Seed(specimen.DemoSeed), traveldoc.DateOf(noon))
	require.NoError(t, err)
	u := utopia{country: country}
	var items []trust.Item
	for name, data := range country.Anchors() {
		imported := trust.Import(name, data, trust.Options{Now: noon, Origin: trust.Bilateral})
		require.Empty(t, imported.Report.Refused, name)
		items = append(items, imported.Items...)
		for _, i := range imported.Items {
			if i.Kind == trust.DSC {
				c, err := pki.ParseCertificate(i.DER)
				require.NoError(t, err)
				u.signers = append(u.signers, c)
			}
		}
	}
	store, refused := trust.NewStore(items, 7, noon)
	require.Empty(t, refused)
	u.store = store
	return u
}

// checks are those of a counter whose reader reads chips.
func (u utopia) checks(t *testing.T) []border.Check {
	t.Helper()
	held := func() emrtd.Trust { return u.store }
	return []border.Check{
		documentcheck.Check{Training: true},
		crosscheck.DocumentRules{Rules: rules(t)},
		crosscheck.Page{Rules: rules(t), Equipment: crosscheck.ChipReaders},
		crosscheck.Chip{Rules: rules(t), Equipment: crosscheck.ChipReaders, Trust: held},
		crosscheck.Seals{Rules: rules(t), Trust: held, Signers: func(string) []*pki.Certificate { return u.signers }},
		crosscheck.Images{Rules: rules(t), Equipment: crosscheck.ChipReaders},
		crosscheck.ListCheck{Rules: rules(t), Lists: func() crosscheck.Lists { return crosscheck.Lists{} }},
	}
}

func (u utopia) subject(t *testing.T, s specimen.Specimen) border.Subject {
	t.Helper()
	subject := border.Subject{Reading: s.Reading, Direction: border.Entry, At: noon, Today: traveldoc.DateOf(noon)}
	if s.Reading.MRZ == "" {
		subject.Document, subject.Identity = s.Document.Document, s.Document.Bearer.Identity
		return subject
	}
	parsed, err := mrz.Parse(s.Reading.MRZ, subject.Today, mrz.Training)
	require.NoError(t, err)
	subject.MRZ, subject.Document, subject.Identity = parsed, parsed.TravelDocument(), parsed.Identity()
	return subject
}

// inspect runs every check and gives the steps by name, and the findings by check.
func (u utopia) inspect(t *testing.T, subject border.Subject) (map[string]border.Step, map[string]border.Finding) {
	t.Helper()
	steps, findings := map[string]border.Step{}, map[string]border.Finding{}
	for _, c := range u.checks(t) {
		f, err := c.Check(t.Context(), subject)
		require.NoError(t, err)
		findings[c.Name()] = f
		for _, s := range f.Steps {
			steps[s.ID] = s
		}
	}
	return steps, findings
}

func TestEveryCaseOfTheSyntheticCountryIsSeenThrough(t *testing.T) {
	u := newUtopia(t)
	for _, c := range specimen.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			s, err := c.Build(u.country, specimen.Options{NoImages: true})
			require.NoError(t, err)
			steps, findings := u.inspect(t, u.subject(t, s))
			for id, want := range s.Expected.Steps {
				require.Contains(t, steps, id)
				require.Equal(t, want.String(), steps[id].Verdict.String(), "%s: %s %s", id, steps[id].Reason, steps[id].Detail)
			}
			for id, step := range steps {
				if _, named := s.Expected.Steps[id]; !named && step.Severity != border.Note {
					require.NotEqual(t, traveldoc.Fail.String(), step.Verdict.String(), "%s: %s %s", id, step.Reason, step.Detail)
				}
			}
			grave := false
			for _, f := range findings {
				grave = grave || f.Outcome != border.NoHit
			}
			if s.Expected.Bearer {
				require.False(t, grave, "nothing of the document is wrong: %v", said(findings))
			}
		})
	}
}

func said(findings map[string]border.Finding) string {
	var out []string
	for name, f := range findings {
		out = append(out, name+"="+f.Outcome.String()+" "+f.Reason)
	}
	return strings.Join(out, ", ")
}

func TestAGenuinePassportIsClean(t *testing.T) {
	u := newUtopia(t)
	c, err := specimen.CaseNamed("genuine")
	require.NoError(t, err)
	s, err := c.Build(u.country, specimen.Options{NoImages: true})
	require.NoError(t, err)
	_, findings := u.inspect(t, u.subject(t, s))
	for name, f := range findings {
		require.Equal(t, border.NoHit, f.Outcome, "%s: %s %v", name, f.Reason, f.Evidence)
	}
	chip := findings[crosscheck.ChipCheck]
	require.Equal(t, border.Source{Name: "trust", Version: "7", AsOf: noon}, chip.Source)
}

// Without trust material nothing about the signer is known: amber, never green, and no reproach.
func TestWithoutAnAnchorAChipIsNotChecked(t *testing.T) {
	u := newUtopia(t)
	u.store = nil
	c, err := specimen.CaseNamed("genuine")
	require.NoError(t, err)
	s, err := c.Build(u.country, specimen.Options{NoImages: true})
	require.NoError(t, err)
	subject := u.subject(t, s)
	f, err := crosscheck.Chip{Rules: rules(t), Trust: func() emrtd.Trust { return nil }}.Check(t.Context(), subject)
	require.NoError(t, err)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, trust.ReasonNoCSCA, f.Reason)
}

// A lane with a chip reader that reads no chip of a passport that has one is amber; a lane without such a reader says nothing of it.
func TestAChipThatIsDueAndWasNotReadIsNotChecked(t *testing.T) {
	s := traveller(t)
	f, err := crosscheck.Chip{Rules: rules(t), Equipment: crosscheck.ChipReaders}.Check(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, crosscheck.ReasonChipExpected, f.Reason)

	f, err = crosscheck.Chip{Rules: rules(t)}.Check(t.Context(), s)
	require.NoError(t, err)
	require.False(t, f.Applicable())

	s.Document.IssuingState = "XYZ" // of which no rule says that it puts chips in
	f, err = crosscheck.Chip{Rules: rules(t), Equipment: crosscheck.ChipReaders}.Check(t.Context(), s)
	require.NoError(t, err)
	require.False(t, f.Applicable())
}

// What is left out of a chip must not make it green: the signed list, the key against copying, the revocation list.
func TestWhatIsLeftOutOfAChipLeavesItAmber(t *testing.T) {
	u := newUtopia(t)
	build := func() border.Subject {
		c, err := specimen.CaseNamed("genuine")
		require.NoError(t, err)
		s, err := c.Build(u.country, specimen.Options{NoImages: true})
		require.NoError(t, err)
		return u.subject(t, s)
	}
	unlisted := func() *trust.Store {
		var items []trust.Item
		for name, data := range u.country.Anchors() {
			for _, i := range trust.Import(name, data, trust.Options{Now: noon, Origin: trust.Bilateral}).Items {
				if i.Kind != trust.CRL {
					items = append(items, i)
				}
			}
		}
		store, refused := trust.NewStore(items, 1, noon)
		require.Empty(t, refused)
		return store
	}
	for name, c := range map[string]struct {
		leave  []string
		store  *trust.Store
		reason string
	}{
		"no security object":       {[]string{"SOD"}, u.store, emrtd.ReasonNoSOD},
		"no key against copying":   {[]string{"DG14", "DG15"}, u.store, emrtd.ReasonNotRead},
		"no portrait":              {[]string{"DG2"}, u.store, emrtd.ReasonNotRead},
		"no zone":                  {[]string{"DG1"}, u.store, crosscheck.ReasonMissing},
		"nobody lists revocations": {nil, unlisted(), trust.ReasonNoList},
	} {
		t.Run(name, func(t *testing.T) {
			s := build()
			for _, file := range c.leave {
				delete(s.Reading.Chip.Files, file)
			}
			if c.leave != nil {
				s.Reading.Chip.Active = nil
			}
			f, err := crosscheck.Chip{Rules: rules(t), Trust: func() emrtd.Trust { return c.store }}.Check(t.Context(), s)
			require.NoError(t, err)
			require.Equal(t, border.NotChecked, f.Outcome)
			require.Equal(t, c.reason, f.Reason)
		})
	}
}

// What passed is not written down a second time: a finding cannot be erased.
func TestStepsThatPassHoldNothingOfThePerson(t *testing.T) {
	u := newUtopia(t)
	c, err := specimen.CaseNamed("genuine")
	require.NoError(t, err)
	s, err := c.Build(u.country, specimen.Options{NoImages: true})
	require.NoError(t, err)
	subject := u.subject(t, s)
	steps, _ := u.inspect(t, subject)
	for id, step := range steps {
		for _, v := range step.Values {
			require.NotContains(t, v.Text, subject.Identity.Surname, id)
			require.NotContains(t, v.Text, subject.Document.Number, id)
		}
	}
}

// A chip that takes the place of another while the traveller waits is asked about, however well it verifies.
func TestAChipReadInPlaceOfAnotherIsAsked(t *testing.T) {
	u := newUtopia(t)
	c, err := specimen.CaseNamed("genuine")
	require.NoError(t, err)
	s, err := c.Build(u.country, specimen.Options{NoImages: true})
	require.NoError(t, err)
	s.Reading.Chip.Differed = 1
	steps, findings := u.inspect(t, u.subject(t, s))
	require.Equal(t, traveldoc.Fail, steps["chip.read_again"].Verdict)
	require.Equal(t, border.Acknowledge, findings[crosscheck.ChipCheck].Severity())
}
