package listfile

import (
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// readUN reads the consolidated list of the United Nations Security Council: CONSOLIDATED_LIST, INDIVIDUALS and ENTITIES.
func (r *reading) readUN(in io.Reader) error {
	root := func(n *node) error {
		if n.name != "CONSOLIDATED_LIST" {
			return r.broken(n.line, errExpected("CONSOLIDATED_LIST", n.name))
		}
		r.asOf(n.line, n.attr("dateGenerated"), parseDate)
		return nil
	}
	return r.elements(in).each(3, root, func(path []string, n *node) error {
		switch n.name {
		case "INDIVIDUAL":
			return r.unEntry(n, alerts.Person)
		case "ENTITY":
			return r.unEntry(n, alerts.Organisation)
		}
		r.refuse(n.line, strings.Join(path, "/"), RefusedUnexpected, "expected INDIVIDUAL or ENTITY, not "+bounded(n.name), n.beginning())
		return nil
	})
}

// unEntry reads an individual or an entity: their elements have the same names but for the beginning.
func (r *reading) unEntry(n *node, kind alerts.Kind) error {
	id, data := n.take("REFERENCE_NUMBER"), n.take("DATAID")
	raw := n.beginning()
	if id == "" {
		id = data
	}
	d := r.draft(n.line, strings.ReplaceAll(id, " ", ""))
	d.Subject.Kind = kind
	if data != id {
		d.remark("DATAID", data)
	}
	d.unNames(n)
	d.unAliases(n)
	d.sex(n.take("GENDER"))
	for _, country := range n.values("NATIONALITY", "VALUE") {
		d.nationality(country, "Nationality")
	}
	for _, b := range n.all("INDIVIDUAL_DATE_OF_BIRTH") {
		d.unBirth(b)
	}
	for _, p := range n.all("INDIVIDUAL_PLACE_OF_BIRTH") {
		d.birthPlace(p.take("COUNTRY"), withNote(p, p.take("STREET"), p.take("CITY"), p.take("STATE_PROVINCE"))...)
	}
	for _, name := range []string{"INDIVIDUAL_ADDRESS", "ENTITY_ADDRESS"} {
		for _, p := range n.all(name) {
			d.address(p.take("COUNTRY"), withNote(p, p.take("STREET"), p.take("CITY"), p.take("ZIP_CODE"), p.take("STATE_PROVINCE"))...)
		}
	}
	for _, doc := range n.all("INDIVIDUAL_DOCUMENT") {
		d.unDocument(doc)
	}
	d.unWhy(n)
	n.drop("SORT_KEY", "SORT_KEY_LAST_MOD", "VERSIONNUM")
	d.keepLeftovers(n)
	return d.finish(raw)
}

// withNote puts the note of a place behind its parts.
func withNote(place *node, parts ...string) []string {
	if note := place.take("NOTE"); note != "" {
		parts = append(parts, "("+note+")")
	}
	return parts
}

// unNames reads the names: first to fourth in the order of the culture, which says nothing of given and family.
func (d *draft) unNames(n *node) {
	var all []alerts.NamePart
	for _, name := range []string{"FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME", "FIFTH_NAME", "SIXTH_NAME"} {
		all = append(all, alerts.NamePart{Text: n.take(name), Role: alerts.Unknown})
	}
	all = parts(all...)
	raw := partsText(all)
	if d.Subject.Kind != alerts.Person || len(all) < 2 {
		all = nil
	}
	if raw != "" {
		d.name(alerts.Primary, raw, "", all...)
	}
	if original := n.take("NAME_ORIGINAL_SCRIPT"); original != "" {
		for _, name := range strings.FieldsFunc(original, func(c rune) bool { return c == ';' || c == '؛' }) {
			d.name(alerts.Primary, name, "")
		}
	}
}

// unAliases reads the aliases with their quality; an empty one is normal.
func (d *draft) unAliases(n *node) {
	for _, element := range []string{"INDIVIDUAL_ALIAS", "ENTITY_ALIAS"} {
		for _, a := range n.all(element) {
			quality, name, note := a.take("QUALITY"), a.take("ALIAS_NAME"), a.take("NOTE")
			d.aliases(unQuality(quality, note), name)
			d.unAliasNote(unQuality(quality, note), name, note)
			d.birth(a.take("DATE_OF_BIRTH"), strings.TrimSpace("alias "+name))
			d.birthPlace(a.take("COUNTRY_OF_BIRTH"), a.take("CITY_OF_BIRTH"))
		}
	}
}

func unQuality(quality, note string) alerts.NameKind {
	note = strings.ToLower(note)
	switch {
	case strings.HasPrefix(strings.ToLower(quality), "f.k.a"), strings.HasPrefix(note, "formerly listed"), strings.HasPrefix(note,
		"previously listed"):
		return alerts.Former
	case strings.EqualFold(quality, "Low"):
		return alerts.Weak
	}
	return alerts.Strong
}

// unAliasNote keeps the note of an alias, and takes names in another script out of it ("original script: ...").
func (d *draft) unAliasNote(kind alerts.NameKind, name, note string) {
	if note == "" {
		return
	}
	d.remark("Alias "+name, note)
	if original := otherScript(note); original != "" {
		d.name(kind, original, "")
	}
}

// aliases takes aliases over that stand in one text: separated by ";", and with the name in another script in brackets, on either side.
// What else stands in brackets is kept as a remark.
func (d *draft) aliases(kind alerts.NameKind, text string) {
	text = squeeze(text)
	if text == "" {
		return
	}
	outside, inside := brackets(text)
	d.aliasNames(kind, outside)
	for _, aside := range inside {
		switch original := otherScript(aside); {
		case original != "" && original == squeeze(aside), otherScript(outside) != "" && original == "":
			d.aliasNames(kind, aside)
		default:
			d.aliasNames(kind, original)
			d.remark("Alias "+squeeze(outside), aside)
		}
	}
}

func (d *draft) aliasNames(kind alerts.NameKind, text string) {
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == ';' || c == '؛' }) {
		if part = strings.Trim(squeeze(part), ` ",;:)(`); part != "" {
			d.name(kind, part, "")
		}
	}
}

