package match

import (
	"math/bits"
	"strings"
	"sync"
)

// likeness is how alike two tokens are, in 1/200; 0 is not at all.
type likeness uint8

const (
	alike        likeness = 200
	alikeSynonym likeness = 184 // 0.92
	alikeInitial likeness = 140 // 0.70
	alikePrefix  likeness = 150 // 0.75
	alikeCut     likeness = 190 // 0.95: a token that was cut
	// alikeLeast is the least that two tokens are paired from.
	alikeLeast likeness = 116 // 0.58
)

// alikeSkeleton is for equal skeletons of that many sounds: the more, the surer.
var alikeSkeleton = [...]likeness{0, 0, 130, 172, 178, 180}

// word is a token as it is compared.
type word struct {
	text     []byte
	class    uint32 // of spellings; 0: none
	skeleton uint32 // hash
	sounds   uint8  // length of the skeleton
	begins   uint8  // kind of the skeleton's beginning, below 64
	letters  uint32 // a bit for each group of letters that it has
}

// The costs of an edit, in 1/100: how easily one spelling of a name becomes the other.
const (
	costOther    = 100
	costSound    = 50 // letters of one sound: K Q C, S Z
	costVowel    = 60
	costVowelOne = 40 // vowels that are written for one another: I E Y, O U
	costAddVowel = 60
	costAddHush  = 60 // H and J, W between vowels
	costDouble   = 25 // a letter doubled
	costSwap     = 90
	costShort    = 70 // the most between tokens of which one has two letters
)

// group is the sound that a letter belongs to; vowels are in two, A alone.
func group(c byte) byte { return groups[c&31] }

// groups are the letters A to Z by their sound, from place 1 on.
const groups = "@APKTIVJHIJKLMNOPKRSTOVVKIS@@@@@"

func isVowel(c byte) bool { return strings.IndexByte("AEIOUY", c) >= 0 }

// vowelGroups are the bits of the groups of vowels: A, I, O.
const vowelGroups = 1 | 1<<('I'-'A') | 1<<('O'-'A')

// letterMask has a bit for each group of letters of a text.
func letterMask(text []byte) uint32 {
	var mask uint32
	for _, c := range text {
		if c >= 'A' && c <= 'Z' {
			mask |= 1 << (group(c) - 'A')
		}
	}
	return mask
}

type costTable struct{ change, add [32][32]uint8 }

// costs are the costs of changing a letter into another, and of adding a letter after another.
//
//nolint:gochecknoglobals // a constant table, computed once
var costs = sync.OnceValue(func() *costTable {
	var t costTable
	for i := range byte(32) {
		for j := range byte(32) {
			t.change[i][j], t.add[i][j] = changeCost('A'+i, 'A'+j), addCost('A'+i, 'A'+j)
		}
	}
	return &t
})

func changeCost(a, b byte) uint8 {
	switch {
	case a == b:
		return 0
	case group(a) == group(b) && isVowel(a):
		return costVowelOne
	case group(a) == group(b):
		return costSound
	case isVowel(a) && isVowel(b):
		return costVowel
	}
	return costOther
}

func addCost(before, c byte) uint8 {
	switch {
	case before == c:
		return costDouble
	case isVowel(c):
		return costAddVowel
	case c == 'H' || c == 'J' && isVowel(before) || c == 'W' && isVowel(before):
		return costAddHush
	}
	return costOther
}

// maxCompared is the longest token that is compared letter by letter; what is longer is compared by its beginning.
const maxCompared = 40

