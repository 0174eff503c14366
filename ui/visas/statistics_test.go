package visas_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/ui/text"
)

// granted keeps a visa on arrival as the centre takes it out of an event.
func (c *centre) granted(nationality, currency string, fee int, waiver string, annulled bool) {
	c.t.Helper()
	_, err := c.DB.Pool.Exec(c.t.Context(), `INSERT INTO visa_arrival (crossing_id, station, number, nationality, crossed_at, local_date, rule, rule_version, days, fee_minor,
			currency, receipt, waiver, annulled)
		VALUES ($1, 'airport-1', '', $2, $3::timestamptz, ($3::timestamptz AT TIME ZONE 'UTC')::date, 'arrival', '1', 30, $4, $5, '', $6, $7)`,
		uuid.New(), nationality, c.Clock.Now(), fee, currency, waiver, annulled)
	require.NoError(c.t, err)
}

// rowsUnder are the rows of the table with a caption, cell by cell, without the marks that keep numbers in their order.
func rowsUnder(p *browsertest.Page, caption string) []string {
	return browsertest.Eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll("table")].filter(t => t.caption && t.caption.textContent.trim() === %q)
		.flatMap(t => [...t.tBodies[0].rows]).map(r => [...r.cells].map(c => c.textContent.trim().replace(/\s+/g, " ")).join("|"))`, caption))
}

// after are rows without their first cell.
func after(rows []string) (rest []string) {
	for _, row := range rows {
		_, cells, _ := strings.Cut(row, "|")
		rest = append(rest, cells)
	}
	return rest
}

// The page of statistics with something in every table, whole: each figure is that of the rows below it, at a desk and on a telephone, in both
// directions of writing.
func TestTheStatisticsWithData(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			c := open(t)
			cyd := c.Person(t, auth.RoleVisaSupervisor, "cyd", language)
			client := c.SignedIn(t, cyd)
			_, v := c.issued(client, 1)
			c.applied(2, "B", func(a *evisa.Application) { a.Identity.Nationality = "FRA" })
			for n := 3; n < 6; n++ {
				refused := c.applied(n, "A", func(a *evisa.Application) { a.Identity.Nationality = "D" })
				c.must(client, refused.ID, "claim")
				c.Clock.Pass(time.Minute)
				c.must(client, refused.ID, "refuse", "grounds", "purpose", "grounds", "means", "reason", "none")
			}
			c.crossed("airport-1", v, c.Clock.Now(), 0)
			for range 3 {
				c.granted("FRA", "EUR", 1234550, "", false)
			}
			c.granted("FRA", "USD", 100, "humanitarian", false)
			c.granted("", "XOF", 5000, "", false)
			c.granted("UTO", "EUR", 0, "", false)
			c.granted("UTO", "EUR", 700, "", true) // undone: counts for nothing

			p := c.sit(t, cyd, language)
			for _, width := range []int64{1366, 360} {
				p.Size(width, 768)
				p.Goto(c.URL + "/visa-statistics")
				p.WaitFor("dl.tiles")
				p.CheckAccessible()
				p.CheckNoSidewaysScroll()
				p.Size(width, min(9000, int64(browsertest.Eval[int](p, "document.querySelector('main').scrollHeight"))+200))
				p.Screenshot(fmt.Sprintf("visas-statistics-whole-%s-%d", language, width))
			}
			say := text.Must().Printer(text.Language(language))
			require.Equal(t, []string{"FRA|4|1", say.T(text.VisasNoNationality) + "|1|0", "UTO|1|0"}, rowsUnder(p, say.T(text.VisasOnArrival)))
			require.Equal(t, []string{"37036.50 EUR|3", "5000 XOF|1"}, rowsUnder(p, say.T(text.VisasArrivalFees)))
			require.Len(t, rowsUnder(p, say.T(text.VisasRefusalsByGround)), 2)
			for _, row := range rowsUnder(p, say.T(text.VisasRefusalsByGround)) {
				require.True(t, strings.HasSuffix(row, "|3"), row)
			}
			byNationality := strings.Join(rowsUnder(p, say.T(text.VisasByNationality)), "\n")
			require.Contains(t, byNationality, "D|3|0|0|3|0|0|0|0|")
			require.Contains(t, byNationality, "FRA|1|1|0|0|0|0|0|0|")
			require.Contains(t, byNationality, "UTO|1|0|1|0|0|0|0|0|")
			types := rowsUnder(p, say.T(text.VisasByType))
			require.Contains(t, types[len(types)-1], "|5|1|1|3|0|0|0|0|", "the last row is the sum")
			require.Equal(t, []string{"1|1|0|0 %"}, after(rowsUnder(p, say.T(text.VisasOverstaysByType))))
			file := c.Get(t, client, "/visa-statistics/export").Body
			require.Contains(t, file, "37036.50 EUR,3")
			require.Equal(t, 1, strings.Count(file, "5000 XOF,1"))
		})
	}
}
