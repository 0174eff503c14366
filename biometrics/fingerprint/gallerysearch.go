package fingerprint

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
)

// SearchOptions are what a search wants.
type SearchOptions struct {
	// Threshold is the lowest fused score of a candidate; 0: CandidateThreshold.
	Threshold float64
	// Most is how many candidates are wanted, best first; 0: all. Found.Reached says how many there were.
	Most int
	// Except are persons who are not compared: the person's own.
	Except []uuid.UUID
	// Enough ends the search early: when a candidate has this score, those behind him on the screen, in steps of 64 persons, are not compared
	// exactly; Found.Unlooked says how many. 0: never.
	Enough float64
	// All compares everybody exactly, without the screen.
	All bool
}

// Candidate is a person whose prints are like those searched for.
type Candidate struct {
	Reference uuid.UUID
	Score     float64 // fused over the fingers
	Fingers   []CandidateFinger
}

// CandidateFinger is one finger's part: the best pair of impressions.
type CandidateFinger struct {
	Position      biometrics.Position // of the probe; of the gallery's print where the probe's is unknown
	Score         float64
	Probe, Stored int // which print of the probe, and which of those that were put
}

// Found is what a search found, and what it looked at: nobody was left out without being counted.
// Persons = Excepted + NoFinger + Screened, and Screened = ScreenedOut + Unlooked + Exact.
type Found struct {
	Candidates  []Candidate // best first, then by reference
	Reached     int         // persons at or above the threshold, also those beyond SearchOptions.Most
	Persons     int         // held when the search began
	Excepted    int         // not compared: asked for by SearchOptions.Except
	NoFinger    int         // not compared: no finger in common
	Screened    int         // compared on the screen
	ScreenedOut int         // of these, not among the best, so not compared exactly
	Unlooked    int         // of these, among the best, and not compared as there was Enough
	Exact       int         // of these, compared exactly
	Comparisons int         // exact comparisons of two prints
}

// Search compares the prints of a person with everybody: first by the screen, then the best of it exactly. The same question to the same
// persons has the same answer, however many processors work on it and in whatever order the persons were put. The error is that of ctx: the
// search was broken off and says nothing.
func (g *Gallery) Search(ctx context.Context, probe []GalleryPrint, o SearchOptions) (Found, error) {
	if o.Threshold <= 0 {
		o.Threshold = CandidateThreshold
	}
	s := newSearch(g, probe, o)
	if err := s.screen(ctx); err != nil {
		return Found{}, err
	}
	if err := s.exact(ctx); err != nil {
		return Found{}, err
	}
	s.found.settle(o)
	return s.found, nil
}

// search is one search under way.
type search struct {
	options GalleryOptions
	wanted  SearchOptions
	now     *snapshot
	probe   []searchPrint // the best first
	people  []suspect     // those who are still looked at
	found   Found
}

// searchPrint is a print searched for.
type searchPrint struct {
	position biometrics.Position
	number   int // among those that were given
	prepared *Prepared
	screen   marks
}

// suspect is a person who is looked at, and what the screen says.
type suspect struct {
	*person
	fingers  int     // fingers of the probe that could be compared so far
	surprise float64 // sum over them: how far the screen's value lies above those of everybody, in standard deviations
	value    float32 // of the finger that is looked at now; below 0: he has no such finger
}

func newSearch(g *Gallery, probe []GalleryPrint, o SearchOptions) *search {
	s := &search{options: g.options, wanted: o, now: g.now.Load()}
	for i, p := range probe {
		prepared := Prepare(p.Template)
		s.probe = append(s.probe, searchPrint{p.Position, i, prepared, prepared.strongest(screenProbe)})
	}
	slices.SortStableFunc(s.probe, func(a, b searchPrint) int { return cmp.Compare(b.prepared.quality, a.prepared.quality) })
	s.found.Persons = s.now.persons
	s.gather()
	return s
}

// gather takes everybody who has a finger in common with the probe and is not excepted.
func (s *search) gather() {
	except := make(map[uuid.UUID]bool, len(s.wanted.Except))
	for _, reference := range s.wanted.Except {
		except[reference] = true
	}
	s.people = make([]suspect, 0, s.now.persons)
	for _, chunk := range s.now.chunks {
		for _, p := range chunk {
			switch {
			case p == nil:
			case except[p.reference]:
				s.found.Excepted++
			case !slices.ContainsFunc(s.probe, func(q searchPrint) bool { return p.has(q.position) }):
				s.found.NoFinger++
			default:
				s.people = append(s.people, suspect{person: p})
			}
		}
	}
	s.found.Screened = len(s.people)
}

