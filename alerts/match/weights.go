package match

import (
	_ "embed" // common.txt is a data file
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/openbmis/openbmis/alerts/names"
)

// Weights tell how much a token says about who somebody is: the logarithm of how seldom it is. They come from the entries, from a
// background of travellers and from a small table of the commonest names of the world, whichever calls a token the commonest, and are
// frozen when an index is built: With keeps them, so that an added alert never changes another's score. Tokens of one class of spellings
// (names.Class) are as common as all of them together.
type Weights struct {
	known map[uint64]uint8 // steps of weightStep
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

// weightKey is the class of a token, or the token itself.
func weightKey[T string | []byte](text T) uint64 {
	if class := names.Class(string(text)); class != 0 {
		return 1<<32 | uint64(class)
	}
	return uint64(hash(saltText, text))
}

// newWeights takes how many of all people have a token, in the entries and in the background.
func newWeights(entries map[uint64]int, all int, background map[string]int) *Weights {
	w := &Weights{known: make(map[uint64]uint8, 4096)}
	for key, n := range entries {
		if n >= seenOften {
			w.note(key, (float64(n)+steadying*1e-4)/float64(all+steadying))
		}
	}
	seen, people := make(map[uint64]int, len(background)), 0
	for text, n := range background {
		seen[weightKey(text)] += n
		people += n
	}
	for key, n := range seen {
		// A person has about three tokens.
		w.note(key, 3*float64(n)/float64(max(people, 1)+3*steadying))
	}
	for key, share := range commonNames() {
		w.note(key, share)
	}
	return w
}

// note keeps a share of people when it makes the token commoner than was known.
func (w *Weights) note(key uint64, share float64) {
	nats := -math.Log(max(min(share, 0.5), 1e-9))
	step := uint8(max(1, math.Round(min(nats, rarest)/weightStep)))
	if nats >= rarest {
		return
	}
	if old, is := w.known[key]; !is || step < old {
		w.known[key] = step
	}
}

// of is the weight of a token in steps of weightStep.
func (w *Weights) of(text []byte) uint8 {
	nats := rarest
	if step, is := w.known[weightKey(text)]; is {
		nats = float64(step) * weightStep
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
			table[weightKey(word)] = max(table[weightKey(word)], share)
		}
	}
	return table
})

//go:embed common.txt
var commonText string
