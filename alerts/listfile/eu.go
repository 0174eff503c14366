package listfile

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/alerts"
)

// readEU reads the consolidated financial sanctions list of the European Union as CSV: a row for each name, address, date of birth,
// document and citizenship, put together by Entity_LogicalId.
func (r *reading) readEU(in *bufio.Reader) error {
	head, _ := in.Peek(HeadLength)
	c := r.rows(in, "row", delimiterOf(head))
	cells, line, err := c.next()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	h := newHeader(cells)
	if _, has := h.at["entitylogicalid"]; !has {
		return r.broken(line, errors.New("expected the column Entity_LogicalId"))
	}
	var entries merged
	err = r.table(c, h, func(w *row) error {
		id := w.take("entitylogicalid")
		if id == "" {
			r.refuse(w.line, "Entity_LogicalId", RefusedNoID, "expected a number", w.raw())
			return nil
		}
		if day := w.take("filegenerationdate"); r.file.AsOf.IsZero() {
			r.asOf(w.line, day, parseDate)
		}
		if !entries.add(id, w, r.o.Limits.Nodes) {
			r.refuse(w.line, "Entity_LogicalId", RefusedTooLong, "an entry has too many rows", w.raw())
		}
		return nil
	})
	if err != nil {
		return err
	}
	return entries.each(r.euEntry)
}

// euEntry reads the rows of an entry.
func (r *reading) euEntry(id string, rows []*row) error {
	d := r.draft(rows[0].line, id)
	for _, w := range rows {
		d.line = w.line
		d.euSubject(w)
	}
	for _, w := range rows {
		d.line = w.line
		d.euName(w)
		d.euBirth(w)
		d.euCitizenship(w)
		d.euAddress(w)
		d.euDocument(w)
		d.euLaw(w)
		d.keep(w)
	}
	d.line = rows[0].line
	return d.finish(rows[0].raw())
}

// euSubject reads what stands in every row of an entry.
func (d *draft) euSubject(w *row) {
	for _, kind := range []string{w.take("entitysubjecttype"), w.take("entitysubjecttypeclassificationcode")} {
		switch strings.ToLower(kind) {
		case "":
		case "person", "p":
			d.Subject.Kind = alerts.Person
		case "enterprise", "e", "entity", "organisation":
			d.Subject.Kind = alerts.Organisation
		default:
			d.note("subject.kind", NoteKind, kind)
			d.remark("Entity_SubjectType", kind)
		}
	}
	if day := w.take("entitydesignationdate"); d.ListedOn.IsZero() {
		d.ListedOn = d.date("listed_on", "Entity_DesignationDate", day)
	}
	d.remark("EU reference number", w.take("entityeureferencenumber", "entityreferencenumber"))
	d.remark("United Nations id", w.take("entityunitednationid"))
	d.remark("Designation", w.take("entitydesignationdetails"))
	d.reason(w.take("entityremark"))
}

// euLaw reads the regulations that the entry and its parts rest on.
func (d *draft) euLaw(w *row) {
	for _, of := range []string{"entity", "namealias", "address", "birthdate", "identification", "citizenship"} {
		column := func(name string) string { return w.take(of + "regulation" + name) }
		title, programme := column("numbertitle"), column("programme")
		kind, body, published, force, url := column("type"), column("organisationtype"), column("publicationdate"), column("entryintoforcedate"),
			column("publicationurl")
		w.take(of + "regulationlanguage") // of the text, which is what it is
		w.take(of + "logicalid")
		text := joined(", ", joined(" ", body, kind, title), prefixed("programme ", programme), prefixed("published ", published),
			prefixed("in force ", force), url)
		switch {
		case text == "":
		case of == "entity" && d.LegalBasis == "":
			d.LegalBasis = text
		case of != "entity" || text != d.LegalBasis:
			d.remark("Regulation", text)
		}
	}
}

// euName reads a name. The first of an entry is its primary one; weak ones are told in words of the remark.
func (d *draft) euName(w *row) {
	family, given, middle := w.take("namealiaslastname"), w.take("namealiasfirstname"), w.take("namealiasmiddlename")
	whole, tongue, remark := w.take("namealiaswholename"), w.take("namealiasnamelanguage"), w.take("namealiasremark")
	title, function := w.take("namealiastitle"), w.take("namealiasfunction")
	d.sex(w.take("namealiasgender"))
	all := parts(alerts.NamePart{Text: given, Role: alerts.Given}, alerts.NamePart{Text: middle, Role: alerts.Given},
		alerts.NamePart{Text: family, Role: alerts.Family})
	if whole == "" {
		whole = partsText(all)
	}
	d.remark("Title", title)
	d.remark("Function", function)
	if whole == "" {
		d.remark("NameAlias_Remark", remark)
		return
	}
	if d.Subject.Kind != alerts.Person {
		all = nil
	}
	d.name(d.euQuality(remark), whole, "", all...)
	d.remark("Name "+whole, joined(", ", prefixed("language ", tongue), remark))
}

