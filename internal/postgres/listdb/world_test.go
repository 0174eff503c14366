package listdb_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func person(n byte, name, role, agency string) listdb.Person {
	return listdb.Person{Actor: audit.Actor{ID: uuid.UUID{n}.String(), Name: name, Role: role, Post: "central"}, Agency: agency}
}

var (
	ana   = person(1, "ana", "supervisor", "")
	ben   = person(2, "ben", "supervisor", "")
	cleo  = person(3, "cleo", "list_owner", "UTO-INTEL")
	dan   = person(4, "dan", "list_owner", "UTO-INTEL")
	eve   = person(5, "eve", "list_owner", "UTO-POLICE")
	frank = person(6, "frank", "analyst", "")
)

// world is a centre with lists.
type world struct {
	testing.TB
	db    *postgres.DB
	lists *listdb.Lists
	now   time.Time
	told  []string
	news  int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, db: pgtest.New(t, migrations.Central), now: noon}
	w.lists = listdb.New(listdb.Config{
		DB: w.db, Now: func() time.Time { return w.now }, NewID: uuid.New,
		Published: func(dataset string) { w.told = append(w.told, dataset) }, Changed: func() { w.news++ },
	})
	return w
}

func national() listdb.List {
	return listdb.List{ID: listdb.National, Title: "National", Owner: "UTO-POLICE", Policy: alerts.DefaultPolicy()}
}

func wanted(id, given, family string) alerts.Alert {
	a := alerts.Flat{
		ID: id, Surname: family, GivenNames: given, BirthDate: day("1979-03-14"), Nationality: "UTO", DocumentNumber: "P" + id, IssuingState: "UTO",
		Reason: "wanted", Action: "refer",
	}
	made := a.Alert(listdb.National)
	made.Version = 0 // the centre counts it
	return made
}

func day(s string) traveldoc.Date {
	d, err := traveldoc.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// add puts alerts on the national list at once.
func (w *world) add(list ...alerts.Alert) int64 {
	w.Helper()
	version, err := w.lists.Add(w.Context(), ana, ben, national(), list...)
	require.NoError(w, err)
	return version
}

// rows are what stations have of the dataset, by key.
func (w *world) rows() map[string]json.RawMessage {
	w.Helper()
	rows, _, err := centraldb.NewReference(w.db).Rows(w.Context(), alerts.ListsDataset, "", 100_000)
	require.NoError(w, err)
	out := map[string]json.RawMessage{}
	for _, r := range rows {
		out[r.Key] = r.Data
	}
	return out
}

// info is the list's row.
func (w *world) info(list string) (info alerts.ListInfo) {
	w.Helper()
	row := w.rows()[alerts.ListKey(list)]
	require.NotNil(w, row, "no row of the list")
	require.NoError(w, json.Unmarshal(row, &info))
	return info
}

// audited are the entries of the audit log about a kind of object.
func (w *world) audited(kind string) (n int) {
	w.Helper()
	require.NoError(w, w.db.Pool.QueryRow(w.Context(), `select count(*) from audit where object_kind = $1`, kind).Scan(&n))
	return n
}

// stopwatch gives the seconds since it was started.
func stopwatch() func() float64 {
	start := time.Now()
	return func() float64 { return time.Since(start).Seconds() }
}
