package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/upload"
	"github.com/openbmis/openbmis/traveldoc"
)

// Names of the desk's own checks; keys of the text catalogue below "check.", with "_" for ".".
const (
	CheckDocument   = "visa.document"
	CheckOverstay   = "visa.overstay"
	CheckRefusals   = "visa.refusals"
	CheckDuplicates = "visa.duplicates"
)

// Codes of evidence of the desk's checks; keys of the text catalogue below "evidence.".
const (
	CodeZoneUnreadable  = "visa_zone_unreadable"  // the photographed zone
	CodeZoneDiffers     = "visa_zone_differs"     // what was confirmed is not what the zone says; Field names what
	CodeNameDiffers     = "visa_name_differs"     // the name that was confirmed, from the zone's
	CodeNameUncompared  = "visa_name_uncompared"  // one of both names is missing, or in a script without a table
	CodeExpiresInStay   = "visa_expires_in_stay"  // before the end of the journey
	CodeIssuedLater     = "visa_issued_later"     // the document, than it was used to apply
	CodeIssuedExpired   = "visa_issued_expired"   // it expires before it was issued
	CodePortraitMissing = "visa_portrait_missing" // none came
	CodePortraitBlank   = "visa_portrait_blank"   // one came, and no likeness could be made of it
	CodeTyped           = "visa_typed"            // no zone was read
	CodeOverstayNow     = "visa_overstay_now"
	CodeOverstayPast    = "visa_overstay_past"
	CodeTooMany         = "visa_too_many_travellers"   // who could be the applicant
	CodeTooManyOthers   = "visa_too_many_applications" // more are alike than were looked at
	CodeBorderRefusal   = "visa_border_refusal"
	CodeRefusedBefore   = "visa_application_refused"
	CodeSameDocument    = "visa_same_document"
	CodeSamePerson      = "visa_same_person"
	CodeSamePortrait    = "visa_same_portrait"
)

// EvidenceCodes are all codes of the desk's own checks; those of documentcheck come beside them.
func EvidenceCodes() []string {
	return []string{CodeZoneUnreadable, CodeZoneDiffers, CodeNameDiffers, CodeNameUncompared, CodeExpiresInStay, CodeIssuedLater, CodeIssuedExpired, CodePortraitMissing, CodePortraitBlank,
		CodeTyped, CodeOverstayNow, CodeOverstayPast, CodeTooMany, CodeTooManyOthers, CodeBorderRefusal, CodeRefusedBefore, CodeSameDocument, CodeSamePerson, CodeSamePortrait,
		CodeTypeUnknown, CodeFeeDiffers, CodePaidLess, CodePaidNothing, CodePaidAside}
}

// How other applications are found.
const (
	ByDocument = "document"
	ByPerson   = "person"
	ByPortrait = "portrait"
)

// AlikeWithin is in how many of 64 bits two portraits may differ and be taken for the same picture, written anew or cut.
const AlikeWithin = upload.Near

// Other is another application, with how it was found.
type Other struct {
	Earlier
	Distance int // of the portraits, in bits
}

// Others are other applications, refused ones first, then those that are open, each the newest first.
type Others struct {
	List []Other
	// More says that there are more than were looked at: nothing found is then no answer.
	More bool
}

// conclude makes a finding of what was found among others: where there are more than were looked at it says so, and no hit is no answer.
func (o Others) conclude(f border.Finding) border.Finding {
	if !o.More {
		return f
	}
	f.Evidence = append(f.Evidence, border.Evidence{Code: CodeTooManyOthers, Severity: border.Note})
	if f.Outcome == border.NoHit {
		f.Outcome, f.Reason = border.NotChecked, border.ReasonDataInsufficient
	}
	return f
}

// Overstay is a stay that lasted too long.
type Overstay struct {
	Entry   uuid.UUID
	Station string
	From    traveldoc.Date
	Days    int // over
	Open    bool
}

// BorderRefusal is a refusal of entry.
type BorderRefusal struct {
	Crossing uuid.UUID
	Station  string
	On       traveldoc.Date
	Reason   string
}

// Past is what is known of an applicant at the border.
type Past struct {
	Overstays []Overstay
	Refusals  []BorderRefusal
	// TooMany says that more people could be the applicant than were looked at: nothing found is then no answer.
	TooMany bool
	// Behind says that movements have come that are not counted yet: no answer either.
	Behind bool
}

