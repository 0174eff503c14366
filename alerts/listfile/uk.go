package listfile

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/alerts"
)

// readUK reads the consolidated list of the United Kingdom: the ConList of OFSI, 36 columns, put together by Group ID, and the UK
// Sanctions List that has taken its place, by Unique ID. The first line of both is the day of the list.
func (r *reading) readUK(in *bufio.Reader) error {
	c := r.rows(in, "row", ',')
	var h header
	for h.at == nil {
		cells, line, err := c.next()
		if errors.Is(err, io.EOF) {
			return r.broken(line, errors.New("expected the column Group ID or Unique ID"))
		}
		if err != nil {
			return err
		}
		switch first := newHeader(cells); {
		case first.at["groupid"] > 0 || first.at["uniqueid"] > 0:
			h = first
		case len(cells) > 1 && cells[1] != "": // "Last Updated",01/11/2023
			r.asOf(line, cells[1], parseDate)
		default: // "Report Date: 02-Oct-2026"
			_, day, _ := strings.Cut(cells[0], ":")
			r.asOf(line, squeeze(day), parseDate)
		}
	}
	var entries merged
	err := r.table(c, h, func(w *row) error {
		id := w.take("uniqueid", "groupid")
		if id == "" {
			r.refuse(w.line, "Group ID", RefusedNoID, "expected a number", w.raw())
			return nil
		}
		if !entries.add(id, w, r.o.Limits.Nodes) {
			r.refuse(w.line, "Group ID", RefusedTooLong, "an entry has too many rows", w.raw())
		}
		return nil
	})
	if err != nil {
		return err
	}
	return entries.each(r.ukEntry)
}

// ukEntry reads the rows of an entry: one for each name, in which everything else is told again.
func (r *reading) ukEntry(id string, rows []*row) error {
	d := r.draft(rows[0].line, id)
	for _, w := range rows {
		d.line = w.line
		d.ukKind(w.take("grouptype", "designationtype"))
		d.ukNames(w)
		for _, text := range ukSeveral(w.take("dob")) {
			d.birth(text, "")
		}
		d.ukPlaces(w)
		for _, name := range ukSeveral(w.take("nationality", "nationalityies")) {
			d.nationality(name, "Nationality")
		}
		d.sex(w.take("gender"))
		d.ukDocuments("P", w.take("passportnumber"), w.take("passportdetails", "passportadditionalinformation"))
		d.ukDocuments("I", w.take("nationalidentificationnumber", "nationalidentifiernumber"), w.take("nationalidentificationdetails",
			"nationalidentifieradditionalinformation"))
		d.ukWhy(w)
		d.keep(w)
	}
	d.line = rows[0].line
	return d.finish(rows[0].raw())
}

func (d *draft) ukKind(text string) {
	switch strings.ToLower(text) {
	case "", "individual":
	case "entity":
		d.Subject.Kind = alerts.Organisation
	case "ship", "vessel":
		d.Subject.Kind = alerts.Vessel
	default:
		d.note("subject.kind", NoteKind, text)
		d.remark("Group Type", text)
	}
}

// ukNames reads the name of a row: Name 1 to 5 are given names in order, Name 6 the family name, or the whole name of a ship or a firm.
func (d *draft) ukNames(w *row) {
	var all []alerts.NamePart
	for _, column := range []string{"name1", "name2", "name3", "name4", "name5"} {
		all = append(all, alerts.NamePart{Text: w.take(column), Role: alerts.Given})
	}
	all = parts(append(all, alerts.NamePart{Text: w.take("name6"), Role: alerts.Family})...)
	kind := ukQuality(w.take("aliastype", "nametype"), w.take("aliasquality", "aliasstrength"))
	raw := partsText(all)
	if d.Subject.Kind != alerts.Person {
		all = nil
	}
	if raw != "" {
		d.name(kind, raw, "", all...)
	}
	script, tongue := w.take("namenonlatinscripttype", "nonlatinscripttype"), w.take("namenonlatinscriptlanguage", "nonlatinscriptlanguage")
	if original := w.take("namenonlatinscript"); original != "" {
		code := scriptOf(original)
		if code == "" {
			code = scriptNames[strings.ToLower(script)]
		}
		d.name(kind, original, code)
		d.remark("Name "+original, joined(", ", script, tongue))
	} else {
		d.remark("Name non-Latin script", joined(", ", script, tongue))
	}
	d.remark("Title", w.take("title"))
	d.remark("Position", w.take("position"))
}

