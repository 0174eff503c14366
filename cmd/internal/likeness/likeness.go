// Package likeness introduces the comparison of names of alert lists to the persons whom carriers announce: plug-ins never import one
// another. It must never know anything of a list.
package likeness

import (
	"slices"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/alerts/names"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/traveldoc"
)

// Names implements expected.Names with package match.
type Names struct{}

var _ expected.Names = Names{}

// The likeness below which names are different, and from which single letters are a slip.
const leastAlike = 0.62

// Compare is how much of both names is met, whatever is known of births: rare and common names alike.
func (Names) Compare(document, declared traveldoc.Identity) expected.Likeness {
	q := match.Query{Names: []alerts.Name{nameOf(document, alerts.MRZName)}, Truncated: document.NameTruncated}
	e := match.Entry{Key: "declared", Subject: alerts.Subject{Kind: alerts.Person, Names: []alerts.Name{nameOf(declared, alerts.Primary)}}}
	m := match.Compare(q, e)
	l := expected.Likeness{Relation: expected.RelEqual}
	for _, part := range m.Evidence {
		if !slices.Contains([]string{"name", "family", "given"}, part.Field) || part.Relation == match.RelCommon || part.Relation == match.RelWeak {
			continue
		}
		l.Score += part.Weight * part.Score
		l.Relation = worse(l.Relation, relationOf(part))
	}
	l.Score = min(l.Score, 1)
	if l.Score < leastAlike {
		l.Relation = expected.RelDifferent
	}
	return l
}

// relationOf is what the relation of one part of a name makes of the whole.
func relationOf(part match.Evidence) string {
	switch part.Relation {
	case match.RelEqual, match.RelJoined:
		return expected.RelEqual
	case match.RelSynonym, match.RelTransliterated:
		return expected.RelTransliterated
	case match.RelPrefix, match.RelInitial:
		return expected.RelTruncated
	case match.RelExtraFound, match.RelExtraListed:
		return expected.RelFewer
	case match.RelTypo:
		if names.Skeleton(part.Found) == names.Skeleton(part.Listed) {
			return expected.RelTransliterated // it sounds alike: another spelling, no slip
		}
		return expected.RelTypo
	}
	return expected.RelDifferent
}

func worse(a, b string) string {
	order := []string{
		expected.RelEqual, expected.RelTransliterated, expected.RelTruncated, expected.RelTypo, expected.RelFewer, expected.RelDifferent,
	}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

func nameOf(i traveldoc.Identity, kind alerts.NameKind) alerts.Name {
	n := alerts.Name{Raw: i.Surname + " " + i.GivenNames, Kind: kind}
	for _, p := range []alerts.NamePart{{Text: i.Surname, Role: alerts.Family}, {Text: i.GivenNames, Role: alerts.Given}} {
		if p.Text != "" {
			n.Parts = append(n.Parts, p)
		}
	}
	return n
}
