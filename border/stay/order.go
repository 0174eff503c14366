package stay

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// move is a movement with the days it may have been on, and what is wrong with it.
type move struct {
	*Movement
	at       time.Time // event time; noon of its date when that is not known
	days     span
	loose    bool // its time of day says nothing
	doubtful bool // whether it counts is not known
	problems []Problem
}

// admit are the movements that can be put in order, once each and in order. The others are told.
func (t *Timeline) admit(movements []Movement) []*move {
	kept := make([]move, len(movements))
	moves := make([]*move, 0, len(movements))
	for i := range movements {
		m := &kept[i]
		m.Movement, m.at = &movements[i], movements[i].At
		switch {
		case !m.Direction.Valid():
			t.leaveOut(DirectionUnknown, m.ID, string(m.Direction), "entry, exit")
		case !m.date():
			t.leaveOut(DateMissing, m.ID, "", "")
		default:
			m.codes()
			moves = append(moves, m)
		}
	}
	if repeated(moves) {
		moves = once(moves)
	}
	if !slices.IsSortedFunc(moves, before) {
		slices.SortFunc(moves, before)
	}
	return arrange(moves)
}

func (t *Timeline) leaveOut(code string, id uuid.UUID, found, expected string) {
	t.Problems = append(t.Problems, Problem{Code: code, Records: []uuid.UUID{id}, Found: found, Expected: expected, Doubt: true})
}

// tidy puts the problems of records that belong to no stay in an order that does not depend on arrival, each once.
func tidy(problems []Problem) []Problem {
	compare := func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), compareID(a.Records[0], b.Records[0]), cmp.Compare(a.Found, b.Found))
	}
	slices.SortFunc(problems, compare)
	return slices.CompactFunc(problems, func(a, b Problem) bool { return compare(a, b) == 0 })
}

// date finds the days on which the movement may have been; false when nothing is known of them.
func (m *move) date() bool {
	m.loose = m.Origin == border.StampImport || m.At.IsZero()
	if m.Date.IsZero() && m.At.IsZero() {
		return false
	}
	if m.Date.IsZero() { // the post's zone is not known: the calendar date there is that of UTC or one beside it
		m.days = span{dayAt(m.At.Add(-12 * time.Hour)), dayAt(m.At.Add(14 * time.Hour))}
		m.note(DatePartial, "", m.At.UTC().Format(time.DateOnly), true)
		return true
	}
	m.days = rangeOf(m.Date)
	if m.Date.Day() == 0 {
		m.note(DatePartial, m.Date.String(), "", true)
	}
	if m.At.IsZero() {
		m.at = m.days.from.date().First().Add(12 * time.Hour)
		return true
	}
	if at := dayAt(m.At); at < m.days.from-1 || at > m.days.to+1 {
		m.days = span{min(m.days.from, at), max(m.days.to, at)}
		m.note(DateContradicts, m.Date.String(), at.date().String(), true)
	}
	return true
}

// first and last are the days that the movement may have been on, as dates.
func (m *move) first() traveldoc.Date {
	if m.certain() {
		return m.Date
	}
	return m.days.from.date()
}

func (m *move) last() traveldoc.Date {
	if m.certain() {
		return m.Date
	}
	return m.days.to.date()
}

func (m *move) certain() bool { return m.days.from == m.days.to && m.Date.Day() != 0 }

func (m *move) note(code, found, expected string, doubt bool) {
	m.problems = append(m.problems, Problem{Code: code, Records: []uuid.UUID{m.ID}, Found: found, Expected: expected, Doubt: doubt})
}

// codes notes the codes that this release does not know. They change nothing but the certainty.
func (m *move) codes() {
	if m.Basis != "" && !m.Basis.Valid() {
		m.doubtful = true
		m.note(BasisUnknown, string(m.Basis), "", true)
	}
	if m.Category != "" && !m.Category.Valid() {
		m.note(CategoryUnknown, string(m.Category), "", false)
	}
	if m.Origin != "" && !m.Origin.Valid() {
		m.note(OriginUnknown, string(m.Origin), "", false)
	}
}

// dayAt is the calendar day of an instant in UTC.
func dayAt(at time.Time) day {
	const secondsOfDay = 24 * 60 * 60
	seconds := at.Unix()
	if seconds < 0 {
		seconds -= secondsOfDay - 1
	}
	return day(seconds / secondsOfDay)
}

// rangeOf are the days that a partly known date can mean.
func rangeOf(d traveldoc.Date) span {
	if d.Precision() == traveldoc.PrecisionDay {
		return onlyDay(dayOf(d))
	}
	return span{dayAt(d.First()), dayAt(d.Last())}
}

// before orders by event time. What follows only makes the order independent of the order of arrival.
func before(a, b *move) int {
	if c := a.at.Compare(b.at); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Direction, b.Direction); c != 0 {
		return c
	}
	if c := compareID(a.ID, b.ID); c != 0 {
		return c
	}
	return compareRest(a, b)
}

func compareRest(a, b *move) int {
	return cmp.Or(
		cmp.Compare(a.days.from, b.days.from), cmp.Compare(a.days.to, b.days.to), cmp.Compare(a.Basis, b.Basis),
		cmp.Compare(a.Category, b.Category), cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Station, b.Station),
		cmp.Compare(a.Nationality, b.Nationality), compareDates(a.Until, b.Until),
	)
}

func compareDates(a, b traveldoc.Date) int {
	return cmp.Or(cmp.Compare(a.Year(), b.Year()), cmp.Compare(a.Month(), b.Month()), cmp.Compare(a.Day(), b.Day()))
}

func compareID(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
