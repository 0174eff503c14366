package thread_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

// passengerList is a carrier's list of flight XX 100 from DXB to LHR, which arrived ten minutes ago.
func passengerList(t *testing.T, at time.Time, travellers ...world.Traveller) string {
	t.Helper()
	in := func(zone string, at time.Time) time.Time {
		place, err := time.LoadLocation(zone)
		require.NoError(t, err)
		return at.In(place)
	}
	arrived := at.Add(-10 * time.Minute)
	segments := []string{
		"UNH+1+PAXLST:D:05B:UN:IATA", "BGM+745", "NAD+MS+++XX OPERATIONS", "TDT+20+XX100+++XX",
		"LOC+125+DXB", "DTM+189:" + in("Asia/Dubai", arrived.Add(-7*time.Hour)).Format("0601021504") + ":201",
		"LOC+87+LHR", "DTM+232:" + in("Europe/London", arrived).Format("0601021504") + ":201",
	}
	for n, v := range travellers {
		segments = append(segments, "NAD+FL+++"+v.Surname+":"+v.GivenNames, "ATT+2++"+v.Sex, "DTM+329:"+v.BirthDate.First().Format("060102"),
			"NAT+2+"+v.Nationality, fmt.Sprintf("RFF+SEA:%dB", n+12), "DOC+P+"+v.Number, "DTM+36:"+v.ExpiryDate.First().Format("060102"), "LOC+91+"+v.IssuingState)
	}
	segments = append(segments, fmt.Sprintf("CNT+42:%d", len(travellers)))
	segments = append(segments, fmt.Sprintf("UNT+%d+1", len(segments)+1))
	return "UNA:+.? '\nUNB+UNOA:4+XX+UTO+" + arrived.UTC().Format("060102:1504") + "+R1'\n" + strings.Join(segments, "'\n") + "'\nUNZ+1+R1'\n"
}

// A carrier's list comes in at the centre; the officer at the airport, who does nothing for it, sees flight and seat of who is on it, that
// who is not on it was not declared, and the centre learns from the crossings who came.
func TestACarriersListReachesTheCounterAndComesBackAsArrivals(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	w := world.Prepare(t, airport())
	w.Central.Set("BMIS_CARRIER_FOLDER", folder)
	w.Start(t)
	station, ctx := w.Station(0), t.Context()
	_, err := w.Central.DB.Pool.Exec(ctx, `INSERT INTO carrier (code, name, created_at) VALUES ('XX', 'Test Airways', now())`)
	require.NoError(t, err)
	_, err = w.Central.DB.Pool.Exec(ctx, `NOTIFY carriers`)
	require.NoError(t, err)
	declared, other, stranger := world.NewTraveller(301), world.NewTraveller(302), world.NewTraveller(303)
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "XX"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "XX", "list.edi"), []byte(passengerList(t, w.Central.Clock.Now(), declared, other)), 0o600))

	count := func(p *world.Part, from string) (n int) {
		require.NoError(t, p.DB.Pool.QueryRow(ctx, "SELECT count(*) FROM "+from).Scan(&n))
		return n
	}
	for _, step := range []string{"passenger_raw", "passenger_person", "ref_row WHERE dataset = 'expected' AND key LIKE 'p/%'"} {
		world.Eventually(t, func() bool { return count(w.Central.Part, step) > 0 }, step)
	}
	world.Eventually(t, func() bool {
		return count(station.Part, "expected_person") == 2 && count(station.Part, "expected_flight") == 1
	}, "at the station")

	officer := station.Officer(t, auth.RoleOfficer, "1")
	desk, err := officer.Scan(ctx, declared.MRZ(t))
	require.NoError(t, err)
	desk, err = officer.Checked(ctx, desk)
	require.NoError(t, err)
	require.Contains(t, desk.Body, "XX0100")
	require.Contains(t, desk.Body, "12B")
	require.NotContains(t, desk.Body, "announced-differences")
	_, err = officer.Decide(ctx, desk, border.Admit, "", "")
	require.NoError(t, err)
	desk, err = officer.Scan(ctx, stranger.MRZ(t))
	require.NoError(t, err)
	desk, err = officer.Checked(ctx, desk)
	require.NoError(t, err)
	require.Contains(t, desk.Body, "Not on the list of the flight")
	_, err = officer.Decide(ctx, desk, border.Admit, border.AdmitReasons()[0], "")
	require.NoError(t, err)

	page, err := officer.Get(ctx, "/expected")
	require.NoError(t, err)
	require.Contains(t, page.Body, "XX0100")
	world.Eventually(t, func() bool {
		return count(w.Central.Part, "expected_crossing WHERE person IS NOT NULL") == 1 && count(w.Central.Part, "expected_crossing WHERE person IS NULL") == 1
	}, "the centre does not learn who came")
}
