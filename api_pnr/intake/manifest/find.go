package manifest

import "github.com/google/uuid"

// candidate is a traveller of a message that looks for its person.
type candidate struct {
	evidence
	reservation string
}

// pass is one way to find a person: the keys of a traveller, and those of a person, of which one must be the same. Passes run one after
// another over all travellers, the surest first, so that a weak resemblance takes nobody from the one who is him.
type pass struct {
	of     func(c candidate) []string
	having func(p *Person) []string
	// fits, when it is set, is asked beside the keys.
	fits func(c candidate, p *Person) bool
	// alone wants that the key leads to one traveller and one person only.
	alone bool
}

// find gives each traveller the person that he is, nil for who is new. No person is given twice.
func (m *Manifest) find(list []candidate, passes []pass) []*Person {
	found := make([]*Person, len(list))
	taken := make(map[*Person]bool, len(list))
	for _, ps := range passes {
		index := m.index(ps, taken)
		var times map[string]int
		if ps.alone {
			times = count(list, found, ps)
		}
		for i, c := range list {
			if found[i] != nil {
				continue
			}
			if p := choose(c, ps, index, taken, times); p != nil {
				found[i], taken[p] = p, true
			}
		}
	}
	return found
}

func (m *Manifest) index(ps pass, taken map[*Person]bool) map[string][]*Person {
	index := make(map[string][]*Person, len(m.Persons))
	for _, p := range m.Persons {
		if taken[p] || p.gone() {
			continue
		}
		for _, key := range ps.having(p) {
			index[key] = append(index[key], p)
		}
	}
	return index
}

func count(list []candidate, found []*Person, ps pass) map[string]int {
	times := map[string]int{}
	for i, c := range list {
		if found[i] == nil {
			for _, key := range ps.of(c) {
				times[key]++
			}
		}
	}
	return times
}

func choose(c candidate, ps pass, index map[string][]*Person, taken map[*Person]bool, times map[string]int) *Person {
	for _, key := range ps.of(c) {
		if ps.alone && (times[key] != 1 || len(index[key]) != 1) {
			continue
		}
		for _, p := range index[key] {
			if !taken[p] && !p.contradicts(c.evidence) && (ps.fits == nil || ps.fits(c, p)) {
				return p
			}
		}
	}
	return nil
}

// gone says that nobody is to be found there any more.
func (p *Person) gone() bool { return p.Masked || p.MergedInto != uuid.Nil }

// contradicts reports whether what is known of the person from either source speaks against him being the one.
func (p *Person) contradicts(e evidence) bool { return p.api.contradicts(e) || p.pnr.contradicts(e) }

func one(key string, parts ...string) []string {
	for _, part := range append(parts, key) {
		if part == "" {
			return nil
		}
	}
	for _, part := range parts {
		key += "\x00" + part
	}
	return []string{key}
}

func (e evidence) documentKeys() []string {
	keys := make([]string, len(e.docs))
	for i, d := range e.docs {
		keys[i] = d.class + "\x00" + d.number // the issuer is compared with what speaks against it
	}
	return keys
}

func (e evidence) birthKey() []string {
	if e.birth.IsZero() {
		return nil
	}
	return one(e.name, e.birth.String())
}

func both(get func(e evidence) []string) func(p *Person) []string {
	return func(p *Person) []string { return append(get(p.api), get(p.pnr)...) }
}

// common are the passes that both sources have: by document, by name and birth date.
func common() []pass {
	return []pass{
		{of: func(c candidate) []string { return c.documentKeys() }, having: both(evidence.documentKeys), fits: sharesDocument},
		{of: func(c candidate) []string { return c.birthKey() }, having: both(evidence.birthKey)},
	}
}

func sharesDocument(c candidate, p *Person) bool {
	return p.api.sharesDocument(c.evidence) || p.pnr.sharesDocument(c.evidence)
}

func likeName(c candidate, p *Person) bool {
	return p.api.there && p.api.likeName(c.evidence) || p.pnr.there && p.pnr.likeName(c.evidence)
}

// byLocator are the passes by the reservation's locator and the name; then by a name that nobody else has.
func byLocator(lacks func(p *Person) bool) []pass {
	return []pass{
		{
			of:     func(c candidate) []string { return one(c.locator, c.name) },
			having: both(func(e evidence) []string { return one(e.locator, e.name) }),
		},
		{
			of:     func(c candidate) []string { return one(c.locator, c.surname) },
			having: both(func(e evidence) []string { return one(e.locator, e.surname) }),
			fits:   likeName,
		},
		{
			of:     func(c candidate) []string { return one(c.name) },
			having: both(func(e evidence) []string { return one(e.name) }),
			fits:   func(c candidate, p *Person) bool { return lacks(p) && p.sameLocator(c.locator) },
			alone:  true,
		},
	}
}

// sameLocator is false when both sides say a locator and it is another.
func (p *Person) sameLocator(locator string) bool {
	known := p.api.locator + p.pnr.locator
	return locator == "" || known == "" || p.api.locator == locator || p.pnr.locator == locator
}

func apiPasses() []pass {
	ref := pass{
		of:     func(c candidate) []string { return one(c.ref) },
		having: func(p *Person) []string { return one(p.api.ref) },
	}
	return append(append([]pass{ref}, common()...), byLocator(func(p *Person) bool { return p.API == nil })...)
}

func pnrPasses() []pass {
	first := []pass{
		{
			of:     func(c candidate) []string { return one(c.reservation, c.ref) },
			having: func(p *Person) []string { return one(p.Reservation, p.pnr.ref) },
			fits:   func(c candidate, p *Person) bool { return p.pnr.likeName(c.evidence) },
		},
		{
			of:     func(c candidate) []string { return one(c.reservation, c.name) },
			having: func(p *Person) []string { return one(p.Reservation, p.pnr.name) },
		},
	}
	last := pass{ // a name that was put right
		of:     func(c candidate) []string { return one(c.reservation, c.ref) },
		having: func(p *Person) []string { return one(p.Reservation, p.pnr.ref) },
		fits: func(c candidate, p *Person) bool {
			return begins(c.surname, p.pnr.surname) || begins(c.given, p.pnr.given) || c.sameBirth(p.pnr)
		},
	}
	// A document is surer than a place in a reservation: of two of one name, it may be the other whom a list has found by his name.
	shared := common()
	all := append(append(shared[:1:1], first...), shared[1:]...)
	all = append(all, byLocator(func(p *Person) bool { return p.PNR == nil })...)
	return append(all, last)
}
