package replication

import (
	"bytes"
	"context"
	"time"

	"github.com/google/uuid"
)

// DaySummary is what one side knows of one UTC day (by Event.CreatedAt) of one epoch. The station's summary is kept for ever,
// also when the events are pruned. FirstSeq and LastSeq are the least and greatest number counted; around midnight the
// ranges of two days may overlap. Head is the hash of event LastSeq, so equal heads prove equal histories up to it.
type DaySummary struct {
	Epoch    uuid.UUID `json:"epoch"`
	Day      time.Time `json:"day"` // midnight UTC
	Count    int64     `json:"count"`
	FirstSeq int64     `json:"first"`
	LastSeq  int64     `json:"last"`
	Head     []byte    `json:"head"`
}

// Add counts one sealed event.
func (d *DaySummary) Add(e *Event) {
	d.Count++
	if d.FirstSeq == 0 || e.Seq < d.FirstSeq {
		d.FirstSeq = e.Seq
	}
	if e.Seq > d.LastSeq {
		d.LastSeq, d.Head = e.Seq, e.Hash
	}
}

// Summarise counts sealed events of one epoch per day, in order of day.
func Summarise(epoch uuid.UUID, events []Event) []DaySummary {
	var out []DaySummary
	at := map[time.Time]int{}
	for i := range events {
		day := events[i].Day()
		n, seen := at[day]
		if !seen {
			n = len(out)
			at[day] = n
			out = append(out, DaySummary{Epoch: epoch, Day: day})
		}
		out[n].Add(&events[i])
	}
	sortDays(out)
	return out
}

// Range is a run of numbers, both ends included, of one epoch.
type Range struct {
	Epoch uuid.UUID `json:"epoch"`
	First int64     `json:"first"`
	Last  int64     `json:"last"`
}

// DayDifference is a day whose two summaries contradict each other although the centre has committed past it.
type DayDifference struct {
	Station DaySummary `json:"station"`
	Centre  DaySummary `json:"centre"` // zero Count: the centre holds nothing of that day
}

// Comparison is the proof of completeness for one station: nothing missing, or exactly what is.
type Comparison struct {
	Missing   []Range         `json:"missing"`   // written at the station, not (yet) committed at the centre
	Differing []DayDifference `json:"differing"` // committed, but not what the station counted
}

// Complete says that every event the station has counted is committed at the centre, and that both saw the same.
func (c Comparison) Complete() bool { return len(c.Missing) == 0 && len(c.Differing) == 0 }

// Completeness is the centre's memory of what the stations say they wrote, beside what it holds itself.
type Completeness interface {
	// Claim stores the station's summaries, replacing those of the same (Epoch, Day).
	Claim(ctx context.Context, station string, days []DaySummary) error
	// Compare holds the claims against what the centre has committed (CompareDays over its own rows, parked events included).
	Compare(ctx context.Context, station string) (Comparison, error)
}

// CompareDays compares what a station claims with what the centre holds. cursor is the centre's committed number per epoch.
// An event above the cursor is missing; a day wholly at or below the cursor must agree in count, range and head.
func CompareDays(claimed, held []DaySummary, cursor map[uuid.UUID]int64) Comparison {
	type key struct {
		epoch uuid.UUID
		day   int64
	}
	mine := make(map[key]DaySummary, len(held))
	for _, d := range held {
		mine[key{d.Epoch, d.Day.Unix()}] = d
	}
	var out Comparison
	last := map[uuid.UUID]int64{}
	var epochs []uuid.UUID
	for _, d := range claimed {
		if _, seen := last[d.Epoch]; !seen {
			epochs = append(epochs, d.Epoch)
		}
		last[d.Epoch] = max(last[d.Epoch], d.LastSeq)
		if d.LastSeq > cursor[d.Epoch] {
			continue
		}
		if own := mine[key{d.Epoch, d.Day.Unix()}]; !sameDay(d, own) && own.LastSeq <= d.LastSeq {
			out.Differing = append(out.Differing, DayDifference{Station: d, Centre: own})
		}
	}
	for _, epoch := range epochs {
		if last[epoch] > cursor[epoch] {
			out.Missing = append(out.Missing, Range{Epoch: epoch, First: cursor[epoch] + 1, Last: last[epoch]})
		}
	}
	return out
}

// sameDay leaves out days the centre already knows more of than an older claim (the caller checks LastSeq).
func sameDay(a, b DaySummary) bool {
	return a.Count == b.Count && a.FirstSeq == b.FirstSeq && a.LastSeq == b.LastSeq && bytes.Equal(a.Head, b.Head)
}
