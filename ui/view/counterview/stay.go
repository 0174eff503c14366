package counterview

import (
	"context"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
)

// Days explain how many days of stay are used.
type Days struct {
	Rule string
	Used int
	Rows []DayRow
	Away bool // the records cannot be read now
}

// DayRow is days one after the other that count, or do not, for the same reason.
type DayRow struct {
	From, To traveldoc.Date
	Days     int
	Counts   bool
	Over     bool
	Why      []string // stay.DayReasons, each once
}

// DaysOf gathers the days of an explanation into rows.
func DaysOf(e stay.Explanation, a stay.Answer) *Days {
	d := &Days{Rule: a.Rule.String(), Used: a.Used}
	for _, day := range e.Days {
		n := len(d.Rows) - 1
		if n < 0 || d.Rows[n].Counts != day.Counts || d.Rows[n].Over != day.Over || stay.DaysBetween(d.Rows[n].To, day.Date) != 1 {
			d.Rows = append(d.Rows, DayRow{From: day.Date, To: day.Date, Counts: day.Counts, Over: day.Over})
			n++
		}
		row := &d.Rows[n]
		row.To, row.Days = day.Date, row.Days+1
		if len(row.Why) == 0 || row.Why[len(row.Why)-1] != day.Why {
			row.Why = append(row.Why, day.Why)
		}
	}
	return d
}

// dayWhy is the words for why a day is in an explanation.
func dayWhy(ctx context.Context, row DayRow) string {
	words := make([]string, len(row.Why))
	for n, why := range row.Why {
		words[n] = coded(ctx, "day_why", why)
	}
	return strings.Join(words, ", ")
}

// groundless reports whether the visa stands against an entry: then a stay that the days alone would allow is none.
func (c *Card) groundless(way border.Direction) bool {
	return way == border.Entry && slices.ContainsFunc(c.Answers, func(a border.Answer) bool {
		return !a.Pending && a.Finding.Check == evisa.CheckName && a.Finding.Severity() == border.SecondLine
	})
}

func (c *Card) grantClass(way border.Direction) string {
	if c.groundless(way) {
		return "not-checked"
	}
	return grantClass(c.grant(), way)
}

func (c *Card) grantWords(ctx context.Context, way border.Direction) string {
	if c.groundless(way) {
		return text.T(ctx, text.VisaNoGround)
	}
	return grantWords(ctx, c.grant(), way)
}

// grantClass tells a stay that needs a look from one that does not.
func grantClass(g *border.Grant, way border.Direction) string {
	switch {
	case way == border.Exit && g.Overstay > 0, way == border.Entry && g.MaxDays == 0 && !g.Until.IsZero():
		return "hit"
	case g.Uncertain:
		return "not-checked"
	}
	return "no-hit"
}

// grantWords are the stay in large letters: until when, or how long too long.
func grantWords(ctx context.Context, g *border.Grant, way border.Direction) string {
	days := func(n int) string { return text.T(ctx, text.CounterDays, text.Count, n) }
	var words string
	switch {
	case way == border.Exit && g.Overstay > 0:
		words = text.T(ctx, text.CounterOverstay) + ": " + days(g.Overstay)
	case way == border.Exit:
		words = text.T(ctx, text.CounterWithin)
	case g.Until.IsZero():
		words = text.T(ctx, text.CounterUnbounded)
	case g.MaxDays == 0:
		words = text.T(ctx, text.CounterNoDays)
	default:
		words = text.T(ctx, text.CounterUntil, "date", text.FromContext(ctx).Date(g.Until)) + " (" + days(g.MaxDays) + ")"
	}
	if g.Uncertain {
		words += " – " + text.T(ctx, text.CounterUncertain)
	}
	return words
}

// boundWords are what bounds the stay: the rule with its days, or the visa with its number and days; empty where that says nothing.
func (c *Card) boundWords(ctx context.Context, way border.Direction) string {
	g := c.grant()
	if way != border.Entry || c.groundless(way) || g.Bound == "" || g.Until.IsZero() {
		return ""
	}
	parts := []string{text.T(ctx, text.CounterBound, "what", coded(ctx, "evidence.stay", "bound_"+g.Bound))}
	switch {
	case g.BoundBy != "":
		parts = append(parts, isolate(ctx, strings.TrimSpace(VisaNumber(g.BoundBy)+" "+g.BoundVersion)))
	case g.Bound == stay.BoundRule && g.Regime != stay.DefaultRegime:
		parts = append(parts, isolate(ctx, strings.TrimSpace(g.Rule+" "+g.Regime)))
	case g.Bound == stay.BoundRule:
		parts = append(parts, isolate(ctx, g.Rule))
	}
	if g.BoundDays > 0 && g.BoundDays != g.MaxDays {
		parts = append(parts, text.T(ctx, text.CounterDays, text.Count, g.BoundDays))
	}
	return strings.Join(parts, " · ")
}
