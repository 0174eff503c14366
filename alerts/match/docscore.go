package match

// What a document comes to.
const (
	documentEqual   = 1.00
	documentRange   = 0.97
	documentMisread = 0.92
	// Without an issuer on one side a number is a hit only where the name or the birth speaks for it, and then to this.
	documentNoIssuer        = 0.90
	documentMisreadNoIssuer = 0.86
	// supportingName is the name, 0 to 1, that speaks for a number without issuer.
	supportingName = 0.45
)

// documentScore is the best that the traveller's documents and those of an entry come to.
type documentScore struct {
	entry         uint32
	points        float64
	relation      string
	found, listed string
	exact         bool
	support       bool // the issuer is not known: only with a name or a birth
}

// findDocuments gives what each document of the query meets, in order of entries.
func (s *segment) findDocuments(p *prepared, out []documentScore) []documentScore {
	for i := range p.documents {
		q := &p.documents[i]
		if q.until != "" {
			continue // a range is on a list, not in a hand
		}
		for _, number := range spellings(q.number) {
			for _, pair := range s.documents.keys.at(hash(saltDocument, skeletonNumber(number))) {
				if d, ok := s.relateDocument(q, number, uint32(pair)); ok { //nolint:gosec // the lower half
					out = append(out, d)
				}
			}
			out = s.findRanges(q, number, out)
		}
	}
	return out
}

func (s *segment) relateDocument(q *documentRecord, number string, i uint32) (documentScore, bool) {
	d := &s.documents
	listed, issuer := string(d.number.at(i)), s.states[d.issuer[i]]
	if skeletonNumber(listed) != skeletonNumber(number) || issuer != "" && q.issuer != "" && issuer != q.issuer ||
		d.kind[i] != 0 && q.kind != 0 && d.kind[i] != q.kind {
		return documentScore{}, false
	}
	out := documentScore{entry: d.entry[i], found: q.issuer + " " + q.number, listed: issuer + " " + listed}
	known := issuer != "" && q.issuer != ""
	switch {
	case listed == number && known:
		out.points, out.relation, out.exact = documentEqual, RelEqual, true
	case known:
		out.points, out.relation = documentMisread, RelMisread
	case listed == number:
		out.points, out.relation, out.support = documentNoIssuer, RelEqual, true
	default:
		out.points, out.relation, out.support = documentMisreadNoIssuer, RelMisread, true
	}
	return out, true
}

func (s *segment) findRanges(q *documentRecord, number string, out []documentScore) []documentScore {
	for issuer, code := range s.states {
		if len(s.documents.ranges) == 0 || code != "" && q.issuer != "" && code != q.issuer {
			continue
		}
		s.documents.within(number, uint16(issuer), func(r *blanks) {
			if r.kind != 0 && q.kind != 0 && r.kind != q.kind {
				return
			}
			d := documentScore{
				entry: r.entry, points: documentRange, relation: RelRange, found: q.issuer + " " + q.number, listed: code + " " + r.from + "-" + r.until,
			}
			if code == "" || q.issuer == "" {
				d.points, d.support = documentNoIssuer, true
			}
			out = append(out, d)
		})
	}
	return out
}

// accept decides whether a document counts beside what name and birth say, and takes it.
func (s *scored) accept(d documentScore) {
	if d.support && s.name < supportingName && s.birth.points <= 0 {
		return
	}
	if d.points > s.document.points {
		s.document = d
	}
}

// final is the score: what the document says, and what name, birth and qualifiers add to what is left to be sure of; never less than
// what they say alone.
func (s *scored) final() float64 {
	person := max(min(s.total, 1), 0)
	return max(min(s.document.points+(1-s.document.points)*person, 1), 0)
}

// order breaks the ties of equal scores: everything that speaks for the entry, without a limit.
func (s *scored) order() float64 { return s.document.points + s.total + 0.001*s.information }
