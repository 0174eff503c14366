package expectedview

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

// Frame is what all pages say of the data.
type Frame struct {
	State   expected.State
	Version string // marks the state that is shown
	Now     time.Time
	Today   traveldoc.Date // at the crossing point
	MaxAge  time.Duration
}

// Flights is the page of a day's flights.
type Flights struct {
	Frame
	Query expected.FlightsQuery
	Lines []expected.Line
}

// Flight is the page of a flight's persons.
type Flight struct {
	Frame
	Line   expected.Line
	All    []expected.Passenger
	Filter expected.Filter
	// ShowReasons may see the reasons of a screening that only few may see.
	ShowReasons bool
}

// Missing is the page of those who did not come.
type Missing struct {
	Frame
	Query expected.FlightsQuery
	After string // where the page begins
	Page  expected.MissingPage
}

// old reports whether the data is too old to be relied on.
func (f Frame) old() bool { return f.State.Held && f.MaxAge > 0 && f.Now.Sub(f.State.AsOf) > f.MaxAge }

func (f Frame) age(ctx context.Context) string {
	return text.FromContext(ctx).Ago(max(f.Now.Sub(f.State.AsOf), 0))
}

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// coded is the words of a code; a code without words shows as itself.
func coded(ctx context.Context, area, code string) string {
	key := text.Key(area + "." + code)
	if code == "" || !text.FromContext(ctx).Has(key) {
		return code
	}
	return text.T(ctx, key)
}

