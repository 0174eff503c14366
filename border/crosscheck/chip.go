package crosscheck

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
)

// Chip verifies the chip and holds it against the zone.
type Chip struct {
	Rules     Rules
	Equipment Equipment
	// Trust is the trust material as it is now; it may give nil, with which no signer has an anchor.
	Trust func() emrtd.Trust
}

var _ border.Check = Chip{}

// Name is "document.chip".
func (Chip) Name() string { return ChipCheck }

// Check does not apply to a document that is not known to have a chip and of which none was read; where one is due and was not read
// it is "not checked".
func (c Chip) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	j := newJudge(ChipCheck, c.Rules, s)
	if s.Reading == nil || s.Reading.Chip == nil || len(s.Reading.Chip.Files) == 0 {
		return j.withoutChip(c.Equipment), nil
	}
	store := c.Trust()
	report := emrtd.Verify(emrtd.EvidenceOf(s.Reading.Chip, s.Document.IssuingState), store, s.At)
	j.add("chip.read", pass(value("device", "access", s.Reading.Chip.Access)))
	if n := s.Reading.Chip.Differed; n > 0 {
		j.add("chip.read_again", fail(ReasonReadOtherwise, value("device", "count", strconv.Itoa(n))))
	}
	j.add("chip.dg1_mrz", j.dg1(report.Chip.DG1))
	j.add("chip.dg11_name", j.dg11Name(report.Chip.DG11))
	j.add("chip.dg11_birth_date", j.dg11Birth(report.Chip.DG11))
	j.add("chip.portrait", j.portrait(report.Chip.DG2))
	for _, step := range report.Steps {
		j.add("chip."+step.Name, verified(step))
	}
	f := j.finding(ChipCheck)
	f.Source = border.Source{Name: "trust", Version: strconv.FormatInt(report.Trust, 10), AsOf: report.TrustAsOf}
	if f.Outcome == border.NoHit && slices.Contains(report.Notes, emrtd.NoteCloneNotExcluded) {
		f.Evidence = append(f.Evidence, border.Evidence{Code: "chip.clone_not_excluded", Severity: border.Note})
	}
	return f, nil
}

func (j *judge) withoutChip(equipment Equipment) border.Finding {
	switch {
	case equipment < ChipReaders && (j.Reading == nil || j.Reading.Chip == nil):
		return border.NotApplicable(ChipCheck, ZoneOnly)
	case j.Reading != nil && j.Reading.Chip != nil: // the device tried
		r := unsure(ReasonUnreadable)
		for name, why := range j.Reading.Chip.Unread {
			r.values = append(r.values, value("device", name, why))
		}
		slices.SortFunc(r.values, func(a, b border.StepValue) int { return strings.Compare(a.Field, b.Field) })
		j.add("chip.read", r)
	case j.chipExpected():
		j.add("chip.read", unsure(ReasonChipExpected))
	default:
		return border.NotApplicable(ChipCheck, ReasonNoChip)
	}
	return j.finding(ChipCheck)
}

// chipExpected: the document expires so late that it must have been issued after its state began to put chips in.
func (j *judge) chipExpected() bool {
	rule, ok := find(j.rules.chips, j.Document, j.Today)
	if !ok || j.Document.ExpiryDate.IsZero() {
		return false
	}
	if issued, known := j.issued(); known {
		return !issued.Before(rule.since)
	}
	longest, ok := find(j.rules.validity, j.Document, j.Today)
	if !ok {
		return false
	}
	return !traveldoc.DateOf(j.Document.ExpiryDate.First().AddDate(0, -longest.months, 0)).Before(rule.since)
}

// dg1: the zone of the chip is that of the page, byte for byte.
func (j *judge) dg1(dg1 *emrtd.DG1) result {
	switch {
	case dg1 == nil:
		return unsure(ReasonMissing)
	case j.Document.MRZ == "":
		return notDone(ReasonNoZone, value("chip", "zone", dg1.Text()))
	}
	a, b := value("chip", "zone", dg1.Text()), value("mrz", "zone", j.Document.MRZ)
	if lettersOf(a.Text) != lettersOf(b.Text) {
		return fail(ReasonDiffers, a, b)
	}
	return pass(a, b)
}

func (j *judge) dg11Name(dg11 *emrtd.DG11) result {
	if dg11 == nil || dg11.Name == (emrtd.Name{}) {
		return notDone(ReasonNotRead)
	}
	return j.compareName("chip", dg11.Name.Primary, dg11.Name.Secondary)
}

func (j *judge) dg11Birth(dg11 *emrtd.DG11) result {
	if dg11 == nil || dg11.BirthDate.IsZero() {
		return notDone(ReasonNotRead)
	}
	return compare("birth_date", "chip", dg11.BirthDate.String(), "mrz", j.Identity.BirthDate.String())
}

// portrait: whether page, chip and bearer show one person is for the officer's eyes.
func (j *judge) portrait(dg2 *emrtd.DG2) result {
	if dg2 == nil {
		return unsure(ReasonMissing)
	}
	if _, ok := dg2.Portrait(); !ok {
		return unsure(ReasonUnreadable)
	}
	return notDone(ReasonOfficer)
}

// verified is a step of passive authentication. That the chip does not offer proof against copying, or that the device did not ask for
// it, leaves nobody amber; that its key or its list of mechanisms was signed and not read does: leaving it out is how a copy hides.
func verified(s emrtd.Step) result {
	r := result{verdict: s.Verdict, reason: s.Reason, detail: s.Detail}
	if s.Verdict == traveldoc.NotDone {
		r.plain = slices.Contains([]string{emrtd.ReasonAbsent, emrtd.ReasonNotRecorded, emrtd.ReasonNeedsTA}, s.Reason)
	}
	if on := s.RestsOn; on != nil {
		if on.Anchor != "" {
			r.values = append(r.values, value("trust", "anchor", on.Anchor))
		}
		for _, source := range on.Sources {
			r.values = append(r.values, value("trust", "list", strings.TrimSpace(source.Country+" "+source.List+" "+source.Date.UTC().Format("2006-01-02"))))
		}
		if on.NextUpdate != nil {
			r.values = append(r.values, value("trust", "next_update", on.NextUpdate.UTC().Format("2006-01-02")))
		}
	}
	return r
}
