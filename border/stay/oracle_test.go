package stay_test

import (
	"time"

	"github.com/openbmis/openbmis/traveldoc"
)

// The oracle answers slowly, day by day, from a set of days. It shares nothing with the calculator: it knows no runs of days, asks
// for each day anew, and its calendar is that of package time.
type oracle struct {
	first time.Time // day 0
	here  []bool
}

func newOracle(first time.Time, days int) *oracle {
	return &oracle{first: first, here: make([]bool, days)}
}

func (o *oracle) date(i int) traveldoc.Date { return traveldoc.DateOf(o.first.AddDate(0, 0, i)) }

// add puts the days of a stay into the set.
func (o *oracle) add(from, to int) {
	for i := from; i <= to; i++ {
		o.here[i] = true
	}
}

// used counts the days of the window that ends with day i; from is when he is thought to be here as well, up to i.
func (o *oracle) used(window, i, from int) int {
	n := 0
	for d := i - window + 1; d <= i; d++ {
		if d >= from || d >= 0 && d < len(o.here) && o.here[d] {
			n++
		}
	}
	return n
}

const nobody = 1 << 30

// maxStay tries longer and longer stays.
func (o *oracle) maxStay(days, window, entry int) int {
	n := 0
	for o.used(window, entry+n, entry) <= days {
		n++
	}
	return n
}

// overstay counts the days of presence up to last on which too many were used.
func (o *oracle) overstay(days, window, first, last int) int {
	n := 0
	for i := first; i <= last; i++ {
		if o.here[i] && o.used(window, i, nobody) > days {
			n++
		}
	}
	return n
}
