package visacheck

import (
	"slices"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// SameDocument reports whether two documents are one: the folded number, and the issuer where both are known.
func SameDocument(a, b traveldoc.Document) bool {
	number := traveldoc.FoldNumber(a.Number)
	return number != "" && number == traveldoc.FoldNumber(b.Number) &&
		(a.IssuingState == "" || b.IssuingState == "" || traveldoc.FoldState(a.IssuingState) == traveldoc.FoldState(b.IssuingState))
}

// SamePerson reports whether two identities can be one person's: birth dates that agree as far as they are known, and names of which one
// holds every part of the other. A zone may cut names short (Doc 9303-3, 4.6): a part may be the beginning of the other's.
func SamePerson(a, b traveldoc.Identity) bool {
	if a.BirthDate.IsZero() || b.BirthDate.IsZero() || !a.BirthDate.Compatible(b.BirthDate) {
		return false
	}
	return alike(parts(a), parts(b))
}

func parts(i traveldoc.Identity) []string {
	return strings.Fields(traveldoc.FoldName(i.Surname + " " + i.GivenNames))
}

// maxParts bounds the work on names that nobody has.
const maxParts = 24

func alike(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 || len(a) > maxParts || len(b) > maxParts {
		return false
	}
	left := slices.Clone(b)
	for _, part := range a {
		n := slices.IndexFunc(left, func(other string) bool { return begins(part, other) })
		if exact := slices.Index(left, part); exact >= 0 {
			n = exact
		}
		if n < 0 {
			return false
		}
		left = slices.Delete(left, n, n+1)
	}
	return len(a) > 1 || len(b) == 1 // one name alone says nothing of somebody with several
}

// begins reports whether one is the beginning of the other, of three letters at least.
func begins(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return len(a) >= 3 && strings.HasPrefix(b, a)
}

// bond is how a visa belongs to a traveller.
type bond struct {
	person   bool // name and birth date are his
	document bool // it was issued on the document that he shows, or, of a child, on that of the adult with him
	earlier  bool // it was issued on one that he shows, and then on another
}

func bondOf(s border.Subject, r evisa.Row) bond {
	b := bond{person: SamePerson(s.Identity, r.Identity), document: SameDocument(s.Document, r.Document)}
	b.earlier = !b.document && slices.ContainsFunc(r.Earlier, func(d traveldoc.Document) bool { return SameDocument(s.Document, d) })
	if g := s.Guardian; !b.document && b.person && s.Category == border.Minor && g != nil {
		b.document = SameDocument(traveldoc.Document{Number: g.DocumentNumber}, r.Document)
	}
	return b
}

// his are the rows that belong to a traveller. Several persons may have been issued visas on one passport: who has his own is not held
// against the others'.
func his(s border.Subject, rows []evisa.Row) (list []judged) {
	own := false
	for _, r := range rows {
		b := bondOf(s, r)
		if !b.person && !b.document && !b.earlier {
			continue
		}
		own = own || b.person
		list = append(list, judged{row: r, bond: b})
	}
	if own {
		list = slices.DeleteFunc(list, func(j judged) bool { return !j.bond.person })
	}
	return list
}
