package station_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/cmd/internal/interpolsim"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/interpolhttp/simulator"
)

// The second line reads the full report of a service, with its pictures and what the service is; the question is audited in the name of
// who asked. The first line reads none, and an outage says so.
func TestTheSecondLineReadsTheFullReport(t *testing.T) {
	w := world.Prepare(t, world.Post{ID: "airport-1"})
	airport := w.Station(0)
	service := world.NewInterpolSim(t, airport.Clock, interpolsim.Adapter{Name: "sltd", Kind: interpol.SLTD})
	airport.Set("BMIS_INTERPOL", service.Settings)
	w.Start(t)
	var picture bytes.Buffer
	require.NoError(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))))
	service.Data.Put(interpol.SLTD, interpol.Record{
		Candidate: interpol.Candidate{ID: "S1", Owner: "UTO", Subject: alerts.Subject{
			Kind: alerts.DocumentOnly, Documents: []alerts.Document{{Type: "P", Number: "X1", Issuer: "UTO", Status: interpol.Stolen}},
		}},
		Reason: "a reason for few eyes", Contact: "call the bureau", Remarks: []string{"taken <b>by force</b>"}, Pictures: [][]byte{picture.Bytes()},
	})
	second, officer := airport.SignedIn(t, auth.RoleSecondLine, "sam"), airport.Officer(t, auth.RoleOfficer, "1")
	page, err := second.Get(t.Context(), "/interpol/sltd/S1")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, page.Status, page.Body)
	for _, part := range []string{"a reason for few eyes", "call the bureau", "taken &lt;b&gt;by force", `id="simulator"`, `src="data:image/png;base64,`} {
		require.Contains(t, page.Body, part)
	}
	require.Equal(t, 1, airport.Count(t, `SELECT FROM audit WHERE object_kind = 'interpol.sltd' AND object_id = 'sltd/S1' AND decision = 'sent' AND role = 'second_line'`))

	denied, err := officer.Get(t.Context(), "/interpol/sltd/S1")
	require.NoError(t, err)
	require.Equal(t, http.StatusForbidden, denied.Status)
	require.NotContains(t, denied.Body, "few eyes")
	for _, address := range []string{"/interpol/nobody/S1", "/interpol/sltd/a%40b"} {
		none, err := second.Get(t.Context(), address)
		require.NoError(t, err)
		require.Equal(t, http.StatusNotFound, none.Status, address)
	}
	service.All(t, simulator.Knobs{Down: true})
	away, err := second.Get(t.Context(), "/interpol/sltd/S1")
	require.NoError(t, err)
	require.Equal(t, http.StatusServiceUnavailable, away.Status)
	require.Contains(t, away.Body, "The service gives no report now")
}
