package central_test

import (
	"crypto/rand"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/intake/client"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres/carrierdb"
)

// What could not be used is told to the carrier of itself, on its own stream, by the running centre.
func TestACarrierIsToldOfWhatCouldNotBeUsed(t *testing.T) {
	r := run(t)
	office := r.office(t)
	require.NoError(t, office.Add(t.Context(), clerk, carrierdb.Carrier{Code: "XA", Name: "Almara Air"}))
	authority, err := ca.OpenOrCreate(filepath.Join(r.dir, "ca"), rand.Reader, time.Now)
	require.NoError(t, err)
	sender := r.overHTTPS(t, office, authority)
	nowhere := someList[:strings.Index(someList, "TDT+")] + someList[strings.Index(someList, "NAD+FL"):] // it names no flight
	var id string
	require.Eventually(t, func() bool { // the running centre hears of the carrier
		receipt, err := sender.Send(t.Context(), client.PAXLST, "k1", []byte(nowhere))
		id = receipt.ID.String()
		return err == nil
	}, time.Minute, 20*time.Millisecond)
	require.Eventually(t, func() bool {
		var n int
		err := r.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM score_notice WHERE id = $1 AND carrier = 'XA' AND sent_at IS NOT NULL`, "quarantine/"+id).Scan(&n)
		return err == nil && n == 1
	}, 90*time.Second, 50*time.Millisecond, "laid on the carrier's stream")
}
