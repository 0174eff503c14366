package listfile

import (
	"io"
	"strings"

	"github.com/openbmis/openbmis/alerts"
)

// advanced is SDN_ADVANCED.XML while it is read: the form of the United Nations' Advanced Sanctions Data Model. Values stand in tables at
// the beginning and are named by their numbers; places and documents come before the parties, relations and the reasons behind them.
type advanced struct {
	*reading
	values   map[string]map[string]string // by set ("AliasType"), by number
	scripts  map[string]string            // codes of ISO 15924
	party    map[string]string            // kinds of parties by their subtypes
	places   map[string]alerts.Place
	papers   map[string][]*node // documents by the identity that they belong to
	profiles map[string]int     // places in File.Alerts by the number of the profile
	issue    map[string]string  // parts of DateOfIssue
	// programs and bases are what the entries rest on, by the place in File.Alerts.
	programs, bases map[int][]string
}

// readAdvanced reads SDN_ADVANCED.XML.
func (r *reading) readAdvanced(in io.Reader) error {
	x := &advanced{
		reading: r, values: map[string]map[string]string{}, scripts: map[string]string{}, party: map[string]string{},
		places: map[string]alerts.Place{},
		papers: map[string][]*node{}, profiles: map[string]int{}, issue: map[string]string{}, programs: map[int][]string{},
		bases: map[int][]string{},
	}
	root := func(n *node) error {
		if n.name != "Sanctions" {
			return r.broken(n.line, errExpected("Sanctions", n.name))
		}
		return nil
	}
	if err := r.elements(in).each(3, root, x.section); err != nil {
		return err
	}
	x.asOf(0, dateText(x.issue["Year"], x.issue["Month"], x.issue["Day"]), parseDate)
	x.finish()
	return nil
}

// section reads an element of one of the parts of the file.
func (x *advanced) section(path []string, n *node) error {
	switch path[1] + "/" + n.name {
	case "DateOfIssue/Year", "DateOfIssue/Month", "DateOfIssue/Day":
		x.issue[n.name] = n.text()
	case "Locations/Location":
		x.place(n)
	case "IDRegDocuments/IDRegDocument":
		x.papers[n.attr("IdentityID")] = append(x.papers[n.attr("IdentityID")], n)
	case "DistinctParties/DistinctParty":
		return x.distinctParty(n)
	case "ProfileRelationships/ProfileRelationship":
		x.relationship(n)
	case "SanctionsEntries/SanctionsEntry":
		x.entry(n)
	case "SanctionsEntryLinks/SanctionsEntryLink":
		x.refuse(n.line, "SanctionsEntryLink", RefusedUnexpected, "links between entries are not read", n.beginning())
	default:
		if path[1] != "ReferenceValueSets" {
			x.refuse(n.line, strings.Join(path, "/"), RefusedUnexpected, "the element is not known: "+bounded(n.name), n.beginning())
			return nil
		}
		x.referenceValues(n)
	}
	return nil
}

// referenceValues reads a table: AliasTypeValues with its AliasType elements.
func (x *advanced) referenceValues(n *node) {
	for _, v := range n.kids {
		if x.values[v.name] == nil {
			x.values[v.name] = map[string]string{}
		}
		text := v.text()
		x.values[v.name][v.attr("ID")] = text
		switch v.name {
		case "Script":
			x.scripts[v.attr("ID")] = or(v.attr("ScriptCode"), scriptNames[strings.ToLower(text)])
		case "PartySubType":
			x.party[v.attr("ID")] = v.attr("PartyTypeID")
		}
	}
}

// value is the name of a value of a table; empty when the table has not got it.
func (x *advanced) value(set, number string) string { return x.values[set][number] }

// place reads a Location: parts in the order street to region, and the country.
func (x *advanced) place(n *node) {
	var texts []string
	for _, part := range n.all("LocationPart") {
		for _, v := range part.all("LocationPartValue") {
			if text := v.take("Value"); text != "" {
				texts = append(texts, text)
			}
		}
	}
	p := alerts.Place{}
	for _, c := range n.all("LocationCountry") {
		name := x.value("Country", c.attr("CountryID"))
		texts = append(texts, name)
		p.Country, _ = Country(name)
	}
	for _, c := range n.all("LocationAreaCode") {
		texts = append(texts, x.value("AreaCode", c.attr("AreaCodeID")))
	}
	p.Text = joined(", ", append(texts, n.take("Comment"))...)
	x.places[n.attr("ID")] = p
}

// distinctParty reads a party: its number is that of SDN.CSV.
func (x *advanced) distinctParty(n *node) error {
	d := x.draft(n.line, n.attr("FixedRef"))
	raw := n.beginning()
	d.remark("Comment", n.take("Comment"))
	profiles := n.all("Profile")
	for _, p := range profiles {
		x.kind(d, p.attr("PartySubTypeID"))
		for _, identity := range p.all("Identity") {
			x.identity(d, identity)
		}
		for _, f := range p.all("Feature") {
			x.feature(d, f)
		}
		p.drop("SanctionsEntryReference", "ExternalReference")
	}
	d.keepLeftovers(n)
	before := len(x.file.Alerts)
	if err := d.finish(raw); err != nil || len(x.file.Alerts) == before {
		return err
	}
	for _, p := range profiles {
		x.profiles[p.attr("ID")] = before
	}
	return nil
}

