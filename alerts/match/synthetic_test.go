package match_test

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/traveldoc"
)

// world draws invented people. Two worlds make lists in different ways, so that nothing is fitted to one of them.
type world interface {
	// person is the n-th listed person; the same n gives the same one.
	person(n int) match.Entry
	// stranger is a traveller drawn as the listed are, but another.
	stranger(rng *rand.Rand) match.Query
}

func seeded(kind, n int) *rand.Rand { return rand.New(rand.NewPCG(uint64(kind), uint64(n))) }

// everybody are the first n persons of a world.
func everybody(w world, n int) iter.Seq[match.Entry] {
	return func(yield func(match.Entry) bool) {
		for i := range n {
			if !yield(w.person(i)) {
				return
			}
		}
	}
}

func dateOf(rng *rand.Rand, from, years int) traveldoc.Date {
	d, err := traveldoc.NewDate(from+rng.IntN(years), 1+rng.IntN(12), 1+rng.IntN(28))
	if err != nil {
		panic(err)
	}
	return d
}

func on(d traveldoc.Date) []alerts.Birth { return []alerts.Birth{{From: d, To: d}} }

// zipfWorld: names of two or three parts from vocabularies of syllables whose frequencies fall as Zipf's law says; nearly everybody has a
// full date of birth.
type zipfWorld struct{ given, family []string }

func newZipfWorld() *zipfWorld {
	return &zipfWorld{given: syllables(1, 12000), family: syllables(2, 48000)}
}

// syllables makes a vocabulary of distinct words.
func syllables(kind, n int) []string {
	rng, seen, out := seeded(kind, 0), make(map[string]bool), make([]string, 0, n)
	onset := strings.Fields("B D F G H J K L M N P R S T V Z KH SH CH GH TR BR ST AL AB IB")
	nucleus := strings.Fields("A E I O U A A I U OU AI EE IA")
	coda := strings.Fields("_ _ _ N R L M D S T H K")
	for len(out) < n {
		var b strings.Builder
		for range 2 + rng.IntN(3) {
			b.WriteString(onset[rng.IntN(len(onset))] + nucleus[rng.IntN(len(nucleus))])
		}
		if c := coda[rng.IntN(len(coda))]; c != "_" {
			b.WriteString(c)
		}
		if word := b.String(); !seen[word] {
			seen[word] = true
			out = append(out, word)
		}
	}
	return out
}

// zipf draws a rank below n with a frequency of about 1/(rank+shift).
func zipf(rng *rand.Rand, n int, shift float64) int {
	return min(n-1, int(shift*(math.Pow(1+float64(n)/shift, rng.Float64())-1)))
}

func (w *zipfWorld) name(rng *rand.Rand) alerts.Name {
	given := w.given[zipf(rng, len(w.given), 8)]
	if rng.IntN(3) > 0 {
		given += " " + w.given[zipf(rng, len(w.given), 8)]
	}
	family := w.family[zipf(rng, len(w.family), 20)]
	if rng.IntN(8) == 0 {
		family = "AL " + family
	}
	return parted(family, given, alerts.Primary)
}

func parted(family, given string, kind alerts.NameKind) alerts.Name {
	return alerts.Name{
		Raw: given + " " + family, Kind: kind,
		Parts: []alerts.NamePart{{Text: family, Role: alerts.Family}, {Text: given, Role: alerts.Given}},
	}
}

func (w *zipfWorld) person(n int) match.Entry {
	rng := seeded(3, n)
	e := match.Entry{Key: fmt.Sprintf("zipf/%d", n), Subject: alerts.Subject{Kind: alerts.Person, Names: []alerts.Name{w.name(rng)}}}
	switch d := dateOf(rng, 1940, 65); rng.IntN(20) {
	case 0:
		year, _ := traveldoc.NewDate(d.Year(), 0, 0)
		e.Subject.Births = on(year)
	case 1:
	default:
		e.Subject.Births = on(d)
	}
	if rng.IntN(5) == 0 {
		e.Subject.Documents = []alerts.Document{{Type: "P", Number: fmt.Sprintf("%c%08d", 'A'+rng.IntN(26), rng.IntN(1e8)), Issuer: "UTO"}}
	}
	return e
}

func (w *zipfWorld) stranger(rng *rand.Rand) match.Query {
	return match.Query{Names: []alerts.Name{w.name(rng)}, Births: on(dateOf(rng, 1940, 65))}
}

// peoplesWorld: forty peoples of different sizes, each with roots of its own that are spelt in several ways; aliases, patronymics,
// compound names, names of one part, and births of all precisions, often none.
type peoplesWorld struct{ peoples []people }

type people struct {
	roots   [][]string // spellings of each root
	parts   int        // of a usual name
	article string
}

func newPeoplesWorld() *peoplesWorld {
	w := &peoplesWorld{}
	for n := range 40 {
		rng := seeded(10+n, 1)
		p := people{parts: 2 + rng.IntN(3), article: []string{"", "", "AL", "DE", "VAN", "BIN"}[rng.IntN(6)]}
		for _, root := range stems(rng, 2000+rng.IntN(10000)) {
			spellings := []string{root}
			for range rng.IntN(6) {
				spellings = append(spellings, respelt(rng, root))
			}
			p.roots = append(p.roots, spellings)
		}
		w.peoples = append(w.peoples, p)
	}
	return w
}

