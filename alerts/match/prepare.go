package match

import (
	"slices"

	"github.com/openbmis/openbmis/alerts"
)

// prepared is a query ready to be compared.
type prepared struct {
	names     []queryName
	births    []span
	sexes     uint8
	nations   []string
	documents []documentRecord
	today     day
	least     float64
}

// queryName is one reading of one name of the traveller.
type queryName struct {
	tokens []queryToken
	flags  uint8
	joints []jointText // its parts as they may be written together
	tells  float64     // the most that it can tell
}

// jointText is what tokens of a query look like written together.
type jointText struct {
	text  []byte
	first byte // the group of its first letter
	cut   bool
}

// queryToken is a part of it. weight is what it says, in nats; missing is what it costs where the alert has nothing like it.
type queryToken struct {
	word
	flags   uint32
	weight  float64
	missing float64
}

// familyFactor is how much more the name of a family says: it is what a traveller is called by, and what tells cousins apart least.
const familyFactor = 1.3

// What a part costs that the other side has not, as a share of its weight.
const (
	missingFound  = 0.80 // the traveller has it
	missingListed = 0.20 // the alert has it: documents and lists leave names out
	missingFamily = 0.50 // the alert has it, it is the family's, and no other name of the family is met
	missingCut    = 0.05 // it may stand where the name was cut
)

// prepare reads a query.
func prepare(q Query, w *Weights) *prepared {
	p := &prepared{sexes: sexBits(q.Sex), today: dayOf(q.Today.First()), least: max(q.Least, Floor)}
	var read []nameRecord
	for _, n := range q.Names {
		read = appendReadings(read, n, q.Truncated && n.Kind == alerts.MRZName)
	}
	for _, n := range read {
		p.names = append(p.names, prepareName(n, w))
	}
	for _, b := range q.Births {
		if s, known := spanOf(b); known && !slices.Contains(p.births, s) {
			p.births = append(p.births, s)
		}
	}
	for _, n := range q.Nationality {
		if code := state(n); code != "" {
			p.nations = append(p.nations, code)
		}
	}
	for _, d := range q.Documents {
		if r, ok := documentOf(d); ok {
			p.documents = append(p.documents, r)
		}
	}
	return p
}

func prepareName(n nameRecord, w *Weights) queryName {
	out := queryName{flags: n.flags, tokens: make([]queryToken, 0, len(n.tokens))}
	for i, t := range n.tokens {
		qt := queryToken{word: wordOf([]byte(t.text)), flags: t.flags}
		qt.weight = tokenWeight(w.of(qt.text), t.flags)
		qt.missing = missingFound * qt.weight
		if t.flags&tokenFamily != 0 {
			qt.missing *= familyFactor
		}
		if n.flags&nameCut != 0 && i == len(n.tokens)-1 {
			qt.missing = missingCut * qt.weight // the listed name may have it in full, or differ only where it was cut
		}
		out.tokens = append(out.tokens, qt)
	}
	information := 0.0
	for i := range out.tokens {
		information += out.tokens[i].weight * familyFactor
		for n := 2; n <= 3 && n <= len(out.tokens); n++ {
			text, j := out.together(nil, i, n)
			out.joints = append(out.joints, jointText{text, group(text[0]), j.cut})
		}
	}
	out.tells = telling(information) + slack
	return out
}

// tokenWeight is what a token says, in nats.
func tokenWeight(steps uint8, flags uint32) float64 {
	weight := float64(steps) * weightStep
	if flags&tokenParticle != 0 {
		weight = min(weight*particleFactor, particleMost)
	}
	return weight
}

// cutAt reports whether the i-th token may go on.
func (n *queryName) cutAt(i int) bool { return n.flags&nameCut != 0 && i == len(n.tokens)-1 }
