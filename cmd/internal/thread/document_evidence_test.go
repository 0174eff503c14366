package thread_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb/archive"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// kept is the station's store of evidence, opened beside the program as a command line opens it.
func (i *inspection) kept() *evidencedb.Store {
	i.Helper()
	keys, err := vault.OpenFiles(filepath.Join(i.station.Dir, "keys", "evidence"), rand.Reader, i.station.Clock.Now)
	require.NoError(i, err)
	return evidencedb.New(evidencedb.Options{
		DB: i.station.DB, Wrapping: keys, Random: rand.Reader, Now: i.station.Clock.Now, NewID: uuid.New,
	})
}

// archive is the centre's, opened in the same way.
func (i *inspection) archive() *archive.Archive {
	i.Helper()
	keys := filepath.Join(i.Central.Dir, "keys")
	own, err := vault.OpenPrivateKey(filepath.Join(keys, "evidence-centre.key"), rand.Reader)
	require.NoError(i, err)
	wrapping, err := vault.OpenFiles(filepath.Join(keys, "evidence"), rand.Reader, i.Central.Clock.Now)
	require.NoError(i, err)
	return archive.New(archive.Options{DB: i.Central.DB, Own: own, Wrapping: wrapping, Now: i.Central.Clock.Now})
}

// look is the entry of a look at evidence, or of another act on it.
func (i *inspection) look(verb audit.Verb, crossing uuid.UUID) audit.Entry {
	entry := world.Installer("test").Entry(i.Central.Clock.Now(), verb, "exhibit", crossing.String())
	entry.Purpose = "investigation"
	return entry
}

// digests are the exhibits that an end holds in bytes, each name with the SHA-256 of those very bytes as computed here.
func (i *inspection) digests(p *world.Part) map[string]string {
	i.Helper()
	rows, err := p.DB.Pool.Query(i.Context(), `SELECT digest, sealed FROM exhibit_blob WHERE sealed IS NOT NULL`)
	require.NoError(i, err)
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var name, sealed []byte
		require.NoError(i, rows.Scan(&name, &sealed))
		sum := sha256.Sum256(sealed)
		found[hex.EncodeToString(name)] = hex.EncodeToString(sum[:])
	}
	require.NoError(i, rows.Err())
	for name, sum := range found {
		require.Equal(i, name, sum, "bytes under another's name at %s", p.Name)
	}
	return found
}

// sent waits until the centre has all that the station owes it, by the station's page and by the centre's board.
func (i *inspection) sent() {
	i.Helper()
	i.WaitDrained(i, i.station)
	second := i.station.SignedIn(i, auth.RoleSecondLine, "evidence")
	world.Eventually(i, func() bool {
		return strings.HasPrefix(i.progress(second), "0 ")
	}, "evidence still waits at the station")
	require.Zero(i, i.Central.Count(i, `SELECT FROM exhibit_missing`), "named and not here")
	require.Zero(i, i.station.Count(i, `SELECT FROM exhibit_blob WHERE state = 'parked'`))
	world.Eventually(i, func() bool {
		return i.Central.Count(i, `SELECT FROM station_status WHERE station = $1 AND (beat->'blobs'->>'waiting')::int > 0`, i.station.Post.ID) == 0
	}, "the centre's board still shows evidence that waits")
}

// same asks that the reading is what was put on the reader: images, files of the chip and zone, byte for byte.
func same(t *testing.T, put, kept *reader.Reading) {
	t.Helper()
	require.Equal(t, put.MRZ, kept.MRZ)
	require.Equal(t, put.Chip.Files, kept.Chip.Files)
	require.Len(t, kept.Images, len(put.Images))
	for n := range put.Images {
		require.Equal(t, put.Images[n].Light, kept.Images[n].Light)
		require.True(t, bytes.Equal(put.Images[n].Data, kept.Images[n].Data), "image %d", n)
	}
	require.Equal(t, put.Authenticity, kept.Authenticity)
}

// What was read of a passport reaches the centre encrypted, piece by piece after the events; there it opens to the very bytes that lay on
// the reader, and the station verifies the chip again on demand. Once the traveller's key is destroyed nobody reads it at either end.
func TestEvidenceReachesTheCentreAndGoesWithItsKey(t *testing.T) {
	t.Parallel()
	i := newInspection(t)
	i.trusts()
	_, crossing := i.decided("genuine", 0)
	_, other := i.decided("altered_dg", 0)
	i.sent()
	require.Equal(t, i.digests(i.station.Part), i.digests(i.Central.Part))
	e := i.event(crossing)
	names := map[string]border.ExhibitKind{}
	for _, x := range e.Exhibits {
		names[x.Name] = x.Kind
	}
	for name, kind := range map[string]border.ExhibitKind{
		"white/0": border.ExhibitPage, "uv/0": border.ExhibitPage, "ir/0": border.ExhibitPage, "portrait/0": border.ExhibitPortrait,
		"DG1": border.ExhibitChip, "DG2": border.ExhibitChip, "SOD": border.ExhibitChip,
	} {
		require.Equal(t, kind, names[name], "%s in %v", name, names)
	}
	read, err := i.archive().Reading(t.Context(), crossing, i.look(audit.Consultation, crossing))
	require.NoError(t, err)
	same(t, i.put[crossing.String()].Reading, read)

	bmis := program(t)
	verdicts := i.verifies(bmis, crossing)
	require.Equal(t, "pass", verdicts["chain"])
	require.Equal(t, "pass", verdicts["revocation"])
	require.Equal(t, "fail", i.verifies(bmis, other)["hash_dg2"])
	require.Equal(t, 2, i.station.Count(t, `SELECT FROM exhibit_verification`), "beside the verdicts of the day")
	i.destroys(crossing)
	i.unreadable(crossing)
	_, err = i.archive().Reading(t.Context(), other, i.look(audit.Consultation, other))
	require.NoError(t, err, "another's evidence stays")
}

