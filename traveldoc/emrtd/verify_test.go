package emrtd_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/emrtdtest"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

func TestGenuine(t *testing.T) {
	r := newWorld(t).verify(t)
	names := emrtd.StepNames()
	last := -1
	for _, s := range r.Steps {
		require.Equal(t, traveldoc.Pass, s.Verdict, "%+v", s)
		at := slices.Index(names, s.Name)
		require.Greater(t, at, last, "in the order of StepNames: %s", s.Name)
		last = at
	}
	require.Len(t, r.Steps, 2+9+10, "each data group there is, and every other step")
	require.Empty(t, r.Notes)
	require.Empty(t, r.Findings)
	require.Equal(t, "SHA-256", r.Hash)
	require.Equal(t, int64(7), r.Trust)
	require.Equal(t, inspection(), r.TrustAsOf)

	chain, ok := r.Step(emrtd.StepChain)
	require.True(t, ok)
	require.Contains(t, chain.RestsOn.Anchor, "CSCA UT")
	require.Equal(t, "1", chain.RestsOn.Serial)
	require.Equal(t, "utopia.cer", chain.RestsOn.Sources[0].List)
	require.Equal(t, int64(7), chain.RestsOn.Version)
	revocation, _ := r.Step(emrtd.StepRevocation)
	require.Equal(t, inspection().AddDate(0, 0, -1), *revocation.RestsOn.ThisUpdate)
	_, ok = r.Step("hash_dg5")
	require.False(t, ok)
}

func TestWithoutSOD(t *testing.T) {
	w := newWorld(t)
	delete(w.evidence.Files, "SOD")
	got := verdicts(w.verify(t))
	for step, verdict := range got {
		switch step {
		case emrtd.StepActive:
			require.Equal(t, "inconclusive key_not_signed", verdict)
		case emrtd.StepChip:
			require.Equal(t, "pass recorded_by_device", verdict)
		case emrtd.StepDeviation:
			require.Equal(t, "pass ", verdict)
		default:
			require.Equal(t, "not_done no_sod", verdict, step)
		}
	}
	w.evidence.Files["SOD"] = tlv.Write(0x77, []byte("no CMS"))
	got = verdicts(w.verify(t))
	require.Equal(t, "inconclusive sod_unreadable", got[emrtd.StepStructure])
	require.Equal(t, "inconclusive sod_unreadable", got["hash_dg1"])
	require.Equal(t, "inconclusive sod_unreadable", got[emrtd.StepChain])
	step, _ := w.reportStep(t, emrtd.StepStructure)
	require.Contains(t, step.Detail, "SOD: ")
}

func (w *world) reportStep(t testing.TB, name string) (emrtd.Step, bool) {
	r := w.verify(t)
	return r.Step(name)
}

func TestWithoutSigner(t *testing.T) {
	w := newWorld(t)
	w.sod.NoCertificate = true
	w.resign(t)
	got := verdicts(w.verify(t))
	require.Equal(t, "pass ", got[emrtd.StepStructure])
	require.Equal(t, "pass ", got["hash_dg1"])
	for _, step := range []string{emrtd.StepSignature, emrtd.StepChain, emrtd.StepSigning, emrtd.StepNow, emrtd.StepRevocation, emrtd.StepCountry} {
		require.Equal(t, "inconclusive no_signer", got[step], step)
	}
	w = newWorld(t)
	w.sod.NoSigner = true
	w.resign(t)
	require.Equal(t, "fail not_signed", verdicts(w.verify(t))[emrtd.StepSignature])
}

func TestNothingAtAll(t *testing.T) {
	r := emrtd.Verify(emrtd.Evidence{}, nil, inspection())
	for _, s := range r.Steps {
		require.Equal(t, traveldoc.NotDone, s.Verdict, "%+v", s)
		require.NotEmpty(t, s.Reason)
	}
	require.Equal(t, []string{emrtd.NoteCloneNotExcluded}, r.Notes)
	require.NotNil(t, r.Findings)
	require.NotNil(t, r.Certificates)
}

// Passive authentication alone does not exclude a copy of the chip, and the report says so unless something that does was done.
func TestCloneNotExcluded(t *testing.T) {
	for name, c := range map[string]struct {
		active bool
		chip   reader.Result
		cam    reader.Result
		note   bool
	}{
		"neither":         {false, reader.WasNotDone, reader.WasNotDone, true},
		"active":          {true, reader.WasNotDone, reader.WasNotDone, false},
		"chip":            {false, reader.OK, reader.WasNotDone, false},
		"mapping of PACE": {false, reader.WasNotDone, reader.OK, false},
		"failed":          {false, reader.Error, reader.WasNotDone, false},
	} {
		w := newWorld(t)
		if !c.active {
			w.evidence.Active = nil
		}
		w.evidence.ChipAuthentication, w.evidence.PACECAM = c.chip, c.cam
		require.Equal(t, c.note, slices.Contains(w.verify(t).Notes, emrtd.NoteCloneNotExcluded), name)
	}
}

