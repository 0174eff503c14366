package fingerdb_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/synthetic"
	"github.com/openbmis/openbmis/border/fingers"
)

// What docs/biometric-store.md says of the size of four fingers, counted on prints of the size it names.
func TestTheSizeOfFourFingers(t *testing.T) {
	p := newPost(t)
	var prints []fingers.Print
	for _, f := range rightFour() {
		prints = append(prints, sized(t, f, 388, 374))
	}
	p.presents("L898902C3", prints)
	require.Equal(t, []int{1, 4, 8, 8}, []int{
		p.count("biometric.link_key"), p.count("biometric.print"), p.count("biometric.sealed"), p.count("biometric.blob"),
	})
	mean := func(kind string) (n float64) {
		t.Helper()
		require.NoError(t, p.db.Pool.QueryRow(t.Context(), `SELECT avg(length(b.sealed)) FROM biometric.blob b JOIN biometric.sealed s USING (digest)
			WHERE s.kind LIKE $1`, "print."+kind+".%").Scan(&n))
		t.Logf("%s: %.0f bytes sealed", kind, n)
		return n
	}
	require.InDelta(t, 7_000, mean("image"), 1_500, "a made-up print has less in it than a real one")
	require.InDelta(t, 900, mean("template"), 300)
}

// sized is a print of so many pixels with its template.
func sized(t *testing.T, f biometrics.Position, width, height int) fingers.Print {
	t.Helper()
	pose := synthetic.Draw(uint64(f), 0.9)
	pose.Width, pose.Height = width, height
	m := synthetic.NewPerson(1).Finger(f).Impression(pose)
	template, err := fingerprint.Extract(m)
	require.NoError(t, err)
	return fingers.Print{ID: uuid.New(), Position: f, Template: template, Image: &m}
}
