package listfile

import (
	"slices"
	"strings"
	"unicode"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// draft is an entry while it is put together.
type draft struct {
	alerts.Alert
	r    *reading
	line int
	// letters says that countries may be given by their codes alone, of one to three letters.
	letters bool
	notes   int // of the file, before this entry
}

// draft begins an entry of a sanctions list: a travel ban that everybody may know of.
func (r *reading) draft(line int, id string) *draft {
	d := &draft{r: r, line: line, notes: len(r.file.Notes)}
	d.List, d.ID = r.o.List, strings.TrimSpace(id)
	d.Category, d.Action, d.Secrecy = alerts.CategorySanction, r.o.Action, alerts.Open
	d.Subject.Kind = alerts.Person
	return d
}

// note tells what of the entry was understood only partly.
func (d *draft) note(field, code, value string) {
	d.r.file.Notes = append(d.r.file.Notes, Note{Line: d.line, Key: d.Key(), Field: field, Code: code, Value: bounded(squeeze(value))})
}

// remark keeps a text that no field is for, with the name that the list gives it.
func (d *draft) remark(label, text string) {
	if text = squeeze(text); text == "" {
		return
	}
	if label != "" {
		text = label + ": " + text
	}
	if !slices.Contains(d.Remarks, text) {
		d.Remarks = append(d.Remarks, text)
	}
}

// maxName bounds a name in bytes: what is longer is a sentence.
const maxName = 400

// name takes a name over; script is what the list says of it, or empty. A name that stands there already is not taken twice.
func (d *draft) name(kind alerts.NameKind, raw, script string, parts ...alerts.NamePart) {
	raw = squeeze(raw)
	switch {
	case !hasLetter(raw):
		d.remark("Name", raw)
		return
	case len(raw) > maxName:
		d.note("subject.names", NoteName, raw)
		d.remark("Name", raw)
		return
	}
	if script == "" {
		script = scriptOf(raw)
	}
	same := func(n alerts.Name) bool { return n.Raw == raw && n.Kind == kind }
	if slices.ContainsFunc(d.Subject.Names, same) {
		return
	}
	d.Subject.Names = append(d.Subject.Names, alerts.Name{Raw: raw, Script: script, Kind: kind, Parts: parts})
}

// hasLetter reports whether a text can be a name: some ships have nothing but a number.
func hasLetter(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) })
}

// parts are the parts of a name with their roles; empty ones are left out.
func parts(all ...alerts.NamePart) []alerts.NamePart {
	var kept []alerts.NamePart
	for _, p := range all {
		if p.Text = squeeze(p.Text); p.Text != "" {
			kept = append(kept, p)
		}
	}
	return kept
}

// partsText are parts as one text, in their order.
func partsText(all []alerts.NamePart) string {
	words := make([]string, len(all))
	for i, p := range all {
		words[i] = p.Text
	}
	return strings.Join(words, " ")
}

// birth takes a text over as parseBirth reads it; what is more than the interval, such as "of the false passport", is kept with it.
func (d *draft) birth(text, more string) {
	if text = squeeze(text); text == "" {
		return
	}
	b, reversed, ok := parseBirth(text)
	if date, calendar, named := strings.Cut(strings.TrimSuffix(text, ")"), " ("); !ok && named {
		b, ok = converted(calendar, date)
	}
	if !ok {
		d.note("subject.births", NoteDate, text)
		d.remark("Born", squeeze(text+" "+more))
		return
	}
	if reversed {
		d.note("subject.births", NoteReversed, text)
		more = squeeze(text + " " + more)
	}
	b.Raw = joined("; ", b.Raw, more)
	d.addBirth(b)
}

func (d *draft) addBirth(b alerts.Birth) {
	if !slices.Contains(d.Subject.Births, b) {
		d.Subject.Births = append(d.Subject.Births, b)
	}
}

// country is the code of a country that field names; empty when it is not known, which is noted. Who asks keeps the text.
func (d *draft) country(field, name string) string {
	name = squeeze(name)
	if name == "" {
		return ""
	}
	code, known := Country(name)
	if !known && d.letters {
		code, known = CountryCode(strings.ToUpper(name))
	}
	if !known {
		d.note(field, NoteCountry, name)
	}
	return code
}

// nothing are the words for "not known" that stand where a value should.
var nothing = []string{"", "na", "n/a", "unknown", "not known", "none", "-", "unk", "not available", "unspecified"}