func TestUnreadFiles(t *testing.T) {
	w := newWorld(t)
	w.files["DG3"] = emrtdtest.DG3(2)
	w.files["COM"] = emrtdtest.COM(0x61, 0x75, 0x63, 0x67, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70, 0x65)
	w.resign(t)
	delete(w.evidence.Files, "DG3")
	delete(w.evidence.Files, "DG7")
	w.evidence.Unread = map[string]string{"DG3": "6982", "DG7": "timeout"}
	r := w.verify(t)
	s, _ := r.Step("hash_dg3")
	require.Equal(t, emrtd.Step{Name: "hash_dg3", Reason: emrtd.ReasonNeedsTA, Detail: "6982"}, s)
	s, _ = r.Step("hash_dg7")
	require.Equal(t, emrtd.Step{Name: "hash_dg7", Reason: emrtd.ReasonNotRead, Detail: "timeout"}, s)
	s, _ = r.Step("hash_dg5")
	require.Equal(t, emrtd.Step{Name: "hash_dg5", Reason: emrtd.ReasonNotRead, Detail: "named by EF.COM alone"}, s)
}

// Every reason that a step gives is listed, and of those listed each is given by something.
func TestReasonsAreListed(t *testing.T) {
	listed := append(emrtd.Reasons(), "")
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(listed))), len(listed), "each once")
	given := map[string]bool{}
	collect := func(w *world) {
		for _, s := range w.verify(t).Steps {
			given[s.Reason] = true
			require.Contains(t, listed, s.Reason)
			require.Contains(t, emrtd.StepNames(), s.Name)
		}
	}
	for _, c := range tamperings() {
		w := newWorld(t)
		c.do(t, w)
		collect(w)
	}
	for _, change := range []func(w *world){
		func(w *world) { delete(w.evidence.Files, "SOD") },
		func(w *world) { w.evidence.Files["SOD"] = []byte{0x77, 0} },
		func(w *world) { w.sod.NoCertificate = true; w.resign(t) },
		func(w *world) { w.sod.NoSigner = true; w.resign(t) },
		func(w *world) { w.files["DG3"] = emrtdtest.DG3(1); w.resign(t); delete(w.evidence.Files, "DG3") },
	} {
		w := newWorld(t)
		change(w)
		collect(w)
	}
	for _, reason := range emrtd.Reasons() {
		require.True(t, given[reason], "nothing gives %s", reason)
	}
}

func TestEvidenceOf(t *testing.T) {
	require.Equal(t, emrtd.Evidence{IssuingState: "UTO"}, emrtd.EvidenceOf(nil, "UTO"))
	chip := &reader.Chip{Files: map[string][]byte{"COM": {1}}, Unread: map[string]string{"DG3": "6982"}, Active: &reader.ActiveAuthentication{},
		ChipAuthentication: reader.OK, PACECAM: reader.Error}
	require.Equal(t, emrtd.Evidence{Files: chip.Files, Unread: chip.Unread, Active: chip.Active, ChipAuthentication: reader.OK,
		PACECAM: reader.Error, IssuingState: "D"}, emrtd.EvidenceOf(chip, "D"))
}

// An authority of one State that writes another's country into its signer is not that other State's.
func TestCountryOfTheAnchor(t *testing.T) {
	for _, c := range []struct{ authority, signer, page, want, detail string }{
		{"UT", "", "UTO", "pass ", "signer UT, anchor UT, DG1 UTO, page UTO"},
		{"FR", "UT", "UTO", "fail country_differs", "signer UT, anchor FR, DG1 UTO, page UTO"},
		{"FR", "UT", "", "fail country_differs", "signer UT, anchor FR, DG1 UTO, page "},
		{"UT", "FR", "UTO", "fail country_differs", "signer FR, anchor UT, DG1 UTO, page UTO"},
		{"", "UT", "UTO", "inconclusive country_not_stated", "signer UT, anchor , DG1 UTO, page UTO"},
	} {
		w := newWorld(t)
		var err error
		w.country, err = emrtdtest.NewCountry(c.authority, inspection())
		require.NoError(t, err)
		w.sign(t, emrtdtest.SignerOptions{Country: c.signer})
		w.trust(t)
		w.evidence.IssuingState = c.page
		s, _ := w.reportStep(t, emrtd.StepCountry)
		require.Equal(t, c.want, s.Verdict.String()+" "+s.Reason, "%+v", c)
		require.Equal(t, c.detail, s.Detail)
	}
}

// Nobody signs after the document is looked at.
func TestSignedAfterTheInspection(t *testing.T) {
	for after, want := range map[time.Duration]string{
		0: "pass ", time.Second: "fail outside_validity", 8760 * time.Hour: "fail outside_validity",
	} {
		w := newWorld(t)
		w.sod.SigningTime = inspection().Add(after)
		w.resign(t)
		require.Equal(t, want, verdicts(w.verify(t))[emrtd.StepSigning], after)
	}
}

// What is wrong along the chain is told with the step, for experts.
func TestChainTellsItsFindings(t *testing.T) {
	w := newWorld(t)
	w.sign(t, emrtdtest.SignerOptions{Critical: true})
	w.items[0].Sources = []trust.Source{{Origin: trust.SelfAsserted}}
	s, _ := w.reportStep(t, emrtd.StepChain)
	require.Contains(t, s.Detail, "dsc unknown_critical: 1.2.3.4")
	require.Contains(t, s.Detail, "csca self_asserted")
	require.Contains(t, s.RestsOn.Anchor, "CSCA UT")
}