// verifies runs the command line beside the station, and gives the verdict of each step.
func (i *inspection) verifies(bmis string, crossing uuid.UUID) map[string]string {
	i.Helper()
	verify := exec.CommandContext(i.Context(), bmis, "chip", "verify", "--crossing", crossing.String())
	verify.Env = append(os.Environ(), "BMIS_DSN="+pgtest.DSN(i, i.station.DB), "BMIS_DATA_DIR="+i.station.Dir)
	out, err := verify.Output()
	require.NoError(i, err)
	var report struct {
		Steps []struct{ Name, Verdict string } `json:"steps"`
	}
	require.NoError(i, json.Unmarshal(out, &report))
	verdicts := map[string]string{}
	for _, s := range report.Steps {
		verdicts[s.Name] = s.Verdict
	}
	return verdicts
}

// program is the command line, built for this test.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bmis")
	said, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "github.com/openbmis/openbmis/cmd/bmis").CombinedOutput()
	require.NoError(t, err, string(said))
	return path
}

// destroys destroys the keys of the traveller of the crossing at the station.
func (i *inspection) destroys(crossing uuid.UUID) {
	i.Helper()
	file := i.event(crossing).TravellerID
	entry := i.look(audit.Administration, crossing)
	require.NoError(i, i.station.DB.InTx(i.Context(), func(tx pgx.Tx) error {
		n, err := i.kept().Destroy(i.Context(), tx, evidencedb.Whose{File: file}, "retention", entry)
		require.Equal(i, 1, n)
		return err
	}))
}

// unreadable asks that neither end reads anything of the crossing any more, and that neither holds its bytes or its key.
func (i *inspection) unreadable(crossing uuid.UUID) {
	i.Helper()
	_, _, err := i.kept().ReadingOf(i.Context(), crossing, i.look(audit.Consultation, crossing))
	require.ErrorIs(i, err, evidencedb.ErrDestroyed)
	digests := make([][]byte, 0, 16)
	for _, x := range i.event(crossing).Exhibits {
		digests = append(digests, x.Digest)
	}
	require.NotEmpty(i, digests)
	const held = `SELECT FROM exhibit_blob WHERE digest = ANY ($1) AND sealed IS NOT NULL`
	require.Zero(i, i.station.Count(i, held, digests))
	world.Eventually(i, func() bool { return i.Central.Count(i, held, digests) == 0 }, "the centre still holds what the key sealed")
	require.Equal(i, 1, i.Central.Count(i, `SELECT FROM person_key WHERE wrapped IS NULL AND destroyed_at IS NOT NULL`))
	_, err = i.archive().Reading(i.Context(), crossing, i.look(audit.Consultation, crossing))
	require.ErrorIs(i, err, evidencedb.ErrDestroyed)
	second := i.station.SignedIn(i, auth.RoleSecondLine, "after")
	answer, err := second.Get(i.Context(), "/exhibits/"+crossing.String()+"?purpose=border_control")
	require.NoError(i, err)
	require.NoError(i, answer.OK())
	require.NotContains(i, answer.Body, "<img")
}

// Everything at the counter works without the centre; what is kept waits, encrypted, and is sent when the centre is back: each exhibit is
// there once, under the name that is its digest, and opens to what lay on the reader.
func TestDocumentsAreInspectedWhileTheCentreIsAway(t *testing.T) {
	t.Parallel()
	i := newInspection(t)
	i.trusts()
	i.Central.Stop()
	var crossings []uuid.UUID
	for _, c := range []struct{ name, band string }{
		{"genuine", "no-hit"}, {"forged_mrz", "hit"}, {"altered_dg", "hit"}, {"revoked_signer", "hit"}, {"unknown_signer", "not-checked"},
	} {
		band, crossing := i.decided(c.name, 0)
		require.Equal(t, c.band, band, c.name)
		crossings = append(crossings, crossing)
	}
	second := i.station.SignedIn(t, auth.RoleSecondLine, "away")
	answer, err := second.Get(t.Context(), "/exhibits/"+crossings[0].String()+"?purpose=border_control")
	require.NoError(t, err)
	require.NoError(t, answer.OK())
	require.Contains(t, answer.Body, "<img", "the pages can be looked at here")
	waiting := i.station.Count(t, `SELECT FROM exhibit_blob WHERE state = 'waiting'`)
	require.Greater(t, waiting, 5*len(crossings))
	require.Regexp(t, fmt.Sprintf("^%d exhibits", waiting), i.progress(second))

	i.Central.Start()
	i.sent()
	held := i.digests(i.Central.Part)
	require.Len(t, held, waiting)
	require.Equal(t, i.digests(i.station.Part), held)
	for _, crossing := range crossings {
		i.expected(crossing)
		read, err := i.archive().Reading(context.WithoutCancel(t.Context()), crossing, i.look(audit.Consultation, crossing))
		require.NoError(t, err)
		same(t, i.put[crossing.String()].Reading, read)
	}
	require.Equal(t, traveldoc.Fail, steps(i.event(crossings[1]))["viz.document_number"].Verdict)
	require.Zero(t, i.Central.Count(t, `SELECT FROM dead_letter`))
}

// progress is what the station's page says of the evidence that waits.
func (i *inspection) progress(c *world.Client) string {
	i.Helper()
	answer, err := c.Get(i.Context(), "/exhibits/progress")
	require.NoError(i, err)
	return element(i.T, answer.Body, "waiting")
}
