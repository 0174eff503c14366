package stay_test

import (
	"time"

	"github.com/openbmis/openbmis/traveldoc"
)

// The oracle answers slowly, day by day, from sets of days. It shares nothing with the calculator: its days are instants at midnight
// UTC, and it asks for each day anew.
type oracle map[time.Time]bool

func (o oracle) add(from, to time.Time) {
	for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
		o[d] = true
	}
}

// used counts the days of the window that ends with d; extra says which further days he is thought to be here.
func (o oracle) used(window int, d time.Time, extra func(time.Time) bool) int {
	n := 0
	for i := range window {
		if x := d.AddDate(0, 0, -i); o[x] || extra(x) {
			n++
		}
	}
	return n
}

func (o oracle) maxStay(days, window int, entry time.Time) int {
	for n := 0; ; n++ {
		last := entry.AddDate(0, 0, n)
		if o.used(window, last, func(d time.Time) bool { return !d.Before(entry) && !d.After(last) }) > days {
			return n
		}
	}
}

func (o oracle) overstay(days, window int, last time.Time) int {
	n := 0
	for d := range o {
		if !d.After(last) && o.used(window, d, func(time.Time) bool { return false }) > days {
			n++
		}
	}
	return n
}

func dateOf(t time.Time) traveldoc.Date { return traveldoc.DateOf(t) }
