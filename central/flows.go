package central

import (
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// MaxFlowDays is the longest range of days of one flow question.
const MaxFlowDays = 400

// FlowQuery asks how many crossed, per day, both days included. Station and Nationality restrict; asking by nationality is over
// all crossing points.
type FlowQuery struct {
	From, To    traveldoc.Date
	Station     string
	ByCountry   bool // break down by nationality instead of by crossing point
	Nationality string
}

// Check says what is wrong with the question.
func (q FlowQuery) Check() error {
	invalid := func(code, field string) error { return problem.New(problem.Invalid, code).At(field) }
	switch {
	case q.From.Precision() != traveldoc.PrecisionDay:
		return invalid("day_incomplete", "from")
	case q.To.Precision() != traveldoc.PrecisionDay:
		return invalid("day_incomplete", "to")
	case q.To.Before(q.From):
		return invalid("range_reversed", "to")
	case q.To.First().Sub(q.From.First()) > MaxFlowDays*24*time.Hour:
		return problem.New(problem.Invalid, "range_too_long").At("to").With("max", MaxFlowDays)
	case q.ByCountry && q.Station != "":
		return invalid("flow_country_station", "station")
	}
	return nil
}

// Flow is a count: how many decisions of one verdict there were on a day, in a direction, at a crossing point or of a nationality.
type Flow struct {
	Day       traveldoc.Date
	Group     string // the station, or the nationality when asked by country
	Direction border.Direction
	Verdict   border.Verdict
	N         int64
}

// FlowRow is a line of the flow table: a day and a group with its counts.
type FlowRow struct {
	Day                               traveldoc.Date
	Group                             string
	Entries, Exits, Refused, Referred int64
}

// Tabulate puts flows (sorted by day and group) into lines.
func Tabulate(flows []Flow) []FlowRow {
	var rows []FlowRow
	for _, f := range flows {
		if n := len(rows); n == 0 || rows[n-1].Day != f.Day || rows[n-1].Group != f.Group {
			rows = append(rows, FlowRow{Day: f.Day, Group: f.Group})
		}
		row := &rows[len(rows)-1]
		switch {
		case f.Verdict == border.Refuse:
			row.Refused += f.N
		case f.Verdict == border.Refer:
			row.Referred += f.N
		case f.Direction == border.Exit:
			row.Exits += f.N
		default:
			row.Entries += f.N
		}
	}
	return rows
}

// Sum adds the lines up.
func Sum(rows []FlowRow) (total FlowRow) {
	for _, r := range rows {
		total.Entries += r.Entries
		total.Exits += r.Exits
		total.Refused += r.Refused
		total.Referred += r.Referred
	}
	return total
}

// PerDay adds the groups of each day up; days without a crossing are there too, with zeros.
func PerDay(rows []FlowRow, from, to traveldoc.Date) []FlowRow {
	byDay := map[traveldoc.Date]FlowRow{}
	for _, r := range rows {
		d := byDay[r.Day]
		d.Entries += r.Entries
		d.Exits += r.Exits
		d.Refused += r.Refused
		d.Referred += r.Referred
		byDay[r.Day] = d
	}
	var out []FlowRow
	for at := from.First(); !at.After(to.First()); at = at.AddDate(0, 0, 1) {
		day := traveldoc.DateOf(at)
		d := byDay[day]
		d.Day = day
		out = append(out, d)
	}
	return out
}