func address(path string, q expected.FlightsQuery, today traveldoc.Date) string {
	values := url.Values{}
	if q.Day != today {
		values.Set("day", q.Day.String())
	}
	if q.Direction != "" {
		values.Set("direction", string(q.Direction))
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

func (s Flights) rows(ctx context.Context) templ.Attributes {
	return view.Hx(ctx, "get", address("/expected/rows", s.Query, s.Today), "trigger", "expected from:#expected, every 60s", "swap", "innerMorph")
}

func shift(q expected.FlightsQuery, days int) expected.FlightsQuery {
	q.Day = traveldoc.DateOf(q.Day.First().AddDate(0, 0, days))
	return q
}

func towards(q expected.FlightsQuery, d border.Direction) expected.FlightsQuery {
	q.Direction = d
	return q
}

// directions are the choices of the page, all first.
func directions() []border.Direction { return []border.Direction{"", border.Entry, border.Exit} }

func directionWord(ctx context.Context, d border.Direction) string {
	if d == "" {
		return t(ctx, text.ExpectedBoth)
	}
	return counterview.Direction(ctx, d)
}

func directionKey(d border.Direction) string {
	return map[border.Direction]string{"": "F5", border.Entry: "F6", border.Exit: "F7"}[d]
}

// total is the sum of a column.
func (s Flights) total(of func(expected.Counts) int) (n int) {
	for _, l := range s.Lines {
		n += of(l.Counts)
	}
	return n
}

// column is a number of a flight.
type column struct {
	name   string
	label  text.Key
	of     func(expected.Counts) int
	filter expected.Filter
	class  string // when it is not 0
}

func columns() []column {
	return []column{
		{"expected", text.ExpectedExpected, func(c expected.Counts) int { return c.Expected }, expected.All, ""},
		{"arrived", text.ExpectedArrived, func(c expected.Counts) int { return c.Arrived }, expected.Arrived, ""},
		{"absent", text.ExpectedAbsent, func(c expected.Counts) int { return c.Absent }, expected.Absent, "open"},
		{"undeclared", text.ExpectedUndeclared, func(c expected.Counts) int { return c.Undeclared }, expected.Undeclared, "amber"},
		{"hits", text.ExpectedHits, func(c expected.Counts) int { return c.Hits }, expected.Hits, "hit"},
		{"differing", text.ExpectedDiffering, func(c expected.Counts) int { return c.Differing }, expected.Differing, "amber"},
	}
}

func tableColumns() []view.Column {
	out := []view.Column{{Label: text.ExpectedTime}, {Label: text.ExpectedFlight}, {Label: text.ExpectedRoute}, {Label: text.ExpectedState}}
	for _, c := range columns() {
		out = append(out, view.Column{Label: c.label, Numeric: true})
	}
	return out
}

// FlightAddress is the page of a flight with a filter.
func FlightAddress(l expected.Line, f expected.Filter) string {
	path := "/expected/flights/" + l.Flight.ID.String()
	if f == expected.All || f == "" {
		return path
	}
	return path + "?filter=" + string(f)
}

func filterKey(f expected.Filter) string {
	return map[expected.Filter]string{
		expected.All: "F2", expected.Absent: "F3", expected.Arrived: "F4", expected.Undeclared: "F6", expected.Hits: "F7", expected.Differing: "F8",
	}[f]
}

func (s Flight) shown() []expected.Passenger {
	return slices.DeleteFunc(slices.Clone(s.All), func(p expected.Passenger) bool { return !s.Filter.Of(p) })
}

// count is how many rows a filter gives: counted from the rows themselves.
func (s Flight) count(f expected.Filter) (n int) {
	for _, p := range s.All {
		if f.Of(p) {
			n++
		}
	}
	return n
}

func (s Flight) rows(ctx context.Context) templ.Attributes {
	path := "/expected/flights/" + s.Line.Flight.ID.String() + "/rows"
	if s.Filter != expected.All {
		path += "?filter=" + string(s.Filter)
	}
	return view.Hx(ctx, "get", path, "trigger", "expected from:#expected", "swap", "innerMorph")
}

func personColumns() []view.Column {
	return []view.Column{
		{Label: text.ExpectedName}, {Label: text.ExpectedBirth}, {Label: text.ExpectedNationality}, {Label: text.ExpectedDocument},
		{Label: text.ExpectedSeat}, {Label: text.ExpectedScreening}, {Label: text.ExpectedState},
	}
}

func missingColumns() []view.Column {
	return []view.Column{
		{Label: text.ExpectedTime}, {Label: text.ExpectedFlight}, {Label: text.ExpectedName}, {Label: text.ExpectedBirth},
		{Label: text.ExpectedNationality}, {Label: text.ExpectedDocument}, {Label: text.ExpectedScreening},
	}
}

// timeText is the time of a flight at the border, in the crossing point's zone; without an instant what the message says.
func timeText(ctx context.Context, f expected.Flight, due time.Time) string {
	if !due.IsZero() {
		return text.FromContext(ctx).Time(due)[:len("15:04")]
	}
	return "–"
}

// timeOn is timeText on the page of a day: with its date when the flight is one of the evening before.
func timeOn(ctx context.Context, day traveldoc.Date, l expected.Line) string {
	if l.Due.IsZero() {
		return timeText(ctx, l.Flight, l.Due)
	}
	at := text.FromContext(ctx).DateTime(l.Due)[:len("2006-01-02 15:04")]
	return strings.TrimPrefix(at, day.String()+" ")
}

func documents(p expected.Person) string {
	var out []string
	for _, d := range p.Documents {
		out = append(out, strings.TrimSpace(d.Code+" "+d.IssuingState+" "+d.Number))
	}
	return strings.Join(out, " · ")
}

// mark is a class, a sign and words together: never colour alone.
type mark struct{ class, sign, words string }

// screening is what the screening found, with what was decided.
func screening(ctx context.Context, p expected.Person) mark {
	s := p.Screening
	if s == nil {
		return mark{"neutral", "–", t(ctx, text.ExpectedUnscreened)}
	}
	if d := s.Decision; d != nil && d.Verdict != "" {
		m := mark{"hit", "!", coded(ctx, "expected_decision", string(d.Verdict))}
		if d.Verdict == apipnr.DecideBoard {
			m.class, m.sign = "no-hit", "✓"
		}
		return m
	}
	switch {
	case p.Flagged():
		return mark{"hit", "!", coded(ctx, "expected_outcome", s.Outcome.String())}
	case s.Outcome == border.NotChecked:
		return mark{"not-checked", "?", coded(ctx, "expected_outcome", s.Outcome.String())}
	}
	return mark{"no-hit", "✓", coded(ctx, "expected_outcome", s.Outcome.String())}
}

// reasons are those of the screening that who looks may see.
func (s Flight) reasons(ctx context.Context, p expected.Person) (all []string) {
	for _, r := range p.Screening.Reasons {
		if s.ShowReasons || !r.Restricted {
			all = append(all, counterview.ReasonWords(ctx, r.Check, r.Code))
		}
	}
	return all
}

// standing is where a person stands at the border.
func (f Frame) standing(ctx context.Context, l expected.Line, p expected.Passenger) mark {
	switch {
	case p.Undeclared:
		return mark{"not-checked", "+", t(ctx, text.ExpectedPersonUndeclared)}
	case p.Arrived() && p.Verdict == border.Admit:
		return mark{"no-hit", "✓", t(ctx, text.ExpectedPersonArrived)}
	case p.Arrived():
		return mark{"hit", "→", coded(ctx, "expected_verdict", string(p.Verdict))}
	case !p.Person.Expected():
		return mark{"neutral", "–", coded(ctx, "expected_status", string(p.Person.Status))}
	case !l.Due.IsZero() && f.Now.After(l.Due.Add(expected.Grace)):
		return mark{"not-checked", "✕", t(ctx, text.ExpectedPersonAbsent)}
	}
	return mark{"neutral", "…", t(ctx, text.ExpectedPersonExpected)}
}

func dueOf(f expected.Flight) time.Time {
	due, known := f.Due(time.UTC)
	if !known {
		return time.Time{}
	}
	return due
}
