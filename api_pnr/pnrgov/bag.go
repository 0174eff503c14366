package pnrgov

import (
	"math"
	"strconv"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// bagNote is a row of bags whose traveller is not linked yet.
type bagNote struct {
	party  int
	bag    apipnr.Bag
	origin apipnr.Origin
}

// bagged reads TBD: count and weight of the traveller's bags on the leg, the pool, and a row for each series of tags. The weight is that
// of all and stands on the first row.
func (r *reader) bagged(s *edifact.Segment) {
	leg := r.leg()
	if leg == nil {
		return
	}
	row := apipnr.Bag{
		Pool: pool(s), Carrier: leg.Carrier, Leg: leg.Origin + leg.Destination, Origin: leg.Origin, Destination: leg.Destination,
		PrimeFlight: r.flies(leg), Source: "TBD",
	}
	row.WeightKG = weight(s)
	rows := 0
	for i := 4; i < s.Elements(); i++ {
		if s.Text(i, 1) == "" {
			continue
		}
		r.tagged(s, i, row)
		row.WeightKG = nil
		rows++
	}
	declared, ok := count(s.Text(1, 0))
	if !ok && strings.TrimSpace(s.Text(1, 0)) != "" {
		s.Report(apipnr.CodeNumber, apipnr.Warning, 1, 0, r.number(), "number of bags expected, found "+quoted(s.Text(1, 0)))
	}
	if rows > 0 || !ok && row.WeightKG == nil {
		return
	}
	if ok {
		row.Count = r.pointer(declared)
	}
	r.record.bags = append(r.record.bags, bagNote{r.record.party, row, s.Origin(apipnr.FieldBags, 0, 1, 0)})
}

// tagged adds the row of a series of tags: carrier, first number, how many, destination.
func (r *reader) tagged(s *edifact.Segment, element int, row apipnr.Bag) {
	n, ok := count(s.Text(element, 2))
	if !ok || n < 1 {
		n = 1
	}
	const most = 99 // bags of one traveller; a longer series is a mistake
	if n > most {
		s.Report(apipnr.CodeNumber, apipnr.Warning, element, 2, r.number(), "number of bag tags expected, found "+quoted(s.Text(element, 2)))
		n = 1
	}
	row.Count = r.pointer(n)
	r.spend(2 + n/4)
	if carrier := clean(s.Text(element, 0)); carrier != "" {
		row.Carrier = carrier
	}
	if to := clean(s.Text(element, 3)); to != "" {
		row.Destination = to
	}
	row.Tags = r.series(strings.TrimSpace(s.Text(element, 1)), n)
	r.record.bags = append(r.record.bags, bagNote{r.record.party, row, s.Origin(apipnr.FieldBags, 0, element, 1)})
}

// series is count consecutive tags from the first.
func (r *reader) series(first string, n int) []string {
	if n == 1 {
		return r.parts.one(first)
	}
	number, err := strconv.ParseUint(first, 10, 64)
	if err != nil {
		return r.parts.one(first)
	}
	var all strings.Builder // of one piece: a tag has few digits
	all.Grow(n * len(first))
	var digits [20]byte
	var buffer [16]string
	tags := buffer[:0]
	for i := range n {
		tag, start := strconv.AppendUint(digits[:0], number+uint64(i), 10), all.Len()
		for range len(first) - len(tag) {
			all.WriteByte('0')
		}
		all.Write(tag)
		tags = append(tags, all.String()[start:])
	}
	return r.parts.strings.take(tags)
}

// pool tells whether the traveller is the head of a bag pool or a member of it.
func pool(s *edifact.Segment) string {
	switch clean(s.Text(3, 0)) {
	case "HP":
		return "head"
	case "MP":
		return "member"
	}
	return ""
}

func count(text string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return n, err == nil && n >= 0
}

// pointer keeps a number for a field that may be unknown.
func (r *reader) pointer(n int) *int {
	return &r.parts.counts.take([]int{n})[0]
}

// weight is the second component of TBD in kilograms, whose unit is 700 (kilograms) or 701 (pounds).
func weight(s *edifact.Segment) *float64 {
	text := strings.TrimSpace(s.Text(1, 1))
	if text == "" {
		return nil
	}
	w, ok := Quantity(text)
	if !ok {
		s.Report(apipnr.CodeNumber, apipnr.Warning, 1, 1, 0, "weight expected, found "+quoted(text))
		return nil
	}
	if strings.TrimSpace(s.Text(1, 2)) == "701" {
		w = kilograms(w)
	}
	return &w
}

// Quantity is a weight as sent, whose decimal mark is a point or a comma, as ISO 9735 allows.
func Quantity(sent string) (float64, bool) {
	const most = 1e6
	w, err := strconv.ParseFloat(strings.Replace(sent, ",", ".", 1), 64)
	return w, err == nil && w >= 0 && w <= most // and so no NaN
}

// kilograms of pounds (avoirdupois), to the gram.
func kilograms(pounds float64) float64 {
	const gramsPerPound = 453.59237
	return math.Round(pounds*gramsPerPound) / 1000
}

// excess reads EBD. A traveller's is a row of bags; that of the record is kept as a service.
func (r *reader) excess(s *edifact.Segment) {
	w := &r.record
	number, ok := count(s.Text(1, 0))
	if r.state == inRecord && w.person >= 0 && ok && !s.Is(1, 2, "K") && !s.Is(1, 2, "L") {
		w.bags = append(w.bags, bagNote{r.inGroup(), apipnr.Bag{Count: r.pointer(number), Source: "EBD"}, s.Origin(apipnr.FieldBags, 0, 1, 0)})
		return
	}
	w.links = append(w.links, link{linkService, len(w.pnr.Services), r.inGroup()})
	w.pnr.Services = append(w.pnr.Services, apipnr.Service{Code: "EBD", Text: text(s.Raw()), Traveller: -1})
}

// CountBags counts the rows of bags on legs, and the distinct tags among them: the same tags stand on every leg that a bag flies.
func CountBags(travellers []apipnr.Traveller) (rows, tags int) {
	seen := map[string]struct{}{}
	for i := range travellers {
		for _, b := range travellers[i].Bags {
			rows++
			for _, tag := range b.Tags {
				seen[travellers[i].Locator+" "+tag] = struct{}{}
			}
		}
	}
	return rows, len(seen)
}
