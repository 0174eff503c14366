package match

import (
	"bytes"
	"slices"
)

// builder collects records into a segment.
type builder struct {
	raw    segment // in the order of arrival
	orders []uint32
	dead   []uint32 // entries that a later one of the same key took the place of
	states map[string]uint16
	words  texts // distinct tokens in the order of arrival
	table  []uint32
	keys   []uint32
}

func newBuilder() *builder {
	return &builder{states: make(map[string]uint16), table: make([]uint32, 1024), keys: make([]uint32, 1024)}
}

// add takes a record in. Of two with one key the later counts.
func (b *builder) add(r *record) {
	s := &b.raw
	entry := s.keys.add(r.key)
	var old uint32
	if b.keys, old = intern(b.keys, saltKey, &s.keys, entry); old != entry {
		b.dead = append(b.dead, old)
	}
	for _, sp := range r.births {
		s.births = append(s.births, sp.pack())
	}
	s.birthEnd = append(s.birthEnd, size(len(s.births)))
	b.orders = append(b.orders, order(r.births))
	s.sexes = append(s.sexes, r.sexes)
	for _, code := range r.nationalities {
		s.nations = append(s.nations, b.state(code))
	}
	s.nationEnd = append(s.nationEnd, size(len(s.nations)))
	s.force = append(s.force, force{int32(r.from), int32(r.until)})
	for i := range r.names {
		b.addName(&r.names[i])
	}
	s.nameEnd = append(s.nameEnd, size(len(s.nameFlags)))
	for _, d := range r.documents {
		s.documents.add(entry, d, b.state(d.issuer))
	}
	for _, v := range r.vehicles {
		s.vehicles.add(entry, v, b.state(v.country))
	}
}

func (b *builder) addName(n *nameRecord) {
	s := &b.raw
	for _, t := range n.tokens {
		var number uint32
		added := b.words.add(t.text)
		if b.table, number = intern(b.table, saltText, &b.words, added); number != added {
			b.words.bytes, b.words.end = b.words.bytes[:len(b.words.bytes)-len(t.text)], b.words.end[:added]
		}
		s.tokens = append(s.tokens, number<<tokenBits|t.flags)
	}
	s.tokenEnd = append(s.tokenEnd, size(len(s.tokens)))
	s.nameFlags = append(s.nameFlags, n.flags)
}

// intern puts the text at a number into a hash table and gives the number of the equal text that was there, or its own. A key that is
// there already gets the new number when the texts are kept (keys of entries), and keeps the old one when they are not (tokens).
func intern(table []uint32, salt uint32, t *texts, number uint32) (grown []uint32, found uint32) {
	if t.len()*3/2 > len(table) {
		table = rehash(table, salt, t)
	}
	text, mask := t.at(number), size(len(table)-1)
	at := hash(salt, text) & mask
	for ; table[at] != 0; at = (at + 1) & mask {
		if old := table[at] - 1; bytes.Equal(t.at(old), text) {
			if salt == saltKey {
				table[at] = number + 1
			}
			return table, old
		}
	}
	table[at] = number + 1
	return table, number
}

func rehash(table []uint32, salt uint32, t *texts) []uint32 {
	grown := make([]uint32, 2*len(table))
	mask := size(len(grown) - 1)
	for _, number := range table {
		if number == 0 {
			continue
		}
		at := hash(salt, t.at(number-1)) & mask
		for grown[at] != 0 {
			at = (at + 1) & mask
		}
		grown[at] = number
	}
	return grown
}

// state is the number of a code of a State; 0 is none.
func (b *builder) state(code string) uint16 {
	if len(b.raw.states) == 0 {
		b.raw.states = append(b.raw.states, "")
		b.states[""] = 0
	}
	number, known := b.states[code]
	if !known {
		number = uint16(min(len(b.raw.states), 0xffff))
		if number == 0xffff {
			return 0 // more different codes than any world has: not known
		}
		b.states[code] = number
		b.raw.states = append(b.raw.states, code)
	}
	return number
}

