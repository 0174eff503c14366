package stay

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"github.com/openbmis/openbmis/border"
)

// repeated reports whether an id comes twice. It is a table of ids by their last bytes, which are random.
func repeated(moves []*move) bool {
	size := 4
	for size < 2*len(moves) {
		size *= 2
	}
	var small [256]int32 // enough for nearly every file, and not on the heap
	table := small[:]
	if size > len(small) {
		table = make([]int32, size)
	}
	for i, m := range moves {
		at := int(binary.LittleEndian.Uint32(m.ID[12:])) & (size - 1)
		for table[at] != 0 {
			if moves[table[at]-1].ID == m.ID {
				return true
			}
			at = (at + 1) & (size - 1)
		}
		table[at] = int32(i) + 1
	}
	return false
}

// once leaves one of each movement that is told several times. Where the tellings differ, the days are all of which one tells.
func once(moves []*move) []*move {
	byID := slices.Clone(moves)
	slices.SortFunc(byID, func(a, b *move) int {
		if c := compareID(a.ID, b.ID); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.Direction, b.Direction), before(a, b))
	})
	byID = slices.CompactFunc(byID, func(a, b *move) bool { return before(a, b) == 0 })
	kept := byID[:0]
	for _, m := range byID {
		n := len(kept) - 1
		switch {
		case n < 0 || m.ID != kept[n].ID || m.isNil():
			kept = append(kept, m)
		case m.Direction != kept[n].Direction:
			m.note(VersionsDiffer, string(m.Direction), string(kept[n].Direction), true)
			kept = append(kept, m)
		default:
			kept[n].reconcile(m)
		}
	}
	return kept
}

func (m *move) isNil() bool { return m.ID == [16]byte{} }

// sameTelling is how far apart two tellings may lie and still be the same: databases keep instants less finely than messages.
const sameTelling = time.Second

// reconcile takes in another telling of the same movement. Where they differ in nothing that is counted, there is nothing to tell.
func (m *move) reconcile(other *move) {
	doubt := m.days != other.days
	if apart := other.at.Sub(m.at).Abs(); !doubt && apart < sameTelling && m.Basis.Counts() == other.Basis.Counts() && m.Until == other.Until {
		return
	}
	if m.Basis.Counts() != other.Basis.Counts() {
		doubt, m.doubtful = true, true
	}
	m.note(VersionsDiffer, other.Date.String(), m.Date.String(), doubt)
	m.days = span{min(m.days.from, other.days.from), max(m.days.to, other.days.to)}
}

// arrange puts movements whose time of day says nothing, such as stamps, where they fit among the others of their day.
func arrange(moves []*move) []*move {
	inside := false
	for from := 0; from < len(moves); {
		to, loose := sameDay(moves, from)
		if loose {
			fitted := arrangeDay(moves[from:to], inside)
			moves = slices.Replace(moves, from, to, fitted...)
			to = from + len(fitted)
		}
		if to > from {
			inside = moves[to-1].Direction == border.Entry
		}
		from = to
	}
	return moves
}

// sameDay is where the movements of the day of moves[from] end, and whether the order of some of them is free.
func sameDay(moves []*move, from int) (to int, loose bool) {
	for to = from; to < len(moves) && moves[to].days == moves[from].days; to++ {
		free := moves[to].loose || to > from && moves[to].at.Equal(moves[to-1].at)
		loose = loose || free && to > from || moves[to].loose
	}
	return to, loose && to-from > 1
}

// arrangeDay tries both readings of a day: every record a crossing of its own, or a loose record the same crossing as another of its
// direction. The one with fewer contradictions is taken; when both have as many, the one with fewer crossings.
func arrangeDay(moves []*move, inside bool) []*move {
	apart, misfits := fit(moves, inside)
	single, twins := matched(moves)
	together, fewer := fit(single, inside)
	if fewer > misfits {
		return apart
	}
	for kept, twin := range twins {
		kept.note(SameCrossing, string(twin.Origin), string(kept.Origin), false)
		kept.problems[len(kept.problems)-1].Records = ids(kept.Movement, twin.Movement)
	}
	return together
}

// matched leaves out each loose movement that another one of the day, of the same direction, may stand for.
func matched(moves []*move) (single []*move, twins map[*move]*move) {
	twins = map[*move]*move{}
	for _, m := range moves {
		if !m.loose {
			single = append(single, m)
		}
	}
	for _, m := range moves {
		if !m.loose {
			continue
		}
		twin := slices.IndexFunc(single, func(other *move) bool {
			return other.Direction == m.Direction && twins[other] == nil && !other.loose
		})
		if twin < 0 {
			single = append(single, m)
			continue
		}
		twins[single[twin]] = m
	}
	slices.SortFunc(single, before)
	return single, twins
}

// fit orders the movements of a day so that entries and exits alternate as far as they can: those with a time of day keep their
// order, loose ones go where they fit. Misfits is how many still follow one of their own direction.
func fit(moves []*move, inside bool) (ordered []*move, misfits int) {
	rest := slices.Clone(moves)
	for len(rest) > 0 {
		want := border.Entry
		if inside {
			want = border.Exit
		}
		n := next(rest, want)
		if rest[n].Direction != want {
			misfits++
		}
		inside = rest[n].Direction == border.Entry
		ordered = append(ordered, rest[n])
		rest = slices.Delete(rest, n, n+1)
	}
	return ordered, misfits
}

// next is the first timed movement when it goes the wanted way, else the first loose one that does, else the first of all.
// Movements at one instant are loose among themselves.
func next(rest []*move, want border.Direction) int {
	timed, loose := -1, -1
	for i, m := range rest {
		switch {
		case m.loose && loose < 0 && m.Direction == want:
			loose = i
		case m.loose:
		case timed < 0, rest[timed].Direction != want && m.at.Equal(rest[timed].at):
			timed = i
		}
	}
	switch {
	case timed >= 0 && rest[timed].Direction == want:
		return timed
	case loose >= 0:
		return loose
	}
	return max(timed, 0)
}
