package analystview

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Overstay is the page of overstayers; Found is nil when the question was wrong.
type Overstay struct {
	Form      Form
	Stations  []string
	Found     *central.OverstayPage
	Days      []central.OverstayDay
	Failed    string
	MayExport bool
	// First says that the page begins the list.
	First bool
}

// OverstayFields are the names of the form's fields, in order.
func OverstayFields() []string { return []string{"nationality", "station", "days", "purpose"} }

// address is the list with one criterion put in; an empty name changes none.
func (p Overstay) address(name, value, after string) string {
	q := url.Values{}
	for _, field := range OverstayFields() {
		if v := p.Form.Value(field); v != "" {
			q.Set(field, v)
		}
	}
	if name != "" {
		q.Set(name, value)
	}
	if after != "" {
		q.Set("after", after)
	}
	return "/overstayers?" + q.Encode()
}

func (p Overstay) firstURL() string {
	if p.First || p.Found == nil {
		return ""
	}
	return p.address("", "", "")
}

func (p Overstay) nextURL() string {
	if p.Found == nil || p.Found.Next.IsZero() {
		return ""
	}
	return p.address("", "", p.Found.Next.String())
}

func overstayColumns() []view.Column {
	return []view.Column{
		{Label: text.OverstayDaysOver, Numeric: true}, {Label: text.AnalystTraveller}, {Label: text.AnalystNationality}, {Label: text.AnalystDocument},
		{Label: text.OverstayEntered}, {Label: text.OverstayEntryPoint}, {Label: text.OverstayLastLawful}, {Label: text.OverstayMaySit},
	}
}

func countColumns(of text.Key) []view.Column {
	return []view.Column{{Label: of}, {Label: text.OverstayCount, Numeric: true}}
}

// dailyChart draws the length of the list at the end of each day.
func dailyChart(ctx context.Context, days []central.OverstayDay) view.BarChart {
	chart := view.BarChart{Title: t(ctx, text.OverstayDaily), Categories: make([]string, len(days))}
	values := make([]int64, len(days))
	for i, d := range days {
		chart.Categories[i], values[i] = d.Day.String()[5:], d.N
	}
	chart.Series = []view.Series{{Name: t(ctx, text.OverstayCount), Values: values}}
	return chart
}

func fullName(surname, given string) string {
	return strings.TrimSuffix(strings.TrimSpace(surname+", "+given), ",")
}

func dayWords(d traveldoc.Date) string {
	if d.IsZero() {
		return "–"
	}
	return d.String()
}

// Ends is the page of those who left the list.
type Ends struct {
	Form   Form
	Page   *central.OverstayEndPage
	Failed string
	First  bool
}

func (p Ends) address(before int64) string {
	return "/overstayers/left?purpose=" + url.QueryEscape(p.Form.Value("purpose")) + "&before=" + strconv.FormatInt(before, 10)
}

func (p Ends) firstURL() string {
	if p.First {
		return ""
	}
	return "/overstayers/left?purpose=" + url.QueryEscape(p.Form.Value("purpose"))
}

func (p Ends) nextURL() string {
	if p.Page.Next == 0 {
		return ""
	}
	return p.address(p.Page.Next)
}

func endColumns() []view.Column {
	return []view.Column{
		{Label: text.OverstayLeftAt}, {Label: text.AnalystTraveller}, {Label: text.AnalystNationality}, {Label: text.OverstayEntryPoint},
		{Label: text.OverstayLastLawful}, {Label: text.OverstayDaysOver, Numeric: true}, {Label: text.OverstayCause},
	}
}

// Conflicts is the page of decisions on files that contradict each other.
type Conflicts struct {
	Form   Form
	Rows   []central.LinkConflict
	Total  int
	Asked  bool
	Failed string
}

func conflictColumns() []view.Column {
	return []view.Column{
		{Label: text.AnalystTime}, {Label: text.OverstayAuthor}, {Label: text.OverstayFileA}, {Label: text.OverstayFileB}, {Label: text.OverstayWord},
	}
}
