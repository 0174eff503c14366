package thread_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

// utopian is a post of the country that does not exist, with readers that read chips at its lanes.
func utopian() world.Post {
	return world.Post{ID: "airport-1", Zone: "UTC", Settings: map[string]string{"BMIS_STATE": specimen.State, "BMIS_DOCUMENT_READER": "chip"}}
}

// inspection is a post where documents of Utopia are put on a reader, one after the other.
type inspection struct {
	*testing.T
	*world.World
	country *specimen.Country
	station *world.Station
	officer *world.Officer
	reader  world.Reader
	put     map[string]specimen.Specimen // by the crossing that came of it
}

// newStationOfUtopia is such a post without an officer.
func newStationOfUtopia(t *testing.T) *inspection {
	t.Helper()
	i := &inspection{T: t, World: world.New(t, utopian()), put: map[string]specimen.Specimen{}}
	i.country, i.station = i.Utopia(t), i.Station(0)
	i.reader = i.station.Reader(t, i.World, "1")
	return i
}

func newInspection(t *testing.T) *inspection {
	t.Helper()
	i := newStationOfUtopia(t)
	i.officer = i.station.Officer(t, auth.RoleOfficer, "1")
	return i
}

// trusts lets two administrators import what the country is judged by, and waits until the station judges by it.
func (i *inspection) trusts() {
	i.Helper()
	files := i.country.Anchors()
	require.NoError(i, i.Central.Administrators(i).Publish(i.Context(), files))
	var version int64
	require.NoError(i, i.Central.DB.Pool.QueryRow(i.Context(), `SELECT version FROM ref_dataset WHERE dataset = 'trust'`).Scan(&version))
	i.WaitTrusted(i, i.station, version)
}

// scanned puts a case on the reader and gives the desk when every check has answered.
func (i *inspection) scanned(name string, person int) (world.Desk, specimen.Specimen) {
	i.Helper()
	s := i.Specimen(i, i.country, name, person)
	i.reader.Put(i, s.Reading)
	desk, err := i.officer.Look(i.Context())
	require.NoError(i, err)
	desk, err = i.officer.Checked(i.Context(), desk)
	require.NoError(i, err)
	require.Contains(i, desk.Traveller, s.Document.Bearer.Surname)
	return desk, s
}

// decided is what became of the document of a case: its band, and the crossing after the officer did what the band asks of him.
func (i *inspection) decided(name string, person int) (band string, crossing uuid.UUID) {
	i.Helper()
	desk, s := i.scanned(name, person)
	verdict, reason := border.Admit, ""
	if desk.Band != "no-hit" {
		verdict, reason = border.Refer, "document_doubt"
	}
	decide(i.T, i.officer, desk, verdict, reason)
	crossing = i.lastDecision(i.T)
	i.put[crossing.String()] = s
	return desk.Band, crossing
}

// lastDecision is the newest crossing of the station.
func (i *inspection) lastDecision(t *testing.T) (crossing uuid.UUID) {
	t.Helper()
	require.NoError(t, i.station.DB.Pool.QueryRow(t.Context(), `SELECT crossing_id FROM decision ORDER BY decided_at DESC LIMIT 1`).Scan(&crossing))
	return crossing
}

// event is what the centre knows of a crossing.
func (i *inspection) event(crossing uuid.UUID) (e border.CrossingEvent) {
	i.Helper()
	var payload []byte
	world.Eventually(i, func() bool {
		return i.Central.DB.Pool.QueryRow(i.Context(), `SELECT payload FROM crossing WHERE crossing_id = $1`, crossing).Scan(&payload) == nil
	}, "crossing %s at the centre", crossing)
	require.NoError(i, json.Unmarshal(payload, &e))
	return e
}

// steps are the steps of an event by id.
func steps(e border.CrossingEvent) map[string]border.Step {
	found := map[string]border.Step{}
	for _, f := range e.Findings {
		for _, s := range f.Steps {
			found[s.ID] = s
		}
	}
	return found
}

// expected holds the steps of a case to what a correct inspection finds of it.
func (i *inspection) expected(crossing uuid.UUID) map[string]border.Step {
	i.Helper()
	found := steps(i.event(crossing))
	for id, verdict := range i.put[crossing.String()].Expected.Steps {
		require.Equal(i, verdict, found[id].Verdict, "%s: %s", id, found[id].Reason)
	}
	return found
}

// A genuine passport is amber as long as there is nothing to judge its chip by, and green with one key once two administrators have
// imported it; what only an authority can tell - a foreign signer, another portrait, a stolen key - is told at the counter.
func TestPassportsAreJudgedByWhatTwoAdministratorsImported(t *testing.T) {
	t.Parallel()
	i := newInspection(t)
	band, crossing := i.decided("genuine", 0)
	require.Equal(t, "not-checked", band, "nothing to judge by is amber, neither green nor red")
	before := steps(i.event(crossing))
	require.Equal(t, traveldoc.Inconclusive, before["chip.chain"].Verdict)
	require.Equal(t, "no_csca", before["chip.chain"].Reason)
	require.Equal(t, traveldoc.Pass, before["chip.sod_signature"].Verdict)

	i.trusts()
	for n, c := range []struct{ name, band, step, reason string }{
		{"genuine", "no-hit", "chip.chain", ""},
		{"unknown_signer", "not-checked", "chip.chain", "no_csca"},
		{"altered_dg", "hit", "chip.hash_dg2", "hash_mismatch"},
		{"revoked_signer", "hit", "chip.revocation", "revoked"},
	} {
		band, crossing := i.decided(c.name, 20+n)
		require.Equal(t, c.band, band, c.name)
		found := i.expected(crossing)
		require.Equal(t, c.reason, found[c.step].Reason, c.name)
	}
}
