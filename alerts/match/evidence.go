package match

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// explain makes the match of a candidate, with what was compared. The contributions add up to the score, which ends at 0 and 1.
func (sc *scratch) explain(p *prepared, c *candidate) Match {
	s := c.part.segment
	m := Match{Key: string(s.keys.at(c.entry)), Score: c.final, Order: c.tie, Exact: c.document.exact}
	if c.document.points > 0 {
		m.Evidence = append(m.Evidence, Evidence{
			Field: "document", Relation: c.document.relation, Found: c.document.found, Listed: c.document.listed,
			Score: c.document.points, Weight: 1, Contribution: c.document.points,
		})
	}
	from := len(m.Evidence)
	if c.query >= 0 && c.name > 0 {
		m.Evidence = sc.explainName(m.Evidence, s, &p.names[c.query], c)
	}
	m.Evidence = explainBirth(m.Evidence, p, s, c)
	m.Evidence = explainQualifiers(m.Evidence, p, s, c)
	if c.document.points > 0 {
		// What the person adds to a document is what the document leaves open.
		left := 1 - c.document.points
		if c.total <= 0 {
			left = 0
		}
		for i := range m.Evidence[from:] {
			m.Evidence[from+i].Contribution *= left
		}
	}
	return m
}

// explainName tells of every part of both names what it met.
func (sc *scratch) explainName(out []Evidence, s *segment, q *queryName, c *candidate) []Evidence {
	l := &sc.listed
	s.listed(l, c.listed, q, sc.likesTo(0).start())
	a := sc.align(q, l)
	pairs := slices.Clone(a.pairs)
	slices.SortFunc(pairs, func(x, y edge) int { return cmp.Compare(x.q, y.q) })
	for _, e := range pairs {
		share := e.weight / a.whole
		out = append(out, Evidence{
			Field: fieldOf(l.flagsOf(e.l) | q.flagsOf(e.q)), Relation: e.why(q, l), Found: q.words(e.q), Listed: l.words(e.l),
			Score: float64(e.like) / float64(alike), Weight: share, Contribution: nameMost * share * worth(e.like),
		})
	}
	for i := range q.tokens {
		if a.q>>i&1 == 0 {
			out = append(out, Evidence{
				Field: fieldOf(q.tokens[i].flags), Relation: RelExtraFound, Found: string(q.tokens[i].text), Weight: q.missingAt(i, l) / a.whole,
			})
		}
	}
	family := slices.ContainsFunc(a.pairs, func(e edge) bool { return l.flagsOf(e.l)&tokenFamily != 0 })
	for j := range l.tokens {
		if a.l>>j&1 == 0 {
			out = append(out, Evidence{
				Field: fieldOf(l.tokens[j].flags), Relation: RelExtraListed, Listed: string(l.text(j)), Weight: l.missingAt(j, q, family) / a.whole,
			})
		}
	}
	if lost := nameMost * (c.name - a.share); lost != 0 {
		out = append(out, Evidence{
			Field: "name", Relation: RelCommon, Found: q.words(allTokens), Score: telling(a.information), Weight: 1,
			Contribution: lost,
		})
	}
	if c.weak < 0 {
		out = append(out, Evidence{
			Field: "name", Relation: RelWeak, Listed: l.words(allTokens), Weight: 1, Contribution: c.weak,
		})
	}
	return out
}

// why is the relation of the tokens of a pair.
func (e *edge) why(q *queryName, l *listedName) string {
	if e.joined {
		return RelJoined
	}
	listed := l.dictionary.word(l.tokens[bits.TrailingZeros32(e.l)].number)
	like, why := similar(&q.tokens[bits.TrailingZeros32(e.q)].word, &listed)
	if like < e.like {
		return RelPrefix // one of the two is cut
	}
	return why
}

func fieldOf(flags uint32) string {
	switch flags & (tokenFamily | tokenGiven) {
	case tokenFamily:
		return "family"
	case tokenGiven:
		return "given"
	}
	return "name"
}

// allTokens are the bits of all tokens.
const allTokens = ^uint32(0)

// words are what the tokens of bits say.
func (n *queryName) words(set uint32) string {
	var parts []string
	for i, t := range n.tokens {
		if set>>i&1 != 0 {
			parts = append(parts, string(t.text))
		}
	}
	return strings.Join(parts, " ")
}

func (l *listedName) words(set uint32) string {
	var parts []string
	for j := range l.tokens {
		if set>>j&1 != 0 {
			parts = append(parts, string(l.text(j)))
		}
	}
	return strings.Join(parts, " ")
}

// flagsOf are the flags of all tokens of bits.
func (n *queryName) flagsOf(set uint32) uint32 {
	flags := uint32(0)
	for i := range n.tokens {
		if set>>i&1 != 0 {
			flags |= n.tokens[i].flags
		}
	}
	return flags
}

func explainBirth(out []Evidence, p *prepared, s *segment, c *candidate) []Evidence {
	e := Evidence{Field: "birth_date", Relation: c.birth.relation, Weight: birthMost, Contribution: c.birth.points}
	if c.birth.known {
		e.Found, e.Listed = c.birth.found.String(), c.birth.listed.String()
		e.Score = (c.birth.points - birthDifferent) / (birthMost - birthDifferent)
		return append(out, e)
	}
	if len(p.births) > 0 {
		e.Found = p.births[0].String()
	}
	if listed := s.birthsOf(c.entry); len(listed) > 0 {
		e.Listed = listed[0].span().String()
	}
	if e.Found == "" && e.Listed == "" {
		return out
	}
	return append(out, e)
}

func explainQualifiers(out []Evidence, p *prepared, s *segment, c *candidate) []Evidence {
	if c.sexRelation != RelUnknown {
		out = append(out, Evidence{
			Field: "sex", Relation: c.sexRelation, Found: sexText(p.sexes), Listed: sexText(s.sexes[c.entry]), Score: asScore(c.sexRelation),
			Weight: -sexDifferent, Contribution: c.sex,
		})
	}
	if c.nationality != RelUnknown {
		var listed []string
		for _, n := range s.nationsOf(c.entry) {
			listed = append(listed, s.states[n])
		}
		out = append(out, Evidence{
			Field: "nationality", Relation: c.nationality, Found: strings.Join(p.nations, " "), Listed: strings.Join(listed, " "),
			Score: asScore(c.nationality), Weight: nationEqual, Contribution: c.nation,
		})
	}
	return out
}

func asScore(relation string) float64 {
	if relation == RelEqual {
		return 1
	}
	return 0
}

func sexText(bits uint8) string { return [...]string{"", "M", "F", "M F"}[bits&3] }
