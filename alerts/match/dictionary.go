package match

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/openbmis/openbmis/alerts/names"
)

// The kinds of keys.
const (
	saltText = iota
	saltDelete
	saltSkeleton
	saltSkeletonDelete
	saltClass
	saltKey
	saltDocument
	saltVehicle
	saltWeight
)

// dictionary is the distinct tokens of a segment in order of the alphabet, with the keys under which those are found that may be the same:
// the text without one letter, the skeleton, the class of spellings.
type dictionary struct {
	text   texts
	table  []uint32 // hash table of texts
	heads  []head
	begins []uint8 // beginning of the skeleton, in 64 kinds
	keys   multimap
}

// longest is the length of a token's head from which it is not known.
const longest = 255

// head is what is asked first of a token, in one place of memory.
type head struct {
	letters uint32
	class   uint32
	bones   uint32 // hash of the skeleton
	sounds  uint8
	weight  uint8 // steps of weightStep
	length  uint8
	first   uint8 // the group of its first letter
}

// newDictionary makes the dictionary of tokens that are in order.
func newDictionary(text texts, w *Weights) dictionary {
	n := text.len()
	d := dictionary{
		text: text, table: hashTable(&text, saltText), heads: make([]head, n), begins: make([]uint8, n),
	}
	pairs := make([]uint64, 0, 12*n)
	for i := range size(n) {
		t := wordOf(text.at(i))
		d.heads[i] = head{t.letters, t.class, t.skeleton, t.sounds, w.of(t.text), uint8(min(len(t.text), longest)), group(t.text[0])}
		d.begins[i] = t.begins
		for _, key := range appendKeys(nil, &t) {
			pairs = append(pairs, pair(key, i))
		}
	}
	d.keys = newMultimap(pairs)
	return d
}

// wordOf prepares a token for comparing.
func wordOf(text []byte) word {
	skeleton := names.Skeleton(string(text))
	return word{
		text: text, class: names.Class(string(text)), skeleton: hash(saltSkeleton, skeleton), sounds: uint8(min(len(skeleton), 255)),
		letters: letterMask(text), begins: uint8(hash(saltSkeleton, skeleton[:min(2, len(skeleton))]) >> 26),
	}
}

// word is the token of a number.
func (d *dictionary) word(token uint32) word {
	h := &d.heads[token]
	return word{d.text.at(token), h.class, h.bones, h.sounds, d.begins[token], h.letters}
}

// appendKeys adds the keys under which a token is found: two tokens that share one may be alike, two that share none are not looked at.
func appendKeys(out []uint32, t *word) []uint32 {
	if len(t.text) == 1 {
		return append(out, hash(saltText, t.text))
	}
	out = append(out, hash(saltDelete, t.text), skeletonKey(t))
	if len(t.text) >= 4 {
		for i := range min(len(t.text), maxCompared) {
			if i > 0 && t.text[i] == t.text[i-1] {
				continue // the same key
			}
			out = append(out, hashWithout(saltDelete, t.text, i))
		}
	}
	if t.class != 0 {
		out = append(out, classKey(t.class))
	}
	return out
}

func classKey(class uint32) uint32 {
	return hash(saltClass, binary.LittleEndian.AppendUint32(nil, class))
}

// skeletonKey is the key of a skeleton. One of few sounds says little: the vowels' sound is added, or every short name would be near.
func skeletonKey(t *word) uint32 {
	key := t.skeleton
	if t.sounds > 2 {
		return key
	}
	for i, c := range t.text {
		if i > 0 && isVowel(c) {
			return key ^ uint32(group(c))<<24
		}
	}
	return key
}

// find gives the number of a token.
func (d *dictionary) find(text []byte) (token uint32, found bool) {
	mask := size(len(d.table) - 1)
	for at := hash(saltText, text) & mask; d.table[at] != 0; at = (at + 1) & mask {
		if bytes.Equal(d.text.at(d.table[at]-1), text) {
			return d.table[at] - 1, true
		}
	}
	return 0, false
}

// beginning gives the tokens that begin with a text: from the first to before the second.
func (d *dictionary) beginning(prefix []byte) (from, to uint32) {
	search := func(above bool) uint32 {
		low, high := uint32(0), size(d.text.len())
		for low < high {
			mid := (low + high) / 2
			head := d.text.at(mid)
			head = head[:min(len(head), len(prefix))]
			if c := bytes.Compare(head, prefix); c < 0 || above && c == 0 {
				low = mid + 1
			} else {
				high = mid
			}
		}
		return low
	}
	return search(false), search(true)
}

// near adds the tokens that share a key with a word.
func (d *dictionary) near(out, keys []uint32, t *word) (found, room []uint32) {
	keys = appendKeys(keys[:0], t)
	from := len(out)
	for _, key := range keys {
		for _, p := range d.keys.at(key) {
			out = append(out, uint32(p)) //nolint:gosec // the lower half
		}
	}
	slices.Sort(out[from:])
	return append(out[:from], slices.Compact(out[from:])...), keys
}

// weighedBy gives the tokens that are weighed by w.
func (d *dictionary) weighedBy(w weighed) []uint32 {
	if w.class == 0 {
		if token, found := d.find([]byte(w.text)); found {
			return []uint32{token}
		}
		return nil
	}
	var out []uint32
	for _, p := range d.keys.at(classKey(w.class)) {
		if token := uint32(p); d.heads[token].class == w.class && d.heads[token].length > 1 { //nolint:gosec // the lower half
			out = append(out, token)
		}
	}
	return out
}

func (d *dictionary) memory() int {
	return d.text.memory() + 4*cap(d.table) + 16*cap(d.heads) + cap(d.begins) + d.keys.memory()
}
