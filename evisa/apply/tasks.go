package apply

import (
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Missing is what stands in the way of sending.
type Missing struct {
	Where
	Problem *problem.Error
}

// around is what a page of a draft is held against now.
func (s *Service) around(d Draft, member uuid.UUID) around {
	m, _ := d.Member(member) // nobody: the page is of the whole group
	return around{policy: s.Policy, today: traveldoc.DateOf(s.Now().UTC()), draft: d, member: m}
}

// Fields are the questions of a page as they are asked now: Options that depend on other answers are filled in (of types, see Offer). The
// pages of files have none.
func (s *Service) Fields(d Draft, at Where) []Field {
	fields := s.around(d, at.Member).fields(at.Page)
	for i, f := range fields {
		if f.Kind == KindCountry {
			fields[i].Options = f.Codes.All()
		}
	}
	return fields
}

// Values are a page's answers as a form shows them (dates in three fields too): those kept, or those that a photo filled in.
func (s *Service) Values(d Draft, at Where) Form {
	form := Form{}
	for name, v := range d.answers(at) {
		form[name] = []string{v}
	}
	for _, f := range questions(at.Page) {
		if date := dateOf(form.Get(f.Name)); f.Kind == KindDate && !date.IsZero() {
			form[f.Name+"_year"] = []string{padded(date.Year(), 4)}
			form[f.Name+"_month"] = []string{padded(date.Month(), 2)}
			form[f.Name+"_day"] = []string{padded(date.Day(), 2)}
		}
	}
	return form
}

// answers are those of a page; nil before there are any.
func (d Draft) answers(at Where) map[string]string {
	if at.Member == uuid.Nil {
		return d.Group[at.Page]
	}
	m, _ := d.Member(at.Member) // nobody: the page is of the whole group
	return m.Answers[at.Page]
}

// asked reports whether a draft has the page at all.
func (d Draft) asked(at Where) bool {
	if at.Member == uuid.Nil {
		return slices.Contains(GroupPages(), at.Page)
	}
	_, known := d.Member(at.Member)
	return known && slices.Contains(MemberPages(), at.Page) && (at.Page != PageRelation || at.Member != d.Lead().ID)
}

// places are the pages of a draft in the order asked: why, each person, then what they have in common.
func (d Draft) places() []Where {
	places := []Where{{Page: PagePurpose}}
	for _, m := range d.Members {
		for _, p := range MemberPages() {
			if at := (Where{p, m.ID}); d.asked(at) {
				places = append(places, at)
			}
		}
	}
	for _, p := range GroupPages()[1:] {
		places = append(places, Where{Page: p})
	}
	return places
}

// Tasks are the pages that apply to a draft, in the order asked, and how far each is. A draft that was sent has none.
func (s *Service) Tasks(d Draft) []Task {
	if d.Sent != nil {
		return nil
	}
	var tasks []Task
	for _, at := range d.places() {
		state, optional := s.state(d, at)
		tasks = append(tasks, Task{Page: at.Page, Member: at.Member, State: state, Optional: optional})
	}
	return tasks
}

func (s *Service) state(d Draft, at Where) (state TaskState, optional bool) {
	m, _ := d.Member(at.Member) // nobody: the page is of the whole group
	if fileOnly(at.Page) {
		missing := s.filesMissing(m, at.Page)
		wanted := len(s.filesWanted(m, at.Page)) > 0
		if len(missing) == 0 && (wanted || len(m.filesOf(at.Page)) > 0) {
			return Done, !wanted
		}
		return Todo, !wanted
	}
	answers := d.answers(at)
	_, _, problems := s.around(d, at.Member).read(at.Page, s.Values(d, at))
	switch {
	case answers == nil:
		return Todo, false
	case len(problems) > 0 || m.Filled[at.Page]:
		return Check, false
	}
	return Done, false
}

// Next is the first page after the given one that is to be answered still, beginning anew at the end; false when nothing is left: then the
// answers are checked and sent. A page that may be left out comes once, by its place.
func (s *Service) Next(d Draft, after Where) (Task, bool) {
	tasks := s.Tasks(d)
	at := slices.IndexFunc(tasks, func(t Task) bool { return t.Page == after.Page && t.Member == after.Member })
	for i, t := range tasks {
		if i > at && t.State != Done {
			return t, true
		}
	}
	for _, t := range tasks {
		if t.State != Done && !t.Optional {
			return t, true
		}
	}
	return Task{}, false
}

// Missing is everything that stands in the way of sending: each problem with its page.
func (s *Service) Missing(d Draft) []Missing {
	var all []Missing
	if d.Sent != nil {
		return nil
	}
	for _, at := range d.places() {
		m, _ := d.Member(at.Member) // nobody: the page is of the whole group
		if fileOnly(at.Page) {
			for _, kind := range s.filesMissing(m, at.Page) {
				all = append(all, Missing{at, bad("file_missing").With("kind", kind).At(FieldFile)})
			}
			continue
		}
		_, _, problems := s.around(d, at.Member).read(at.Page, s.Values(d, at))
		for _, p := range problems {
			all = append(all, Missing{at, p})
		}
		if len(problems) == 0 && m.Filled[at.Page] {
			all = append(all, Missing{at, bad("unconfirmed")})
		}
	}
	return all
}

// Fee is what the draft will cost: of each member in their order, and together.
func (s *Service) Fee(d Draft) (each []evisa.Money, sum evisa.Money) {
	sum.Currency = s.Policy.Types[0].Fee.Currency
	for _, m := range d.Members {
		t, _ := s.Policy.Type(m.answer(PageType, FieldType)) // none chosen yet: it asks for nothing
		if t.Code == "" {
			t.Fee = evisa.Money{Currency: sum.Currency}
		}
		each = append(each, t.Fee)
		sum.Minor += t.Fee.Minor
	}
	return each, sum
}

// fileOnly are pages that ask for files and nothing else.
func fileOnly(p Page) bool { return p == PagePassport || p == PagePortrait || p == PagePapers }

// pageOf is the page that asks for a kind of file.
func pageOf(kind string) Page {
	switch kind {
	case evisa.FilePassport:
		return PagePassport
	case evisa.FilePortrait:
		return PagePortrait
	}
	return PagePapers
}

// filesWanted are the kinds that must come on a page.
func (s *Service) filesWanted(m Member, p Page) (kinds []string) {
	if p == PagePortrait {
		return []string{evisa.FilePortrait}
	}
	t, _ := s.Policy.Type(m.answer(PageType, FieldType)) // none chosen yet: it asks for nothing
	for _, kind := range t.Files {
		if pageOf(kind) == p {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func (s *Service) filesMissing(m Member, p Page) []string {
	return slices.DeleteFunc(slices.Clone(s.filesWanted(m, p)), func(kind string) bool {
		return slices.ContainsFunc(m.Files, func(f evisa.File) bool { return f.Kind == kind })
	})
}

// Wanted are the kinds of papers that a member's type of visa asks for and that have not come.
func (s *Service) Wanted(m Member) []string { return s.filesMissing(m, PagePapers) }

func (m Member) filesOf(p Page) (own []evisa.File) {
	for _, f := range m.Files {
		if pageOf(f.Kind) == p {
			own = append(own, f)
		}
	}
	return own
}

func padded(n, width int) string {
	if n == 0 {
		return ""
	}
	text := "0000" + itoa(n)
	return text[len(text)-width:]
}
