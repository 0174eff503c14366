package match

import (
	"encoding/binary"
)

// segment is an immutable part of an index: entries, their names as numbers of tokens, and the ways to find them. All of it is in few
// arrays without pointers, so that ten million entries are no work for the garbage collector. Entries are in the order of their births:
// first those without one, then those of no one year, then year by year, in each first those without a day, then day by day. A year is
// so one piece of every posting list.
type segment struct {
	keys       texts
	entries    []uint32 // hash table of keys: number of the entry + 1
	births     []packed
	birthEnd   []uint32
	more       []uint64 // births of entries that are not in their place: order<<32 | entry, sorted
	none       uint32   // the entries before have no birth
	wide       uint32   // those before have none, or are of no one year
	years      []uint32 // of each year from firstYear on its first entry, and the end
	firstYear  uint32
	sexes      []uint8
	states     []string // nationalities and issuers, by number
	nations    []uint16
	nationEnd  []uint32
	force      []force  // from and until; nil when no entry has any
	begins     []uint64 // a bit for each beginning of a token's skeleton
	nameEnd    []uint32
	nameFlags  []uint8
	tokenEnd   []uint32 // per name
	tokens     []uint32 // number<<tokenBits | flags
	dictionary dictionary
	postings   postings
	documents  documents
	vehicles   vehicles
}

type force struct{ from, until int32 }

// len is the number of entries.
func (s *segment) len() int { return s.keys.len() }

// ends gives the bounds of the i-th piece of an array of pieces.
func ends(end []uint32, i uint32) (from, to uint32) {
	if i > 0 {
		from = end[i-1]
	}
	return from, end[i]
}

func (s *segment) birthsOf(entry uint32) []packed {
	from, to := ends(s.birthEnd, entry)
	return s.births[from:to]
}

func (s *segment) nationsOf(entry uint32) []uint16 {
	from, to := ends(s.nationEnd, entry)
	return s.nations[from:to]
}

func (s *segment) tokensOf(name uint32) []uint32 {
	from, to := ends(s.tokenEnd, name)
	return s.tokens[from:to]
}

// inForce reports whether an entry is found on a day; day 0 is every day.
func (s *segment) inForce(entry uint32, today day) bool {
	if s.force == nil || today == 0 {
		return true
	}
	f := s.force[entry]
	return (f.from == 0 || f.from <= int32(today)) && (f.until == 0 || int32(today) <= f.until)
}

// manyYears is the order of entries that are born in no one year.
const manyYears = 1

// order is the place of an entry by its births: 0 has none, manyYears is of no one year; else year<<10 | day of the year, 0 where it is
// not one day.
func order(births []span) uint32 {
	if len(births) == 0 {
		return 0
	}
	year := uint32(0)
	for i, b := range births {
		w := b.wide()
		from, _, _ := w.from.date()
		to, _, _ := w.to.date()
		if from != to || b.circa || i > 0 && size(from) != year {
			return manyYears
		}
		year = size(from)
	}
	if len(births) == 1 && births[0].exact() {
		return dayOrder(births[0].from)
	}
	return year << 10
}

func dayOrder(d day) uint32 {
	t := d.time()
	return size(t.Year())<<10 | size(t.YearDay())
}

func (s *segment) orderOf(entry uint32) uint32 {
	var room [8]span
	births := room[:0]
	for _, p := range s.birthsOf(entry) {
		births = append(births, p.span())
	}
	return order(births)
}

