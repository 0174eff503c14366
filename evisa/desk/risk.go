package desk

import (
	"slices"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// Level is how much a risk asks for; a key of the text catalogue below "visadesk.risk.".
type Level string

// The levels.
const (
	Low    Level = "low"
	Medium Level = "medium"
	High   Level = "high"
)

// Levels are all levels, the lowest first.
func Levels() []Level { return []Level{Low, Medium, High} }

// Risk is a sum of named factors: nothing else is in it, and no decision follows from it by itself. It orders work.
type Risk struct {
	Points  int      `json:"points"`
	Factors []Factor `json:"factors,omitempty"` // the heaviest first
}

// Factor is one reason of a risk; Code is a key of the text catalogue below "visadesk.factor.".
type Factor struct {
	Code   string `json:"code"`
	Points int    `json:"points"`
	// Found says what it rests on, where there is a number or a code to it.
	Found string `json:"found,omitempty"`
}

// From which sum on a risk is of a level.
const (
	mediumFrom = 20
	highFrom   = 50
)

// Level is the level of the sum.
func (r Risk) Level() Level {
	switch {
	case r.Points >= highFrom:
		return High
	case r.Points >= mediumFrom:
		return Medium
	}
	return Low
}

// factors that findings have, by check: what a hit and a missing answer weigh.
var weights = map[string]struct{ hit, missing int }{ //nolint:gochecknoglobals // a table
	CheckDocument:   {25, 5},
	CheckOverstay:   {30, 5},
	CheckRefusals:   {20, 5},
	CheckDuplicates: {20, 5},
	CheckFee:        {30, 5},
}

// What alerts weigh: on the applicant, not judged yet, without an answer.
const (
	pointsAlert      = 60
	pointsAlertOpen  = 50
	pointsAlertBlank = 20
	pointsOwnAnswer  = 10
	pointsSoon       = 10
	pointsTyped      = 5
)

// soon is how near an arrival must be to weigh, in days.
const soon = 3

// risk adds up what is known of a case.
func (r Rules) risk(c *Case) (risk Risk) {
	if c.Application == nil {
		return risk
	}
	add := func(code string, points int, found string) {
		risk.Points += points
		risk.Factors = append(risk.Factors, Factor{code, points, found})
	}
	for _, k := range c.Checks {
		if code, points := k.weight(); points > 0 {
			add(code, points, k.Name)
		}
	}
	if c.Application.RefusedBefore != "" {
		add("refused_before", pointsOwnAnswer, "")
	}
	if c.Application.Read == "typed" {
		add("typed", pointsTyped, "")
	}
	arrival := c.Application.Journey.Arrival
	if !arrival.IsZero() && !c.ReceivedAt.IsZero() && stay.DaysBetween(traveldoc.DateOf(c.ReceivedAt), arrival) < soon {
		add("soon", pointsSoon, arrival.String())
	}
	slices.SortStableFunc(risk.Factors, func(a, b Factor) int { return b.Points - a.Points })
	return risk
}

// weight is what a check's answer weighs, and under which name.
func (k Checked) weight() (code string, points int) {
	if k.Pending {
		return "", 0
	}
	w := weights[k.Name]
	if k.Alert {
		w.hit, w.missing = pointsAlertOpen, pointsAlertBlank
	}
	switch {
	case k.Finding.Outcome == border.NotChecked:
		return "not_checked", w.missing
	case k.Finding.Outcome == border.NoHit, k.Finding.Severity() == border.Note:
		return "", 0
	case len(k.Hits) == 0:
		return "found", w.hit
	}
	open, same := 0, 0
	for _, h := range k.Hits {
		switch {
		case h.Judgement == nil:
			open++
		case h.Judgement.Same == SamePerson:
			same++
		}
	}
	switch {
	case same > 0 && k.Alert:
		return "judged_same", pointsAlert
	case same > 0:
		return "judged_same", w.hit
	case open > 0:
		return "found", w.hit
	}
	return "", 0
}

// PointsOf is the least sum of a level.
func PointsOf(l Level) int {
	switch l {
	case High:
		return highFrom
	case Medium:
		return mediumFrom
	case Low:
	}
	return 0
}