// brackets tells what stands outside of the brackets of a text, and what inside each of them. A bracket that is not closed goes to the end.
func brackets(text string) (outside string, inside []string) {
	var b strings.Builder
	depth, from := 0, 0
	for i, c := range text {
		switch {
		case c == '(':
			if depth++; depth == 1 {
				from = i + 1
			}
		case c == ')' && depth > 0:
			if depth--; depth == 0 {
				inside = append(inside, text[from:i])
				b.WriteByte(' ')
			}
		case depth == 0:
			b.WriteRune(c)
		}
	}
	if depth > 0 {
		inside = append(inside, text[from:])
	}
	return b.String(), inside
}

// otherScript is the part of a text from its first letter that is not Latin to its last one; empty when all are Latin.
func otherScript(text string) string {
	first, last := -1, -1
	for i, c := range text {
		if unicode.IsLetter(c) && scriptOfLetter(c) != "Latn" {
			if first < 0 {
				first = i
			}
			last = i + len(string(c))
		}
	}
	if first < 0 || strings.ContainsFunc(text[first:last], func(c rune) bool { return unicode.IsLetter(c) && scriptOfLetter(c) == "Latn" }) {
		return ""
	}
	return text[first:last]
}

// unBirth reads a date of birth: EXACT carries a date, or only a year, or nothing but a note.
func (d *draft) unBirth(n *node) {
	kind, day, year, from, to := n.take("TYPE_OF_DATE"), n.take("DATE"), n.take("YEAR"), n.take("FROM_YEAR"), n.take("TO_YEAR")
	note := n.take("NOTE")
	text := day
	switch {
	case day != "":
	case from != "" || to != "":
		text = rangeText(from, to)
	case year != "":
		text = monthOfNote(note, year)
	case note != "":
		text, note = note, ""
	case kind != "" && !strings.EqualFold(kind, "EXACT"):
		d.remark("Born", kind)
		return
	}
	before := len(d.Subject.Births)
	d.birth(text, note)
	_, said := cutApproximation(note + " ")
	if len(d.Subject.Births) > before && (strings.EqualFold(kind, "APPROXIMATELY") || said) {
		b := &d.Subject.Births[before]
		b.Circa = true
		if slices.Contains(d.Subject.Births[:before], *b) {
			d.Subject.Births = d.Subject.Births[:before]
		}
	}
}

func rangeText(from, to string) string {
	switch {
	case from == "":
		return to
	case to == "":
		return from
	}
	return from + " to " + to
}

// monthOfNote is a year with its month, where the note beside it is one ("Sep.").
func monthOfNote(note, year string) string {
	if !strings.ContainsAny(note, " 0123456789") && monthOf(note) > 0 {
		return note + " " + year
	}
	return year
}

