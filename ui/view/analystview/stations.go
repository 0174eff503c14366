package analystview

import (
	"context"
	"strconv"
	"time"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Board is the state of all stations.
type Board struct {
	Stations []central.Station
	// MayManage lets the person go to the parked events.
	MayManage bool
}

// onlineWords say whether a station speaks to the centre, and since when not.
func onlineWords(ctx context.Context, s central.Station) (view.Tone, string) {
	switch {
	case s.HeardAt.IsZero():
		return view.ToneWarning, t(ctx, text.AnalystNeverHeard)
	case s.Online(view.FrameOf(ctx).Now):
		return view.ToneSuccess, t(ctx, text.AnalystOnline)
	}
	return view.ToneError, t(ctx, text.AnalystOffline, "ago", ago(ctx, s.HeardAt))
}

// completeWords say whether anything of a station is missing, by the last comparison.
func completeWords(ctx context.Context, s central.Station) (view.Tone, string) {
	switch {
	case s.Checked.IsZero():
		return view.ToneInfo, t(ctx, text.AnalystUnchecked)
	case s.Complete():
		return view.ToneSuccess, t(ctx, text.AnalystComplete)
	case s.Missing() > 0:
		return view.ToneError, t(ctx, text.AnalystMissing, "count", s.Missing())
	}
	return view.ToneError, t(ctx, text.AnalystDiffering, "count", len(s.Comparison.Differing))
}

// rangeWords name missing events by their numbers; waiting are those that the centre has not reached yet.
func rangeWords(ctx context.Context, r replication.Range) string {
	if r.First == r.Last {
		return t(ctx, text.AnalystMissingOne, "number", strconv.FormatInt(r.First, 10), "epoch", r.Epoch.String()[:8])
	}
	return t(ctx, text.AnalystMissingRange, "first", strconv.FormatInt(r.First, 10), "last", strconv.FormatInt(r.Last, 10), "epoch", r.Epoch.String()[:8])
}

func differenceWords(ctx context.Context, d replication.DayDifference) string {
	return t(ctx, text.AnalystDayDiffers, "day", d.Station.Day.Format(time.DateOnly),
		"station", strconv.FormatInt(d.Station.Count, 10), "centre", strconv.FormatInt(d.Centre.Count, 10))
}

// megabytes are bytes for people, rounded up.
func megabytes(ctx context.Context, n int64) string {
	return t(ctx, text.ExhibitsBytesM, "count", (n+1<<20-1)>>20)
}

func datasetWords(ctx context.Context, d central.DatasetAge) string {
	if d.Held == 0 {
		return t(ctx, text.AnalystListNone)
	}
	return t(ctx, text.AnalystListHeld, "held", strconv.FormatInt(d.Held, 10), "newest", strconv.FormatInt(d.Newest, 10))
}

func datasetTone(d central.DatasetAge) view.Tone {
	if d.Held == d.Newest {
		return view.ToneSuccess
	}
	return view.ToneWarning
}

// Parked is the page of events that could not be applied.
type Parked struct {
	Page central.DeadLetterPage
	Done string // what the last retry came to
	Tone view.Tone
}

func closeURL(s central.Station, a central.StationAlert) string {
	return "/stations/" + s.Name + "/alerts/" + a.Code + "/close"
}