// distance is the cost of making b of a, at most most+1: edits by cost, neighbours swapped at once (optimal string alignment).
func distance(a, b []byte, most int) int {
	a, b = trimmed(a, b)
	if len(a) == 0 && len(b) == 0 {
		return 0
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1+most/costDouble || len(b) > maxCompared {
		return most + 1
	}
	t := costs()
	var x, y letters
	x.read(a)
	y.read(b)
	var rows [3][maxCompared + 1]uint16
	two, one, now := &rows[0], &rows[1], &rows[2]
	for j := 1; j <= len(b); j++ {
		one[j] = one[j-1] + uint16(t.add[y[j-1]][y[j]])
	}
	for i := 1; i <= len(a); i++ {
		change, added := &t.change[x[i]], uint16(t.add[x[i-1]][x[i]])
		now[0] = one[0] + added
		least := now[0]
		for j := 1; j <= len(b); j++ {
			d := min(one[j-1]+uint16(change[y[j]]), one[j]+added, now[j-1]+uint16(t.add[y[j-1]][y[j]]))
			if i > 1 && j > 1 && x[i] == y[j-1] && x[i-1] == y[j] {
				d = min(d, two[j-2]+costSwap)
			}
			now[j] = d
			least = min(least, d)
		}
		if int(least) > most && i < len(a) {
			return most + 1 // a swap of neighbours costs no less than the cheapest of the row before
		}
		two, one, now = one, now, two
	}
	return min(int(one[len(b)]), most+1)
}

// letters are the numbers of a text's letters from 1 on; before them stands one that nothing doubles.
type letters [maxCompared + 1]byte

func (l *letters) read(text []byte) {
	l[0] = noLetter
	for i, c := range text {
		l[i+1] = (c - 'A') & 31
	}
}

const noLetter = 31

// trimmed takes off the common end; the beginning stays, since what a letter costs depends on the one before it.
func trimmed(a, b []byte) (x, y []byte) {
	for len(a) > 1 && len(b) > 1 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

// similar is how alike two tokens are, and why. Symmetric, a function of the two alone.
func similar(a, b *word) (likeness, string) {
	if string(a.text) == string(b.text) {
		return alike, RelEqual
	}
	short, long := min(len(a.text), len(b.text)), max(len(a.text), len(b.text))
	if short == 1 {
		if a.text[0] == b.text[0] {
			return alikeInitial, RelInitial
		}
		return 0, RelDifferent
	}
	best, why := likeness(0), RelDifferent
	if a.class != 0 && a.class == b.class {
		best, why = alikeSynonym, RelSynonym
	}
	if a.skeleton == b.skeleton && a.sounds == b.sounds && best == 0 {
		best, why = alikeSkeleton[min(int(a.sounds), len(alikeSkeleton)-1)], RelTransliterated
	}
	if short == 2 && best < alikeInitial && a.skeleton == b.skeleton && distance(a.text, b.text, costShort) <= costShort {
		return alikeInitial, RelTransliterated // LI and LEE, SU and SOU
	}
	if short >= 3 {
		if byEdit := edited(a, b, short, long); byEdit > best {
			best, why = byEdit, RelTypo
		}
	}
	if short >= 4 && best < alikePrefix && strings.HasPrefix(string(longer(a, b)), string(shorter(a, b))) {
		best, why = alikePrefix, RelPrefix
	}
	if best < alikeLeast {
		return 0, RelDifferent
	}
	return best, why
}

// edited is the likeness by edits.
func edited(a, b *word, short, long int) likeness {
	most := mostEdits(short)
	if leastEdits(a.letters, b.letters) > most {
		return 0
	}
	d := distance(a.text, b.text, most)
	if d > most {
		return 0
	}
	return likeByEdits(d, long)
}

// likeByEdits takes 0.7 of the share of letters that were changed, at a cost of d.
func likeByEdits(d, long int) likeness {
	return alike - likeness(d*14/10/min(max(long, 4), 9)) //nolint:gosec // 0 to 100
}

// leastEdits is the least cost of making one text of another, by the groups of letters that only one has: an edit that costs a whole letter
// takes away two groups of consonants, one that changes a vowel two of vowels.
func leastEdits(a, b uint32) int {
	one := a ^ b
	return bits.OnesCount32(one&^vowelGroups)*costSound + bits.OnesCount32(one&vowelGroups)*costVowel/2
}

// mostEdits is the cost that is still forgiven, by the shorter token's length.
func mostEdits(short int) int { return min(100+max(short-3, 0)*35, 300) }

func longer(a, b *word) []byte {
	if len(a.text) >= len(b.text) {
		return a.text
	}
	return b.text
}

func shorter(a, b *word) []byte {
	if len(a.text) >= len(b.text) {
		return b.text
	}
	return a.text
}
