package listfile

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// ownColumns are the columns of the project's own table, each with the other names it is known by: those of US-CBP/GTAS among them. A
// cell marked "several" may hold several values with ";" between them.
var ownColumns = []struct {
	names []string
	about string
}{
	{[]string{"id", "alertid", "reference"}, "the owner's own number, the same in every edition"},
	{[]string{"kind"}, "person, document, vehicle, organisation, vessel or aircraft; left out: as the columns say"},
	{[]string{"category"}, "why: one of the categories; left out: other"},
	{[]string{"reason"}, "why, in words"},
	{[]string{"action"}, "what is to be done: one of the actions; left out: refer"},
	{[]string{"surname", "lastname", "familyname"}, "family name"},
	{[]string{"givennames", "firstname", "givenname", "forename"}, "given names"},
	{[]string{"middlename", "middlenames"}, "further given names"},
	{[]string{"name", "fullname"}, "the whole name, where its parts are not known"},
	{[]string{"aliases", "alias"}, "other names of good quality, several"},
	{[]string{"weakaliases"}, "names that alert only with support, several"},
	{[]string{"formernames"}, "former names, several"},
	{[]string{"originalname", "originalscript"}, "the name in its own script, several"},
	{[]string{"birthdate", "dob", "dateofbirth"}, "1965, 1965-03, 1965-03-14, circa 1965, or 1963 to 1967; several"},
	{[]string{"birthplace", "placeofbirth"}, "place of birth"},
	{[]string{"birthcountry", "countryofbirth"}, "country of birth"},
	{[]string{"sex", "gender"}, "M, F or X"},
	{[]string{"nationality", "coc", "citizenship", "nationalities"}, "name or code of the country, several"},
	{[]string{"documentnumber", "docnumber"}, "number of a document, several"},
	{[]string{"documenttype", "doctype"}, "P, I, V, R, D, O or its name; several, in the order of the numbers"},
	{[]string{"documentissuer", "documentcountry", "issuingstate"}, "name or code of the country, several, in the order of the numbers"},
	{[]string{"documentuntil"}, "last number of a range of blanks"},
	{[]string{"documentstatus"}, "lost, stolen, stolen_blank, revoked, false or held"},
	{[]string{"documentissued"}, "day of issue"},
	{[]string{"documentexpiry"}, "last day"},
	{[]string{"plate"}, "plate of a vehicle, several"},
	{[]string{"platecountry"}, "letters of the State that issued the plate"},
	{[]string{"vin"}, "vehicle identification number"},
	{[]string{"make"}, "make of the vehicle"},
	{[]string{"colour", "color"}, "colour of the vehicle"},
	{[]string{"address"}, "address, several"},
	{[]string{"description"}, "height, eyes, marks"},
	{[]string{"owner", "agency"}, "agency that owns the alert"},
	{[]string{"legalbasis"}, "act and article"},
	{[]string{"instructions"}, "the owner's words on the action"},
	{[]string{"contact"}, "whom to call"},
	{[]string{"secrecy"}, "open or discreet; left out: open"},
	{[]string{"status"}, "active or suspended; left out: active"},
	{[]string{"priority"}, "1 to 99, 1 the most urgent"},
	{[]string{"safety"}, "marks such as armed, violent, escaped, several"},
	{[]string{"geoscope"}, "crossing points or States where it applies, several"},
	{[]string{"validfrom"}, "first day"},
	{[]string{"validuntil"}, "last day"},
	{[]string{"reviewby"}, "day of review"},
	{[]string{"listedon"}, "day of listing"},
	{[]string{"updatedon"}, "day of the last change"},
	{[]string{"remarks"}, "what has no column, several"},
}

// OwnColumns tells the columns of the project's own table: the name of each, and what stands in it.
func OwnColumns() [][2]string {
	all := make([][2]string, len(ownColumns))
	for i, c := range ownColumns {
		all[i] = [2]string{strings.Join(c.names, ", "), c.about}
	}
	return all
}

// aliasesOf are the names of every column.
var aliasesOf = sync.OnceValue(func() map[string][]string {
	all := make(map[string][]string, len(ownColumns))
	for _, c := range ownColumns {
		all[c.names[0]] = c.names
	}
	return all
})