func (d *draft) euQuality(remark string) alerts.NameKind {
	remark = strings.ToLower(remark)
	switch {
	case strings.Contains(remark, "low quality") || strings.Contains(remark, "weak"):
		return alerts.Weak
	case strings.Contains(remark, "formerly") || strings.Contains(remark, "f.k.a") || strings.Contains(remark, "former name"):
		return alerts.Former
	case !slices.ContainsFunc(d.Subject.Names, func(n alerts.Name) bool { return n.Kind == alerts.Primary }):
		return alerts.Primary
	}
	return alerts.Strong
}

// euBirth reads a date of birth: a day, a year with or without month and day, or a range of years, in the calendar that it names.
func (d *draft) euBirth(w *row) {
	date, day, month, year := w.take("birthdatebirthdate"), w.take("birthdateday"), w.take("birthdatemonth"), w.take("birthdateyear")
	from, to := euZero(w.take("birthdateyearrangefrom")), euZero(w.take("birthdateyearrangeto"))
	circa, calendar, remark := euTrue(w.take("birthdatecirca")), w.take("birthdatecalendartype"), w.take("birthdateremark")
	d.euBirthPlace(w)
	text := date
	switch {
	case date != "":
	case euZero(year) != "":
		text = dateText(euZero(year), euZero(month), euZero(day))
	default:
		text = rangeText(from, to)
	}
	if text == "" {
		d.remark("Born", remark)
		return
	}
	b, reversed, ok := parseBirth(text)
	if !gregorian(calendar) {
		b, ok = converted(calendar, text)
		reversed = false
	}
	if !ok {
		d.euUnreadBirth(calendar, joined(" ", text, remark))
		return
	}
	if reversed {
		d.note("subject.births", NoteReversed, text)
	}
	b.Circa = b.Circa || circa
	b.Raw = joined("; ", b.Raw, remark)
	d.addBirth(b)
}

func (d *draft) euUnreadBirth(calendar, text string) {
	code := NoteDate
	if !gregorian(calendar) {
		code, text = NoteCalendar, text+" ("+calendar+")"
	}
	d.note("subject.births", code, text)
	d.remark("Born", text)
}

// euZero is a number, or nothing for 0, which stands for "not known".
func euZero(text string) string {
	if n, err := strconv.Atoi(text); err == nil && n == 0 {
		return ""
	}
	return text
}

func euTrue(text string) bool {
	return slices.Contains([]string{"true", "1", "yes"}, strings.ToLower(text))
}

// dateText is a date of its numbers in the order that parseDate reads.
func dateText(year, month, day string) string {
	switch {
	case month == "":
		return year
	case day == "":
		return "00/" + month + "/" + year
	}
	return day + "/" + month + "/" + year
}

// euPlace are the columns of a place.
func (d *draft) euPlace(w *row, of string, field string) (alerts.Place, bool) {
	letters, country := w.take(of+"countryiso2code", of+"countryiso"), w.take(of+"countrydescription")
	p, ok := d.place("", "", w.take(of+"street"), prefixed("PO box ", w.take(of+"pobox")), w.take(of+"place"), w.take(of+"zipcode"),
		w.take(of+"city"), w.take(of+"region"))
	p.Country = d.euCountry(field, letters, country)
	if country = or(country, letters); says(country) && letters != "00" {
		p.Text, ok = joined(", ", p.Text, country), true
	}
	return p, ok
}

// euCountry is a country by its letters or its name; "00" is an unknown one.
func (d *draft) euCountry(field, letters, name string) string {
	if code, known := CountryCode(letters); known {
		return code
	}
	if letters == "00" || !says(name) && !says(letters) || strings.EqualFold(name, "unknown") {
		return ""
	}
	if code, known := Country(name); known {
		return code
	}
	d.note(field, NoteCountry, joined(" ", letters, name))
	return ""
}

func (d *draft) euBirthPlace(w *row) {
	if p, ok := d.euPlace(w, "birthdate", "subject.birth_places"); ok && !slices.Contains(d.Subject.BirthPlaces, p) {
		d.Subject.BirthPlaces = append(d.Subject.BirthPlaces, p)
	}
}

