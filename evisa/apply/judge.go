package apply

import (
	"time"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// around is what the answers of a page are held against.
type around struct {
	policy evisa.Policy
	today  traveldoc.Date
	draft  Draft
	member Member // the zero member on a page of the group
}

// Bounds of dates.
const (
	oldest   = 130 // years that people live
	ahead    = 366 // days that a journey is planned ahead
	lifetime = 50  // years that a document is issued for at most: some States issue them to the old without end
)

// read reads a page's answers: what is kept, what the form shows again, and everything that is wrong.
func (a around) read(page Page, form Form) (kept map[string]string, shown Form, problems Problems) {
	kept, shown = map[string]string{}, Form{}
	for _, f := range a.fields(page) {
		v, show, p := value(form, f)
		for name, text := range show {
			shown[name] = []string{text}
		}
		if p != nil {
			problems = append(problems, p)
		} else if v != "" {
			kept[f.Name] = v
		}
	}
	return kept, shown, append(problems, a.together(page, kept, problems)...)
}

// together holds a page's answers against one another and against other pages. A field that is wrong already is not spoken of again.
func (a around) together(page Page, kept map[string]string, known Problems) Problems {
	j := judging{around: a, kept: kept, known: known}
	switch page {
	case PageDocument:
		j.document()
	case PageBirth:
		j.birth()
	case PageHistory:
		j.follows(FieldRefused, FieldRefusedText)
		j.drop(kept[FieldRefused] != yes, FieldRefusedText)
	case PageJourney:
		j.journey()
	case PageHost:
		j.host()
	case PageClaims:
		j.follows(FieldHumanitarian, FieldGrounds)
		j.follows(FieldReunion, FieldGrounds)
		j.drop(kept[FieldHumanitarian] != yes && kept[FieldReunion] != yes, FieldGrounds)
	case PagePurpose, PageNation, PageType, PagePassport, PageName, PageRelation, PagePortrait, PagePapers, PageContact:
	}
	return j.found
}

type judging struct {
	around
	kept  map[string]string
	known Problems
	found Problems
}

func (j *judging) say(field, code string) { j.with(field, bad(code)) }

func (j *judging) with(field string, p *problem.Error) {
	if len(j.known.Of(field)) == 0 && len(j.found.Of(field)) == 0 {
		j.found = append(j.found, p.At(field))
	}
}

// follows asks for an answer where another is yes.
func (j *judging) follows(question, answer string) {
	if j.kept[question] == yes && j.kept[answer] == "" {
		j.say(answer, "required")
	}
}

// drop takes away what nobody asks any more: the question before it was answered so that it says nothing.
func (j *judging) drop(when bool, fields ...string) {
	for _, f := range fields {
		if when {
			delete(j.kept, f)
		}
	}
}

// day is a kept date of which the day must be known; false when there is none.
func (j *judging) day(field string) (traveldoc.Date, bool) {
	d := dateOf(j.kept[field])
	if d.IsZero() {
		return d, false
	}
	if d.Precision() != traveldoc.PrecisionDay {
		j.say(field, "date")
		return d, false
	}
	return d, true
}

func (j *judging) document() {
	issued, hasIssued := j.day(FieldIssued)
	expires, hasExpires := j.day(FieldExpires)
	born := dateOf(j.member.answer(PageBirth, FieldBirthDate))
	leaves := dateOf(j.draft.answer(PageJourney, FieldDeparture))
	if hasIssued {
		switch {
		case j.today.Before(issued):
			j.say(FieldIssued, "date_future")
		case issued.Before(born), later(issued, lifetime, 0).Before(j.today):
			j.say(FieldIssued, "date_implausible")
		}
	}
	if !hasExpires {
		return
	}
	switch {
	case expires.Before(j.today):
		j.say(FieldExpires, "expired")
	case hasIssued && (expires.Before(issued) || expires == issued), later(j.today, lifetime, 0).Before(expires):
		j.say(FieldExpires, "date_implausible")
	case !leaves.IsZero() && expires.Before(leaves):
		j.with(FieldExpires, bad("expires_before").With("until", leaves))
	}
}

func (j *judging) birth() {
	born := dateOf(j.kept[FieldBirthDate])
	if born.IsZero() {
		return
	}
	issued := dateOf(j.member.answer(PageDocument, FieldIssued))
	switch {
	case born.Precision() != traveldoc.PrecisionDay && j.kept[FieldBirthUnknown] != yes:
		j.say(FieldBirthDate, "date")
	case j.today.Before(born):
		j.say(FieldBirthDate, "date_future")
	case later(born, oldest, 0).Before(j.today), !issued.IsZero() && issued.Before(born):
		j.say(FieldBirthDate, "date_implausible")
	}
}

// port makes one answer of what was chosen and what was typed beside it.
func (j *judging) port() {
	typed := j.kept[FieldPortOther]
	j.drop(true, FieldPortOther)
	switch chosen := j.kept[FieldPort]; {
	case chosen == PortUnknown:
		j.drop(true, FieldPort)
	case chosen == PortOther && typed == "":
		j.drop(true, FieldPort)
		j.say(FieldPortOther, "required")
	case typed != "" && (chosen == PortOther || chosen == ""):
		j.kept[FieldPort] = typed
	}
}

func (j *judging) journey() {
	j.port()
	arrival, hasArrival := j.day(FieldArrival)
	departure, hasDeparture := j.day(FieldDeparture)
	if hasArrival {
		switch {
		case arrival.Before(j.today):
			j.say(FieldArrival, "date_past")
		case later(j.today, 0, ahead).Before(arrival):
			j.with(FieldArrival, bad("date_far").With("days", ahead))
		}
	}
	if hasArrival && hasDeparture {
		j.stay(arrival, departure)
	}
	for _, m := range j.draft.Members {
		if t, ok := j.policy.Type(m.answer(PageType, FieldType)); ok && !allowed(t.Entries, j.kept[FieldEntries]) {
			j.with(FieldEntries, bad("entries").With("most", t.Entries))
		}
	}
}

// stay holds the days of the journey against what the types of all who travel allow, and their documents' ends.
func (j *judging) stay(arrival, departure traveldoc.Date) {
	if departure.Before(arrival) {
		j.say(FieldDeparture, "order")
		return
	}
	days := int(departure.First().Sub(arrival.First())/(24*time.Hour)) + 1
	for _, m := range j.draft.Members {
		if t, ok := j.policy.Type(m.answer(PageType, FieldType)); ok && days > t.StayDays {
			j.with(FieldDeparture, bad("stay_long").With("most", t.StayDays))
		}
		if expires := dateOf(m.answer(PageDocument, FieldExpires)); !expires.IsZero() && expires.Before(departure) {
			j.with(FieldDeparture, bad("document_ends").With("until", expires))
		}
	}
}

// allowed reports whether a wish for entries is within a type's; 0 is multiple.
func allowed(most int, wish string) bool {
	switch wish {
	case "multiple":
		return most == 0
	case "2":
		return most == 0 || most >= 2
	}
	return true
}

func (j *judging) host() {
	if j.kept[FieldHasHost] == no && j.hostAsked() {
		j.say(FieldHasHost, "host_needed")
	}
	j.drop(j.kept[FieldHasHost] == no, FieldHostKind, FieldHostName, FieldHostAddress, FieldHostPhone, FieldHostEmail, FieldHostPays)
	for _, f := range []string{FieldHostKind, FieldHostName, FieldHostAddress, FieldHostPays} {
		j.follows(FieldHasHost, f)
	}
}

// hostAsked reports whether a type that somebody applies for wants a host.
func (a around) hostAsked() bool {
	for _, m := range a.draft.Members {
		if t, ok := a.policy.Type(m.answer(PageType, FieldType)); ok && t.Host {
			return true
		}
	}
	return false
}

// fields are the questions of a page as they are asked now.
func (a around) fields(page Page) []Field {
	fields := questions(page)
	if page == PageType {
		fields[0].Options = a.offered()
	}
	return fields
}

// offered are the codes of the types that a member may apply for.
func (a around) offered() []string {
	codes := []string{}
	for _, t := range a.policy.Types {
		if t.Offered(a.member.answer(PageNation, FieldNationality), a.draft.answer(PagePurpose, FieldPurpose)) {
			codes = append(codes, t.Code)
		}
	}
	return codes
}

func (m Member) answer(p Page, field string) string { return m.Answers[p][field] }
func (d Draft) answer(p Page, field string) string  { return d.Group[p][field] }

// dateOf is a date as it is kept; what is none is the unknown date.
func dateOf(kept string) traveldoc.Date {
	d, err := traveldoc.ParseDate(kept)
	if err != nil {
		return traveldoc.Date{}
	}
	return d
}

// later is a date so many years and days on.
func later(d traveldoc.Date, years, days int) traveldoc.Date {
	return traveldoc.DateOf(d.Last().AddDate(years, 0, days))
}
