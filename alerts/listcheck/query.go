package listcheck

import (
	"slices"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// QueryOf is the question about a subject: every name, birth date, nationality and number that the document gives, from its zone, its
// visual zone and its chip, in whatever script. A listed person is found by the best of them.
func QueryOf(s border.Subject) match.Query {
	q := match.Query{Sex: s.Identity.Sex, Truncated: s.Identity.NameTruncated, Today: s.Today}
	kind := alerts.Primary
	if s.MRZ != nil {
		kind = alerts.MRZName
	}
	addName(&q, kind, s.Identity.Surname, s.Identity.GivenNames)
	addBirth(&q, s.Identity.BirthDate)
	addNationality(&q, s.Identity.Nationality)
	addDocument(&q, alerts.Document{Type: documentType(s.Document.Code), Number: s.Document.Number, Issuer: s.Document.IssuingState})
	if s.Reading != nil {
		readValues(&q, s)
		readChip(&q, s)
	}
	return q
}

// readValues adds what a device read of the visual zone and the chip.
func readValues(q *match.Query, s border.Subject) {
	for _, source := range []reader.Source{reader.VIZ, reader.ChipSource} {
		of := func(field string) string { return valueOf(s.Reading, source, field) }
		addName(q, alerts.Primary, of("surname"), of("given_names"))
		if born, err := traveldoc.ParseDate(of("birth_date")); err == nil {
			addBirth(q, born)
		}
		addNationality(q, of("nationality"))
		issuer := of("issuing_state")
		if issuer == "" {
			issuer = s.Document.IssuingState
		}
		addDocument(q, alerts.Document{Type: documentType(s.Document.Code), Number: of("document_number"), Issuer: issuer})
		addDocument(q, alerts.Document{Number: of("personal_number"), Issuer: issuer})
		addDocument(q, alerts.Document{Type: "V", Number: of("visa_number"), Issuer: issuer})
	}
}

// readChip adds what the chip says of its holder beyond the zone: his names in his own script, and his number. A file that cannot be
// read is for the check of the chip to tell.
func readChip(q *match.Query, s border.Subject) {
	if s.Reading.Chip == nil {
		return
	}
	if dg1, err := emrtd.ParseDG1(s.Reading.Chip.Files["DG1"]); err == nil {
		if zone, err := mrz.Parse(dg1.Text(), s.Today); err == nil {
			addName(q, alerts.Primary, zone.Surname, zone.GivenNames)
			addBirth(q, zone.BirthDate)
			addDocument(q, alerts.Document{Type: documentType(zone.Code), Number: zone.DocumentNumber, Issuer: zone.IssuingState})
		}
	}
	dg11, err := emrtd.ParseDG11(s.Reading.Chip.Files["DG11"])
	if err != nil {
		return
	}
	for _, n := range append([]emrtd.Name{dg11.Name}, dg11.OtherNames...) {
		addName(q, alerts.Primary, n.Primary, n.Secondary)
	}
	addBirth(q, dg11.BirthDate)
	addDocument(q, alerts.Document{Number: dg11.PersonalNumber, Issuer: s.Document.IssuingState})
}

func valueOf(r *reader.Reading, source reader.Source, field string) string {
	for _, v := range r.Values {
		if v.Source == source && v.Field == field {
			return strings.TrimSpace(v.Text)
		}
	}
	return ""
}

// addName adds a name that the query has not got letter by letter.
func addName(q *match.Query, kind alerts.NameKind, surname, given string) {
	first, last := alerts.NamePart{Text: given, Role: alerts.Given}, alerts.NamePart{Text: surname, Role: alerts.Family}
	if kind == alerts.MRZName { // in the zone's order: what is cut off is the end of the given names
		first, last = last, first
	}
	n := alerts.Name{Raw: strings.TrimSpace(first.Text + " " + last.Text), Kind: kind}
	if n.Raw == "" || slices.ContainsFunc(q.Names, func(o alerts.Name) bool { return strings.EqualFold(o.Raw, n.Raw) }) {
		return
	}
	for _, p := range []alerts.NamePart{first, last} {
		if p.Text != "" {
			n.Parts = append(n.Parts, p)
		}
	}
	q.Names = append(q.Names, n)
}

func addBirth(q *match.Query, born traveldoc.Date) {
	b := alerts.Birth{From: born, To: born}
	if !born.IsZero() && !slices.Contains(q.Births, b) {
		q.Births = append(q.Births, b)
	}
}

func addNationality(q *match.Query, state string) {
	if state != "" && !slices.Contains(q.Nationality, state) {
		q.Nationality = append(q.Nationality, state)
	}
}

func addDocument(q *match.Query, d alerts.Document) {
	if d.Number != "" && !slices.Contains(q.Documents, d) {
		q.Documents = append(q.Documents, d)
	}
}

// documentType is the kind of document of lists that a code of ICAO Doc 9303 stands for: its first letter, and the identity card for
// the cards; empty when lists know no such kind.
func documentType(code string) string {
	if code == "" {
		return ""
	}
	switch code[0] {
	case 'P', 'V', 'D':
		return code[:1]
	case 'I', 'A', 'C':
		return "I"
	}
	return ""
}