// finish makes the segment; w nil: with weights of its own and of a background.
func (b *builder) finish(w *Weights, background map[string]int) (*segment, *Weights) {
	raw := &b.raw
	b.table, b.keys = nil, nil
	sequence := b.sequence()
	s := &segment{states: slices.Clip(raw.states)}
	text, number := sortedTokens(b.words)
	b.words = texts{}
	places := s.place(raw, sequence, number)
	if w == nil {
		w = newWeights(byWeight(&text, s.count(text.len(), nil)), s.len(), background)
	}
	s.dictionary = newDictionary(text, w)
	s.begins = make([]uint64, s.len())
	s.eachToken(func(entry, token uint32) { s.begins[entry] |= 1 << s.dictionary.begins[token] })
	s.post(text.len())
	s.documents = raw.documents.placed(places)
	s.vehicles = raw.vehicles.placed(places)
	s.entries = hashTable(&s.keys, saltKey)
	s.spread()
	return s, w
}

// sequence is the order of the entries in the segment: order<<32 | number of arrival.
func (b *builder) sequence() []uint64 {
	dead := make(map[uint32]bool, len(b.dead))
	for _, entry := range b.dead {
		dead[entry] = true
	}
	sequence := make([]uint64, 0, len(b.orders))
	for i, o := range b.orders {
		if !dead[size(i)] {
			sequence = append(sequence, uint64(o)<<32|uint64(i))
		}
	}
	slices.Sort(sequence)
	return sequence
}

// sortedTokens are the tokens in order of the alphabet, and the new number of each.
func sortedTokens(t texts) (sorted texts, number []uint32) {
	byText := make([]uint32, t.len())
	for i := range byText {
		byText[i] = size(i)
	}
	slices.SortFunc(byText, func(a, b uint32) int { return bytes.Compare(t.at(a), t.at(b)) })
	number = make([]uint32, len(byText))
	sorted = texts{bytes: make([]byte, 0, len(t.bytes)), end: make([]uint32, 0, len(t.end))}
	for to, from := range byText {
		number[from] = size(to)
		sorted.bytes = append(sorted.bytes, t.at(from)...)
		sorted.end = append(sorted.end, size(len(sorted.bytes)))
	}
	return sorted, number
}

// noPlace is the place of an entry that is not in the segment.
const noPlace = ^uint32(0)

// place writes the entries in their order and gives the new place of each.
func (s *segment) place(raw *segment, sequence []uint64, number []uint32) []uint32 {
	places := make([]uint32, raw.len())
	for i := range places {
		places[i] = noPlace
	}
	s.reserve(raw)
	s.placeYears(sequence)
	forced := false
	for to, o := range sequence {
		from := uint32(o) //nolint:gosec // the lower half
		places[from] = size(to)
		if o>>32 == 0 {
			s.none = size(to) + 1
		}
		if o>>32 <= manyYears {
			s.wide = size(to) + 1
		}
		s.keys.bytes = append(s.keys.bytes, raw.keys.at(from)...)
		s.keys.end = append(s.keys.end, size(len(s.keys.bytes)))
		s.births = append(s.births, raw.birthsOf(from)...)
		s.birthEnd = append(s.birthEnd, size(len(s.births)))
		s.sexes = append(s.sexes, raw.sexes[from])
		s.nations = append(s.nations, raw.nationsOf(from)...)
		s.nationEnd = append(s.nationEnd, size(len(s.nations)))
		s.force = append(s.force, raw.force[from])
		forced = forced || raw.force[from] != force{}
		first, last := ends(raw.nameEnd, from)
		for n := first; n < last; n++ {
			for _, t := range raw.tokensOf(n) {
				s.tokens = append(s.tokens, number[t>>tokenBits]<<tokenBits|t&(1<<tokenBits-1))
			}
			s.tokenEnd = append(s.tokenEnd, size(len(s.tokens)))
			s.nameFlags = append(s.nameFlags, raw.nameFlags[n])
		}
		s.nameEnd = append(s.nameEnd, size(len(s.nameFlags)))
	}
	if !forced {
		s.force = nil
	}
	return places
}

