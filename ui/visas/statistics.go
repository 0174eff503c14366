package visas

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

// backDays is over how many days the numbers are shown at first.
const backDays = 89

// asked reads which numbers are asked for: those of the last months where nothing is said.
func (x *screens) asked(c *web.Context) (p visasview.Statistics, q desk.StatisticsQuery, err error) {
	today := c.Now().UTC()
	p = visasview.Statistics{Policy: x.Desk.Policy(), Form: visasview.Form{Values: map[string]string{
		"from": traveldoc.DateOf(today.AddDate(0, 0, -backDays)).String(), "until": traveldoc.DateOf(today).String(),
	}}}
	for _, name := range []string{"from", "until", "type", "nationality"} {
		if v := c.QueryParam(name); v != "" {
			p.Form.Values[name] = v
		}
	}
	q.Type, q.Nationality = p.Form.Value("type"), traveldoc.FoldState(upper(p.Form.Value("nationality")))
	for field, day := range map[string]*traveldoc.Date{"from": &q.From, "until": &q.Until} {
		if *day, err = traveldoc.ParseDate(p.Form.Value(field)); err != nil || day.Precision() != traveldoc.PrecisionDay {
			return p, q, invalid("visas.day", field)
		}
	}
	if q.Until.Before(q.From) {
		return p, q, invalid("visas.period", "from")
	}
	if _, known := mrz.LookupState(q.Nationality); q.Nationality != "" && !known {
		return p, q, invalid("visas.nationality", "nationality")
	}
	return p, q, nil
}

func (x *screens) statistics(c *web.Context) error {
	p, q, err := x.asked(c)
	if err == nil {
		p.Statistics, p.Arrivals, err = x.figures(c, q)
	}
	if err == nil {
		p.Shown = true
		return c.Render(http.StatusOK, visasview.StatisticsPage(p))
	}
	f, words, is := own(c, p.Form, err)
	if !is {
		return err
	}
	p.Form, p.Failed = f, words
	return c.Render(web.StatusOf(err), visasview.StatisticsPage(p))
}

// figures are the numbers of the desk, and those of visas that posts granted on arrival.
func (x *screens) figures(c *web.Context, q desk.StatisticsQuery) (s desk.Statistics, arrivals visausedb.Arrivals, err error) {
	if s, err = x.Desk.Statistics(c.Ctx(), c.Actor(), q); err == nil {
		arrivals, err = x.Arrivals(c.Ctx(), q.From, q.Until)
	}
	return s, arrivals, err
}

// export gives the numbers on screen as a file. They name nobody; the look is audited as the page's is.
func (x *screens) export(c *web.Context) error {
	_, q, err := x.asked(c)
	if err != nil {
		return err
	}
	s, arrivals, err := x.figures(c, q)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	file.WriteString("\ufeff") // the byte order mark makes spreadsheet programs read UTF-8
	w := csv.NewWriter(&file)
	for _, row := range append(rowsOf(c.Text(), s), arrivalRows(c.Text(), arrivals)...) {
		for n := range row {
			row[n] = harmless(row[n])
		}
		if err := w.Write(row); err != nil {
			return fmt.Errorf("statistics of visas: %w", err)
		}
	}
	w.Flush()
	c.Response().Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="visas-%s.csv"`, c.Now().UTC().Format("20060102-150405")))
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", file.Bytes())
}

// harmless writes a cell so that no spreadsheet program takes it for a formula (OWASP, CSV injection).
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

func rowsOf(p *text.Printer, s desk.Statistics) [][]string {
	var head []string
	for _, key := range []text.Key{
		"visas.group_by", "visas.of", "visas.received", "visas.still_open", "visas.n_approved", "visas.n_refused", "visas.n_withdrawn", "visas.n_lapsed",
		"visas.n_appeals", "visas.n_reversed", "visas.in_target", "visas.median_hours", "visas.p90_hours", "visas.target_hours",
	} {
		head = append(head, p.T(key))
	}
	out := [][]string{head, figures(p.T("visas.total"), s.Total)}
	for _, group := range []struct {
		label text.Key
		list  []desk.Figures
	}{{"visas.by_type", s.ByType}, {"visas.by_nationality", s.ByNationality}, {"visas.by_month", s.ByMonth}} {
		for _, f := range group.list {
			out = append(out, figures(p.T(group.label), f))
		}
	}
	out = append(out, nil, []string{p.T("visas.refusals_by_ground"), p.T("visas.count")})
	for _, g := range s.Refusals {
		out = append(out, []string{g.Code, strconv.Itoa(g.N)})
	}
	out = append(out, nil, []string{p.T("visas.overstays_by_type"), p.T("visas.issued"), p.T("visas.used"), p.T("visas.overstays")})
	for _, o := range s.Overstays {
		out = append(out, []string{o.Type, strconv.Itoa(o.Issued), strconv.Itoa(o.Used), strconv.Itoa(o.Overstay)})
	}
	return out
}

func arrivalRows(p *text.Printer, a visausedb.Arrivals) [][]string {
	out := [][]string{nil, {p.T("visas.on_arrival"), p.T("visas.granted"), p.T("visas.waived")}}
	for _, n := range a.ByNationality {
		out = append(out, []string{n.Nationality, strconv.Itoa(n.Granted), strconv.Itoa(n.Waived)})
	}
	out = append(out, nil, []string{p.T("visas.fees_taken"), p.T("visas.paid_visas")})
	for _, f := range a.Fees {
		out = append(out, []string{f.Sum.String(), strconv.Itoa(f.Paid)})
	}
	return out
}

func figures(label string, f desk.Figures) []string {
	row := []string{label, f.Of}
	for _, n := range []int{f.Received, f.Open, f.Approved, f.Refused, f.Withdrawn, f.Lapsed, f.Appeals, f.Reversed, f.InTarget} {
		row = append(row, strconv.Itoa(n))
	}
	for _, d := range []time.Duration{f.Median, f.P90, f.Target} {
		row = append(row, strconv.FormatFloat(d.Hours(), 'f', 1, 64))
	}
	return row
}
