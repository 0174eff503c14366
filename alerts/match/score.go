package match

// The points of a score. A name that is met in full gives nameMost; births and qualifiers add and take away.
const (
	nameMost       = 0.84
	sexDifferent   = -0.08
	sexEqual       = 0.005
	nationEqual    = 0.01
	nationDiffers  = -0.01
	qualifiersMost = sexEqual + nationEqual
	// weakMost is the most that a weak alias comes to alone: below the least threshold that makes sense.
	weakMost = 0.55
)

// scored is the best that a query and an entry come to, before it is explained.
type scored struct {
	total float64 // points of name, birth and qualifiers
	name  float64 // of the name alone, 0 to 1
	// query and listed are the names that met best; -1: none.
	query  int
	listed uint32
	birth  births
	qualifiers
	weak float64 // what a weak alias without support loses; 0 or less
	// information is what was met of the name, in nats.
	information float64
	document    documentScore
}

type births struct {
	relation      string
	points        float64
	found, listed span
	known         bool
}

type qualifiers struct {
	sex, nation              float64
	sexRelation, nationality string
}

// score is the best of all names and births of an entry; unless always, it ends early where they cannot reach the least score.
func (sc *scratch) score(s *segment, p *prepared, entry uint32, always bool) scored {
	out := scored{query: -1, birth: s.relateBirths(p, entry), qualifiers: s.qualify(p, entry)}
	extra := out.birth.points + out.sex + out.nation
	best := -1.0
	if !always && extra+nameMost < p.least {
		return out // however well the names meet
	}
	least := (p.least - extra) / nameMost
	first, last := ends(s.nameEnd, entry)
	for name := first; name < last; name++ {
		for i := range p.names {
			known := sc.likes[i]
			if !always && !s.mayReach(name, &p.names[i], known, least) {
				continue
			}
			s.listed(&sc.listed, name, &p.names[i], known)
			a := sc.align(&p.names[i], &sc.listed)
			tells := a.share * telling(a.information)
			weak := 0.0
			if s.nameFlags[name]&nameWeak != 0 && !out.supported() {
				weak = min(0, weakMost-(nameMost*tells+extra))
			}
			if total := nameMost*tells + weak; total > best {
				best = total
				out.name, out.query, out.listed, out.weak, out.information = tells, i, name, weak, a.information
			}
		}
	}
	out.total = max(best, 0) + extra
	return out
}

// supported reports whether birth or nationality speaks for the entry: a weak alias needs it.
func (s *scored) supported() bool {
	return s.birth.points > 0 || s.nationality == RelEqual && s.birth.points >= 0
}

// relateBirths is the best relation of any birth of the traveller to any of the entry.
func (s *segment) relateBirths(p *prepared, entry uint32) births {
	out := births{relation: RelUnknown, points: birthUnknown}
	for _, listed := range s.birthsOf(entry) {
		l := listed.span()
		for _, q := range p.births {
			if relation, points := relate(q, l); !out.known || points > out.points {
				out = births{relation, points, q, l, true}
			}
		}
	}
	return out
}

// qualify compares sex and nationality, which only qualify.
func (s *segment) qualify(p *prepared, entry uint32) qualifiers {
	out := qualifiers{sexRelation: RelUnknown, nationality: RelUnknown}
	switch listed := s.sexes[entry]; {
	case p.sexes == 0 || listed == 0:
	case p.sexes&listed != 0:
		out.sexRelation, out.sex = RelEqual, sexEqual
	default:
		out.sexRelation, out.sex = RelDifferent, sexDifferent
	}
	nations := s.nationsOf(entry)
	if len(nations) == 0 || len(p.nations) == 0 {
		return out
	}
	out.nationality, out.nation = RelDifferent, nationDiffers
	for _, n := range nations {
		for _, q := range p.nations {
			if s.states[n] == q {
				out.nationality, out.nation = RelEqual, nationEqual
			}
		}
	}
	return out
}