// placeYears notes where each year begins.
func (s *segment) placeYears(sequence []uint64) {
	first, _ := slices.BinarySearch(sequence, (manyYears+1)<<32)
	if first == len(sequence) {
		return
	}
	year := func(i int) uint32 { return uint32(sequence[i] >> 42) }
	s.firstYear = year(first)
	s.years = make([]uint32, 0, year(len(sequence)-1)-s.firstYear+2)
	for i := first; i < len(sequence); i++ {
		for size(len(s.years)) <= year(i)-s.firstYear {
			s.years = append(s.years, size(i))
		}
	}
	s.years = append(s.years, size(len(sequence)))
}

// reserve makes room for what raw holds.
func (s *segment) reserve(raw *segment) {
	s.keys = texts{bytes: make([]byte, 0, len(raw.keys.bytes)), end: make([]uint32, 0, raw.len())}
	s.births, s.birthEnd = make([]packed, 0, len(raw.births)), make([]uint32, 0, raw.len())
	s.sexes, s.force = make([]uint8, 0, raw.len()), make([]force, 0, raw.len())
	s.nations, s.nationEnd = make([]uint16, 0, len(raw.nations)), make([]uint32, 0, raw.len())
	s.nameEnd, s.nameFlags = make([]uint32, 0, raw.len()), make([]uint8, 0, len(raw.nameFlags))
	s.tokenEnd, s.tokens = make([]uint32, 0, len(raw.tokenEnd)), make([]uint32, 0, len(raw.tokens))
}

// count counts, for each token, the entries that have it and that are not gone.
func (s *segment) count(tokens int, gone func(entry uint32) bool) []uint32 {
	each := make([]uint32, tokens)
	last := make([]uint32, tokens)
	s.eachToken(func(entry, token uint32) {
		if last[token] != entry+1 && (gone == nil || !gone(entry)) {
			last[token] = entry + 1
			each[token]++
		}
	})
	return each
}

// byWeight adds counts of tokens up to those of what they are weighed by.
func byWeight(text *texts, each []uint32) map[uint64]int {
	counts := make(map[uint64]int)
	for i, n := range each {
		if n > 0 {
			counts[weighedBy(text.at(size(i))).key()] += int(n)
		}
	}
	return counts
}

// eachToken calls f with the tokens of all names of all entries.
func (s *segment) eachToken(f func(entry, token uint32)) {
	for entry := range size(s.len()) {
		first, last := ends(s.nameEnd, entry)
		for n := first; n < last; n++ {
			for _, t := range s.tokensOf(n) {
				f(entry, t>>tokenBits)
			}
		}
	}
}

// post writes the postings.
func (s *segment) post(tokens int) {
	start := make([]uint32, tokens+1)
	s.eachToken(func(_, token uint32) { start[token+1]++ })
	for i := 1; i < len(start); i++ {
		start[i] += start[i-1]
	}
	all, fill := make([]uint32, len(s.tokens)), slices.Clone(start)
	s.eachToken(func(entry, token uint32) {
		if at := fill[token]; at == start[token] || all[at-1] != entry {
			all[at] = entry
			fill[token]++
		}
	})
	p := postings{bytes: make([]byte, 0, 2*len(all)), start: make([]uint32, 0, tokens), count: make([]uint32, 0, tokens)}
	for token := range tokens {
		p.append(all[start[token]:fill[token]])
	}
	p.bytes = slices.Clip(slices.Clone(p.bytes))
	s.postings = p
}

// spread notes the days of birth of entries that have several, for the search by day.
func (s *segment) spread() {
	for entry := range s.wide {
		births := s.birthsOf(entry)
		for _, p := range births {
			if b := p.span(); b.exact() {
				s.more = append(s.more, uint64(dayOrder(b.from))<<32|uint64(entry))
			}
		}
	}
	for entry := s.wide; entry < size(s.len()); entry++ {
		if births := s.birthsOf(entry); len(births) > 1 {
			for _, p := range births {
				if b := p.span(); b.exact() {
					s.more = append(s.more, uint64(dayOrder(b.from))<<32|uint64(entry))
				}
			}
		}
	}
	slices.Sort(s.more)
}