func (x *advanced) kind(d *draft, subtype string) {
	name, kind := x.value("PartySubType", subtype), x.value("PartyType", x.party[subtype])
	switch {
	case strings.EqualFold(name, "Vessel"):
		d.Subject.Kind = alerts.Vessel
	case strings.EqualFold(name, "Aircraft"):
		d.Subject.Kind = alerts.Aircraft
	case strings.EqualFold(kind, "Individual"):
		d.Subject.Kind = alerts.Person
	case strings.EqualFold(kind, "Entity"):
		d.Subject.Kind = alerts.Organisation
	default:
		d.Subject.Kind = alerts.Organisation
		d.note("subject.kind", NoteKind, joined(" ", kind, name, subtype))
		d.remark("Party", joined(" ", kind, name))
	}
}

// relationship links two parties. A relation that was is a remark: it says nothing of today.
func (x *advanced) relationship(n *node) {
	from, okFrom := x.profiles[n.attr("From-ProfileID")]
	to, okTo := x.profiles[n.attr("To-ProfileID")]
	name := x.value("RelationType", n.attr("RelationTypeID"))
	if !okFrom || !okTo {
		x.refuse(n.line, "ProfileRelationship", RefusedOrphan, "expected the numbers of two profiles of the file",
			name+" "+n.attr("From-ProfileID")+" "+n.attr("To-ProfileID"))
		return
	}
	a, other := &x.file.Alerts[from], x.file.Alerts[to]
	said := joined(" ", name, other.Key(), prefixed("quality ", x.value("RelationQuality", n.attr("RelationQualityID"))), n.take("Comment"))
	if n.attr("Former") == "true" {
		a.Remarks = append(a.Remarks, "Former relation: "+said)
		return
	}
	a.Remarks = append(a.Remarks, "Relation: "+said)
	addLink(a, other, relationOf(name, other.Subject.Kind))
}

// relationOf is what a relation of OFAC is among ours.
func relationOf(name string, kind alerts.Kind) string {
	name = strings.ToLower(name)
	switch {
	case kind != alerts.Person:
		return relationTo(kind)
	case strings.Contains(name, "family"):
		return "family"
	case strings.Contains(name, "associate"), strings.Contains(name, "acting for"), strings.Contains(name, "support"):
		return "companion"
	}
	return "other"
}

// entry reads a SanctionsEntry: since when, by which law and under which programs.
func (x *advanced) entry(n *node) {
	at, known := x.profiles[n.attr("ProfileID")]
	if !known {
		x.refuse(n.line, "SanctionsEntry", RefusedOrphan, "expected the number of a profile of the file", n.attr("ProfileID"))
		return
	}
	a := &x.file.Alerts[at]
	for _, event := range n.all("EntryEvent") {
		d := &draft{Alert: *a, r: x.reading, line: n.line}
		d.remark(x.value("EntryEventType", event.attr("EntryEventTypeID")), event.take("Comment"))
		if base := x.value("LegalBasis", event.attr("LegalBasisID")); base != "" && !strings.EqualFold(base, "Unknown") {
			x.bases[at] = appendNew(x.bases[at], base)
		}
		for _, date := range event.all("Date") {
			text := dateText(date.take("Year"), date.take("Month"), date.take("Day"))
			day := d.date("listed_on", "Listed on", text)
			if d.ListedOn.IsZero() || day.Before(d.ListedOn) {
				d.ListedOn = day
			}
		}
		*a = d.Alert
	}
	for _, m := range n.all("SanctionsMeasure") {
		kind, comment := x.value("SanctionsType", m.attr("SanctionsTypeID")), m.take("Comment")
		if strings.EqualFold(kind, "Program") && comment != "" {
			x.programs[at] = appendNew(x.programs[at], comment)
		} else if said := joined(" ", kind, comment); said != "" {
			a.Remarks = appendNew(a.Remarks, "Measure: "+said)
		}
	}
	if list := x.value("List", n.attr("ListID")); list != "" {
		a.Remarks = appendNew(a.Remarks, "List: "+list)
	}
}

// finish writes the programs and laws into the alerts, and refuses documents that belong to nobody.
func (x *advanced) finish() {
	for at := range x.file.Alerts {
		d := &draft{Alert: x.file.Alerts[at], r: x.reading}
		d.ofacProgram(x.programs[at])
		d.LegalBasis = joined("; ", append([]string{d.LegalBasis}, x.bases[at]...)...)
		x.file.Alerts[at] = d.Alert
	}
	var lost []Refused
	for _, papers := range x.papers {
		for _, p := range papers {
			lost = append(lost, Refused{Line: p.line, Where: "IDRegDocument", Code: RefusedOrphan,
				Detail: "expected the number of an identity of the file", Raw: p.beginning()})
		}
	}
	sortRefused(lost)
	x.file.Refused = append(x.file.Refused, lost...)
}
