package analyst

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/analystview"
	"github.com/openbmis/openbmis/ui/web"
)

// sheet is a file in the making: rows of text and whole numbers, written as they come.
type sheet interface {
	row(cells ...any) error
	close() error
}

// open begins a file of the format as the answer; nothing is sent before the first row.
func open(c *web.Context, format, name string) (sheet, error) {
	file := fmt.Sprintf(`attachment; filename="%s-%s.%s"`, name, c.Now().UTC().Format("20060102-150405"), format)
	h := c.Response().Header()
	h.Set("Content-Disposition", file)
	switch format {
	case "csv":
		h.Set("Content-Type", "text/csv; charset=utf-8")
		c.Response().WriteHeader(http.StatusOK)
		// The byte order mark makes spreadsheet programs read UTF-8.
		if _, err := io.WriteString(c.Response(), "\ufeff"); err != nil {
			return nil, err
		}
		return &csvSheet{w: csv.NewWriter(c.Response())}, nil
	case "xlsx":
		h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		return newXLSX(c.Response())
	}
	return nil, problem.New(problem.Invalid, "export_format").At("format")
}

// checkFormat refuses an unknown format before anything is read or audited.
func checkFormat(c *web.Context) (string, error) {
	format := c.FormValue("format")
	if format != "csv" && format != "xlsx" {
		return "", problem.New(problem.Invalid, "export_format").At("format")
	}
	return format, nil
}

type csvSheet struct{ w *csv.Writer }

func (s *csvSheet) row(cells ...any) error {
	record := make([]string, len(cells))
	for i, cell := range cells {
		record[i] = harmless(cell)
	}
	return s.w.Write(record)
}

func (s *csvSheet) close() error {
	s.w.Flush()
	return s.w.Error()
}

// harmless writes a cell so that no spreadsheet program takes it for a formula: text that begins like one gets an apostrophe
// (OWASP, CSV injection). Numbers are ours and stay as they are.
func harmless(cell any) string {
	switch v := cell.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		if v != "" && strings.ContainsRune("=+-@\t\r\n", rune(v[0])) {
			return "'" + v
		}
		return v
	}
	return fmt.Sprint(cell)
}

// xlsxSheet streams rows into a workbook; cells are typed, so a text is never a formula.
type xlsxSheet struct {
	book *excelize.File
	rows *excelize.StreamWriter
	out  io.Writer
	next int
}

func newXLSX(out io.Writer) (*xlsxSheet, error) {
	book := excelize.NewFile()
	rows, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, fmt.Errorf("workbook: %w", err)
	}
	return &xlsxSheet{book: book, rows: rows, out: out, next: 1}, nil
}

func (s *xlsxSheet) row(cells ...any) error {
	at, err := excelize.CoordinatesToCellName(1, s.next)
	if err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	s.next++
	return s.rows.SetRow(at, cells)
}

func (s *xlsxSheet) close() error {
	if err := s.rows.Flush(); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	if _, err := s.book.WriteTo(s.out); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	return s.book.Close()
}

// crossingHead are the columns of an export of crossings, in the person's language.
func crossingHead(c *web.Context) []any {
	var cells []any
	for _, key := range []text.Key{
		text.AnalystTime, text.AnalystReceived, text.AnalystStation, text.CounterLane, text.AnalystDirection, text.CounterMode,
		text.AnalystTransport, text.CounterSurname, text.CounterGivenNames, text.AnalystBirthDate, text.CounterSex,
		text.AnalystNationality, text.CounterDocumentCode, text.AnalystDocumentNumber, text.AnalystIssuedBy, text.AnalystTravelPurpose,
		text.AnalystDecision, text.CounterReason, text.AnalystHits, text.AnalystNotChecked, text.AnalystUndone, text.AnalystOfficer,
	} {
		cells = append(cells, strings.TrimSpace(c.Text().T(key, "lane", "")))
	}
	return cells
}

func crossingCells(c central.Crossing) []any {
	undone := ""
	if c.AnnulledAt != nil {
		undone = c.AnnulledAt.UTC().Format(time.RFC3339)
	}
	return []any{
		c.Local().Format(time.RFC3339), c.ReceivedAt.UTC().Format(time.RFC3339), c.Station, c.Lane, string(c.Direction), string(c.Mode),
		c.Transport, c.Surname, c.GivenNames, c.BirthDate, c.Sex, c.Nationality, c.DocCode, c.DocNumber, c.IssuedBy, c.Purpose,
		string(c.Verdict), c.Reason, int64(c.Hits), int64(c.NotChecked), undone, c.Officer,
	}
}

// exportSearch gives what the search found, all pages of it, as a file.
func (x *console) exportSearch(c *web.Context) error {
	format, err := checkFormat(c)
	if err != nil {
		return err
	}
	s, err := readSearch(form(c, analystview.SearchFields()))
	if err != nil {
		return err
	}
	var file sheet
	begin := func(int) (err error) {
		if file, err = open(c, format, "crossings"); err != nil {
			return err
		}
		return file.row(crossingHead(c)...)
	}
	each := func(row central.Crossing) error { return file.row(crossingCells(row)...) }
	if err := x.Reader.Export(c.Ctx(), s, entry(c, audit.Disclosure, "crossing", "export."+format), begin, each); err != nil {
		return err
	}
	return file.close()
}

// exportHistory gives one traveller's crossings as a file.
func (x *console) exportHistory(c *web.Context) error {
	format, err := checkFormat(c)
	if err != nil {
		return err
	}
	traveller, err := idOf(c, problem.New(problem.NotFound, "traveller_unknown"))
	if err != nil {
		return err
	}
	h, err := x.Reader.History(c.Ctx(), traveller, c.FormValue("purpose"), entry(c, audit.Disclosure, "traveller", traveller.String()))
	if err != nil {
		return err
	}
	file, err := open(c, format, "traveller")
	if err != nil {
		return err
	}
	if err := file.row(crossingHead(c)...); err != nil {
		return err
	}
	for _, e := range h.Events {
		if err := file.row(crossingCells(e.Crossing)...); err != nil {
			return err
		}
	}
	return file.close()
}

// exportFlows gives the counts on screen as a file. They name nobody, but what leaves the system is recorded.
func (x *console) exportFlows(c *web.Context) error {
	format, err := checkFormat(c)
	if err != nil {
		return err
	}
	q, rows, err := x.countFlows(c, form(c, analystview.FlowFields()))
	if err != nil {
		return err
	}
	e := entry(c, audit.Disclosure, "flow", "export."+format)
	e.Purpose, e.ResultCount = "statistics", len(rows)
	if err := x.Reader.Record(c.Ctx(), e); err != nil {
		return err
	}
	file, err := open(c, format, "flows")
	if err != nil {
		return err
	}
	group := text.AnalystStation
	if q.ByCountry {
		group = text.AnalystNationality
	}
	head := []any{}
	for _, key := range []text.Key{text.AnalystDay, group, text.AnalystEntries, text.AnalystExits, text.AnalystReferred, text.AnalystRefused} {
		head = append(head, c.Text().T(key))
	}
	if err := file.row(head...); err != nil {
		return err
	}
	for _, r := range rows {
		if err := file.row(r.Day.String(), r.Group, r.Entries, r.Exits, r.Referred, r.Refused); err != nil {
			return err
		}
	}
	return file.close()
}