func (d *draft) euAddress(w *row) {
	listing, contact, remark := w.take("addressasatlistingtime"), w.take("addresscontactinfo"), w.take("addressremark")
	p, ok := d.euPlace(w, "address", "subject.addresses")
	if ok && !slices.Contains(d.Subject.Addresses, p) {
		d.Subject.Addresses = append(d.Subject.Addresses, p)
	}
	if euTrue(listing) {
		listing = "as at listing time"
	} else {
		listing = ""
	}
	d.remark(strings.TrimSpace("Address "+p.Text), joined(", ", listing, contact, remark))
}

func (d *draft) euCitizenship(w *row) {
	letters, name := w.take("citizenshipcountryiso2code", "citizenshipcountryiso"), w.take("citizenshipcountrydescription")
	region, remark := w.take("citizenshipregion"), w.take("citizenshipremark")
	if code := d.euCountry("subject.nationalities", letters, name); code != "" {
		d.addNationality(code)
	} else {
		d.remark("Nationality", joined(" ", letters, name))
	}
	d.remark("Nationality "+name, joined(", ", region, remark))
}

// euDocumentKinds are the codes of Identification_TypeCode.
var euDocumentKinds = map[string]string{
	"passport": "P", "id": "I", "ssn": "O", "fiscalcode": "O", "birthcert": "O", "travel-doc": "P", "traveldoc": "P", "driverlic": "D",
	"driverlicense": "D", "residentperm": "R",
	"electionid": "O", "other": "O", "regnumber": "O", "swiftbic": "O", "tradelic": "O", "imo": "O", "militaryid": "O", "visa": "V",
}

func (d *draft) euDocument(w *row) {
	number, latin := w.take("identificationnumber"), w.take("identificationlatinnumber")
	code, kind := w.take("identificationtypecode"), w.take("identificationtypedescription")
	letters, country := w.take("identificationcountryiso2code", "identificationcountryiso"), w.take("identificationcountrydescription")
	by, holder, region, remark := w.take("identificationissuedby"), w.take("identificationnameondocument"), w.take("identificationregion"),
		w.take("identificationremark")
	issued, from, until := w.take("identificationissueddate"), w.take("identificationvalidfrom"), w.take("identificationvalidto")
	doc := alerts.Document{Number: or(number, latin), Status: euStatus(w), Expiry: d.date("subject.documents", "Document valid to", until)}
	doc.Issued = d.date("subject.documents", "Document issued", or(issued, from))
	flags := euFlags(w)
	if joined("", number, latin, code, kind, letters, country, by, holder, remark, issued, until) == "" {
		return
	}
	doc.Issuer = d.euCountry("subject.documents", letters, country)
	if doc.Type = euDocumentKinds[strings.ToLower(code)]; doc.Type == "" {
		doc.Type = d.documentKind(kind, code)
	}
	other := ""
	if number != "" && latin != "" && latin != number {
		other = latin
	}
	doc.Note = joined("; ", kind, prefixed("latin number ", other), unknownType(doc.Type, code), prefixed("issued by ", by),
		prefixed("in the name of ", holder), region, flags, issuerText(doc.Issuer, country), remark)
	d.document(doc, joined(", ", kind, code, number, latin, country, by, holder, issued, until, remark))
	if latin != "" && latin != number && number != "" {
		doc.Number = latin
		d.document(doc, latin)
	}
}

// unknownType is the code of a kind of document that is not known.
func unknownType(kind, code string) string {
	if kind != "" {
		return ""
	}
	return code
}

func issuerText(code, name string) string {
	if code != "" {
		return ""
	}
	return name
}

// euStatus is what is the matter with a document by its marks, the gravest first.
func euStatus(w *row) string {
	for _, of := range []struct{ column, status string }{
		{"identificationknownfalse", "false"}, {"identificationreportedlost", "lost"}, {"identificationrevokedbyissuer", "revoked"},
	} {
		if euTrue(w.take(of.column)) {
			return of.status
		}
	}
	return "held"
}

// euFlags are the marks of a document in words.
func euFlags(w *row) string {
	var all []string
	for _, of := range [][2]string{
		{"identificationdiplomatic", "diplomatic"}, {"identificationknownexpired", "known to be expired"}, {"identificationknownfalse",
			"known to be false"},
		{"identificationreportedlost", "reported lost"}, {"identificationrevokedbyissuer", "revoked by the issuer"},
	} {
		if euTrue(w.take(of[0])) {
			all = append(all, of[1])
		}
	}
	return strings.Join(all, ", ")
}

func gregorian(calendar string) bool {
	return calendar == "" || strings.HasPrefix(strings.ToLower(calendar), "gregor")
}