// from is the first entry whose place is not before an order.
func (s *segment) from(o uint32) uint32 {
	low, high := s.wide, size(s.len())
	switch year := o >> 10; {
	case len(s.years) == 0 || year < s.firstYear:
		return low
	case int(year-s.firstYear) >= len(s.years)-1:
		return high
	default:
		low, high = s.years[year-s.firstYear], s.years[year-s.firstYear+1]
	}
	if o&(1<<10-1) == 0 {
		return low
	}
	for low < high {
		mid := (low + high) / 2
		if s.orderOf(mid) < o {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// find gives the entry of a key.
func (s *segment) find(key string) (entry uint32, found bool) {
	if len(s.entries) == 0 {
		return 0, false
	}
	mask := size(len(s.entries) - 1)
	for at := hash(saltKey, key) & mask; s.entries[at] != 0; at = (at + 1) & mask {
		if string(s.keys.at(s.entries[at]-1)) == key {
			return s.entries[at] - 1, true
		}
	}
	return 0, false
}

// hashTable makes the table that finds texts.
func hashTable(t *texts, salt uint32) []uint32 {
	n := 4
	for n < t.len()*3/2 {
		n *= 2
	}
	table, mask := make([]uint32, n), size(n-1)
	for i := range size(t.len()) {
		at := hash(salt, t.at(i)) & mask
		for table[at] != 0 {
			at = (at + 1) & mask
		}
		table[at] = i + 1
	}
	return table
}

func (s *segment) memory() int {
	n := s.keys.memory() + 4*cap(s.entries) + 8*cap(s.births) + 4*cap(s.birthEnd) + 8*cap(s.more) + cap(s.sexes) + 2*cap(s.nations)
	n += 4*cap(s.years) + 8*cap(s.begins) + 4*cap(s.nationEnd) + 8*cap(s.force) + 4*cap(s.nameEnd) + cap(s.nameFlags) + 4*cap(s.tokenEnd) + 4*cap(s.tokens)
	return n + s.dictionary.memory() + s.postings.memory() + s.documents.memory() + s.vehicles.memory()
}

// postings are the entries of each token, ascending, as differences in variable length; lists of more than a block have a directory of
// their blocks before them, so that a year's entries are found without reading the others.
type postings struct {
	bytes []byte
	start []uint32 // of each token's list
	count []uint32
}

const postingBlock = 64

// appendPosting writes one list.
func (p *postings) append(list []uint32) {
	p.start = append(p.start, size(len(p.bytes)))
	p.count = append(p.count, size(len(list)))
	directory := len(p.bytes)
	if len(list) > postingBlock {
		p.bytes = append(p.bytes, make([]byte, 8*((len(list)+postingBlock-1)/postingBlock))...)
	}
	body := len(p.bytes)
	last := uint32(0)
	for i, entry := range list {
		if len(list) > postingBlock && i%postingBlock == 0 {
			at := p.bytes[directory+8*(i/postingBlock):]
			binary.LittleEndian.PutUint32(at, entry)
			binary.LittleEndian.PutUint32(at[4:], size(len(p.bytes)-body))
			last = entry
		}
		p.bytes = binary.AppendUvarint(p.bytes, uint64(entry-last))
		last = entry
	}
}

// each calls f with the entries of a token in [from, to).
func (p *postings) each(token, from, to uint32, f func(entry uint32)) {
	count, at := p.count[token], p.start[token]
	last, done := uint32(0), uint32(0)
	if count > postingBlock {
		blocks := (count + postingBlock - 1) / postingBlock
		directory := p.bytes[at : at+8*blocks]
		block := searchBlock(directory, blocks, from)
		last = binary.LittleEndian.Uint32(directory[8*block:])
		at += 8*blocks + binary.LittleEndian.Uint32(directory[8*block+4:])
		done = block * postingBlock
	}
	for ; done < count; done++ {
		if done%postingBlock == 0 && count > postingBlock && done > 0 {
			last = p.blockFirst(token, done/postingBlock)
		}
		delta := uint32(p.bytes[at])
		at++
		if delta >= 0x80 {
			delta &= 0x7f
			for shift := 7; ; shift += 7 {
				b := p.bytes[at]
				at++
				delta |= uint32(b&0x7f) << shift
				if b < 0x80 {
					break
				}
			}
		}
		last += delta
		if last >= to {
			return
		}
		if last >= from {
			f(last)
		}
	}
}

func (p *postings) blockFirst(token, block uint32) uint32 {
	return binary.LittleEndian.Uint32(p.bytes[p.start[token]+8*block:])
}

// searchBlock is the last block that begins at or before an entry.
func searchBlock(directory []byte, blocks, from uint32) uint32 {
	low, high := uint32(0), blocks
	for low+1 < high {
		mid := (low + high) / 2
		if binary.LittleEndian.Uint32(directory[8*mid:]) <= from {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

func (p *postings) memory() int { return cap(p.bytes) + 4*cap(p.start) + 4*cap(p.count) }