// ErrNoHistory says that nothing tells of stays here.
var ErrNoHistory = errors.New("no history of stays is at hand")

// Lookups tell what is known of an applicant beside his application.
type Lookups interface {
	Others(ctx context.Context, a *evisa.Application) (Others, error)
	Past(ctx context.Context, a *evisa.Application) (Past, error)
}

// LikenessOf is the likeness of an application's portrait; 0 when there is none.
func LikenessOf(a *evisa.Application) uint64 {
	for _, f := range a.Files {
		if f.Kind == evisa.FilePortrait && f.Likeness != 0 {
			return f.Likeness
		}
	}
	return 0
}

// check is a check of an application made of a function.
type check struct {
	name string
	a    *evisa.Application
	ask  func(ctx context.Context, s border.Subject, a *evisa.Application) (border.Finding, error)
}

var _ OfApplication = check{}

// Name is the check's name.
func (c check) Name() string { return c.name }

// Of is the check for one application.
func (c check) Of(a *evisa.Application) border.Check {
	c.a = a
	return c
}

// Check answers for one application; without one it has no answer.
func (c check) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	if c.a == nil {
		return border.Unanswered(c.name, border.Source{Name: c.name}, border.ReasonDataInsufficient), nil
	}
	f, err := c.ask(ctx, s, c.a)
	f.Check, f.Source = c.name, border.Source{Name: c.name}
	return f, err
}

// DocumentCheck judges the travel document: what the counter's check says of it, and whether it outlasts the journey and is what the zone
// in the photograph says. It never says that a document is genuine: nobody has seen it. names may be nil: then the rules of Doc 9303 alone
// say whether two names are one.
func DocumentCheck(training bool, names Names) border.Check {
	inner := documentcheck.Check{Training: training}
	return check{name: CheckDocument, ask: func(ctx context.Context, s border.Subject, a *evisa.Application) (border.Finding, error) {
		f, err := inner.Check(ctx, s)
		if err != nil {
			return f, err
		}
		f.Steps = nil
		f.Evidence = slices.DeleteFunc(f.Evidence, func(e border.Evidence) bool { return e.Code == documentcheck.CodeNotDone })
		f.Evidence = append(f.Evidence, journey(a)...)
		f.Evidence = append(f.Evidence, zone(s, a, names)...)
		f.Evidence = append(f.Evidence, portrait(a)...)
		return concluded(f), nil
	}}
}

// concluded gives a finding its outcome: a hit where something is graver than a note.
func concluded(f border.Finding) border.Finding {
	f.Outcome, f.Reason = border.NoHit, ""
	if slices.ContainsFunc(f.Evidence, func(e border.Evidence) bool { return e.Severity != border.Note }) {
		f.Outcome = border.Hit
	}
	return f
}

func journey(a *evisa.Application) (list []border.Evidence) {
	expiry, issue := a.Document.ExpiryDate, a.DocumentIssue
	add := func(wrong bool, code, field string, found, expected traveldoc.Date, severity border.Severity) {
		if wrong {
			list = append(list, border.Evidence{Code: code, Field: field, Found: found.String(), Expected: expected.String(), Severity: severity})
		}
	}
	end := a.Journey.Departure
	add(!expiry.IsZero() && !end.IsZero() && expiry.Before(end), CodeExpiresInStay, "expiry_date", expiry, end, border.Acknowledge)
	sent := traveldoc.DateOf(a.SentAt.UTC())
	add(!issue.IsZero() && sent.Before(issue), CodeIssuedLater, "issue_date", issue, sent, border.Acknowledge)
	add(!issue.IsZero() && !expiry.IsZero() && expiry.Before(issue), CodeIssuedExpired, "issue_date", issue, expiry, border.Acknowledge)
	return list
}

// portrait says whether there is a portrait to compare; how good it is the applicant was told when he sent it.
func portrait(a *evisa.Application) []border.Evidence {
	switch {
	case !slices.ContainsFunc(a.Files, func(f evisa.File) bool { return f.Kind == evisa.FilePortrait }):
		return []border.Evidence{{Code: CodePortraitMissing, Severity: border.Acknowledge}}
	case LikenessOf(a) == 0:
		return []border.Evidence{{Code: CodePortraitBlank, Severity: border.Note}}
	}
	return nil
}

