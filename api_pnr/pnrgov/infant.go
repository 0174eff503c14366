package pnrgov

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/traveldoc"
)

// infantNote is what an SSR says of the infant that its adult holds.
type infantNote struct {
	party          int // of the adult
	surname, given string
	sent           string // given names with their title, as sent
	birth          traveldoc.Date
	raw            string // birth date as sent, where it cannot be read
	ticket         int    // from 1; 0: none
	segment        int
	offset         int
	adult          int // index, -1; found when the record is linked
}

// infant reads SSR INFT: surname, given names and birth date of the infant of the adult whom it refers to. One text is of one infant, how
// many travellers it may refer to.
func (r *reader) infant(s *edifact.Segment) {
	if cancelled(clean(s.Text(0, 1))) {
		return
	}
	if strings.TrimSpace(serviceText(s)) != "" || s.Elements() == 1 {
		ref := ""
		for i := 1; i < s.Elements() && ref == ""; i++ {
			ref = s.Text(i, 2)
		}
		r.infantOf(s, serviceText(s), ref, 0)
		return
	}
	for i := 1; i < s.Elements(); i++ {
		r.infantOf(s, s.Text(i, 0), s.Text(i, 2), i)
	}
}

// cancelled reports whether a status of a service says that it is no longer asked for (AIRIMP: HX, XX, XK, XL, XR).
func cancelled(status string) bool { return status == "HX" || len(status) == 2 && status[0] == 'X' }

// infantOf notes the infant of a text that stands in an element, and of the traveller with a reference.
func (r *reader) infantOf(s *edifact.Segment, text, ref string, element int) {
	component := 8
	if element > 0 {
		component = 0
	}
	x := ReadInfant(text)
	n := infantNote{surname: x.Surname, given: untitled(x.Given), sent: x.Given, segment: s.Number, offset: s.At(element, component)}
	n.birth = r.date(s, x.Born, &n.raw, textDate.born)
	if ref == "" {
		n.party = r.inGroup()
	} else {
		n.party = r.party(-1, ref)
	}
	r.spend(2)
	r.record.infants = append(r.record.infants, n)
}

// named reports whether a note names its infant.
func (n *infantNote) named() bool { return !blank(n.surname) || !blank(n.given) }

// note makes a place of the text.
func (n *infantNote) note(p *person, field apipnr.Field) {
	p.origins = append(p.origins, apipnr.Origin{Field: field, Segment: uint32(n.segment), Offset: uint32(n.offset)}) //nolint:gosec // bounded
}

// Infant is what the text of an SSR INFT says, as sent.
type Infant struct {
	Surname, Given string // with the title
	Born           string // "" when it has no date
}

// ReadInfant reads the text of SSR INFT. What carriers write: SURNAME/GIVEN/DDMMMYY and SURNAME/GIVEN DDMMMYY (PADIS guide), a title or
// the sex as a part of its own, all strokes or dots, the flight before the name (0123Y15MAY/...), the adult before or behind it
// (-1SURNAME/GIVEN), a number of the name or the adult (1SURNAME/..., .../P1, -1.1), and words behind the date. Text that names nobody gives
// nothing.
func ReadInfant(text string) Infant {
	var buffer [maxFields]string
	fields := infantFields(text, buffer[:0])
	born, rest := -1, ""
	for i := range fields {
		if before, date, ok := dated(fields[i]); ok {
			born, rest, fields[i] = i, date, before
			break
		}
	}
	x := Infant{Born: rest}
	names := fields
	switch {
	case born >= 0:
		names = fields[:born+1]
		if born == 0 && fields[0] == "" {
			names = fields[1:] // the date stands first
		}
	case len(fields) < 2:
		return x // a remark, no name
	}
	x.name(names)
	if last := fields[len(fields)-1]; born < 0 && strings.ContainsAny(last, "0123456789") {
		x.Born = last
	}
	return x
}

// infantFields are the parts of the text, without those of the flight and of the adult, and without empty ones before the name.
func infantFields(text string, buffer []string) []string {
	text = withoutAdult(strings.TrimSpace(text))
	fields := split(strings.Trim(text, "/ "), buffer)
	for len(fields) > 1 && (fields[0] == "" || isFlight(fields[0]) || len(fields) > 2 && isInfantWord(fields[0]) && !isDated(fields[2])) {
		fields = fields[1:]
	}
	// The flight may stand before the surname without a stroke.
	if at := strings.LastIndexByte(fields[0], ' '); at > 0 && len(fields) > 1 && (isFlight(fields[0][:at]) || isInfantWord(fields[0][:at])) {
		fields[0] = fields[0][at+1:]
	}
	if len(fields) > 1 && !isDated(fields[0]) {
		fields[0] = strings.TrimLeft(fields[0], "0123456789")
	}
	return fields
}

// withoutAdult takes off the name and the number of the adult, and gives the infant's part alone.
func withoutAdult(text string) string {
	at := strings.LastIndexByte(text, '-')
	if at < 0 || at+1 >= len(text) || text[at+1] < '1' || text[at+1] > '9' {
		return strings.ReplaceAll(text, ".", "/")
	}
	before, behind := text[:at], text[at+1:]
	if _, infant, ok := strings.Cut(behind, "."); ok && strings.IndexByte(infant, '/') > 0 {
		return strings.ReplaceAll(infant, ".", "/") // the adult before the infant
	}
	if strings.IndexByte(before, '/') < 0 {
		return strings.ReplaceAll(behind, ".", "/") // the flight before the name
	}
	return strings.ReplaceAll(before, ".", "/")
}

// isFlight reports whether a part is of a flight and no name: its last word has digits before letters ("0123Y15MAY", "Y01SEP").
func isFlight(part string) bool {
	word := part[strings.LastIndexByte(part, ' ')+1:]
	if len(word) < 5 || monthOf(word[len(word)-3:]) == 0 {
		return false
	}
	day := two(word, len(word)-5)
	return day > 0 && day <= 31
}

func isInfantWord(part string) bool {
	switch clean(part) {
	case "INF", "INFT", "INFANT":
		return true
	}
	return false
}

// dated finds a date in a part: what stands before it, and the date.
func dated(part string) (before, date string, ok bool) {
	for at := 0; at < len(part); {
		end := len(part)
		if space := strings.IndexByte(part[at:], ' '); space >= 0 {
			end = at + space
		}
		word, _, _ := strings.Cut(part[at:end], "-") // the number of the adult may stand behind it
		if len(word) >= 6 {
			if _, ok := airimp(word); ok {
				return strings.TrimSpace(part[:at]), word, true
			}
		}
		at = end + 1
	}
	return part, "", false
}

func isDated(part string) bool {
	_, _, ok := dated(part)
	return ok
}

// name takes the parts of a name: surname, given names, title or sex.
func (x *Infant) name(parts []string) {
	parts = withoutEmpty(parts)
	if len(parts) == 0 {
		return
	}
	x.Surname = parts[0]
	if len(parts) == 1 { // without a stroke: the first word is the surname
		x.Surname, x.Given, _ = strings.Cut(parts[0], " ") // one without a space is a surname
		return
	}
	for _, part := range parts[1:] {
		if isSex(clean(part)) && x.Given != "" {
			continue
		}
		if at := strings.IndexAny(part, "0123456789"); at >= 0 { // an age, a number
			part = part[:strings.LastIndexByte(part[:at], ' ')+1]
		}
		x.Given = strings.TrimSpace(x.Given + " " + strings.TrimSpace(part))
	}
}

func withoutEmpty(parts []string) []string {
	kept := parts[:0]
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return kept
}
