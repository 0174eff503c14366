package analystview

import (
	"context"
	"fmt"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Flows is the page of counts per day; Rows is nil when the question was wrong.
type Flows struct {
	Form      Form
	Stations  []string
	Query     central.FlowQuery
	Rows      []central.FlowRow
	Asked     bool
	MayExport bool
}

// FlowFields are the names of the flow form's fields, in order.
func FlowFields() []string { return []string{"from", "to", "station", "by", "nationality"} }

func byOptions(ctx context.Context) []Option {
	return []Option{{"country", t(ctx, text.AnalystByCountry)}}
}

// flowChart draws entries and exits of each day.
func flowChart(ctx context.Context, p Flows) view.BarChart {
	days := central.PerDay(p.Rows, p.Query.From, p.Query.To)
	chart := view.BarChart{Title: t(ctx, text.AnalystFlowsChart), Categories: make([]string, len(days))}
	entries, exits := make([]int64, len(days)), make([]int64, len(days))
	for i, d := range days {
		chart.Categories[i], entries[i], exits[i] = fmt.Sprintf("%02d-%02d", d.Day.Month(), d.Day.Day()), d.Entries, d.Exits
	}
	chart.Series = []view.Series{{Name: t(ctx, text.AnalystEntries), Values: entries}, {Name: t(ctx, text.AnalystExits), Values: exits}}
	return chart
}

func flowColumns(p Flows) []view.Column {
	group := text.AnalystStation
	if p.Query.ByCountry {
		group = text.AnalystNationality
	}
	return []view.Column{
		{Label: text.AnalystDay}, {Label: group}, {Label: text.AnalystEntries, Numeric: true}, {Label: text.AnalystExits, Numeric: true},
		{Label: text.AnalystReferred, Numeric: true}, {Label: text.AnalystRefused, Numeric: true},
	}
}
