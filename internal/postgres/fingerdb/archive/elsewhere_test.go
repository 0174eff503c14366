package archive_test

import (
	"crypto/rand"
	"log/slog"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
	"github.com/openbmis/openbmis/replication"
)

// learnFiles takes the centre's files as the puller does, and gives their rows.
func (p *post) learnFiles() (rows []string) {
	p.Helper()
	require.NoError(p, p.centre.persons.Drain(p.Context()))
	list, _, err := centraldb.NewReference(p.centre.db).Rows(p.Context(), file.Dataset, "", 100)
	require.NoError(p, err)
	require.NoError(p, p.db.InTx(p.Context(), func(tx pgx.Tx) error {
		var changes []replication.Change
		for _, r := range list {
			rows = append(rows, string(r.Data))
			changes = append(changes, replication.Change{Op: replication.OpPut, Key: r.Key, Data: r.Data})
			if _, err := tx.Exec(p.Context(), `INSERT INTO ref_row (dataset, key, data) VALUES ($1, $2, $3)
				ON CONFLICT (dataset, key) DO UPDATE SET data = excluded.data`, file.Dataset, r.Key, string(r.Data)); err != nil {
				return err
			}
		}
		return filedb.Sink{Random: rand.Reader, Now: p.centre.clock.now, Log: slog.New(slog.DiscardHandler)}.Apply(p.Context(), tx, changes)
	}))
	return rows
}

func (p *post) elsewhere(number string) bool {
	p.Helper()
	scan := p.open(number)
	known, err := p.prints.Known(p.Context(), border.Subject{Identity: scan.Identity, Document: scan.Document, Scan: scan.ID, Lane: scan.Lane})
	require.NoError(p, err)
	return known.Elsewhere
}

// A post that has no prints of a person knows that another has, as long as it has them, and learns nothing more of them.
func TestAPostKnowsThatPrintsAreAtAnother(t *testing.T) {
	for name, gone := range map[string]func(*post, enrolled){
		"the prints were erased": func(a *post, e enrolled) {
			var ids []uuid.UUID
			for _, s := range e.taking.Slots {
				ids = append(ids, s.Print)
			}
			a.erased(e, ids)
		},
		"the key was destroyed": func(a *post, e enrolled) {
			require.NoError(a, a.db.InTx(a.Context(), func(tx pgx.Tx) error {
				_, err := a.prints.Destroy(a.Context(), tx, e.event.TravellerID, "retention", bordertest.Entry(audit.Erasure, "biometric_key", e.event.TravellerID))
				return err
			}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCentre(t)
			a, b := newPost(c, "test-air"), newPost(c, "test-sea")
			e := a.enrol("L898902C3", 1)
			a.decide(a.open("X11111111"))
			a.sent()
			require.False(t, b.elsewhere("L898902C3"), "nothing was told yet")
			rows := b.learnFiles()
			require.True(t, b.elsewhere("L898902C3"))
			require.False(t, b.elsewhere("X11111111"), "of whom there are none")
			for _, row := range rows {
				require.NotContains(t, row, e.link.String())
				require.NotContains(t, row, e.taking.ID.String())
			}
			b.decide(b.open("L898902C3")) // another file of the same person
			b.sent()
			b.learnFiles()
			require.True(t, b.elsewhere("L898902C3"), "also when he is known here")
			a.learnFiles()
			require.False(t, a.elsewhere("L898902C3"), "where they are it is not elsewhere")
			gone(a, e)
			a.sent()
			b.learnFiles()
			require.False(t, b.elsewhere("L898902C3"))
		})
	}
}
