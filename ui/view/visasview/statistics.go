package visasview

import (
	"context"
	"net/url"
	"time"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Statistics is the page of numbers; Shown says that they were read.
type Statistics struct {
	desk.Statistics
	Arrivals visausedb.Arrivals
	Policy   evisa.Policy
	Form     Form
	Shown    bool
	Failed   string
}

// address is the same numbers elsewhere.
func (s Statistics) address(path string) string {
	v := url.Values{}
	for _, name := range []string{"from", "until", "type", "nationality"} {
		if value := s.Form.Value(name); value != "" {
			v.Set(name, value)
		}
	}
	return path + "?" + v.Encode()
}

// of is the name of a group of figures.
func (s Statistics) of(ctx context.Context, f desk.Figures) string {
	if f.Of == "" {
		return t(ctx, "visas.total")
	}
	return typeName(ctx, s.Policy, f.Of)
}

// months are the months as bars: what came in, what was approved and what refused.
func (s Statistics) months(ctx context.Context) view.BarChart {
	c := view.BarChart{Title: t(ctx, "visas.by_month"), Series: []view.Series{
		{Name: t(ctx, "visas.received")}, {Name: t(ctx, "visas.n_approved")}, {Name: t(ctx, "visas.n_refused")},
	}}
	for _, f := range s.ByMonth {
		c.Categories = append(c.Categories, f.Of)
		for n, value := range []int{f.Received, f.Approved, f.Refused} {
			c.Series[n].Values = append(c.Series[n].Values, int64(value))
		}
	}
	return c
}

// timesChart are median and p90 beside the target of each type, in hours.
func (s Statistics) timesChart(ctx context.Context) view.BarChart {
	c := view.BarChart{Title: t(ctx, "visas.times_title"), Series: []view.Series{
		{Name: t(ctx, "visas.median_hours")}, {Name: t(ctx, "visas.p90_hours")}, {Name: t(ctx, "visas.target_hours")},
	}}
	for _, f := range s.ByType {
		c.Categories = append(c.Categories, f.Of)
		for n, d := range []time.Duration{f.Median, f.P90, f.Target} {
			c.Series[n].Values = append(c.Series[n].Values, int64(d.Round(time.Hour)/time.Hour))
		}
	}
	return c
}

func (s Statistics) groundsChart(ctx context.Context) view.BarChart {
	c := view.BarChart{Title: t(ctx, "visas.refusals_by_ground"), Series: []view.Series{{Name: t(ctx, "visas.n_refused")}}}
	for _, g := range s.Refusals {
		c.Categories = append(c.Categories, g.Code)
		c.Series[0].Values = append(c.Series[0].Values, int64(g.N))
	}
	return c
}

func (s Statistics) overstaysChart(ctx context.Context) view.BarChart {
	c := view.BarChart{Title: t(ctx, "visas.overstays_by_type"), Series: []view.Series{{Name: t(ctx, "visas.used")}, {Name: t(ctx, "visas.overstays")}}}
	for _, o := range s.Overstays {
		c.Categories = append(c.Categories, o.Type)
		c.Series[0].Values = append(c.Series[0].Values, int64(o.Used))
		c.Series[1].Values = append(c.Series[1].Values, int64(o.Overstay))
	}
	return c
}

// share is a part of a whole in percent; a dash of nothing.
func share(ctx context.Context, part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return text.FromContext(ctx).Number(int64((100*part+whole/2)/whole)) + " %"
}

// hours is a time in words, marked when it is longer than its target.
func hours(ctx context.Context, d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return span(ctx, d)
}

func late(d, target time.Duration) bool { return target > 0 && d > target }
