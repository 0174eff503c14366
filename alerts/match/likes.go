package match

import "bytes"

// likes keeps how alike the listed tokens that a search meets are to one name of a query: each is compared once.
type likes struct {
	slots []slot // a hash table; the first mask+1 are in use
	mask  uint32
	used  uint32
	epoch uint32 // slots of another one are empty
	rows  []likeRow
	moved []slot
}

// slot is what is asked first of a listed token.
type slot struct {
	token, epoch uint32
	row          uint32 // where its likenesses are; 0: nothing of the name is like it
	weight       uint8  // steps of weightStep
	length       uint8
	first        uint8 // the group of its first letter
}

// likeRow is what a listed token is to the tokens of the query's name.
type likeRow struct {
	alike  uint32 // bits of those that it may be
	starts uint32 // bits of those that it may be the first part of, where they write together what is listed apart
	joined bool   // it may write together what the query writes apart
	like   [maxTokens]likeness
}

const leastSlots = 1 << 11

// start begins with another name or segment.
func (k *likes) start() *likes {
	if k.epoch++; k.epoch == 0 || len(k.slots) == 0 {
		k.slots, k.epoch = make([]slot, max(leastSlots, len(k.slots))), 1
	}
	k.mask, k.used = leastSlots-1, 0
	k.rows = append(k.rows[:0], likeRow{})
	return k
}

// of is what is kept of a listed token.
func (k *likes) of(d *dictionary, q *queryName, token uint32) slot {
	at := k.place(token)
	for ; k.slots[at].epoch == k.epoch; at = (at + 1) & k.mask {
		if k.slots[at].token == token {
			return k.slots[at]
		}
	}
	h := &d.heads[token]
	found := slot{token: token, epoch: k.epoch, weight: h.weight, length: h.length, first: h.first}
	if row := h.outline(q); row.alike|row.starts != 0 || row.joined {
		row.read(d, q, token)
		found.row = size(len(k.rows))
		k.rows = append(k.rows, row)
	}
	k.slots[at] = found
	if k.used++; 2*k.used > k.mask {
		k.grow()
	}
	return found
}

func (k *likes) place(token uint32) uint32 { return token * 0x9E3779B1 >> 7 & k.mask }

// grow doubles the table.
func (k *likes) grow() {
	k.moved = k.moved[:0]
	for _, s := range k.slots[:k.mask+1] {
		if s.epoch == k.epoch {
			k.moved = append(k.moved, s)
		}
	}
	k.mask = 2*k.mask + 1
	if k.epoch++; k.epoch == 0 || len(k.slots) <= int(k.mask) {
		k.slots, k.epoch = make([]slot, k.mask+1), 1
	}
	for _, s := range k.moved {
		at := k.place(s.token)
		for k.slots[at].epoch == k.epoch {
			at = (at + 1) & k.mask
		}
		s.epoch = k.epoch
		k.slots[at] = s
	}
}

// outline is what a listed token can be at most to the tokens of a name, by its head alone.
func (h *head) outline(q *queryName) (row likeRow) {
	for i := range q.tokens {
		t := &q.tokens[i]
		row.like[i] = h.likeAtMost(&t.word)
		sameFirst := h.first == group(t.text[0])
		if q.cutAt(i) && sameFirst && int(h.length) > len(t.text) && t.letters&^h.letters == 0 {
			row.like[i] = max(row.like[i], alikeCut)
		}
		if row.like[i] >= alikeLeast {
			row.alike |= 1 << i
		}
		if sameFirst && (int(h.length) < len(t.text)+joinedApart || q.cutAt(i)) {
			row.starts |= 1 << i
		}
	}
	for i := range q.joints {
		j := &q.joints[i]
		row.joined = row.joined || h.first == j.first && near(len(j.text), int(h.length), j.cut)
	}
	return row
}

// read compares the letters of a token with those of the name's tokens.
func (row *likeRow) read(d *dictionary, q *queryName, token uint32) {
	row.alike, row.joined = 0, false
	w, h := d.word(token), &d.heads[token]
	for i := range q.tokens {
		t := &q.tokens[i]
		if row.like[i] == 0 {
			continue
		}
		row.like[i], _ = similar(&t.word, &w)
		if q.cutAt(i) && row.like[i] < alikeCut && len(w.text) > len(t.text) && bytes.HasPrefix(w.text, t.text) {
			row.like[i] = alikeCut
		}
		if row.like[i] >= alikeLeast {
			row.alike |= 1 << i
		}
	}
	for i := range q.joints {
		j := &q.joints[i]
		if j.first == h.first && near(len(j.text), int(h.length), j.cut) && joinedLike(j.text, w.text, j.cut) > 0 {
			row.joined = true
		}
	}
}

// likeAtMost bounds how alike a token and a word are, by what is known without the token's letters.
func (h *head) likeAtMost(w *word) likeness {
	if h.bones == w.skeleton && h.sounds == w.sounds || h.length == longest {
		return alike
	}
	best := likeness(0)
	if h.class != 0 && h.class == w.class {
		best = alikeSynonym
	}
	short, long := min(int(h.length), len(w.text)), max(int(h.length), len(w.text))
	switch {
	case short == 1 && h.first == group(w.text[0]):
		return alikeInitial
	case short <= 2:
		return best
	}
	if d := max(leastEdits(h.letters, w.letters), (long-short)*costDouble, costDouble); d <= mostEdits(short) {
		best = max(best, likeByEdits(d, long))
	}
	if short >= 4 && best < alikePrefix && h.first == group(w.text[0]) && (h.letters&^w.letters == 0 || w.letters&^h.letters == 0) {
		best = alikePrefix
	}
	return best
}
