package station

import (
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// visaStation is a station with a centre that is not within reach, wired as in the program.
func visaStation(t *testing.T, now time.Time) *app {
	t.Helper()
	cfg, err := config.LoadStation(func(name string) string {
		return map[string]string{
			"BMIS_STATION_ID": "airport-1", "BMIS_TRANSPORT": "air", "BMIS_LANES": "1:entry", "BMIS_DATA_DIR": t.TempDir(), "BMIS_STATE": "FRA",
			"BMIS_CENTRAL_URL": "https://central.invalid:8443/", "BMIS_ENROLMENT_TOKEN": "s3cret",
		}[name]
	})
	require.NoError(t, err)
	tools := node.Tools{Now: func() time.Time { return now }, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)}
	a := &app{cfg: cfg, tools: tools, health: node.NewHealth(), metrics: node.Metrics(), hits: newHitWork()}
	a.secrets, err = node.LoadSecrets(cfg.DataDir, cfg.ID, rand.Reader)
	require.NoError(t, err)
	a.db = &postgres.Service{DB: pgtest.New(t, migrations.Station), Place: &postgres.Place{}}
	require.NoError(t, a.assemble(t.Context()))
	return a
}

// taken brings a row of a dataset to the station, as the puller does.
func (a *app) taken(t *testing.T, dataset, key string, row any) {
	t.Helper()
	data, err := json.Marshal(row)
	require.NoError(t, err)
	require.NoError(t, a.db.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO ref_cursor (dataset, version, digest, digest_state, confirmed_at) VALUES ($1, 1, '', '', $2)
			ON CONFLICT (dataset) DO UPDATE SET version = ref_cursor.version + 1`, dataset, a.tools.Now())
		require.NoError(t, err)
		return a.sinks()[dataset].Apply(t.Context(), tx, []replication.Change{{Op: replication.OpPut, Key: key, Data: data}})
	}))
	require.NoError(t, a.visas.rules.Follow(t.Context()))
	a.applied(dataset, 1)
}

// A visa that is revoked while its holder waits lets nobody in who was shown green before.
func TestAVisaThatIsRevokedWhileItsHolderWaits(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	a := visaStation(t, now)
	day := func(text string) traveldoc.Date {
		d, err := traveldoc.ParseDate(text)
		require.NoError(t, err)
		return d
	}
	v := evisa.Row{
		Number: "E7KXR4MTQ", Version: 1, Standing: evisa.InForce, Kind: evisa.KindVisa, Type: "T", Purpose: "tourism",
		Identity: traveldoc.Identity{Surname: "OKORO", GivenNames: "ADA", BirthDate: day("1990-05-12"), Nationality: "NGA", Sex: "F"},
		Document: traveldoc.Document{Code: "P", Number: "A00123456", IssuingState: "NGA", ExpiryDate: day("2031-05-06")},
		Terms:    evisa.Terms{From: day("2026-11-01"), Until: day("2027-01-31"), Days: 30, Entries: 1},
	}
	a.taken(t, evisa.DatasetRules, "book", evisa.RuleBook{Version: "1", Rules: []evisa.EntryRule{
		{ID: "all", Kind: evisa.VisaRequired, Basis: "Act 3", Nationalities: []string{"*"}},
	}})
	a.taken(t, evisa.DatasetVisas, string(v.Number), v)
	text, err := mrz.Encode(mrz.TD3, v.Document, v.Identity, mrz.Extra{})
	require.NoError(t, err)
	i, err := a.desk.Open(t.Context(), audit.Actor{ID: "o1", Name: "otto", Role: "officer", Lane: "1"}, border.ScanInput{MRZ: text, Direction: border.Entry, Mode: border.Air})
	require.NoError(t, err)
	answer := func() border.Outcome {
		<-i.Done()
		for _, f := range i.Findings() {
			if f.Check == evisa.CheckName {
				return f.Outcome
			}
		}
		return border.NotChecked
	}
	require.Equal(t, border.NoHit, answer())
	other := v
	other.Number, other.Document.Number = "E22222222", "B7"
	a.taken(t, evisa.DatasetVisas, string(other.Number), other)
	require.Equal(t, border.NoHit, answer())
	v.Standing, v.Version = evisa.Revoked, 2
	other.Standing = evisa.Revoked
	a.taken(t, evisa.DatasetVisas, string(other.Number), other)
	a.taken(t, evisa.DatasetVisas, string(v.Number), v)
	require.Equal(t, border.Hit, answer())
}
