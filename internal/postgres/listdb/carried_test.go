package listdb_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/migrations"
)

// upgrade takes the database back before migration 00502, fills the old table, and applies the migration.
func (w *world) upgrade(fill func(exec func(sql string, args ...any))) {
	w.Helper()
	all, err := migrations.FS(migrations.Central)
	require.NoError(w, err)
	text, err := fs.ReadFile(all, "00502_national_alert.sql")
	require.NoError(w, err)
	up, down, found := strings.Cut(string(text), "-- +goose Down")
	require.True(w, found)
	admin := pgtest.Admin(w, w.db)
	exec := func(sql string, args ...any) {
		w.Helper()
		_, err := admin.Pool.Exec(w.Context(), sql, args...)
		require.NoError(w, err)
	}
	exec(down)
	fill(exec)
	exec("begin;" + up + ";commit")
}

// A centre that kept the old national list has all of it after the upgrade: who made an alert, who withdrew it and why, and, once it has
// started, stations have what is in force.
func TestTheOldNationalListIsCarriedOver(t *testing.T) {
	w := newWorld(t)
	flats := map[string]alerts.Flat{}
	add := func(f alerts.Flat) string {
		f.ID, f.ValidFrom = uuid.NewString(), day("2026-01-01")
		flats[f.ID] = f
		return f.ID
	}
	person := add(alerts.Flat{
		Surname: "O'NEIL <\"&>", GivenNames: "ÅSA\nBRÍD", BirthDate: day("1965"), Sex: "F", Nationality: "UTO", DocumentNumber: "P1", IssuingState: "UTO",
		Plate: "AB 12", PlateCountry: "UTO", Reason: "wanted \\ by <court>", Action: "detain", ValidUntil: day("2030-12-31"),
	})
	one := add(alerts.Flat{Surname: "MUSTER", BirthDate: day("1979-03-14"), Reason: "x", Action: "refer"})
	document := add(alerts.Flat{DocumentNumber: "L898902C3", IssuingState: "UTO", Reason: "stolen", Action: "seize_document"})
	vehicle := add(alerts.Flat{Plate: "ZZ 1", Reason: "sought", Action: "inform"})
	gone := add(alerts.Flat{Surname: "GONE", GivenNames: "GUS", DocumentNumber: "G1", Reason: "settled since", Action: "observe"})
	w.upgrade(func(exec func(string, ...any)) {
		for _, id := range []string{person, one, document, vehicle, gone} {
			f := flats[id]
			var until *string
			if s := f.ValidUntil.String(); s != "" {
				until = &s
			}
			exec(`insert into national_alert (id, surname, given_names, birth_date, nationality, sex, document_number, issuing_state, reason, action,
				valid_from, valid_until, created_by, created_at, created_version, plate, plate_country)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::date, $12::text::date, 'sam', $13, 1, $14, $15)`, id, f.Surname, f.GivenNames,
				f.BirthDate.String(), f.Nationality, f.Sex, f.DocumentNumber, f.IssuingState, f.Reason, f.Action, f.ValidFrom.String(), until, noon, f.Plate, f.PlateCountry)
		}
		exec(`update national_alert set withdrawn_by = 'sue', withdrawn_at = $2, withdrawn_version = 2, withdrawn_why = 'mistaken' where id = $1`,
			gone, noon.AddDate(0, 1, 0))
	})
	require.Zero(t, count(w, `select count(*) from pg_class where relname = 'national_alert'`))
	require.NoError(t, w.lists.Work(t.Context()))

	rows := w.rows()
	for id, f := range flats {
		want := f.Alert("national")
		e, err := w.lists.Entry(t.Context(), ana, "national", id, "test")
		require.NoError(t, err)
		first := e.Versions[len(e.Versions)-1]
		require.Equal(t, want, first.Alert)
		require.Equal(t, "sam", first.Proposed.Login)
		require.Equal(t, noon, first.At)
		body, there := rows["a:national/"+id]
		require.Equal(t, id != gone, there)
		if there {
			want.Version = 2
			raw, err := json.Marshal(want)
			require.NoError(t, err)
			require.Equal(t, string(raw), string(body), "as the writer of lists writes it")
		}
	}
	require.Equal(t, 4, w.info("national").Entries)
	e, err := w.lists.Entry(t.Context(), ana, "national", gone, "test")
	require.NoError(t, err)
	require.Equal(t, alerts.Withdrawn, e.Alert.Status)
	require.Equal(t, "sue", e.Versions[1].Proposed.Login)
	require.Equal(t, "mistaken", e.Versions[1].Why)
	require.Equal(t, noon.AddDate(0, 1, 0), e.Versions[1].At)
	page, err := w.lists.Find(t.Context(), ana, listdb.Query{Words: "gone", Gone: true}, "test")
	require.NoError(t, err)
	require.Equal(t, 1, page.Total)
	require.Equal(t, 1, count(w, `select count(*) from audit where verb = 'alteration' and decision = 'approve_import' and result_count = 5`))
}

// An upgrade meets lists that are in use already, and a centre that never had the old one.
func TestCarryingOverLeavesWhatThereIs(t *testing.T) {
	w := newWorld(t)
	w.upgrade(func(func(string, ...any)) {})
	require.Zero(t, count(w, `select count(*) from list_proposal`))
	require.Zero(t, count(w, `select count(*) from alert_list`))

	id := uuid.NewString()
	w.add(wanted(id, "Anna", "Muster"))
	w.upgrade(func(exec func(string, ...any)) {
		exec(`insert into national_alert (id, surname, given_names, birth_date, nationality, sex, document_number, issuing_state, reason, action,
			valid_from, created_by, created_at, created_version) values ($1, 'OLD', 'OTTO', '', '', '', 'O1', '', 'r', 'refer', '2026-01-01', 'sam', now(), 1)`, id)
	})
	require.NoError(t, w.lists.Work(t.Context()))
	info := w.info("national")
	require.Equal(t, 2, info.Entries)
	require.Equal(t, "UTO-POLICE", info.Owner)
	require.EqualValues(t, 2, info.Version)
	require.Contains(t, string(w.rows()["a:national/"+id]), "Muster")
	require.Contains(t, string(w.rows()["a:national/"+id+"-old"]), "OLD")
}