// hasOwnHeader reports whether a line is a header of the project's own table: a column that names somebody or something, and another one.
func hasOwnHeader(line string) bool {
	h := newHeader(strings.Split(strings.Map(unquote, line), string(delimiterOf([]byte(line)))))
	known, naming := 0, false
	for _, c := range ownColumns {
		for _, name := range c.names {
			if _, has := h.at[name]; has {
				known++
				naming = naming || slices.Contains([]string{"surname", "givennames", "name", "documentnumber", "plate"}, c.names[0])
			}
		}
	}
	return naming && known > 1
}

func unquote(c rune) rune {
	if c == '"' || c == '\r' {
		return -1
	}
	return c
}

// readOwnCSV reads the project's own table.
func (r *reading) readOwnCSV(in *bufio.Reader) error {
	head, _ := in.Peek(HeadLength)
	c := r.rows(in, "row", delimiterOf(head))
	cells, line, err := c.next()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	if !hasOwnHeader(strings.ToLower(strings.Join(cells, ","))) {
		return r.broken(line, errors.New("expected a row with the names of the columns"))
	}
	return r.table(c, newHeader(cells), r.ownRow)
}

// ownRow reads a row of the project's own table.
func (r *reading) ownRow(w *row) error {
	d := &ownRow{draft: r.draft(w.line, ""), row: w}
	d.letters = true
	d.ID = d.own("id")
	if _, has := w.h.at["id"]; d.ID == "" && !has && !d.hasAny("alertid", "reference") {
		sum := sha256.Sum256([]byte(strings.Join(w.cells, "\x1f")))
		d.ID = "row-" + hex.EncodeToString(sum[:8])
	}
	d.names()
	for _, text := range d.list("birthdate") {
		d.birth(text, "")
	}
	if place, country := d.own("birthplace"), d.own("birthcountry"); place+country != "" {
		d.birthPlace(country, place)
	}
	d.sex(d.own("sex"))
	for _, name := range d.list("nationality") {
		d.nationality(name, "Nationality")
	}
	for _, text := range d.list("address") {
		d.address("", text)
	}
	d.documents()
	d.vehicles()
	d.Subject.Description = d.own("description")
	ok := d.what()
	d.ownRemarks()
	if !ok {
		d.discard()
		return nil
	}
	return d.finish(w.raw())
}

// ownRow is a row of the project's own table while it is read.
type ownRow struct {
	*draft
	row *row
	bad bool
}

func (d *ownRow) own(column string) string { return d.row.take(aliasesOf()[column]...) }

func (d *ownRow) hasAny(columns ...string) bool {
	return slices.ContainsFunc(columns, func(c string) bool { _, has := d.row.h.at[c]; return has })
}

// list are the values of a cell that may have several.
func (d *ownRow) list(column string) []string { return listOf(d.own(column)) }

