package match

// What a relation of births adds to a score. The order and the distances follow log-likelihood ratios: how often the relation holds of
// one person in two records, against how often it holds by chance of two people born within sixty years. They are held in points of the
// score (see points).
const (
	birthEqual     = 0.20
	birthMonth     = 0.17 // inside a month
	birthYear      = 0.12 // inside a year, or a range up to a year
	birthRange     = 0.08 // inside a longer range
	birthSwapped   = 0.13
	birthDigit     = 0.10
	birthCirca     = 0.06 // near an approximate date
	birthSameYear  = 0.00
	birthUnknown   = 0.00
	birthNextYear  = -0.04
	birthNear      = -0.10 // up to three years
	birthDifferent = -0.40
)

// birthMost is the most that any birth adds.
const birthMost = birthEqual

// relate tells how two births are related, and what that adds.
func relate(q, l span) (relation string, points float64) {
	if q.exact() && l.exact() {
		return relateDays(q.from, l.from)
	}
	a, b := q.wide(), l.wide()
	switch gap := apart(a, b); {
	case gap == 0 && (q.circa || l.circa) && a != b:
		return RelInside, max(inside(a, b)-0.04, birthCirca)
	case gap == 0:
		return RelInside, inside(a, b)
	case (q.circa || l.circa) && gap <= 3*366:
		return RelNear, birthCirca
	case gap <= 366:
		return RelNear, birthNextYear
	case gap <= 3*366:
		return RelNear, birthNear
	}
	return RelDifferent, birthDifferent
}

// inside is what it tells that one span meets the other: the wider the span, the less.
func inside(a, b span) float64 {
	switch width := max(a.to-a.from, b.to-b.from); {
	case width == 0:
		return birthYear
	case width <= 31:
		return birthMonth
	case width <= 366:
		return birthYear
	case width <= 5*366:
		return birthRange
	}
	return birthRange / 2
}

// apart is the number of days between two spans; 0 when they meet.
func apart(a, b span) day {
	switch {
	case a.to < b.from:
		return b.from - a.to
	case b.to < a.from:
		return a.from - b.to
	}
	return 0
}

// relateDays relates two single days.
func relateDays(q, l day) (relation string, points float64) {
	if q == l {
		return RelEqual, birthEqual
	}
	y1, m1, d1 := q.date()
	y2, m2, d2 := l.date()
	years := max(y1-y2, y2-y1)
	switch {
	case y1 == y2 && m1 == d2 && d1 == m2:
		return RelSwapped, birthSwapped
	case oneDigit(y1*10000+m1*100+d1, y2*10000+m2*100+d2) && (years <= 1 || years%10 == 0):
		return RelDigit, birthDigit
	case y1 == y2:
		return RelSameYear, birthSameYear
	case years == 1:
		return RelNear, birthNextYear
	case years <= 3:
		return RelNear, birthNear
	}
	return RelDifferent, birthDifferent
}

// oneDigit reports two numbers of equal length that differ in one decimal digit.
func oneDigit(a, b int) bool {
	different := 0
	for ; a > 0 || b > 0; a, b = a/10, b/10 {
		if a%10 != b%10 {
			different++
		}
	}
	return different == 1
}