// stems makes roots of three or four consonants with the vowels of one people.
func stems(rng *rand.Rand, n int) []string {
	consonants, vowels := "BCDFGHJKLMNPQRSTVWXYZ", []string{"A", "I", "O", "U", "E", "AA", "IE"}
	inUse := make([]byte, 12)
	for i := range inUse {
		inUse[i] = consonants[rng.IntN(len(consonants))]
	}
	out := make([]string, n)
	for i := range out {
		var b strings.Builder
		for range 2 + rng.IntN(3) {
			b.WriteByte(inUse[rng.IntN(len(inUse))])
			b.WriteString(vowels[rng.IntN(len(vowels))])
		}
		if rng.IntN(2) == 0 {
			b.WriteByte(inUse[rng.IntN(len(inUse))])
		}
		out[i] = b.String()
	}
	return out
}

func respelt(rng *rand.Rand, text string) string {
	pairs := []string{"I", "E", "U", "O", "K", "Q", "S", "Z", "J", "G", "V", "W", "AA", "A", "IE", "I", "C", "K", "Y", "I", "T", "D"}
	at := 2 * rng.IntN(len(pairs)/2)
	return strings.Replace(text, pairs[at], pairs[at+1], 1+rng.IntN(2))
}

func (w *peoplesWorld) people(rng *rand.Rand) *people {
	return &w.peoples[zipf(rng, len(w.peoples), 3)]
}

func (p *people) token(rng *rand.Rand) string {
	spellings := p.roots[zipf(rng, len(p.roots), 15)]
	return spellings[rng.IntN(len(spellings))]
}

func (p *people) name(rng *rand.Rand, kind alerts.NameKind) alerts.Name {
	var parts []string
	for range max(1, p.parts+rng.IntN(3)-1) {
		if p.article != "" && rng.IntN(4) == 0 {
			parts = append(parts, p.article)
		}
		parts = append(parts, p.token(rng))
	}
	return alerts.Name{Raw: strings.Join(parts, " "), Kind: kind}
}

func (w *peoplesWorld) person(n int) match.Entry {
	rng := seeded(4, n)
	p := w.people(rng)
	e := match.Entry{Key: fmt.Sprintf("peoples/%d", n), Subject: alerts.Subject{Kind: alerts.Person, Sexes: []string{"M", "F"}[n%2 : n%2+1]}}
	e.Subject.Names = []alerts.Name{p.name(rng, alerts.Primary)}
	for range zipf(rng, 6, 1) {
		kind := alerts.Strong
		if rng.IntN(4) == 0 {
			kind = alerts.Weak
		}
		e.Subject.Names = append(e.Subject.Names, p.name(rng, kind))
	}
	d := dateOf(rng, 1930, 75)
	year, _ := traveldoc.NewDate(d.Year(), 0, 0)
	switch rng.IntN(10) {
	case 0, 1:
	case 2, 3:
		e.Subject.Births = on(year)
	case 4:
		e.Subject.Births = []alerts.Birth{{From: year, To: year, Circa: true}}
	case 5:
		e.Subject.Births = append(on(d), on(dateOf(rng, d.Year(), 3))...)
	default:
		e.Subject.Births = on(d)
	}
	return e
}

func (w *peoplesWorld) stranger(rng *rand.Rand) match.Query {
	return match.Query{Names: []alerts.Name{w.people(rng).name(rng, alerts.MRZName)}, Births: on(dateOf(rng, 1930, 75)), Sex: "M"}
}

// damaged is a query for a listed person as documents and people write him: a letter wrong, parts in another order, a part left out.
func damaged(rng *rand.Rand, e match.Entry) match.Query {
	tokens := strings.Fields(e.Subject.Names[0].Raw)
	switch rng.IntN(4) {
	case 0:
		at := rng.IntN(len(tokens))
		tokens[at] = mistyped(rng, tokens[at])
	case 1:
		tokens = append(tokens[1:], tokens[0])
	case 2:
		if len(tokens) > 2 {
			tokens = append(tokens[:1], tokens[2:]...)
		}
	}
	q := match.Query{Names: []alerts.Name{{Raw: strings.Join(tokens, " "), Kind: alerts.MRZName}}}
	if len(e.Subject.Births) > 0 && rng.IntN(10) > 0 {
		if q.Births = e.Subject.Births[:1]; q.Births[0].From.Precision() != traveldoc.PrecisionDay {
			q.Births = on(dateOf(rng, q.Births[0].From.Year(), 1))
		}
	}
	return q
}

func mistyped(rng *rand.Rand, text string) string {
	if len(text) < 4 {
		return text
	}
	at := rng.IntN(len(text) - 1)
	switch rng.IntN(3) {
	case 0:
		return text[:at] + string(rune('A'+rng.IntN(26))) + text[at+1:]
	case 1:
		return text[:at] + text[at+1:]
	}
	return text[:at] + text[at+1:at+2] + text[at:at+1] + text[at+2:]
}

// travellers are n queries: half of them listed persons with damage, half strangers.
func travellers(w world, listed, n int) []match.Query {
	rng := seeded(5, listed)
	out := make([]match.Query, n)
	for i := range out {
		if i%2 == 0 {
			out[i] = damaged(rng, w.person(rng.IntN(listed)))
		} else {
			out[i] = w.stranger(rng)
		}
		out[i].Least = alerts.DefaultPolicy().Thresholds[alerts.Possible]
	}
	return out
}