func ukQuality(kind, quality string) alerts.NameKind {
	kind, quality = strings.ToLower(kind), strings.ToLower(quality)
	switch {
	case strings.HasPrefix(kind, "primary name variation"):
		return alerts.Strong
	case strings.HasPrefix(kind, "primary"), kind == "":
		return alerts.Primary
	case strings.HasPrefix(kind, "fka"), strings.Contains(kind, "former"):
		return alerts.Former
	case strings.HasPrefix(quality, "low"):
		return alerts.Weak
	}
	return alerts.Strong
}

// ukSeveral are the values of a cell that counts them: "(1) Iran (2) Iraq". The day and month of a date are 00 where they are not known.
func ukSeveral(text string) []string {
	var all []string
	for n := 1; ; n++ {
		mark, next := ukMark(n), ukMark(n+1)
		at := strings.Index(text, mark)
		if at < 0 || n == 1 && at > 0 {
			break
		}
		rest := text[at+len(mark):]
		value, _, _ := strings.Cut(rest, next)
		if value = strings.Trim(squeeze(value), " .;,"); value != "" {
			all = append(all, value)
		}
		text = rest
	}
	if len(all) == 0 && text != "" {
		return []string{text}
	}
	return all
}

func ukMark(n int) string { return "(" + strconv.Itoa(n) + ")" }

func (d *draft) ukPlaces(w *row) {
	towns, countries := ukSeveral(w.take("townofbirth")), ukSeveral(w.take("countryofbirth"))
	for i := range max(len(towns), len(countries)) {
		d.birthPlace(nth(countries, i, len(towns)), nth(towns, i, len(countries)))
	}
	var lines []string
	for _, n := range []string{"1", "2", "3", "4", "5", "6"} {
		lines = append(lines, w.take("address"+n, "addressline"+n))
	}
	d.address(w.take("country", "addresscountry"), append(lines, w.take("postzipcode", "addresspostalcode"))...)
}

// ukDocuments reads numbers of documents and the details that go with them.
func (d *draft) ukDocuments(kind, numbers, details string) {
	all, more := ukSeveral(numbers), ukSeveral(details)
	if len(more) != len(all) && len(more) > 1 {
		more = []string{details}
	}
	for i, number := range all {
		detail := nth(more, i, len(all))
		doc := alerts.Document{Type: kind, Number: number, Status: documentStatus(detail), Note: detail, Expiry: expiryOf(detail)}
		doc.Issuer = d.ukIssuer(&doc, detail)
		d.document(doc, joined(", ", number, detail))
	}
	if len(all) == 0 {
		d.remark("Document", details)
	}
}

// ukIssuer is the country of a document: behind its number in brackets, or at the beginning of the details ("Russian Federation. Issued
// on ...", "Iranian"). Details may say anything, so that an unknown word there is no gap.
func (d *draft) ukIssuer(doc *alerts.Document, detail string) string {
	if at := strings.IndexByte(doc.Number, '('); at > 0 {
		inside := strings.Trim(doc.Number[at:], "() ")
		if code, known := Country(inside); known {
			doc.Number = squeeze(doc.Number[:at])
			return code
		}
	}
	for _, part := range strings.FieldsFunc(detail, func(c rune) bool { return strings.ContainsRune(".,;()", c) }) {
		if code, known := Country(squeeze(part)); known {
			return code
		}
	}
	return ""
}

// ukWhy reads why somebody is listed and since when.
func (d *draft) ukWhy(w *row) {
	if regime := w.take("regime", "regimename"); d.LegalBasis == "" {
		d.LegalBasis = regime
	} else if regime != d.LegalBasis {
		d.remark("Regime", regime)
	}
	for _, text := range []string{w.take("ukstatementofreasons"), w.take("otherinformation")} {
		d.reason(text)
	}
	d.remark("UN reference number", w.take("unreferencenumber"))
	d.remark("OFSI Group ID", w.take("ofsigroupid"))
	listed := w.take("ukdatedesignated", "uksanctionslistdatedesignated", "datedesignated")
	if day := d.date("listed_on", "Listed on", or(w.take("listedon"), listed)); d.ListedOn.IsZero() || day.Before(d.ListedOn) {
		d.ListedOn = day
	}
	d.remark("UK Sanctions List Date Designated", listed)
	if day := d.date("updated_on", "Last Updated", w.take("lastupdated")); d.UpdatedOn.Before(day) || d.UpdatedOn.IsZero() {
		d.UpdatedOn = day
	}
}
