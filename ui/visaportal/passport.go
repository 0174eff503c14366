package visaportal

import (
	"slices"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/translit"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// readFields are the fields of a data page, in the order shown, each with the question that it answers.
func readFields() []struct {
	id    mrz.FieldID
	field string
} {
	return []struct {
		id    mrz.FieldID
		field string
	}{
		{mrz.DocumentNumber, apply.FieldNumber}, {mrz.IssuingState, apply.FieldIssuer}, {mrz.Name, apply.FieldSurname},
		{mrz.Nationality, apply.FieldNationality}, {mrz.BirthDate, apply.FieldBirthDate}, {mrz.Sex, apply.FieldSex}, {mrz.ExpiryDate, apply.FieldExpires},
	}
}

func (p *portal) passport(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	return p.showPassport(c, d, member(c, d), nil)
}

// passportSend reads a photo of the data page; without one the details are typed.
func (p *portal) passportSend(c *web.Context) error {
	d, who, data, err := p.uploaded(c)
	if err != nil {
		return err
	}
	at := apply.Where{Page: apply.PagePassport, Member: who.ID}
	if len(data) == 0 && c.QueryParam("skip") == "yes" {
		return p.redirect(c, d, at, "")
	}
	added, wrong, err := p.add(c, who, evisa.FilePassport, data)
	if err != nil {
		return err
	}
	if len(wrong) == 0 && added.ReadProblem != nil {
		if wrong, err = asProblems(added.ReadProblem); err != nil {
			return err // the reader was busy: the photo is kept, and the details can be typed
		}
		d, who = added.Draft, again(added.Draft, who)
	}
	if len(wrong) > 0 {
		return p.showPassport(c, d, who, wrong)
	}
	return c.SeeOther(p.pathOf(d, at))
}

// again is a member as the draft has him now.
func again(d apply.Draft, who apply.Member) apply.Member {
	now, _ := d.Member(who.ID) // the caller has just had him from this draft
	return now
}

func (p *portal) showPassport(c *web.Context, d apply.Draft, who apply.Member, wrong apply.Problems) error {
	at := apply.Where{Page: apply.PagePassport, Member: who.ID}
	say := c.Text()
	shown := p.pictured(c, d, at, wrong, "environment")
	shown.Lead = []string{say.T(text.VisaportalQPhotoLead)}
	shown.Alt = say.T(text.VisaportalFileKindPassportPage)
	if f, has := fileOf(who, evisa.FilePassport); has {
		shown.Image = "/apply/file/" + f.ID.String()
	}
	if read := reading(c, who); read != nil {
		shown.Title = text.VisaportalQConfirmTitle
		shown.Page.Title = text.VisaportalQConfirmTitle
		shown.Have = []string{say.T(text.VisaportalQConfirmLead), say.T(text.VisaportalQConfirmDigitsHint)}
		shown.ItemsTitle, shown.Items = text.VisaportalQConfirmDigits, digits(say, read)
		shown.Go = p.onward(d, at)
		shown.Go[0].Label, shown.Again = text.VisaportalQLookAtFields, text.VisaportalQAnother
	} else {
		shown.Instead = []visaportalview.Button{{
			Action: "/apply/passport?skip=yes", Label: say.T(text.VisaportalQPhotoInstead), Hidden: hidden(at, ""),
		}}
	}
	return c.Render(statusOf(wrong), visaportalview.Pictured(shown))
}

// reading is what was read from a member's photo; nil when nothing was.
func reading(c *web.Context, who apply.Member) *mrz.Document {
	if who.Read == nil || who.Read.MRZ == "" {
		return nil
	}
	read, err := mrz.Parse(who.Read.MRZ, traveldoc.DateOf(c.Now().UTC()))
	if err != nil {
		return nil
	}
	return read
}

// digits are the fields as read, with what the check digit of each says.
func digits(say *text.Printer, read *mrz.Document) (all []visaportalview.Item) {
	suggestions := read.Suggestions()
	for _, f := range readFields() {
		item := visaportalview.Item{Name: readName(say, f.field), Value: readValue(say, read, f.id), Verdict: "none"}
		switch read.Field(f.id).Verdict {
		case mrz.OK:
			item.Verdict = "right"
		case mrz.Failed, mrz.Suspect:
			item.Verdict = "wrong"
			item.Advice = perhaps(say, read, suggestions, f.id)
		case mrz.NoCheck:
		}
		all = append(all, item)
	}
	return append(all, composite(say, read)...)
}

// readName is what a field of the data page is called: surname and given names stand together there.
func readName(say *text.Printer, field string) string {
	if field == apply.FieldSurname {
		return say.T(text.VisaportalQName)
	}
	return say.T(text.Key("visaportal.f." + field))
}

func composite(say *text.Printer, read *mrz.Document) []visaportalview.Item {
	for _, check := range read.Checks() {
		if check.Field == mrz.Composite {
			verdict := map[bool]string{true: "right", false: "wrong"}[check.OK]
			return []visaportalview.Item{{Name: say.T(text.VisaportalQComposite), Verdict: verdict}}
		}
	}
	return nil
}

func readValue(say *text.Printer, read *mrz.Document, id mrz.FieldID) string {
	switch id {
	case mrz.Name:
		identity := read.Identity()
		return identity.Surname + " " + identity.GivenNames
	case mrz.BirthDate:
		return say.Date(read.Identity().BirthDate)
	case mrz.ExpiryDate:
		return say.Date(read.TravelDocument().ExpiryDate)
	case mrz.Nationality, mrz.IssuingState:
		code := read.Field(id).Value
		if name := countryName(say, code); name != code {
			return name + " (" + code + ")"
		}
		return code
	default:
		return read.Field(id).Value
	}
}

// perhaps is what a field would be with the look-alikes exchanged that make its digits fit. It is said, never filled in.
func perhaps(say *text.Printer, read *mrz.Document, all []mrz.Suggestion, id mrz.FieldID) string {
	for _, s := range all {
		if s.Ambiguous || !slices.Contains(s.Fields, id) {
			continue
		}
		if with, err := read.Accept(s); err == nil && with.Field(id).Value != read.Field(id).Value {
			return say.T(text.VisaportalQPerhaps, "value", readValue(say, with, id))
		}
	}
	return ""
}

// annotate says at each field what its check digit says, where it was read from a photo, or that something else stands there now.
func (p *portal) annotate(c *web.Context, who apply.Member, filled apply.Form, fields []visaportalview.Field) {
	read := reading(c, who)
	if read == nil {
		return
	}
	for _, known := range readFields() {
		for n := range fields {
			if fields[n].Name != known.field {
				continue
			}
			said := note(c.Text(), read.Field(known.id).Verdict)
			if otherwise(read, known.field, filled) {
				said = visaportalview.Note{Tone: view.ToneWarning, Words: c.Text().T(text.VisaportalQPhotoSays, "value", saidIn(c.Text(), read, known.field))}
			}
			fields[n].Notes = append(fields[n].Notes, said)
		}
	}
}

// otherwise reports whether a field holds another answer than the photo gave it. A name may be spelled as the zone cannot.
func otherwise(read *mrz.Document, field string, filled apply.Form) bool {
	typed, who, document := filled.Get(field), read.Identity(), read.TravelDocument()
	switch field {
	case apply.FieldSurname:
		return typed != "" && translit.Match(typed, "", who.Surname, "", who.NameTruncated).Outcome == translit.Different
	case apply.FieldBirthDate:
		return anotherDay(filled, field, who.BirthDate)
	case apply.FieldExpires:
		return anotherDay(filled, field, document.ExpiryDate)
	case apply.FieldSex:
		return typed != "" && typed != who.Sex
	case apply.FieldNationality:
		return typed != "" && traveldoc.FoldState(typed) != traveldoc.FoldState(who.Nationality)
	case apply.FieldIssuer:
		return typed != "" && traveldoc.FoldState(typed) != traveldoc.FoldState(document.IssuingState)
	case apply.FieldNumber:
		return typed != "" && traveldoc.FoldNumber(typed) != traveldoc.FoldNumber(document.Number)
	}
	return false
}

func anotherDay(filled apply.Form, field string, read traveldoc.Date) bool {
	typed, whole := apply.DateIn(filled, field)
	return whole && !typed.IsZero() && typed != read
}

// saidIn is what the photo says of a field: States by name, for few know their codes.
func saidIn(say *text.Printer, read *mrz.Document, field string) string {
	switch field {
	case apply.FieldSurname:
		return read.Identity().Surname
	case apply.FieldNationality:
		return countryName(say, read.Identity().Nationality)
	case apply.FieldIssuer:
		return countryName(say, read.TravelDocument().IssuingState)
	}
	for _, known := range readFields() {
		if known.field == field {
			return readValue(say, read, known.id)
		}
	}
	return ""
}

func note(say *text.Printer, v mrz.Verdict) visaportalview.Note {
	switch v {
	case mrz.OK:
		return visaportalview.Note{Tone: view.ToneSuccess, Words: say.T(text.VisaportalQDigitFits)}
	case mrz.Failed, mrz.Suspect:
		return visaportalview.Note{Tone: view.ToneError, Words: say.T(text.VisaportalQDigitFails)}
	case mrz.NoCheck:
	}
	return visaportalview.Note{Tone: view.ToneInfo, Words: say.T(text.VisaportalQFromPhoto)}
}
