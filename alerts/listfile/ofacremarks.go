package listfile

import (
	"slices"
	"strings"
	"unicode"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// ofacDocuments are the beginnings of remarks that are documents, the longest of two that begin alike first.
var ofacDocuments = []struct{ prefix, kind string }{
	{"Passport", "P"}, {"Diplomatic Passport", "P"}, {"British National Overseas Passport", "P"}, {"U.S.A. Passport", "P"},
	{"Stateless Person Passport", "P"},
	{"Travel Document Number", "P"}, {"Travel Document", "P"}, {"National ID No.", "I"}, {"National Foreign ID Number", "I"},
	{"National ID Card", "I"}, {"Cedula No.", "I"},
	{"Cedula de Residencia", "R"}, {"Cedula de Ciudadania", "I"}, {"D.N.I.", "I"}, {"Personal ID Card", "I"}, {"Identification Number", "I"},
	{"Numero de Identidad", "I"},
	{"C.U.R.P.", "I"}, {"CURP", "I"}, {"C.U.I.", "I"}, {"C.U.I.P.", "I"}, {"LE Number", "I"}, {"Tarjeta de Identidad", "I"}, {"Kenyan ID No.",
		"I"}, {"Bosnian Personal ID No.", "I"},
	{"Moroccan Personal ID No.", "I"}, {"Turkish Identification Number", "I"}, {"Citizen's Card Number", "I"},
	{"Unique Identification Number", "I"}, {"N.I.E.", "I"},
	{"Residency Number", "R"}, {"Permit Number", "R"}, {"Stateless Person ID Card", "I"}, {"Refugee ID Card", "I"}, {"Visa Number ID", "V"},
	{"Visa", "V"},
	{"Driver's License No.", "D"}, {"Driver's License is issued by", "D"}, {"SSN", "O"}, {"Italian Fiscal Code", "O"},
	{"Birth Certificate Number", "O"},
	{"Electoral Registry No.", "O"}, {"Voter Identification Number", "O"}, {"Tax ID No.", "O"}, {"R.F.C.", "O"},
	{"Cartilla de Servicio Militar Nacional", "O"},
	{"Military Registration Number", "O"}, {"Seafarer's Identification Document", "O"}, {"Seaman's Book", "O"}, {"Pilot License Number", "O"},
	{"VisaNumberID", "V"},
	{"Afghan Money Service Provider License Number", "O"}, {"Paraguayan tax identification number", "O"}, {"Personal Number", "I"},
	{"National ID", "I"},
}

// ofacRemarks takes the remarks of an entry apart, and gives the names of the entries that it is linked to. What is none of the known
// forms stays a remark.
func (d *draft) ofacRemarks(text string) (linked []string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	for _, part := range strings.Split(strings.TrimSuffix(text, "."), ";") {
		if part = squeeze(part); part == "" {
			continue
		}
		if name, is := strings.CutPrefix(part, "Linked To: "); is {
			linked = append(linked, name)
			continue
		}
		d.ofacRemark(part)
	}
	return linked
}

// ofacRemark reads one remark.
func (d *draft) ofacRemark(part string) {
	plain := strings.TrimPrefix(part, "alt. ")
	person := d.Subject.Kind == alerts.Person
	switch word, rest, _ := strings.Cut(plain, " "); word {
	case "DOB":
		d.birth(strings.TrimSuffix(rest, "."), "")
	case "POB":
		d.ofacBirthPlace(rest)
	case "nationality", "citizen":
		d.nationality(rest, "Nationality")
	case "Gender":
		d.sex(rest)
	case "a.k.a.", "f.k.a.", "n.k.a.":
		d.ofacWeak(word, rest)
	default:
		if !person || !d.ofacDocument(plain) {
			d.remark("", part)
		}
	}
}

// ofacBirthPlace takes "Culiacan, Sinaloa, Mexico" over: the country is the last part, or the last words of it, where it is one.
func (d *draft) ofacBirthPlace(text string) {
	p := alerts.Place{Text: text, Country: lastCountry(text)}
	if p.Country == "" {
		d.note("subject.birth_places", NoteCountry, text)
	}
	if !slices.Contains(d.Subject.BirthPlaces, p) {
		d.Subject.BirthPlaces = append(d.Subject.BirthPlaces, p)
	}
}

// lastCountry is the code of the country that a place ends with, the longest name first; empty when it ends with none.
func lastCountry(text string) string {
	if len(text) > maxName {
		return ""
	}
	starts := []int{0}
	for i, c := range text {
		if c == ',' || c == ' ' || c == '(' {
			starts = append(starts, i+1)
		}
	}
	for _, at := range starts[max(0, len(starts)-12):] {
		if rest := strings.TrimSuffix(strings.TrimSpace(text[at:]), ")"); len(rest) >= 3 {
			if code, known := Country(rest); known {
				return code
			}
		}
	}
	if code, known := Country(text); known {
		return code
	}
	return ""
}

// ofacWeak takes a weak alias over: 'X', or 'X', 'Y'. What is not quoted is a name like those of ALT.CSV.
func (d *draft) ofacWeak(word, text string) {
	quoted, inner := strings.HasPrefix(text, "'"), strings.TrimSuffix(strings.TrimSuffix(text, "."), "'")
	if !quoted {
		kind := alerts.Strong
		if word == "f.k.a." {
			kind = alerts.Former
		}
		d.ofacName(kind, text)
		return
	}
	for _, name := range strings.Split(strings.TrimPrefix(inner, "'"), "', '") {
		d.ofacName(alerts.Weak, name)
	}
}

// ofacDocument reads a document: "Passport NUM (Country) issued 01 Jan 2001 expires 01 Jan 2011".
func (d *draft) ofacDocument(text string) bool {
	best := -1
	for i, known := range ofacDocuments {
		if rest, is := strings.CutPrefix(text, known.prefix); is && (rest == "" || !unicode.IsLetter(rune(rest[0]))) {
			if best < 0 || len(known.prefix) > len(ofacDocuments[best].prefix) {
				best = i
			}
		}
	}
	if best < 0 {
		return false
	}
	known := ofacDocuments[best]
	rest := strings.TrimLeft(text[len(known.prefix):], " :#")
	doc := alerts.Document{Type: known.kind, Status: documentStatus(text)}
	var notes []string
	if known.prefix != "Passport" && known.prefix != "National ID No." {
		notes = append(notes, known.prefix)
	}
	rest, expires := cutLast(rest, " expires ")
	rest, issued := cutLast(rest, " issued ")
	for _, of := range []struct {
		day  *traveldoc.Date
		word string
		text string
	}{{&doc.Issued, "issued ", issued}, {&doc.Expiry, "expires ", expires}} {
		var more string
		if *of.day, more = d.dateOfDocument(of.text); more != "" {
			notes = append(notes, of.word+more)
		}
	}
	number, country, more := d.ofacIssuer(rest)
	if more != "" {
		notes = append(notes, more)
	}
	doc.Number, doc.Issuer = number, country
	doc.Note = joined("; ", notes...)
	if !strings.ContainsAny(number, "0123456789") {
		doc.Number = ""
	}
	d.document(doc, text)
	return true
}

// dateOfDocument reads a date of a document. What is more than a date, such as the place of issue, is given back with it.
func (d *draft) dateOfDocument(text string) (day traveldoc.Date, more string) {
	if text = squeeze(text); !says(text) {
		return day, ""
	}
	if day, ok := parseDate(text); ok {
		return day, ""
	}
	if _, _, isRange := cutRange(text); !isRange {
		day = firstDate(text)
	}
	if day.IsZero() {
		d.note("subject.documents", NoteDate, text)
	}
	return day, text
}

// cutLast cuts a text at the last place where a word stands.
func cutLast(text, word string) (before, after string) {
	if at := strings.LastIndex(text, word); at >= 0 {
		return text[:at], strings.TrimSuffix(text[at+len(word):], ".")
	}
	return text, ""
}

// ofacIssuer tells the number, the issuing country in the last brackets and what else stands there.
func (d *draft) ofacIssuer(text string) (number, issuer, more string) {
	text = strings.TrimSpace(strings.TrimSuffix(text, "."))
	number = text
	if at := strings.Index(text, "("); at >= 0 {
		number = strings.TrimSpace(text[:at])
		groups := strings.Split(text[at:], "(")
		for i, g := range groups[1:] {
			name, behind, _ := strings.Cut(g, ")")
			if i == len(groups)-2 {
				issuer = d.country("subject.documents", name)
			}
			if issuer == "" || i < len(groups)-2 {
				more = joined(", ", more, name)
			}
			more = joined(", ", more, behind)
		}
	}
	if before, after, found := strings.Cut(number, ","); found {
		number, more = strings.TrimSpace(before), joined(", ", after, more)
	}
	if at := strings.LastIndexByte(number, ' '); at > 0 && issuer == "" && len(number)-at > 4 {
		if code, known := Country(number[at+1:]); known {
			number, issuer = number[:at], code
		}
	}
	return number, issuer, more
}