// OverstayCheck asks whether the applicant stays, or stayed, too long.
func OverstayCheck(l Lookups) border.Check {
	return check{name: CheckOverstay, ask: func(ctx context.Context, _ border.Subject, a *evisa.Application) (f border.Finding, err error) {
		past, err := l.Past(ctx, a)
		if err != nil {
			return f, err
		}
		for _, o := range past.Overstays {
			e := border.Evidence{Code: CodeOverstayPast, Found: strconv.Itoa(o.Days), Expected: o.From.String(), Severity: border.Acknowledge, Ref: o.Entry.String()}
			if o.Open {
				e.Code, e.Severity = CodeOverstayNow, border.SecondLine
			}
			f.Evidence = append(f.Evidence, e)
		}
		return past.conclude(f), nil
	}}
}

// conclude makes a finding of what is known of a past.
func (p Past) conclude(f border.Finding) border.Finding {
	f = concluded(f)
	if p.TooMany {
		f.Evidence = append(f.Evidence, border.Evidence{Code: CodeTooMany, Severity: border.Note})
	}
	switch {
	case f.Outcome != border.NoHit:
	case p.Behind:
		f.Outcome, f.Reason = border.NotChecked, border.ReasonListIncomplete
	case p.TooMany:
		f.Outcome, f.Reason = border.NotChecked, border.ReasonDataInsufficient
	}
	return f
}

// RefusalsCheck asks whether the applicant was refused before: entry at the border, or a visa.
func RefusalsCheck(l Lookups) border.Check {
	return check{name: CheckRefusals, ask: func(ctx context.Context, _ border.Subject, a *evisa.Application) (f border.Finding, err error) {
		past, err := l.Past(ctx, a)
		if err != nil {
			return f, err
		}
		others, err := l.Others(ctx, a)
		if err != nil {
			return f, err
		}
		for _, r := range past.Refusals {
			f.Evidence = append(f.Evidence, border.Evidence{
				Code: CodeBorderRefusal, Found: r.Reason, Expected: r.On.String(), Severity: border.Acknowledge, Ref: r.Crossing.String(),
			})
		}
		for _, o := range others.List {
			if o.State != evisa.Refused || !o.byWord() {
				continue
			}
			for _, code := range append([]string{}, o.Grounds...) {
				f.Evidence = append(f.Evidence, border.Evidence{
					Code: CodeRefusedBefore, Found: code, Expected: o.Reference.String(), Severity: border.Acknowledge, Ref: o.ID.String(),
				})
			}
		}
		return others.conclude(past.conclude(f)), nil
	}}
}

// byWord reports whether document or person are the same, and not the portrait alone.
func (o Other) byWord() bool {
	return slices.Contains(o.By, ByDocument) || slices.Contains(o.By, ByPerson)
}

// DuplicatesCheck asks who else applied: on the same document, under the same name and birth date, with the same picture. An earlier
// application of the same person that has ended is a note; one that is open, a document in two names and a picture of two people are not.
func DuplicatesCheck(l Lookups) border.Check {
	return check{name: CheckDuplicates, ask: func(ctx context.Context, _ border.Subject, a *evisa.Application) (f border.Finding, err error) {
		others, err := l.Others(ctx, a)
		if err != nil {
			return f, err
		}
		for _, o := range others.List {
			f.Evidence = append(f.Evidence, o.evidence()...)
		}
		return others.conclude(concluded(f)), nil
	}}
}

func (o Other) evidence() (list []border.Evidence) {
	severity := border.Note
	person, document := slices.Contains(o.By, ByPerson), slices.Contains(o.By, ByDocument)
	switch {
	case !person: // another name or birth date
		severity = border.SecondLine
	case o.State.Open():
		severity = border.Acknowledge
	}
	add := func(code, found string) {
		list = append(list, border.Evidence{Code: code, Found: found, Expected: o.Reference.String(), Severity: severity, Ref: o.ID.String()})
	}
	if document {
		add(CodeSameDocument, string(o.State))
	}
	if person {
		add(CodeSamePerson, string(o.State))
	}
	if slices.Contains(o.By, ByPortrait) {
		add(CodeSamePortrait, strconv.Itoa(o.Distance))
	}
	return list
}

// Named are all files that the parcels of a case name.
func (c *Case) Named() (list []evisa.File) {
	for _, e := range c.Events {
		switch {
		case e.Application != nil:
			list = append(list, e.Application.Files...)
		case e.Reply != nil:
			list = append(list, e.Reply.Files...)
		case e.Said != nil:
			list = append(list, e.Said.Files...)
		}
	}
	return list
}
