package fingerdb_test

import (
	"crypto/rand"
	"crypto/sha256"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// taken is what a centre takes of one blob: it opens the envelope with its own key, and the bytes with the person's.
func taken(t *testing.T, own *vault.PrivateKey, box replication.BlobOutbox, b *replication.Blob) []byte {
	t.Helper()
	require.NoError(t, b.Check())
	var whole []byte
	for int64(len(whole)) < b.Size {
		piece, err := box.Read(t.Context(), b.Digest, int64(len(whole)), 100)
		require.NoError(t, err)
		require.NotEmpty(t, piece)
		whole = append(whole, piece...)
	}
	sum := sha256.Sum256(whole)
	require.Equal(t, b.Digest, sum[:])
	key, err := own.Open(b.Key, b.Envelope)
	require.NoError(t, err)
	plain, err := key.Open(vault.Place{Kind: b.Kind, Exhibit: b.Exhibit, Version: b.Version}, whole)
	require.NoError(t, err)
	return plain
}

// What a decision names, and nothing else, goes to the centre: prints before evidence, templates before images, and opens there.
func TestTheCentreOpensWhatADecisionNames(t *testing.T) {
	p := newPost(t)
	evidence := evidencedb.New(evidencedb.Options{DB: p.db, Wrapping: p.keys, Random: rand.Reader, Now: p.clock.now, NewID: uuid.New})
	p.store = p.store.Keeping(evidence)
	box := replication.Outboxes(p.prints, evidence)
	own, err := vault.OpenPrivateKey(filepath.Join(t.TempDir(), "centre.key"), rand.Reader)
	require.NoError(t, err)

	apart := p.open("X00000000")
	p.take(apart, 60)
	scan := p.open("L898902C3")
	scan.Reading = &reader.Reading{At: scan.At, Images: []reader.Image{{Light: reader.White, MediaType: "image/png", Data: []byte("a page")}}}
	require.NoError(t, p.store.Attach(t.Context(), scan, entry("inspection", scan.ID)))
	_, prints := p.take(scan, 60)
	p.decide(scan)
	none, err := box.Next(t.Context())
	require.NoError(t, err)
	require.Nil(t, none, "the centre's key is not known")
	progress, err := box.Progress(t.Context())
	require.NoError(t, err)
	require.Equal(t, "no_key", progress.Held)
	require.Equal(t, int64(10), progress.Waiting, "eight of prints, a page and a reading")
	p.learn(own.Public())

	named := map[string]fingers.Named{}
	for _, n := range p.events()[0].Enrolment.Prints {
		named[string(n.Digest)] = n
	}
	var kinds []string
	for {
		b, err := box.Next(t.Context())
		require.NoError(t, err)
		if b == nil {
			break
		}
		plain := taken(t, own, box, b)
		if replication.IsPrint(b.Kind) {
			n := named[string(b.Digest)]
			require.Equal(t, n.ID, b.Exhibit)
			require.Equal(t, n.Link, b.Key)
			require.Equal(t, n.Version, b.Version)
			require.Len(t, plain, n.Size)
			require.Equal(t, fingerdb.BlobKind(n.Kind, n.Position), b.Kind)
			kinds = append(kinds, n.Kind)
		} else {
			kinds = append(kinds, "evidence")
		}
		if b.Exhibit == prints[0].ID && b.Kind == fingerdb.BlobKind(fingerdb.Template, prints[0].Position) {
			back, err := fingerdb.DecodeTemplate(plain)
			require.NoError(t, err)
			require.Equal(t, prints[0].Template, back)
		}
		require.NoError(t, box.Confirm(t.Context(), b.Digest))
	}
	require.Equal(t, []string{"template", "template", "template", "template", "image", "image", "image", "image", "evidence", "evidence"}, kinds)
	require.Equal(t, 8, p.count(`biometric.blob WHERE state = 'apart'`), "what nobody decided stays")
	require.Equal(t, 8, p.count(`biometric.blob WHERE state = 'sent'`))
}

// What the centre has is dropped here after its time, but for what travellers are compared with and what somebody has to look at.
func TestBytesThatTheCentreHasAreDroppedButReferencesStay(t *testing.T) {
	p := newPost(t)
	p.enrol("L898902C3", 60)
	for range 3 {
		p.clock.move(time.Minute)
		p.enrol("L898902C3", 70, finding(fingers.CodeMatch, 80))
	}
	p.enrol("L898902C3", 70, finding(fingers.CodeMismatch, 2))
	p.exec(`UPDATE biometric.blob SET state = 'sent', sent_at = $1`, p.clock.now())
	keep := keepAll()
	keep.Sent = time.Hour
	require.NoError(t, p.prints.Maintain(t.Context(), keep))
	require.Zero(t, p.count(`biometric.blob WHERE sealed IS NULL`), "it is not time")
	p.clock.move(2 * time.Hour)
	require.NoError(t, p.prints.Maintain(t.Context(), keep))
	require.Equal(t, 8, p.count(`biometric.blob WHERE sealed IS NULL`), "those of the first taking, which better ones replaced")
	require.Len(t, p.known(p.open("L898902C3")).References, 12)
	var gone [][]byte
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), `SELECT array_agg(digest) FROM biometric.blob`).Scan(&gone))
	require.NoError(t, p.prints.Missing(t.Context(), gone))
	require.Equal(t, 32, p.count(`biometric.blob WHERE state = 'waiting'`), "a centre that lost them gets what is here")
}

func TestAPrintThatTheCentreRefusesIsOfferedAgain(t *testing.T) {
	p := newPost(t)
	own, err := vault.OpenPrivateKey(filepath.Join(t.TempDir(), "centre.key"), rand.Reader)
	require.NoError(t, err)
	p.learn(own.Public())
	p.enrol("L898902C3", 60)
	first, err := p.prints.Next(t.Context())
	require.NoError(t, err)
	require.NoError(t, p.prints.Park(t.Context(), first.Digest, "envelope"))
	second, err := p.prints.Next(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, first.Digest, second.Digest, "it holds nobody up")
	progress, err := p.prints.Progress(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(1), progress.Parked)
	_, err = p.prints.Read(t.Context(), make([]byte, 32), 0, 10)
	require.ErrorIs(t, err, replication.ErrNoBlob)
}
