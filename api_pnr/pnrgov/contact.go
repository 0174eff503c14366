package pnrgov

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// contactNote is how somebody is reached, before it is known who.
type contactNote struct {
	party  int
	email  string
	phones []string
	origin apipnr.Origin
}

// serviceContact reads SSR CTCE, CTCM and their like.
func (r *reader) serviceContact(s *edifact.Segment, code string) {
	text, _, _ := associated(serviceText(s))
	if strings.TrimSpace(text) == "" && s.Elements() > 1 {
		text = s.Text(1, 0)
	}
	if !r.reach(s, code, text, 0, 8, true) {
		r.plain(s, code)
	}
}

// reach notes an e-mail address or telephone numbers; false when the text holds neither. Many says that references tell whose they are.
func (r *reader) reach(s *edifact.Segment, code, text string, element, component int, many bool) bool {
	n := contactNote{origin: s.Origin(apipnr.FieldContact, 0, element, component)}
	if code == "CTCE" || strings.Contains(text, "//") || strings.Contains(text, "@") {
		n.email = email(text)
	}
	if n.email == "" {
		n.phones = r.phones(text)
	}
	if n.email == "" && len(n.phones) == 0 {
		return false
	}
	add := func(party int) {
		n.party = party
		r.spend(2)
		r.record.reached = append(r.record.reached, n)
	}
	if many {
		r.each(s, add)
	} else {
		add(r.inGroup())
	}
	return true
}

// contactCode finds a contact in a free text: "CTCE ...", "CTC M ...", both also behind a carrier ("YY CTCM 123").
func contactCode(text string) (code, rest string, ok bool) {
	t := strings.TrimSpace(text)
	if len(t) > 3 && !strings.EqualFold(t[:3], "CTC") {
		if carrier, behind, found := strings.Cut(t, " "); found && len(carrier) >= 2 && len(carrier) <= 3 {
			t = strings.TrimLeft(behind, " ")
		}
	}
	if len(t) < 5 || !strings.EqualFold(t[:3], "CTC") {
		return "", "", false
	}
	rest = t[3:]
	if letter := strings.TrimLeft(rest, " -"); len(letter) > 1 && isKind(letter[0]) && !isLetter(letter[1]) {
		return "CTC" + strings.ToUpper(letter[:1]), strings.TrimLeft(letter[1:], " -:"), true
	}
	return "CTC", strings.TrimLeft(rest, " -:"), rest[0] == ' ' || rest[0] == '-' || rest[0] >= '0' && rest[0] <= '9'
}

func isKind(c byte) bool { return strings.IndexByte("EMRTHBPFemrthbpf", c) >= 0 }

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

// email takes the escapes of reservation systems out of an address: // is @, .. is _, ./ is -. "" when it is none.
func email(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//") {
		text = text[1:]
	}
	var buffer [96]byte
	out := buffer[:0]
	at := -1
	for i := 0; i < len(text); i++ {
		c, pair := text[i], text[i:min(i+2, len(text))]
		switch {
		case c == '@' || pair == "//":
			if at >= 0 {
				return address(out, at)
			}
			at = len(out)
			c = '@'
			i += strings.Count(pair, "/") / 2
		case pair == "..":
			c = '_'
			i++
		case pair == "./":
			c = '-'
			i++
		case (c == ' ' || c == '/') && at >= 0: // what follows the address is none of it
			return address(out, at)
		case c == ' ':
			continue
		}
		out = append(out, c)
	}
	return address(out, at)
}

func address(out []byte, at int) string {
	if at < 1 || at == len(out)-1 {
		return ""
	}
	return string(out)
}

// phones finds the telephone numbers of a text: runs of digits and what stands between digits, five digits at least.
func (r *reader) phones(text string) []string {
	const most = 8
	var buffer [most]string
	found := buffer[:0]
	for i := 0; i < len(text) && len(found) < most; {
		if !isDigit(text[i]) && text[i] != '+' {
			i++
			continue
		}
		end, last, digits := i, i, 0
		for ; end < len(text) && (isDigit(text[end]) || strings.IndexByte("+ -.()", text[end]) >= 0); end++ {
			if isDigit(text[end]) {
				digits++
				last = end + 1
			}
		}
		if digits >= 5 {
			found = append(found, text[i:last])
		}
		i = max(end, i+1)
	}
	return r.parts.strings.keep(found)
}

