package pnrgov

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/traveldoc"
)

// docNote is what one SSR DOCS, DOCA or DOCO says, before it is known of whom.
type docNote struct {
	party          int
	source         string // "DOCS", "DOCA", "DOCO"
	document       apipnr.Document
	surname, given string // of DOCS; or of the name that the text ends in ("-1SMITH/JOHNMR")
	booked         bool   // surname and given are the latter: the name of the reservation, not of the document
	sex            string
	infant         bool // FI, MI, or I behind a visa or an address
	cancelled      bool // by the status of its SSR
	born           traveldoc.Date
	nationality    string
	place          string // of birth
	home, address  string // DOCA
	residence      string
	raw            [3]string // birth date, expiry and issue as sent, where they cannot be read
	segment        int
	offset         int
}

// maxFields is how many parts between strokes a text is split into; DOCS has eleven.
const maxFields = 16

// document reads SSR DOCS, DOCA and DOCO.
func (r *reader) document(s *edifact.Segment, code string) {
	text := serviceText(s)
	if strings.TrimSpace(text) == "" && s.Elements() > 1 {
		text = s.Text(1, 0)
	}
	n := docNote{source: code, segment: s.Number, offset: s.At(0, 8), cancelled: cancelled(clean(s.Text(0, 1)))}
	text, n.surname, n.given = associated(text)
	n.booked = n.surname != ""
	var buffer [maxFields]string
	fields := split(text, buffer[:0])
	switch code {
	case "DOCS":
		r.docs(s, &n, fields)
	case "DOCA":
		n.doca(fields)
	case "DOCO":
		r.doco(s, &n, fields)
	}
	r.each(s, func(party int) {
		n.party = party
		r.spend(3)
		r.record.docs = append(r.record.docs, n)
	})
}

// split cuts a text at its strokes, without the spaces around the parts.
func split(text string, fields []string) []string {
	for len(fields) < maxFields-1 {
		part, rest, found := strings.Cut(text, "/")
		fields = append(fields, strings.TrimSpace(part))
		if !found {
			return fields
		}
		text = rest
	}
	return append(fields, strings.TrimSpace(text))
}

// associated takes the name of the reservation off the end of a text ("-1SMITH/JOHNMR", AIRIMP 3.9).
func associated(text string) (rest, surname, given string) {
	at := strings.LastIndexByte(text, '-')
	if at < 0 || at+2 >= len(text) || text[at+1] < '1' || text[at+1] > '9' {
		return text, "", ""
	}
	name := strings.TrimLeft(text[at+1:], "0123456789")
	if blank(name) || strings.IndexByte(name, '/') < 0 {
		return text, "", ""
	}
	surname, given, _ = strings.Cut(name, "/")
	return text[:at], strings.TrimSpace(surname), strings.TrimSpace(given)
}

// The parts of DOCS, counted from the stroke that it begins with.
const (
	docType = 1 + iota
	docIssuer
	docNumber
	docNationality
	docBorn
	docSex
	docExpiry
	docSurname
	docGiven
	docMiddle
)

// docs reads /P/GBR/123456789/GBR/12JUL64/M/23AUG19/SMITH/JOHN/ROBERT. Parts may be missing, and so may the stroke at its beginning: the
// birth date shows where the others are.
func (r *reader) docs(s *edifact.Segment, n *docNote, fields []string) {
	shift := shifted(fields)
	part := func(i int) string {
		if i += shift; i < 0 || i >= len(fields) {
			return ""
		}
		return fields[i]
	}
	n.document = apipnr.Document{Type: clean(part(docType)), Issuer: clean(part(docIssuer)), Number: clean(part(docNumber)), Source: "DOCS"}
	n.nationality = clean(part(docNationality))
	n.sex = clean(part(docSex))
	n.infant = n.sex == "FI" || n.sex == "MI"
	n.born = r.date(s, part(docBorn), &n.raw[0], textDate.born)
	n.document.Expiry = r.date(s, part(docExpiry), &n.raw[1], textDate.near)
	if part(docSurname) == "" {
		return
	}
	n.surname, n.given, n.booked = part(docSurname), untitled(part(docGiven)), false
	if middle := part(docMiddle); !blank(middle) {
		if middle = untitled(middle); n.given != "" {
			middle = n.given + " " + middle
		}
		n.given = middle
	}
}

// shifted is by how many parts a DOCS is shifted: forward by a stroke too many, back when the stroke at its beginning is missing.
func shifted(fields []string) int {
	bornAt := func(i int) bool {
		if i >= len(fields)-1 {
			return false
		}
		_, ok := airimp(fields[i])
		return ok && (fields[i+1] == "" || isSex(fields[i+1]))
	}
	switch {
	case len(fields) > 0 && fields[0] != "":
		return -1
	case !bornAt(docBorn) && bornAt(docBorn+1):
		return 1
	}
	return 0
}

// isSex reports whether a text is the sex of DOCS.
func isSex(s string) bool {
	switch s {
	case "M", "F", "MI", "FI", "X", "XI", "U":
		return true
	}
	return false
}

// date reads a date of a document; what cannot be read is kept as sent.
func (r *reader) date(
	s *edifact.Segment, sent string, raw *string, century func(textDate, traveldoc.Date) (traveldoc.Date, bool),
) traveldoc.Date {
	if sent == "" {
		return traveldoc.Date{}
	}
	if d, ok := airimp(sent); ok {
		if found, ok := century(d, r.day()); ok {
			return found
		}
	}
	*raw = sent
	s.Report(apipnr.CodeDateUnreadable, apipnr.Warning, 0, 8, r.number(), "date DDMMMYY expected, found "+quoted(sent))
	return traveldoc.Date{}
}

// doca reads /D/USA/301 PARK AVENUE/NEW YORK/NY/10022: D is the address of destination, R that of residence. I behind it says that it is
// the infant's.
func (n *docNote) doca(fields []string) {
	if len(fields) > 1 && fields[0] == "" {
		fields = fields[1:]
	}
	if len(fields) < 2 {
		return
	}
	if last := len(fields) - 1; last > 2 && fields[last] == "I" {
		n.infant, fields = true, fields[:last]
	}
	parts := make([]string, 0, 5)
	for _, part := range fields[2:] {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if fields[1] != "" {
		parts = append(parts, fields[1])
	}
	line := strings.Join(parts, ", ")
	if clean(fields[0]) == "R" {
		n.home, n.residence = line, clean(fields[1])
		return
	}
	n.address = line
}

// doco reads /BIRTH PLACE/V/NUMBER/PLACE OF ISSUE/DATE OF ISSUE/COUNTRY: a visa, which has no expiry here. I behind it says that it is the
// infant's.
func (r *reader) doco(s *edifact.Segment, n *docNote, fields []string) {
	at := 0
	if len(fields) > 1 && fields[0] == "" {
		at = 1
	}
	if isVisa(fields, at) && !isVisa(fields, at+1) {
		at-- // no birth place, and no stroke for it
	}
	part := func(i int) string {
		if i += at; i < 0 || i >= len(fields) {
			return ""
		}
		return fields[i]
	}
	n.infant = part(6) == "I"
	n.place = part(0)
	n.document = apipnr.Document{
		Type: clean(part(1)), Number: clean(part(2)), IssuePlace: part(3), Issuer: clean(part(5)), Source: "DOCO",
	}
	n.document.Issued = r.date(s, part(4), &n.raw[2], textDate.near)
}

func isVisa(fields []string, at int) bool {
	return at >= 0 && at < len(fields) && len(fields[at]) == 1 && strings.ContainsAny(fields[at], "VKRv")
}