// screen looks at finger after finger, and goes on with the better third of the persons after each, down to those who are compared exactly.
func (s *search) screen(ctx context.Context) error {
	keep := max(s.options.Least, int(math.Ceil(s.options.Share*float64(len(s.people)))))
	if s.wanted.All {
		keep = len(s.people)
	}
	for i := range s.probe {
		if len(s.people) <= keep {
			break
		}
		if err := s.screenFinger(ctx, &s.probe[i]); err != nil {
			return err
		}
		rest := max(keep, len(s.people)/3)
		if i == len(s.probe)-1 {
			rest = keep
		}
		s.narrow(rest)
	}
	slices.SortFunc(s.people, byScreen)
	return nil
}

// screenFinger looks at one print of the probe.
func (s *search) screenFinger(ctx context.Context, q *searchPrint) error {
	err := inParts(ctx, s.options.Workers, len(s.people), func(i int) {
		p := &s.people[i]
		p.value = -1
		for k := range p.prints {
			if same(q.position, p.prints[k].position) {
				p.value = max(p.value, p.prints[k].screen.look(&q.screen))
			}
		}
	})
	if err != nil {
		return err
	}
	mean, deviation := s.values()
	for i := range s.people {
		if p := &s.people[i]; p.value >= 0 {
			p.fingers++
			p.surprise += (float64(p.value) - mean) / deviation
		}
	}
	return nil
}

// values are the mean and the standard deviation of what the screen said of everybody: nearly all are other people.
func (s *search) values() (mean, deviation float64) {
	n, sum, square := 0.0, 0.0, 0.0
	for i := range s.people {
		if v := float64(s.people[i].value); v >= 0 {
			n, sum, square = n+1, sum+v, square+v*v
		}
	}
	mean = sum / max(n, 1)
	return mean, math.Sqrt(max(square/max(n, 1)-mean*mean, 1e-6))
}

// narrow keeps the best n, and those of whom no finger could be looked at yet.
func (s *search) narrow(n int) {
	slices.SortFunc(s.people, byScreen)
	for n < len(s.people) && s.people[n].fingers == 0 {
		n++
	}
	s.people = s.people[:min(n, len(s.people))]
}

// byScreen puts the likeliest first; who could not be looked at before everybody.
func byScreen(a, b suspect) int {
	return cmp.Or(cmp.Compare(b.likely(), a.likely()), slices.Compare(a.reference[:], b.reference[:]))
}

func (p *suspect) likely() float64 {
	if p.fingers == 0 {
		return math.Inf(1)
	}
	return p.surprise / math.Sqrt(float64(p.fingers))
}

// exactStep is how many persons are compared between two looks at whether there is enough.
const exactStep = 64

// exact compares those whom the screen left.
func (s *search) exact(ctx context.Context) error {
	s.found.ScreenedOut = s.found.Screened - len(s.people)
	results := make([]compared, len(s.people))
	for from := 0; from < len(s.people); from += exactStep {
		step := results[from:min(from+exactStep, len(s.people))]
		err := inParts(ctx, s.options.Workers, len(step), func(i int) { step[i] = s.compare(s.people[from+i].person) })
		if err != nil {
			return err
		}
		enough := false
		for i := range step {
			s.found.Exact++
			s.found.Comparisons += step[i].comparisons
			if step[i].Score >= s.wanted.Threshold {
				s.found.Reached++
				s.found.Candidates = append(s.found.Candidates, step[i].Candidate)
				enough = enough || s.wanted.Enough > 0 && step[i].Score >= s.wanted.Enough
			}
		}
		if enough {
			break
		}
	}
	s.found.Unlooked = len(s.people) - s.found.Exact
	return nil
}

// settle orders the candidates and keeps as many as are wanted.
func (f *Found) settle(o SearchOptions) {
	slices.SortFunc(f.Candidates, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), slices.Compare(a.Reference[:], b.Reference[:]))
	})
	if o.Most > 0 && len(f.Candidates) > o.Most {
		f.Candidates = f.Candidates[:o.Most]
	}
}
