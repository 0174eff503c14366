package match

import "slices"

// reweigh gives the tokens the weights that the entries of the index give them now: those that are had by more or fewer entries than
// before, or all, when the number of the entries is another (peopleOf).
func (c *changing) reweigh() {
	if peopleOf(c.live) != c.weights.people {
		c.reweighAll()
		return
	}
	steps, changed := make(map[uint64]uint8), make([]weighed, 0)
	for w := range c.touched {
		key := w.key()
		if step := c.weights.stepOf(c.having(w)); step != c.weights.ofEntries(key) {
			steps[key] = step
			changed = append(changed, w)
		}
	}
	if len(changed) == 0 {
		return
	}
	c.weights = c.weights.change(steps)
	for i := range c.parts {
		c.parts[i].weigh(c.weights, changed)
	}
}

// reweighAll weighs every token anew.
func (c *changing) reweighAll() {
	counts := make(map[uint64]int)
	for i := range c.parts {
		p := &c.parts[i]
		for key, n := range byWeight(&p.dictionary.text, p.count(p.dictionary.text.len(), p.isGone)) {
			counts[key] += n
		}
	}
	c.weights = c.weights.reckoned(counts, c.live)
	for i := range c.parts {
		d := c.parts[i].ownHeads()
		for token := range d.heads {
			d.heads[token].weight = c.weights.of(d.text.at(size(token)))
		}
	}
}

// having is how many entries have a token, each spelling of a class counted.
func (ix *Index) having(w weighed) int {
	n := 0
	for i := range ix.parts {
		p := &ix.parts[i]
		for _, token := range p.dictionary.weighedBy(w) {
			n += p.having(token)
		}
	}
	return n
}

func (p *part) having(token uint32) int {
	n := int(p.postings.count[token])
	if p.holes > 0 {
		p.postings.each(token, 0, ^uint32(0), func(entry uint32) {
			if p.isGone(entry) {
				n--
			}
		})
	}
	return n
}

// weigh writes the weights of some tokens anew.
func (p *part) weigh(w *Weights, changed []weighed) {
	own := (*dictionary)(nil)
	for _, by := range changed {
		for _, token := range p.dictionary.weighedBy(by) {
			if own == nil {
				own = p.ownHeads()
			}
			own.heads[token].weight = w.of(own.text.at(token))
		}
	}
}

// ownHeads gives the part heads of its own, for those of before are other indexes' too.
func (p *part) ownHeads() *dictionary {
	s := *p.segment
	s.dictionary.heads = slices.Clone(s.dictionary.heads)
	p.segment = &s
	return &s.dictionary
}
