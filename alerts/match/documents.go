package match

import (
	"slices"
	"sort"
)

// documents are the documents of a segment: single ones under the hash of their skeleton, ranges in order.
type documents struct {
	number texts
	entry  []uint32
	issuer []uint16
	kind   []byte
	keys   multimap
	ranges []blanks
}

// blanks is a range of blanks.
type blanks struct {
	from, until string
	// highest is the highest end of this range and of all before it that are of one length and issuer with it.
	highest string
	entry   uint32
	issuer  uint16
	kind    byte
}

func (d *documents) add(entry uint32, r documentRecord, issuer uint16) {
	if r.until != "" {
		d.ranges = append(d.ranges, blanks{from: r.number, until: r.until, entry: entry, issuer: issuer, kind: r.kind})
		return
	}
	d.number.add(r.number)
	d.entry = append(d.entry, entry)
	d.issuer = append(d.issuer, issuer)
	d.kind = append(d.kind, r.kind)
}

// placed are the documents of entries that moved to other places, ready to be found.
func (d *documents) placed(places []uint32) documents {
	var out documents
	var pairs []uint64
	for _, i := range byPlace(d.entry, places) {
		entry := d.entry[i]
		number := string(d.number.at(i))
		at := out.number.add(number)
		out.entry = append(out.entry, places[entry])
		out.issuer = append(out.issuer, d.issuer[i])
		out.kind = append(out.kind, d.kind[i])
		pairs = append(pairs, pair(hash(saltDocument, skeletonNumber(number)), at))
	}
	out.number.clip()
	out.entry, out.issuer, out.kind = slices.Clip(out.entry), slices.Clip(out.issuer), slices.Clip(out.kind)
	if len(pairs) > 0 {
		out.keys = newMultimap(pairs)
	}
	for _, r := range d.ranges {
		if r.entry = places[r.entry]; r.entry != noPlace {
			out.ranges = append(out.ranges, r)
		}
	}
	out.sortRanges()
	return out
}

// byPlace are the numbers of what belongs to entries, in the order of the entries' new places; what has none is left out.
func byPlace(entries, places []uint32) []uint32 {
	pairs := make([]uint64, 0, len(entries))
	for i, entry := range entries {
		if places[entry] != noPlace {
			pairs = append(pairs, pair(places[entry], size(i)))
		}
	}
	slices.Sort(pairs)
	out := make([]uint32, len(pairs))
	for i, p := range pairs {
		out[i] = uint32(p) //nolint:gosec // the lower half
	}
	return out
}

func (d *documents) sortRanges() {
	slices.SortFunc(d.ranges, func(a, b blanks) int {
		switch {
		case a.issuer != b.issuer:
			return int(a.issuer) - int(b.issuer)
		case len(a.from) != len(b.from):
			return len(a.from) - len(b.from)
		case a.from != b.from:
			return compare(a.from, b.from)
		case a.until != b.until:
			return compare(a.until, b.until)
		}
		return int(a.entry) - int(b.entry)
	})
	for i := range d.ranges {
		r := &d.ranges[i]
		r.highest = r.until
		if i > 0 && d.ranges[i-1].issuer == r.issuer && len(d.ranges[i-1].from) == len(r.from) && d.ranges[i-1].highest > r.highest {
			r.highest = d.ranges[i-1].highest
		}
	}
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

// within calls f with the ranges of an issuer that hold a number.
func (d *documents) within(number string, issuer uint16, f func(r *blanks)) {
	after := sort.Search(len(d.ranges), func(i int) bool {
		r := &d.ranges[i]
		if r.issuer != issuer {
			return r.issuer > issuer
		}
		if len(r.from) != len(number) {
			return len(r.from) > len(number)
		}
		return r.from > number
	})
	for i := after - 1; i >= 0; i-- {
		r := &d.ranges[i]
		if r.issuer != issuer || len(r.from) != len(number) || r.highest < number {
			return
		}
		if r.until >= number {
			f(r)
		}
	}
}

func (d *documents) memory() int {
	return d.number.memory() + 4*cap(d.entry) + 2*cap(d.issuer) + cap(d.kind) + d.keys.memory() + 64*cap(d.ranges)
}

// vehicles are the plates and VINs of a segment.
type vehicles struct {
	number  texts
	entry   []uint32
	country []uint16
	vin     []bool
	keys    multimap
}

func (v *vehicles) add(entry uint32, r vehicleRecord, country uint16) {
	v.number.add(r.number)
	v.entry = append(v.entry, entry)
	v.country = append(v.country, country)
	v.vin = append(v.vin, r.vin)
}

func (v *vehicles) placed(places []uint32) vehicles {
	var out vehicles
	var pairs []uint64
	for _, i := range byPlace(v.entry, places) {
		entry := v.entry[i]
		number := v.number.at(i)
		at := out.number.add(string(number))
		out.entry = append(out.entry, places[entry])
		out.country = append(out.country, v.country[i])
		out.vin = append(out.vin, v.vin[i])
		pairs = append(pairs, pair(hash(saltVehicle, number), at))
	}
	if len(pairs) > 0 {
		out.keys = newMultimap(pairs)
	}
	return out
}

func (v *vehicles) memory() int {
	return v.number.memory() + 4*cap(v.entry) + 2*cap(v.country) + cap(v.vin) + v.keys.memory()
}
