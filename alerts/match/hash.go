package match

import "slices"

// hash is a fast hash of bytes, the same on every machine. salt keeps kinds of keys apart.
func hash[T string | []byte](salt uint32, text T) uint32 {
	h := uint64(salt)*0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 0x9FB21C651E98DF25
		h ^= h >> 29
	}
	return finish(h)
}

// hashWithout is the hash of text without the byte at i.
func hashWithout(salt uint32, text []byte, without int) uint32 {
	h := uint64(salt)*0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03
	for i := range text {
		if i == without {
			continue
		}
		h = (h ^ uint64(text[i])) * 0x9FB21C651E98DF25
		h ^= h >> 29
	}
	return finish(h)
}

func finish(h uint64) uint32 {
	h ^= h >> 32
	h *= 0x9FB21C651E98DF25
	return uint32(h >> 32)
}

// multimap finds the numbers that were put under a hash, in packed form: pairs of hash and number, sorted, with a table of beginnings.
type multimap struct {
	pairs []uint64 // hash<<32 | number
	start []uint32 // of the pairs whose hash begins with the index
	shift uint32
}

// newMultimap takes pairs over and sorts them.
func newMultimap(pairs []uint64) multimap {
	slices.Sort(pairs)
	pairs = slices.Clip(slices.Compact(pairs))
	bits := uint32(1)
	for 1<<bits < len(pairs)/4 {
		bits++
	}
	m := multimap{pairs: pairs, start: make([]uint32, 1<<bits+1), shift: 64 - bits}
	for _, p := range pairs {
		m.start[p>>m.shift+1]++
	}
	for i := 1; i < len(m.start); i++ {
		m.start[i] += m.start[i-1]
	}
	return m
}

// pair puts a number under a hash.
func pair(h, number uint32) uint64 { return uint64(h)<<32 | uint64(number) }

// at are the pairs of a hash; the number of each is its lower half.
func (m *multimap) at(h uint32) []uint64 {
	if len(m.pairs) == 0 {
		return nil
	}
	bucket := uint64(h) << 32 >> m.shift
	from, to := m.start[bucket], m.start[bucket+1]
	for from < to && uint32(m.pairs[from]>>32) != h {
		from++
	}
	end := from
	for end < to && uint32(m.pairs[end]>>32) == h {
		end++
	}
	return m.pairs[from:end]
}

func (m *multimap) memory() int { return 8*len(m.pairs) + 4*len(m.start) }

// texts are many short texts in one piece of memory.
type texts struct {
	bytes []byte
	end   []uint32
}

func (t *texts) add(text string) uint32 {
	t.bytes = append(t.bytes, text...)
	t.end = append(t.end, size(len(t.bytes)))
	return size(len(t.end) - 1)
}

func (t *texts) at(i uint32) []byte {
	from := uint32(0)
	if i > 0 {
		from = t.end[i-1]
	}
	return t.bytes[from:t.end[i]]
}

func (t *texts) len() int { return len(t.end) }

func (t *texts) clip() { t.bytes, t.end = slices.Clip(t.bytes), slices.Clip(t.end) }

func (t *texts) memory() int { return cap(t.bytes) + 4*cap(t.end) }

// size is a length as it is kept: an index holds less than 4 G of anything.
func size(n int) uint32 { return uint32(n) } //nolint:gosec // bounded by memory
