package registry_test

import (
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/receiptdb/registry"
	"github.com/openbmis/openbmis/migrations"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

type centre struct {
	*testing.T
	db        *postgres.DB
	registry  *registry.Registry
	published int
	seq       int
}

func newCentre(t *testing.T) *centre {
	t.Helper()
	c := &centre{T: t, db: pgtest.New(t, migrations.Central)}
	c.registry = registry.New(c.db, func(string) { c.published++ }, func() time.Time { return noon })
	return c
}

func key(t *testing.T, station string) receipt.PublicKey {
	t.Helper()
	s, err := receipt.NewSigner(rand.Reader, station, noon)
	require.NoError(t, err)
	return s.PublicKey
}

// hear stores a receipt record as the applier does, sent by a station.
func (c *centre) hear(station string, body any) {
	c.Helper()
	c.seq++
	_, err := c.db.Pool.Exec(c.Context(), `insert into replication_cursor (station, epoch) values ($1, '00000000-0000-0000-0000-000000000001') on conflict do nothing`, station)
	require.NoError(c, err)
	text, err := json.Marshal(map[string]any{"body": body})
	require.NoError(c, err)
	_, err = c.db.Pool.Exec(c.Context(), `insert into record (id, origin, origin_seq, kind, station, lane, officer, zone, event_time, recorded_at,
		received_at, provenance, status, payload)
		select $1, origin, $3, $4, station, '1', 'o', 'UTC', $5, $5, $5, 'live', 'confirmed', $6 from replication_cursor where station = $2`,
		uuid.New(), station, c.seq, border.ReceiptIssued, noon, string(text))
	require.NoError(c, err)
}

func (c *centre) keys() []receipt.PublicKey {
	c.Helper()
	for {
		n, err := c.registry.Look(c.Context())
		require.NoError(c, err)
		if n == 0 {
			break
		}
	}
	keys, err := c.registry.Keys(c.Context())
	require.NoError(c, err)
	return keys
}

func TestAKeyThatAReceiptTellsOfIsPublishedOnce(t *testing.T) {
	c := newCentre(t)
	require.Empty(t, c.keys())
	a, b := key(t, "almara-air"), key(t, "ponte-land")
	for range 3 {
		c.hear("almara-air", receipt.Issued{Crossing: uuid.New(), Key: a})
	}
	c.hear("ponte-land", receipt.Issued{Crossing: uuid.New(), Key: b})
	require.ElementsMatch(t, []receipt.PublicKey{a, b}, c.keys())
	require.Equal(t, 1, c.published)
	c.hear("almara-air", receipt.Issued{Crossing: uuid.New(), Key: a})
	require.Len(t, c.keys(), 2)
	require.Equal(t, 1, c.published, "nothing new")
	rows, now, err := centraldb.NewReference(c.db).Rows(t.Context(), receipt.Dataset, "", 10)
	require.NoError(t, err)
	require.Equal(t, int64(1), now.Version)
	require.Len(t, rows, 2)
	read, err := receipt.ParseKey(rows[0].Data)
	require.NoError(t, err)
	require.Contains(t, []receipt.PublicKey{a, b}, read)
	var audited int
	require.NoError(t, c.db.Pool.QueryRow(t.Context(), `select count(*) from audit where object_kind = 'receipt_key' and decision = 'publish'`).Scan(&audited))
	require.Equal(t, 2, audited)
}

// What a station might say that is not its own key, and records that tell of none.
func TestNoStationSpeaksForAnother(t *testing.T) {
	c := newCentre(t)
	a := key(t, "almara-air")
	c.hear("almara-air", receipt.Issued{Key: a})
	require.Len(t, c.keys(), 1)
	stolen := a
	stolen.Station = "ponte-land"
	c.hear("ponte-land", receipt.Issued{Key: stolen})               // another's key under its own name
	c.hear("ponte-land", receipt.Issued{Key: key(t, "almara-air")}) // its own key under another's name
	wrong := key(t, "ponte-land")
	wrong.ID = "AAAAAAAAAAAAAAAA"
	c.hear("ponte-land", receipt.Issued{Key: wrong})
	for _, odd := range []any{nil, "text", map[string]any{"key": 7}, map[string]any{"key": map[string]any{"id": ""}}, map[string]any{"key": map[string]any{"id": 7}}} {
		c.hear("ponte-land", odd)
	}
	require.Equal(t, []receipt.PublicKey{a}, c.keys())
	rows, err := c.db.Pool.Query(t.Context(), `select fault from receipt_key where fault <> '' order by fault`)
	require.NoError(t, err)
	defer rows.Close()
	var faults []string
	for rows.Next() {
		var fault string
		require.NoError(t, rows.Scan(&fault))
		faults = append(faults, fault)
	}
	require.Len(t, faults, 4)
}
