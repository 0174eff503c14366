package relaydb_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/bus/bustest"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
)

// signs is a signer of its own making.
type signs func(message []byte) (ca.Signature, error)

func (s signs) Sign(message []byte) (ca.Signature, error) { return s(message) }

// serve has another centre answer, with one thing about it changed.
func (l *library) serve(t *testing.T, change func(*replication.Parts)) {
	t.Helper()
	l.receiver.Close()
	parts := l.parts(t)
	change(&parts)
	r, err := replication.NewReceiver(l.bus.Centre(t), parts)
	require.NoError(t, err)
	l.receiver = r
	t.Cleanup(r.Close)
}

func honest(*replication.Parts) {}

func TestAVersionThatTheCentreDidNotSignIsRefused(t *testing.T) {
	for name, forge := range map[string]func(l *library, t *testing.T) replication.Signer{
		"no signature": func(*library, *testing.T) replication.Signer { return nil },
		"of another authority": func(_ *library, t *testing.T) replication.Signer {
			signer, err := bustest.Authority(t, time.Now).Signer(replication.SealPurpose)
			require.NoError(t, err)
			return signer
		},
		"of another purpose": func(l *library, t *testing.T) replication.Signer {
			signer, err := l.bus.CA.Signer("something-else")
			require.NoError(t, err)
			return signer
		},
		"of a station": func(l *library, t *testing.T) replication.Signer {
			own := l.bus.Certify(t, "sea")
			return signs(func(message []byte) (ca.Signature, error) {
				key, ok := own.PrivateKey.(*ecdsa.PrivateKey)
				require.True(t, ok)
				sum := sha256.Sum256(message)
				value, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
				return ca.Signature{Value: value, Chain: own.Certificate}, err
			})
		},
		"of other bytes": func(l *library, t *testing.T) replication.Signer {
			signer, _ := l.bus.Seals(t)
			return signs(func(message []byte) (ca.Signature, error) { return signer.Sign(append(message, 0)) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLibrary(t)
			l.publish(t, 3)
			require.NoError(t, l.puller.PullAll(t.Context()))
			before, held := l.status(t), content(t, l.post.db, `SELECT key, data FROM sink_row`)
			l.publish(t, 1)
			signer := forge(l, t)
			l.serve(t, func(p *replication.Parts) { p.Signer = signer })
			require.ErrorIs(t, l.puller.PullAll(t.Context()), replication.ErrSeal)
			require.Equal(t, []replication.AlertCode{replication.AlertSeal}, l.told.codes(), "an operator is told")
			require.Equal(t, before, l.status(t), "neither the version nor its age has moved: the list grows old in sight of everybody")
			require.Equal(t, held, content(t, l.post.db, `SELECT key, data FROM sink_row`), "the station goes on with what it had")

			l.serve(t, honest)
			require.NoError(t, l.puller.PullAll(t.Context()))
			l.same(t)
			require.True(t, l.status(t).ConfirmedAt.After(before.ConfirmedAt))
		})
	}
}

func TestASignatureStandsForItsVersionAndContentAlone(t *testing.T) {
	l := newLibrary(t)
	signer, trust := l.bus.Seals(t)
	v := replication.DatasetVersion{Version: 7, Digest: make([]byte, 32)}
	sealed, err := v.Sealed(alerts.ListsDataset, time.Now(), signer)
	require.NoError(t, err)
	require.NoError(t, sealed.CheckSeal(alerts.ListsDataset, trust, time.Now()))
	for name, alter := range map[string]func(*replication.DatasetVersion){
		"version": func(v *replication.DatasetVersion) { v.Version++ },
		"digest":  func(v *replication.DatasetVersion) { v.Digest = append([]byte{1}, v.Digest[1:]...) },
		"time":    func(v *replication.DatasetVersion) { v.Seal.At = v.Seal.At.Add(time.Second) },
		"removed": func(v *replication.DatasetVersion) { v.Seal = replication.Seal{} },
	} {
		other := sealed
		alter(&other)
		require.ErrorIs(t, other.CheckSeal(alerts.ListsDataset, trust, time.Now()), replication.ErrSeal, name)
	}
	require.ErrorIs(t, sealed.CheckSeal("files", trust, time.Now()), replication.ErrSeal, "of another dataset")
	require.ErrorIs(t, sealed.CheckSeal(alerts.ListsDataset, nil, time.Now()), replication.ErrSeal, "who trusts nobody takes nothing")
}

// Somebody between station and centre gives an old answer again, signature and all: nothing grows younger by it, and nothing goes back.
func TestAnOldAnswerShownAgainMakesNothingYounger(t *testing.T) {
	l := newLibrary(t)
	l.publish(t, 2)
	old := l.central
	require.NoError(t, l.puller.PullAll(t.Context()))
	first := l.status(t)

	past := first.ConfirmedAt.Add(-time.Minute)
	l.serve(t, func(p *replication.Parts) { p.Now = func() time.Time { return past } })
	require.NoError(t, l.puller.PullAll(t.Context()))
	require.Equal(t, first.ConfirmedAt, l.status(t).ConfirmedAt)
	require.Empty(t, l.told.codes())

	l.openCentral(t, pgtest.New(t, migrations.Central)) // the true centre, which has gone on
	l.serve(t, honest)
	l.list = &writer{db: l.central}
	l.publish(t, 1)
	l.publish(t, 1)
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.same(t)
	now := l.status(t)
	require.Equal(t, int64(2), now.Version)

	l.openCentral(t, old)
	l.serve(t, func(p *replication.Parts) { p.Now = func() time.Time { return past } })
	require.ErrorIs(t, l.puller.PullAll(t.Context()), replication.ErrSeal)
	require.Equal(t, now, l.status(t), "what was true once does not come back")
	require.Contains(t, l.told.codes(), replication.AlertSeal)
}

// Somebody with the station's database in his hands changes a row and everything that is counted from it; the signature he cannot make.
func TestRowsAlteredTogetherWithTheirDigestAreFound(t *testing.T) {
	l := newLibrary(t)
	l.publish(t, 3)
	require.NoError(t, l.puller.PullAll(t.Context()))
	held, err := l.store.Held(t.Context(), alerts.ListsDataset)
	require.NoError(t, err)
	require.NoError(t, held.CheckSeal(alerts.ListsDataset, l.trust, held.Seal.At), "the seal is kept with the version")

	_, err = l.post.db.Pool.Exec(t.Context(), `UPDATE ref_row SET data = '{"surname":"SOMEBODY"}' WHERE key = (SELECT min(key) FROM ref_row)`)
	require.NoError(t, err)
	counted := new(replication.ContentDigest)
	for key, data := range content(t, l.post.db, `SELECT key, data::text FROM ref_row`) {
		counted.Add(key, json.RawMessage(data))
	}
	_, err = l.post.db.Pool.Exec(t.Context(), `UPDATE ref_cursor SET digest = $1, digest_state = $2`, counted.Sum(), counted.Bytes())
	require.NoError(t, err)
	require.NoError(t, l.store.Verify(t.Context(), alerts.ListsDataset), "the rows are what they are said to be")

	l.puller.Verify(t.Context())
	require.Equal(t, []replication.AlertCode{replication.AlertSeal}, l.told.codes())
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.same(t)
}

// A station that never heard from the centre must not think that it knows that there is nothing.
func TestLookingAtADatasetDoesNotMakeItBe(t *testing.T) {
	l := newLibrary(t)
	l.puller.Verify(t.Context())
	require.True(t, l.status(t).ConfirmedAt.IsZero())
	held, err := l.store.Held(t.Context(), alerts.ListsDataset)
	require.NoError(t, err)
	require.Zero(t, held.Version)
	require.Empty(t, l.told.codes())
}

// A centre that was restored from a backup may give a number that it gave before to other content.
func TestOtherContentUnderTheSameNumberIsTaken(t *testing.T) {
	l := newLibrary(t)
	l.publish(t, 2)
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.receiver.Close()
	l.openCentral(t, pgtest.New(t, migrations.Central))
	l.receive(t)
	l.list = &writer{db: l.central}
	l.publish(t, 3)
	require.ErrorIs(t, l.puller.PullAll(t.Context()), replication.ErrDigest)
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.same(t)
}