// unDocument reads a document; its issuer stands in either of two elements, and its last day in a note.
func (d *draft) unDocument(n *node) {
	kind, more := n.take("TYPE_OF_DOCUMENT"), n.take("TYPE_OF_DOCUMENT2")
	number, note, issued := n.take("NUMBER"), n.take("NOTE"), n.take("DATE_OF_ISSUE")
	issuer, other, city := n.take("ISSUING_COUNTRY"), n.take("COUNTRY_OF_ISSUE"), n.take("CITY_OF_ISSUE")
	if kind+more+number+note+issued+issuer+other+city == "" {
		return
	}
	doc := alerts.Document{Number: number, Status: documentStatus(more + " " + note)}
	what := joined(", ", kind, more, number, issuer, other, city, issued, note)
	doc.Type = d.documentKind(more, kind)
	if doc.Issuer = d.issuer(issuer); doc.Issuer == "" || issuer == "" {
		doc.Issuer = d.issuer(other)
	}
	doc.Issued = d.date("subject.documents", "Issued", issued)
	doc.Expiry = expiryOf(note)
	notes := []string{more, prefixed("issued in ", city), note}
	if doc.Issuer == "" {
		notes = append(notes, issuer)
	}
	if !strings.EqualFold(issuer, other) && (doc.Issuer == "" || issuer != "") {
		notes = append(notes, other)
	}
	doc.Note = joined("; ", notes...)
	if kind != "" && (doc.Type == "" || documentTypeIs(kind) != doc.Type) {
		doc.Note = joined("; ", kind, doc.Note)
	}
	if doc.Number == "" {
		doc.Number = numberIn(or(more, note))
	}
	d.document(doc, what)
}

func documentTypeIs(name string) string { kind, _ := documentType(name); return kind }

// documentKind is the kind of a document by the first of its names that tells it. A name that tells nothing is noted.
func (d *draft) documentKind(names ...string) string {
	for _, name := range names {
		if kind, known := documentType(name); known {
			return kind
		}
	}
	if all := joined(", ", names...); all != "" {
		d.note("subject.documents", NoteDocumentType, all)
	}
	return ""
}

func (d *draft) issuer(country string) string {
	if !says(country) {
		return ""
	}
	return d.country("subject.documents", country)
}

// expiryOf is the day after a word such as "expires" in a note; unknown when there is none.
func expiryOf(note string) traveldoc.Date {
	lower := strings.ToLower(note)
	for _, word := range []string{"expiration date", "date of expiration", "expires", "expired", "expiry date", "valid until",
		"date d'expiration"} {
		at := strings.Index(lower, word)
		if at < 0 || len(lower) != len(note) {
			continue
		}
		rest := strings.TrimLeft(note[at+len(word):], " :.")
		rest = strings.TrimPrefix(rest, "on ")
		if end := strings.IndexAny(rest, ";("); end >= 0 {
			rest = rest[:end]
		}
		return firstDate(rest)
	}
	return traveldoc.Date{}
}

// numberIn is the number of a document that stands in a text behind a word such as "number": capitals and digits, up to the next word.
func numberIn(text string) string {
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		return ""
	}
	for _, word := range []string{"number ", "number: ", "no. ", "code: ", "ssn ", "card "} {
		at := strings.LastIndex(lower, word)
		if at < 0 {
			continue
		}
		var number []string
		for _, part := range strings.Fields(text[at+len(word):]) {
			if strings.ToUpper(part) != part || len(number) > 3 {
				break
			}
			number = append(number, strings.TrimRight(part, ",;."))
			if strings.HasSuffix(part, ",") || strings.HasSuffix(part, ";") {
				break
			}
		}
		if all := strings.Join(number, " "); strings.ContainsAny(all, "0123456789") {
			return all
		}
	}
	return ""
}

// firstDate is the longest beginning of a text that is a date.
func firstDate(text string) traveldoc.Date {
	words := strings.Fields(text)
	for n := min(len(words), 3); n > 0; n-- {
		candidate := strings.TrimRight(strings.Join(words[:n], " "), ".,")
		if day, ok := parseDate(candidate); ok {
			return day
		}
	}
	return traveldoc.Date{}
}

// unWhy reads why somebody is listed and since when.
func (d *draft) unWhy(n *node) {
	regime := n.take("UN_LIST_TYPE")
	d.LegalBasis = joined(" ", "United Nations Security Council", prefixed("sanctions list: ", regime))
	d.Reason = n.take("COMMENTS1")
	d.ListedOn = d.date("listed_on", "Listed on", n.take("LISTED_ON"))
	for _, text := range n.values("LAST_DAY_UPDATED", "VALUE") {
		if day, ok := parseDate(text); ok && (d.UpdatedOn.IsZero() || d.UpdatedOn.Before(day)) {
			d.UpdatedOn = day
		} else if !ok {
			d.remark("Updated", text)
		}
	}
	n.values("LIST_TYPE", "VALUE") // "UN List", of every entry
	for _, of := range [][2]string{{"TITLE", "Title"}, {"DESIGNATION", "Designation"}} {
		for _, text := range n.values(of[0], "VALUE") {
			d.remark(of[1], text)
		}
	}
	d.remark("Submitted by", n.take("SUBMITTED_BY"))
}

// joined puts the texts that say something together.
func joined(between string, texts ...string) string {
	var kept []string
	for _, text := range texts {
		if text = squeeze(text); text != "" {
			kept = append(kept, text)
		}
	}
	return strings.Join(kept, between)
}

// prefixed is a text behind its prefix, or nothing.
func prefixed(prefix, text string) string {
	if squeeze(text) == "" {
		return ""
	}
	return prefix + text
}
