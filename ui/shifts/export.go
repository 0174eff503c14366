package shifts

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/shiftdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/shiftview"
	"github.com/openbmis/openbmis/ui/web"
)

// export takes a register out of the system as a file; that it left, and to whom, is in the audit log before it does.
func (h *Handlers) export(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	format := c.FormValue("format")
	if format != "csv" && format != "json" {
		return problem.New(problem.Invalid, "shift_format").At("format")
	}
	entry := c.Actor().Entry(c.Now(), audit.Disclosure, "shift", id.String())
	entry.Purpose, entry.Decision = shiftdb.Purpose, format
	f, err := h.Shifts.Open(c.Ctx(), id, entry)
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="register-%s.%s"`, f.Register.From.Format("20060102-150405"), format))
	if format == "json" {
		return exportJSON(c, f)
	}
	names, _, err := h.people(c.Ctx())
	if err != nil {
		return err
	}
	header.Set("Content-Type", "text/csv; charset=utf-8")
	c.Response().WriteHeader(http.StatusOK)
	return writeCSV(c, f, names)
}

// exportJSON gives the very bytes that were signed, so that their digest can be compared anywhere.
func exportJSON(c *web.Context, f shiftdb.Folder) error {
	encoded := f.Encoded
	if f.Shift.Runs() {
		var err error
		if encoded, err = f.Register.Encode(); err != nil {
			return err
		}
	}
	return c.Blob(http.StatusOK, "application/json", encoded)
}

// writeCSV writes the register as it is shown: a line for each row, begun with its section.
func writeCSV(c *web.Context, f shiftdb.Folder, names shiftview.Names) error {
	// The byte order mark makes spreadsheet programs read UTF-8.
	if _, err := io.WriteString(c.Response(), "\ufeff"); err != nil {
		return err
	}
	w := csv.NewWriter(c.Response())
	ctx := text.NewContext(c.Ctx(), c.Text())
	for _, s := range shift.Sections() {
		table := shiftview.SectionTable(ctx, f.Register, names, s)
		for n, row := range append([][]string{table.Heads}, table.Rows...) {
			kind := "row"
			if n == 0 {
				kind = "head"
			}
			if err := w.Write(harmless(append([]string{string(s), kind}, row...))); err != nil {
				return err
			}
		}
	}
	for _, t := range append(f.Register.Texts, f.Late...) {
		if err := w.Write(harmless([]string{string(t.Section), "text", t.Text, t.By, strconv.Itoa(t.Version)})); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// harmless keeps spreadsheet programs from taking a text for a formula.
func harmless(cells []string) []string {
	for n, cell := range cells {
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			cells[n] = "'" + cell
		}
	}
	return cells
}