// joined is both lists as one, without a copy where one of them is empty.
func joined(a, b []string) []string {
	if len(a) == 0 {
		return b
	}
	return append(a, b...)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// freeText reads IFT: contacts, payers, and other service information; every other text is a remark.
func (r *reader) freeText(s *edifact.Segment) {
	w := &r.record
	kind := strings.TrimSpace(s.Text(0, 1))
	if kind == "43" {
		r.payer(s)
		return
	}
	remarks := make([]string, 0, 4)
	for i := 1; i < s.Elements(); i++ {
		line := strings.TrimSpace(s.Rest(i, 0))
		if line == "" {
			continue
		}
		if code, rest, ok := contactCode(line); ok && r.reach(s, code, rest, i, 0, false) {
			continue
		}
		remarks = append(remarks, line)
	}
	switch remark := masked(strings.Join(remarks, " ")); {
	case remark == "":
	case kind == "28":
		w.links = append(w.links, link{linkService, len(w.pnr.Services), r.inGroup()})
		w.pnr.Services = append(w.pnr.Services, apipnr.Service{Code: "OSI", Carrier: clean(s.Text(0, 3)), Text: remark, Traveller: -1})
	default:
		w.pnr.Remarks = append(w.pnr.Remarks, remark)
	}
}

// longText reads LTS. It ends the history.
func (r *reader) longText(s *edifact.Segment) {
	if r.state == inHistory {
		r.state = inTail
	}
	if first := s.Rest(0, 0); strings.TrimSpace(first) != "" || s.Elements() > 1 {
		lines := append(make([]string, 0, s.Elements()), strings.TrimLeft(first, " "))
		for i := 1; i < s.Elements(); i++ {
			lines = append(lines, s.Rest(i, 0))
		}
		r.record.pnr.Remarks = append(r.record.pnr.Remarks, masked(strings.TrimSpace(strings.Join(lines, "+"))))
	}
}

// address reads ADD: purpose, street, city, region, its name, country, postcode, and a free text that is mostly a telephone number.
func (r *reader) address(s *edifact.Segment) {
	for i := 1; i < s.Elements(); i++ {
		c := apipnr.Contact{Country: clean(s.Text(i, 5)), Address: line(s, i)}
		free := strings.TrimSpace(s.Rest(i, 7))
		code, rest, ok := contactCode(free)
		if !ok {
			code, rest = "", free
		}
		r.fill(&c, code, rest)
		if c.Address == "" && len(c.Phones)+len(c.Emails) == 0 {
			continue
		}
		r.keepContact(s, i, c)
	}
}

// line is an address in one line.
func line(s *edifact.Segment, element int) string {
	parts := make([]string, 0, 6)
	for _, c := range [...]int{1, 2, 3, 4, 6, 5} {
		if part := strings.TrimSpace(s.Text(element, c)); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// fill reads the free text of an address. What is no contact belongs to the address.
func (r *reader) fill(c *apipnr.Contact, code, free string) {
	if free == "" {
		return
	}
	if code == "CTCE" || strings.Contains(free, "//") || strings.Contains(free, "@") {
		if e := email(free); e != "" {
			c.Emails = r.parts.one(e)
			return
		}
	}
	if c.Phones = r.phones(free); c.Phones != nil {
		return
	}
	if c.Address != "" {
		c.Address += ", "
	}
	c.Address += free
}

// keepContact gives an address to the traveller in whose group it stands, or to the record.
func (r *reader) keepContact(s *edifact.Segment, element int, c apipnr.Contact) {
	w := &r.record
	if r.state == inRecord && w.person >= 0 {
		p := &w.people[w.person]
		p.reached = true
		if p.contact.Address == "" {
			p.contact.Address, p.contact.Country = c.Address, c.Country
		} else if c.Address != "" {
			p.contact.Address += "; " + c.Address
		}
		p.contact.Phones = joined(p.contact.Phones, c.Phones)
		p.contact.Emails = joined(p.contact.Emails, c.Emails)
		p.origins.note(s, apipnr.FieldContact, 0, element, 0)
		return
	}
	r.spend(2)
	w.at.note(s, apipnr.FieldContact, len(w.pnr.Contacts), element, 0)
	w.pnr.Contacts = append(w.pnr.Contacts, c)
}

// linkContacts gives contacts to their travellers; the others are the record's.
func (r *reader) linkContacts(l *linker) {
	w := &r.record
	for i := range w.reached {
		n := &w.reached[i]
		at := l.find(&w.parties[n.party])
		if at < 0 {
			n.origin.Item = uint16(len(w.pnr.Contacts)) //nolint:gosec // bounded
			w.at = append(w.at, n.origin)
			c := apipnr.Contact{Phones: n.phones}
			if n.email != "" {
				c.Emails = r.parts.one(n.email)
			}
			w.pnr.Contacts = append(w.pnr.Contacts, c)
			continue
		}
		p := &w.people[at]
		p.reached = true
		p.origins = append(p.origins, n.origin)
		p.contact.Phones = joined(p.contact.Phones, n.phones)
		if n.email != "" {
			p.contact.Emails = joined(p.contact.Emails, r.parts.one(n.email))
		}
	}
}
