package question

import (
	"fmt"
	"slices"
	"time"

	"github.com/openbmis/openbmis/border/internal/strict"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// Question is what is asked.
type Question struct {
	Rule  stay.Rule
	On    traveldoc.Date
	Stays []Stay
}

// Stay is one stay by its dates.
type Stay struct {
	Entry traveldoc.Date
	Exit  traveldoc.Date // zero: still inside, or the exit is not known
	// EnteredAt and ExitedAt are set when instants were given.
	EnteredAt, ExitedAt time.Time
	// Contradicted is the date of an exit that lies before the entry, as it was given. Exit is zero then: which of the two dates is
	// wrong is not guessed, and what is known is that he entered.
	Contradicted traveldoc.Date
	// Reentered is, of a stay with Contradicted, the next entry in the question: he had left by then. Zero when there is none.
	Reentered traveldoc.Date
	Exempt    bool
	Why       string // why exempt, in the asker's words
}

// The bounds of a question.
const (
	MaxBytes = 4 << 20
	MaxStays = 5000
	maxText  = 200

	firstYear, lastYear = 1900, 2999
)

// Parse reads a question. The error names the place, such as stays[3].exit, and what was expected. Now gives the day that is asked
// about when the question names none.
func Parse(text []byte, now time.Time) (Question, error) {
	top, err := strict.Parse(text, MaxBytes)
	if err != nil {
		return Question{}, err
	}
	fields, err := top.Object("rule", "zone", "on", "stays")
	if err != nil {
		return Question{}, err
	}
	var q Question
	if q.Rule, err = parseRule(fields["rule"]); err != nil {
		return Question{}, err
	}
	zone, err := parseZone(fields["zone"])
	if err != nil {
		return Question{}, err
	}
	q.On = traveldoc.DateOf(now.In(zone))
	if on := fields["on"]; on.Given() {
		if q.On, _, err = parseDate(on, zone); err != nil {
			return Question{}, err
		}
	}
	stays, err := fields["stays"].Array(MaxStays, "stays")
	if err != nil {
		return Question{}, err
	}
	q.Stays = make([]Stay, len(stays))
	for i, s := range stays {
		if q.Stays[i], err = parseStay(s, zone); err != nil {
			return Question{}, err
		}
	}
	q.reenter()
	return q, nil
}

// reenter finds the entry that follows each stay whose exit contradicts it.
func (q Question) reenter() {
	order := make([]int, len(q.Stays))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return entryOrder(q.Stays[a], q.Stays[b]) })
	for n := range len(order) - 1 {
		if s := &q.Stays[order[n]]; !s.Contradicted.IsZero() {
			s.Reentered = q.Stays[order[n+1]].Entry
		}
	}
}

// entryOrder is by day, and within a day by instant where both are known.
func entryOrder(a, b Stay) int {
	if a.EnteredAt.IsZero() || b.EnteredAt.IsZero() || a.Entry != b.Entry {
		return stay.DaysBetween(b.Entry, a.Entry)
	}
	return a.EnteredAt.Compare(b.EnteredAt)
}

func parseRule(v strict.Value) (stay.Rule, error) {
	if !v.Given() {
		return stay.DefaultRule(), nil
	}
	fields, err := v.Object("days", "window")
	if err != nil {
		return stay.Rule{}, err
	}
	window, err := fields["window"].Int(1, stay.MaxWindow)
	if err != nil {
		return stay.Rule{}, err
	}
	days, err := fields["days"].Int(1, window)
	if err != nil {
		return stay.Rule{}, err
	}
	return stay.Rule{Days: days, Window: window}, nil
}

func parseZone(v strict.Value) (*time.Location, error) {
	if !v.Given() {
		return time.UTC, nil
	}
	const what = "an IANA time zone, such as Europe/Paris"
	name, err := v.Text(maxText, what)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, v.Expected(what)
	}
	return zone, nil
}

// parseDate reads a calendar date, or an instant, which is the calendar date in the zone.
func parseDate(v strict.Value, zone *time.Location) (traveldoc.Date, time.Time, error) {
	what := fmt.Sprintf("a date YYYY-MM-DD or an instant such as 2026-01-31T09:30:00+01:00, of the years %d to %d", firstYear, lastYear)
	text, err := v.Text(maxText, what)
	if err != nil {
		return traveldoc.Date{}, time.Time{}, err
	}
	var at time.Time
	date, err := traveldoc.ParseDate(text)
	if err != nil {
		if at, err = time.Parse(time.RFC3339, text); err != nil {
			return traveldoc.Date{}, time.Time{}, v.Expected(what)
		}
		date = traveldoc.DateOf(at.In(zone))
	}
	if date.Precision() != traveldoc.PrecisionDay || date.Year() < firstYear || date.Year() > lastYear {
		return traveldoc.Date{}, time.Time{}, v.Expected(what)
	}
	return date, at, nil
}

func parseStay(v strict.Value, zone *time.Location) (Stay, error) {
	fields, err := v.Object("entry", "exit", "exempt")
	if err != nil {
		return Stay{}, err
	}
	var s Stay
	if s.Entry, s.EnteredAt, err = parseDate(fields["entry"], zone); err != nil {
		return Stay{}, err
	}
	if exit := fields["exit"]; exit.Given() && !exit.Null() {
		if s.Exit, s.ExitedAt, err = parseDate(exit, zone); err != nil {
			return Stay{}, err
		}
		timed := !s.EnteredAt.IsZero() && !s.ExitedAt.IsZero()
		if s.Exit.Before(s.Entry) || timed && s.ExitedAt.Before(s.EnteredAt) {
			s.Contradicted, s.Exit, s.ExitedAt = s.Exit, traveldoc.Date{}, time.Time{}
		}
	}
	s.Exempt, s.Why, err = parseExempt(fields["exempt"])
	return s, err
}

func parseExempt(v strict.Value) (exempt bool, why string, err error) {
	if !v.Given() {
		return false, "", nil
	}
	if exempt, err = v.Bool(); err == nil {
		return exempt, "", nil
	}
	why, err = v.Text(maxText, "true, false or a text that says why")
	return err == nil, why, err
}
