package listfile

import (
	"io"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// readOFACXML reads SDN.XML: what SDN.CSV says in free text stands here in elements.
func (r *reading) readOFACXML(in io.Reader) error {
	root := func(n *node) error {
		if n.name != "sdnList" {
			return r.broken(n.line, errExpected("sdnList", n.name))
		}
		return nil
	}
	var links linker
	entries, said := 0, 0
	err := r.elements(in).each(2, root, func(_ []string, n *node) error {
		switch n.name {
		case "publshInformation", "publishInformation":
			r.asOf(n.line, n.take("Publish_Date"), americanDate)
			said, _ = strconv.Atoi(n.take("Record_Count"))
			return nil
		case "sdnEntry":
			entries++
			return r.sdnEntry(n, &links)
		}
		r.refuse(n.line, "sdnList", RefusedUnexpected, "expected sdnEntry, not "+bounded(n.name), n.beginning())
		return nil
	})
	if err != nil {
		return err
	}
	if said > 0 && said != entries {
		r.note(0, NoteEnd, "Record_Count "+strconv.Itoa(said)+", entries "+strconv.Itoa(entries))
	}
	links.resolve(r)
	return nil
}

// americanDate reads MM/DD/YYYY, and whatever else parseDate reads.
func americanDate(text string) (traveldoc.Date, bool) {
	if parts := strings.Split(text, "/"); len(parts) == 3 {
		text = parts[1] + "/" + parts[0] + "/" + parts[2]
	}
	return parseDate(text)
}

// sdnEntry reads an entry.
func (r *reading) sdnEntry(n *node, links *linker) error {
	d := r.draft(n.line, n.take("uid"))
	raw := n.beginning()
	d.ofacKind(n.take("sdnType"))
	d.sdnName(alerts.Primary, n)
	for _, list := range n.all("akaList") {
		for _, aka := range list.all("aka") {
			aka.drop("uid")
			d.sdnName(sdnQuality(aka.take("type"), aka.take("category")), aka)
		}
	}
	d.ofacProgram(n.values("programList", "program"))
	d.remark("Title", n.take("title"))
	for _, list := range n.all("addressList") {
		for _, a := range list.all("address") {
			a.drop("uid")
			d.address(a.take("country"), a.take("address1"), a.take("address2"), a.take("address3"), a.take("city"), a.take("stateOrProvince"),
				a.take("postalCode"))
		}
	}
	d.sdnIdentity(n)
	for _, list := range n.all("idList") {
		for _, id := range list.all("id") {
			d.sdnDocument(id)
		}
	}
	linked := d.ofacRemarks(sdnRemarksOf(n.take("remarks")))
	d.keepLeftovers(n)
	before := len(r.file.Alerts)
	if err := d.finish(raw); err != nil || len(r.file.Alerts) == before {
		return err
	}
	links.entry(before, &r.file.Alerts[before])
	for _, name := range linked {
		links.want(before, n.line, name, "")
	}
	return nil
}

// sdnRemarksOf are remarks without the brackets that SDN.XML puts around links: "(Linked To: X)".
func sdnRemarksOf(text string) string {
	return strings.ReplaceAll(strings.TrimPrefix(strings.TrimSuffix(text, ")"), "("), ") (", "; ")
}

// sdnName reads lastName and firstName.
func (d *draft) sdnName(kind alerts.NameKind, n *node) {
	family, given := n.take("lastName"), n.take("firstName")
	if d.Subject.Kind == alerts.Person && family != "" && given != "" {
		d.ofacName(kind, family+", "+given)
		return
	}
	if raw := joined(" ", given, family); raw != "" {
		d.name(kind, raw, "")
	}
}

func sdnQuality(kind, category string) alerts.NameKind {
	switch {
	case strings.EqualFold(category, "weak"):
		return alerts.Weak
	case strings.HasPrefix(strings.ToLower(kind), "f"):
		return alerts.Former
	}
	return alerts.Strong
}

// sdnIdentity reads births, places of birth and nationalities.
func (d *draft) sdnIdentity(n *node) {
	for _, of := range [][2]string{{"nationalityList", "nationality"}, {"citizenshipList", "citizenship"}} {
		for _, list := range n.all(of[0]) {
			for _, item := range list.all(of[1]) {
				item.drop("uid", "mainEntry")
				d.nationality(item.take("country"), "Nationality")
			}
		}
	}
	for _, list := range n.all("dateOfBirthList") {
		for _, item := range list.all("dateOfBirthItem") {
			item.drop("uid", "mainEntry")
			d.birth(item.take("dateOfBirth"), "")
		}
	}
	for _, list := range n.all("placeOfBirthList") {
		for _, item := range list.all("placeOfBirthItem") {
			item.drop("uid", "mainEntry")
			if text := item.take("placeOfBirth"); text != "" {
				d.ofacBirthPlace(text)
			}
		}
	}
}

// sdnDocument reads an id: a document, the sex, or another number.
func (d *draft) sdnDocument(n *node) {
	n.drop("uid")
	kind, number, country := n.take("idType"), n.take("idNumber"), n.take("idCountry")
	issued, expires := n.take("issueDate"), n.take("expirationDate")
	text := joined(" ", kind, number, prefixed("(", country), prefixed("issued ", issued), prefixed("expires ", expires))
	switch {
	case kind == "Gender":
		d.sex(number)
		return
	case d.Subject.Kind != alerts.Person || !documentLike(kind):
		d.remark(strings.TrimRight(kind, " -:"), joined(" ", number, country, prefixed("issued ", issued), prefixed("expires ", expires)))
		return
	}
	doc := alerts.Document{Number: number, Status: documentStatus(kind)}
	if says(country) {
		doc.Issuer = d.country("subject.documents", country)
	}
	doc.Type, _ = documentType(kind)
	if documentNames[doc.Type] != kind {
		doc.Note = kind
	}
	doc.Note = joined("; ", doc.Note, issuerText(doc.Issuer, country))
	doc.Issued, doc.Expiry = d.date("subject.documents", text, issued), d.date("subject.documents", text, expires)
	d.document(doc, text)
}

// documentNames are the plain names of kinds of documents that need no note.
var documentNames = map[string]string{"P": "Passport", "I": "National ID No."}

// documentLike reports whether the name of a number is that of a document of a person.
func documentLike(kind string) bool {
	for _, known := range ofacDocuments {
		if strings.HasPrefix(kind, known.prefix) {
			return true
		}
	}
	_, is := documentType(kind)
	return is && !strings.Contains(strings.ToLower(kind), "regist")
}
