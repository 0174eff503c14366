package listfile

import (
	"slices"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

func appendNew(all []string, text string) []string {
	if slices.Contains(all, text) {
		return all
	}
	return append(all, text)
}

// identity reads the names of an identity and its documents.
func (x *advanced) identity(d *draft, n *node) {
	types := map[string]string{} // of the parts of names
	for _, groups := range n.all("NamePartGroups") {
		for _, master := range groups.all("MasterNamePartGroup") {
			for _, group := range master.all("NamePartGroup") {
				types[group.attr("ID")] = x.value("NamePartType", group.attr("NamePartTypeID"))
			}
		}
	}
	isFalse := n.attr("False") == "true"
	for _, alias := range n.all("Alias") {
		kind := x.quality(alias, n.attr("Primary") != "false")
		if isFalse {
			kind = alerts.Weak
		}
		for _, documented := range alias.all("DocumentedName") {
			x.documentedName(d, kind, documented, types)
		}
		if text := alias.take("Comment"); text != "" {
			d.remark("Alias", text)
		}
	}
	if isFalse {
		d.remark("Identity", "false")
	}
	for _, paper := range x.papers[n.attr("ID")] {
		x.document(d, paper)
	}
	delete(x.papers, n.attr("ID"))
}

// quality is how far an alias is a name of the party.
func (x *advanced) quality(alias *node, primary bool) alerts.NameKind {
	kind := strings.ToUpper(x.value("AliasType", alias.attr("AliasTypeID")))
	switch {
	case alias.attr("LowQuality") == "true":
		return alerts.Weak
	case alias.attr("Primary") == "true" && primary:
		return alerts.Primary
	case strings.HasPrefix(kind, "F"):
		return alerts.Former
	}
	return alerts.Strong
}

// nameRolesOf are the types of parts of names.
var nameRolesOf = map[string]alerts.NameRole{
	"last name": alerts.Family, "first name": alerts.Given, "middle name": alerts.Given, "patronymic": alerts.Patronymic,
	"maiden name": alerts.Family,
	"matronymic":  alerts.Family, "paternal last name": alerts.Family, "maternal last name": alerts.Family,
}

// documentedName reads a name in its parts. All of a name are in one script.
func (x *advanced) documentedName(d *draft, kind alerts.NameKind, n *node, types map[string]string) {
	var all []alerts.NamePart
	script := ""
	for _, part := range n.all("DocumentedNamePart") {
		for _, v := range part.all("NamePartValue") {
			role, known := nameRolesOf[strings.ToLower(types[v.attr("NamePartGroupID")])]
			if !known {
				role = alerts.Unknown
			}
			all = append(all, alerts.NamePart{Text: v.text(), Role: role})
			script = x.scripts[v.attr("ScriptID")]
		}
	}
	if all = parts(all...); len(all) == 0 {
		return
	}
	raw := partsText(all)
	if d.Subject.Kind != alerts.Person {
		all = nil
	} else if len(all) > 1 && all[0].Role == alerts.Family && (script == "" || script == "Latn") {
		raw = all[0].Text + ", " + partsText(all[1:])
	}
	d.name(kind, raw, script, all...)
}

// document reads a document. Numbers that are not of a document of a person stay remarks.
func (x *advanced) document(d *draft, n *node) {
	kind := x.value("IDRegDocType", n.attr("IDRegDocTypeID"))
	number, authority, comment := n.take("IDRegistrationNumber"), n.take("IssuingAuthority"), n.take("Comment")
	country, validity := x.value("Country", n.attr("IssuedBy-CountryID")), x.value("Validity", n.attr("ValidityID"))
	doc := alerts.Document{Number: number, Status: documentStatus(validity + " " + comment)}
	var said []string
	for _, date := range n.all("DocumentDate") {
		what := x.value("IDRegDocDateType", date.attr("IDRegDocDateTypeID"))
		b, ok := x.period(d, date)
		switch {
		case !ok:
		case strings.Contains(strings.ToLower(what), "expir"):
			doc.Expiry = b.To
		case strings.Contains(strings.ToLower(what), "issue"):
			doc.Issued = b.From
		default:
			said = append(said, what+" "+b.From.String())
		}
	}
	n.drop("IDRegDocumentMention", "DocumentedNameReference", "ProfileReference")
	if strings.EqualFold(validity, "Valid") || strings.EqualFold(validity, "Unknown") {
		validity = ""
	}
	text := joined(" ", kind, number, country, authority, comment, validity, strings.Join(said, " "))
	d.keepLeftovers(n)
	if d.Subject.Kind != alerts.Person || !documentLike(kind) {
		d.remark("", joined(" ", text, prefixed("issued ", doc.Issued.String()), prefixed("expires ", doc.Expiry.String())))
		return
	}
	if says(country) {
		doc.Issuer = d.country("subject.documents", country)
	}
	doc.Type, _ = documentType(kind)
	if documentNames[doc.Type] != kind {
		said = append([]string{kind}, said...)
	}
	doc.Note = joined("; ", append(said, issuerText(doc.Issuer, country), prefixed("issued by ", authority), validity, comment)...)
	d.document(doc, text)
}

// feature reads a feature: birth, sex, nationality, address, or a text that stays a remark.
func (x *advanced) feature(d *draft, n *node) {
	kind := x.value("FeatureType", n.attr("FeatureTypeID"))
	for _, version := range n.all("FeatureVersion") {
		comment := version.take("Comment")
		if b, ok := x.period(d, version); ok {
			b.Raw = joined("; ", b.Raw, comment)
			if strings.EqualFold(kind, "Birthdate") {
				d.addBirth(b)
			} else {
				d.remark(kind, joined(" ", rangeText(b.From.String(), b.To.String()), comment))
			}
			comment = ""
		}
		for _, location := range version.all("VersionLocation") {
			x.located(d, kind, location.attr("LocationID"))
		}
		for _, detail := range version.all("VersionDetail") {
			text := joined(" ", x.value("DetailReference", detail.attr("DetailReferenceID")), detail.text())
			if strings.EqualFold(kind, "Gender") {
				d.sex(text)
			} else {
				d.remark(kind, text)
			}
		}
		d.remark(kind, comment)
	}
	n.drop("IdentityReference")
}

// located takes a place of a feature over.
func (x *advanced) located(d *draft, kind, id string) {
	p, known := x.places[id]
	if !known || p.Text == "" {
		d.remark(kind, prefixed("place ", id))
		return
	}
	field := "subject.addresses"
	switch strings.ToLower(kind) {
	case "place of birth":
		field = "subject.birth_places"
		d.Subject.BirthPlaces = append(d.Subject.BirthPlaces, p)
	case "nationality country", "citizenship country", "nationality", "citizenship":
		d.nationality(p.Text, "Nationality")
		return
	case "location":
		d.Subject.Addresses = append(d.Subject.Addresses, p)
	default:
		d.remark(kind, p.Text)
		return
	}
	if p.Country == "" {
		d.note(field, NoteCountry, p.Text)
	}
}

// period reads the DatePeriod of an element: the interval from the earliest beginning to the latest end, with the precision that it shows.
func (x *advanced) period(d *draft, of *node) (alerts.Birth, bool) {
	n := of.kid("DatePeriod")
	if n == nil {
		return alerts.Birth{}, false
	}
	n.taken = true
	start, end := n.kid("Start"), n.kid("End")
	var dates []calendarDate
	for _, edge := range []*node{start, end} {
		for _, name := range []string{"From", "To"} {
			if date, ok := advancedDate(edge.kid(name)); ok {
				dates = append(dates, date)
			}
		}
	}
	b := alerts.Birth{Circa: start.attr("Approximate") == "true" || end.attr("Approximate") == "true"}
	calendar := x.value("CalendarType", n.attr("CalendarTypeID"))
	if len(dates) == 0 {
		return b, false
	}
	first, last := dates[0], dates[len(dates)-1]
	if !gregorian(calendar) {
		other, ok := converted(calendar, first.text()+" - "+last.text())
		if !ok {
			d.note("subject.births", NoteCalendar, first.text()+" - "+last.text()+" "+calendar)
			d.remark("Date ("+calendar+")", first.text()+" - "+last.text())
		}
		other.Circa = b.Circa
		return other, ok
	}
	from, to, ok := asPrecise(first, last)
	if !ok {
		d.note("subject.births", NoteDate, first.text()+" - "+last.text())
		d.remark("Date", first.text()+" - "+last.text())
		return b, false
	}
	var reversed bool
	if b.From, b.To, reversed = inOrder(from, to); reversed {
		d.note("subject.births", NoteReversed, first.text()+" - "+last.text())
	}
	return b, true
}

// advancedDate reads Year, Month and Day.
func advancedDate(n *node) (calendarDate, bool) {
	if n == nil {
		return calendarDate{}, false
	}
	return numbersOf(dateText(n.take("Year"), euZero(n.take("Month")), euZero(n.take("Day"))))
}

func (c calendarDate) text() string {
	d, err := traveldoc.NewDate(c.year, c.month, c.day)
	if err != nil {
		return "unreadable date"
	}
	return d.String()
}

// asPrecise is an interval of days as lists mean it: the first to the last day of a year is the year, of a month the month.
func asPrecise(first, last calendarDate) (from, to traveldoc.Date, ok bool) {
	if first.month == 1 && first.day == 1 && last.month == 12 && last.day == 31 {
		first, last = calendarDate{year: first.year}, calendarDate{year: last.year}
	}
	if first.day == 1 && last.day > 27 {
		if next, err := traveldoc.NewDate(last.year, last.month, last.day+1); err != nil && next.IsZero() {
			first.day, last.day = 0, 0
		}
	}
	from, err := traveldoc.NewDate(first.year, first.month, first.day)
	if err != nil {
		return from, to, false
	}
	to, err = traveldoc.NewDate(last.year, last.month, last.day)
	return from, to, err == nil && plausible(from) && plausible(to)
}
