package match

import (
	_ "embed" // common.txt is a data file
	"maps"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"sync"

	"github.com/openbmis/openbmis/alerts/names"
)

// Weights tell how much a token says about who somebody is: the logarithm of how seldom it is. They come from the entries, from a
// background of travellers and from a small table of the commonest names of the world, whichever calls a token the commonest. They follow
// from what is listed and from nothing else: an index that was changed a thousand times weighs as one that was built anew from the same
// entries, so that the same list gives the same score wherever and however it was loaded. Tokens of one class of spellings (names.Class)
// are as common as all of them together. They never change: change gives new ones.
type Weights struct {
	fixed  map[uint64]uint8 // steps of weightStep, by the background and the table
	listed map[uint64]uint8 // by the entries, when they were last reckoned whole
	since  map[uint64]uint8 // by the entries, where it has changed since; 0: no commoner than any other
	people int              // of how many people the shares of the entries are
}

const (
	weightStep = 0.25
	// rarest is what a token says that nobody else has been seen with: one in ten thousand.
	rarest = 9.25
	// letterWeight bounds what a short token says.
	letterWeight   = 2.0
	particleFactor = 0.3
	particleMost   = 1.0
	// steadying is how many unseen people are thought to be in the list, so that small lists do not make every name common;
	// seenOften is how many entries have to have a token before the list makes it commoner.
	steadying = 5000
	seenOften = 3
)

// weighed is what tokens are weighed by: their class of spellings, or the one token.
type weighed struct {
	class uint32
	text  string
}

// weighedBy tells what a token is weighed by. A letter stands for itself.
func weighedBy(text []byte) weighed {
	if len(text) > 1 {
		if class := names.Class(string(text)); class != 0 {
			return weighed{class: class}
		}
	}
	return weighed{text: string(text)}
}

// ofText marks keys of texts.
const ofText = 1 << 63

// key is short for w: the class, or 63 bits that no two tokens of a list share.
func (w weighed) key() uint64 {
	if w.class != 0 {
		return uint64(w.class)
	}
	return uint64(hash(saltText, w.text))<<32 | uint64(hash(saltWeight, w.text)) | ofText
}

// newWeights takes how many of all entries have a token, and of how many travellers of a background.
func newWeights(entries map[uint64]int, all int, background map[string]int) *Weights {
	w := &Weights{fixed: make(map[uint64]uint8, 4096)}
	seen, people := make(map[uint64]int, len(background)), 0
	for text, n := range background {
		seen[weighedBy([]byte(text)).key()] += n
		people += n
	}
	for key, n := range seen {
		// A person has about three tokens.
		w.note(key, 3*float64(n)/float64(max(people, 1)+3*steadying))
	}
	for key, share := range commonNames() {
		w.note(key, share)
	}
	return w.reckoned(entries, all)
}

// note keeps a share of people when it makes the token commoner than was known.
func (w *Weights) note(key uint64, share float64) {
	step := stepOf(share)
	if old, is := w.fixed[key]; step > 0 && (!is || step < old) {
		w.fixed[key] = step
	}
}

// reckoned is w with the shares of the entries reckoned anew.
func (w *Weights) reckoned(entries map[uint64]int, all int) *Weights {
	out := &Weights{fixed: w.fixed, listed: make(map[uint64]uint8, len(entries)/4), people: peopleOf(all)}
	for key, n := range entries {
		if step := out.stepOf(n); step > 0 {
			out.listed[key] = step
		}
	}
	return out
}

// change is w with other steps for some keys, which it takes over.
func (w *Weights) change(steps map[uint64]uint8) *Weights {
	out := &Weights{fixed: w.fixed, listed: w.listed, since: maps.Clone(w.since), people: w.people}
	if out.since == nil {
		out.since = steps
	} else {
		maps.Copy(out.since, steps)
	}
	if 8*len(out.since) > len(out.listed)+1<<10 {
		out.listed = maps.Clone(out.listed)
		maps.Copy(out.listed, out.since)
		out.since = nil
	}
	return out
}

// peopleOf is of how many people the shares of so many entries are: rounded down to six binary digits, so that the weights of all tokens
// change when the list has grown by a few hundredths and not with every entry.
func peopleOf(all int) int {
	n := all + steadying
	low := max(bits.Len(uint(n))-6, 0)
	return n >> low << low
}

// stepOf is what a token says that so many entries have; 0 where that makes it no commoner than any other.
func (w *Weights) stepOf(entries int) uint8 {
	if entries < seenOften {
		return 0
	}
	return stepOf((float64(entries) + steadying*1e-4) / float64(w.people))
}

// stepOf is what a token says that this share of people has, in steps of weightStep; 0 for the rarest.
func stepOf(share float64) uint8 {
	nats := -math.Log(max(min(share, 0.5), 1e-9))
	if nats >= rarest {
		return 0
	}
	return uint8(max(1, math.Round(nats/weightStep)))
}

// ofEntries is the step that the entries give a key; 0: none.
func (w *Weights) ofEntries(key uint64) uint8 {
	if step, is := w.since[key]; is {
		return step
	}
	return w.listed[key]
}

// of is the weight of a token in steps of weightStep.
func (w *Weights) of(text []byte) uint8 {
	key := weighedBy(text).key()
	nats := rarest
	for _, step := range [...]uint8{w.fixed[key], w.ofEntries(key)} {
		if step > 0 {
			nats = min(nats, float64(step)*weightStep)
		}
	}
	nats = min(nats, letterWeight*float64(len(text)))
	return uint8(math.Round(nats / weightStep))
}

// commonNames are the commonest parts of names in the world and about how many people have them.
//
//nolint:gochecknoglobals // a constant table, read from the data file at the first use
var commonNames = sync.OnceValue(func() map[uint64]float64 {
	table := make(map[uint64]float64)
	for line := range strings.Lines(commonText) {
		words := strings.Fields(line)
		if len(words) < 2 || strings.HasPrefix(line, "#") {
			continue
		}
		share, err := strconv.ParseFloat(words[0], 64)
		if err != nil {
			continue // a test holds the file to its form
		}
		for _, word := range words[1:] {
			key := weighedBy([]byte(word)).key()
			table[key] = max(table[key], share)
		}
	}
	return table
})

//go:embed common.txt
var commonText string