// says reports whether a value says anything.
func says(text string) bool { return !slices.Contains(nothing, strings.ToLower(squeeze(text))) }

func (d *draft) nationality(name, label string) {
	if !says(name) {
		if label != "" && squeeze(name) != "" {
			d.remark(label, name)
		}
		return
	}
	code := d.country("subject.nationalities", name)
	if code == "" {
		d.remark("Nationality", name)
		return
	}
	d.addNationality(code)
}

func (d *draft) addNationality(code string) {
	if !slices.Contains(d.Subject.Nationalities, code) {
		d.Subject.Nationalities = append(d.Subject.Nationalities, code)
	}
}

// sex takes the sex over: M, F or X.
func (d *draft) sex(text string) {
	var sex string
	switch strings.ToLower(squeeze(text)) {
	case "":
		return
	case "m", "male", "masculin", "masculino", "homme", "hombre":
		sex = "M"
	case "f", "female", "feminin", "féminin", "femenino", "femme", "mujer":
		sex = "F"
	case "x", "other", "unspecified", "<":
		sex = "X"
	default:
		if says(text) {
			d.note("subject.sexes", NoteSex, text)
		}
		d.remark("Sex", text)
		return
	}
	if !slices.Contains(d.Subject.Sexes, sex) {
		d.Subject.Sexes = append(d.Subject.Sexes, sex)
	}
}

// reason takes a text on why somebody is listed over; a second one stays a remark.
func (d *draft) reason(text string) {
	switch {
	case text == "" || d.Reason == text:
	case d.Reason == "":
		d.Reason = text
	default:
		d.remark("", text)
	}
}

// place is a place of its parts, from the smallest to the country, whose name is kept as it was written.
func (d *draft) place(field, country string, parts ...string) (alerts.Place, bool) {
	var words []string
	for _, part := range append(parts, country) {
		if part = squeeze(part); part != "" {
			words = append(words, part)
		}
	}
	if len(words) == 0 {
		return alerts.Place{}, false
	}
	p := alerts.Place{Text: strings.Join(words, ", ")}
	if says(country) {
		p.Country = d.country(field, country)
	}
	return p, true
}

func (d *draft) birthPlace(country string, parts ...string) {
	if p, ok := d.place("subject.birth_places", country, parts...); ok && !slices.Contains(d.Subject.BirthPlaces, p) {
		d.Subject.BirthPlaces = append(d.Subject.BirthPlaces, p)
	}
}

func (d *draft) address(country string, parts ...string) {
	if p, ok := d.place("subject.addresses", country, parts...); ok && !slices.Contains(d.Subject.Addresses, p) {
		d.Subject.Addresses = append(d.Subject.Addresses, p)
	}
}

// document takes a document over; one without a number is kept as text.
func (d *draft) document(doc alerts.Document, what string) {
	doc.Number, doc.Note = squeeze(doc.Number), squeeze(doc.Note)
	if !strings.ContainsFunc(doc.Number, func(r rune) bool { return unicode.IsDigit(r) || unicode.IsLetter(r) }) ||
		len(doc.Number) > maxNumber {
		d.note("subject.documents", NoteDocument, what)
		d.remark("Document", what)
		return
	}
	if !slices.Contains(d.Subject.Documents, doc) {
		d.Subject.Documents = append(d.Subject.Documents, doc)
	}
}

// maxNumber bounds the number of a document in bytes: what is longer is a sentence.
const maxNumber = 64

// date is a date of a document or of the entry; when it cannot be read that is noted, and the text kept.
func (d *draft) date(field, label, text string) traveldoc.Date {
	if text = squeeze(text); !says(text) {
		return traveldoc.Date{}
	}
	day, ok := parseDate(text)
	if !ok {
		d.note(field, NoteDate, text)
		d.remark(label, text)
	}
	return day
}

// finish hands the entry over to the file. Notes of an entry that is refused go with it.
func (d *draft) finish(raw string) error {
	refused := len(d.r.file.Refused)
	err := d.r.add(d.line, d.Alert, raw)
	if len(d.r.file.Refused) > refused {
		d.discard()
	}
	return err
}

// discard forgets the notes of the entry.
func (d *draft) discard() { d.r.file.Notes = d.r.file.Notes[:d.notes] }