func listOf(text string) []string {
	var all []string
	for _, part := range strings.Split(text, ";") {
		if part = squeeze(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

func (d *ownRow) names() {
	family, given := d.own("surname"), joined(" ", d.own("givennames"), d.own("middlename"))
	if family+given != "" {
		d.name(alerts.Primary, joined(" ", given, family), "", parts(alerts.NamePart{Text: given, Role: alerts.Given},
			alerts.NamePart{Text: family, Role: alerts.Family})...)
	}
	kind := alerts.Primary
	if family+given != "" {
		kind = alerts.Strong
	}
	for _, of := range []struct {
		column string
		kind   alerts.NameKind
	}{{"name", kind}, {"originalname", alerts.Primary}, {"aliases", alerts.Strong}, {"weakaliases", alerts.Weak}, {"formernames",
		alerts.Former}} {
		for _, name := range d.list(of.column) {
			d.name(of.kind, name, "")
		}
	}
}

// documents reads the documents: the kinds and issuers go with the numbers in their order, a single one with all.
func (d *ownRow) documents() {
	numbers, kinds, issuers := d.list("documentnumber"), d.list("documenttype"), d.list("documentissuer")
	until, status := d.own("documentuntil"), d.own("documentstatus")
	issued, expiry := d.date("subject.documents", "Issued", d.own("documentissued")), d.date("subject.documents", "Expires",
		d.own("documentexpiry"))
	if status != "" && !slices.Contains(DocumentStatuses(), status) {
		d.refuse("documentstatus", RefusedValue, "expected one of "+strings.Join(DocumentStatuses(), ", "), status)
	}
	for i, number := range numbers {
		doc := alerts.Document{Number: number, Until: until, Status: status, Issued: issued, Expiry: expiry}
		if kind := nth(kinds, i, len(numbers)); kind != "" {
			if doc.Type = strings.ToUpper(kind); !slices.Contains(DocumentTypes(), doc.Type) {
				doc.Type, doc.Note = d.documentKind(kind), kind
			}
		}
		if issuer := nth(issuers, i, len(numbers)); issuer != "" {
			if doc.Issuer = d.issuer(issuer); doc.Issuer == "" {
				doc.Note = joined("; ", doc.Note, issuer)
			}
		}
		d.document(doc, number)
	}
	if len(numbers) == 0 {
		d.remark("Document", joined(", ", append(kinds, issuers...)...))
		d.remark("Document", joined(", ", until, status))
	}
}

// nth is the value that goes with the n-th of several; one value goes with all.
func nth(values []string, n, of int) string {
	switch {
	case n < len(values):
		return values[n]
	case len(values) == 1 && of > 1:
		return values[0]
	}
	return ""
}

func (d *ownRow) vehicles() {
	v := alerts.Vehicle{Country: d.own("platecountry"), VIN: d.own("vin"), Make: d.own("make"), Colour: d.own("colour")}
	plates := d.list("plate")
	if len(plates) == 0 && v != (alerts.Vehicle{}) {
		plates = []string{""}
	}
	for _, plate := range plates {
		v.Plate = plate
		d.Subject.Vehicles = append(d.Subject.Vehicles, v)
	}
}

// what reads why the alert is there and what is to be done. A code that is not one of ours, or a bound that cannot be read, refuses the
// row: an alert must not mean something else than was written.
func (d *ownRow) what() bool {
	d.Category, d.Action = alerts.Category(or(d.own("category"), string(d.category()))), alerts.Action(or(d.own("action"),
		string(alerts.ActionRefer)))
	d.Reason, d.Owner, d.LegalBasis = d.own("reason"), d.own("owner"), d.own("legalbasis")
	d.Instructions, d.Contact = d.own("instructions"), d.own("contact")
	d.Secrecy, d.Status = alerts.Secrecy(or(d.own("secrecy"), string(alerts.Open))), alerts.Status(d.own("status"))
	d.Safety, d.GeoScope = d.list("safety"), d.list("geoscope")
	d.ListedOn, d.UpdatedOn = d.date("listed_on", "Listed on", d.own("listedon")), d.date("updated_on", "Updated on", d.own("updatedon"))
	for _, of := range []struct {
		column string
		day    *traveldoc.Date
	}{{"validfrom", &d.ValidFrom}, {"validuntil", &d.ValidUntil}, {"reviewby", &d.ReviewBy}} {
		*of.day = d.bound(of.column)
	}
	d.priority()
	if kind := d.own("kind"); kind != "" {
		d.Subject.Kind = alerts.Kind(kind)
	} else {
		d.Subject.Kind = d.kind()
	}
	for _, p := range codes(d.Alert) {
		d.refuse(p.where, p.code, p.detail, d.row.raw())
	}
	return !d.bad
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func (d *ownRow) kind() alerts.Kind {
	switch s := d.Subject; {
	case len(s.Names) > 0:
		return alerts.Person
	case len(s.Documents) > 0:
		return alerts.DocumentOnly
	case len(s.Vehicles) > 0:
		return alerts.VehicleOnly
	}
	return alerts.Person
}

func (d *ownRow) category() alerts.Category {
	if d.kind() == alerts.Person {
		return alerts.CategoryOther
	}
	return alerts.CategoryObject
}

// bound is a day that bounds the alert.
func (d *ownRow) bound(column string) traveldoc.Date {
	text := d.own(column)
	if text == "" {
		return traveldoc.Date{}
	}
	day, ok := parseDate(text)
	if !ok {
		d.refuse(column, RefusedDate, "expected a date such as 2026-11-22", text)
	}
	return day
}

func (d *ownRow) priority() {
	text := d.own("priority")
	if text == "" {
		return
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 99 {
		d.refuse("priority", RefusedValue, "expected 1 to 99", text)
		return
	}
	d.Priority = n
}

func (d *ownRow) refuse(where, code, detail, raw string) {
	d.bad = true
	d.r.refuse(d.line, where, code, detail, raw)
}

func (d *ownRow) ownRemarks() {
	for _, text := range d.list("remarks") {
		d.remark("", text)
	}
	d.keep(d.row)
}
