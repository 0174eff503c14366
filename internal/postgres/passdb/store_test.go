package passdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/pass"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/passdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

var supervisor = audit.Actor{ID: "0197-sup", Name: "sara", Role: "supervisor", Post: "test-land"}

func entry(verb audit.Verb, id uuid.UUID) audit.Entry {
	e := supervisor.Entry(time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), verb, "border_pass", id.String())
	e.Purpose = border.PurposeOfControl
	return e
}

func TestARegisterOfPasses(t *testing.T) {
	db := pgtest.New(t, migrations.Station)
	woken := 0
	store := passdb.New(passdb.Config{
		DB: db, Post: border.Post{Station: "test-land", Zone: time.UTC}, Status: func() border.Status { return border.Provisional },
		NewID: uuid.New, Nudge: func() { woken++ },
	})
	day := func(text string) traveldoc.Date {
		d, err := traveldoc.ParseDate(text)
		require.NoError(t, err)
		return d
	}
	p := pass.Pass{
		ID: uuid.New(), Number: "BPUTO0123456785", Zone: "River valley", Posts: []string{"test-land"}, Authority: "District office",
		Holder:    traveldoc.Identity{Surname: "OTIENO", GivenNames: "GRACE", Nationality: "UTO", BirthDate: day("2016-05"), Sex: "F"},
		Guardian:  &border.Guardian{Surname: "OTIENO", GivenNames: "JOY", Relation: "mother", Consent: "sole_authority"},
		ValidFrom: day("2026-01-01"), ValidUntil: day("2027-12-31"), IssuedAt: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), IssuedBy: "sara",
	}
	require.NoError(t, store.Issue(t.Context(), supervisor, p, entry(audit.Collection, p.ID)))
	same := p
	same.ID = uuid.New()
	require.True(t, postgres.IsUnique(store.Issue(t.Context(), supervisor, same, entry(audit.Collection, same.ID))), "a number is given once")

	found, err := store.Pass(t.Context(), p.Number)
	require.NoError(t, err)
	found.IssuedAt = found.IssuedAt.UTC()
	require.Equal(t, p, found)
	_, err = store.Pass(t.Context(), "BPUTO0123456793")
	require.ErrorIs(t, err, pass.ErrNone)
	_, err = store.Find(t.Context(), "BPUTO0123456793", entry(audit.Consultation, uuid.Nil))
	require.ErrorIs(t, err, pass.ErrNone)
	for number, name := range map[string]string{p.Number: "", "": "grace OTIENO"} {
		list, err := store.Search(t.Context(), number, name, entry(audit.Consultation, uuid.Nil))
		require.NoError(t, err)
		require.Len(t, list, 1)
	}
	list, err := store.Search(t.Context(), "", "OTIENO JOY", entry(audit.Consultation, uuid.Nil))
	require.NoError(t, err)
	require.Empty(t, list)

	r := pass.Revocation{At: p.IssuedAt.Add(time.Hour), By: "sara", Reason: "lost"}
	require.NoError(t, store.Revoke(t.Context(), supervisor, p.ID, r, entry(audit.Alteration, p.ID)))
	require.ErrorIs(t, store.Revoke(t.Context(), supervisor, p.ID, r, entry(audit.Alteration, p.ID)), pass.ErrRevoked)
	require.ErrorIs(t, store.Revoke(t.Context(), supervisor, uuid.New(), r, entry(audit.Alteration, p.ID)), pass.ErrNone)
	found, err = store.Show(t.Context(), p.ID, entry(audit.Consultation, p.ID))
	require.NoError(t, err)
	require.Equal(t, &r, found.Revoked)

	count := func(query string) (n int) {
		require.NoError(t, db.Pool.QueryRow(t.Context(), query).Scan(&n))
		return n
	}
	require.Equal(t, 2, woken)
	require.Equal(t, 2, count(`SELECT count(*) FROM record WHERE kind = 'pass.event' AND status = 'provisional'`))
	require.Equal(t, 2, count(`SELECT count(*) FROM outbox WHERE kind = 'pass.event'`))
	require.Equal(t, 7, count(`SELECT count(*) FROM audit WHERE object_kind = 'border_pass'`), "every read and every write, and those that found nothing")
	_, err = db.Pool.Exec(t.Context(), `DELETE FROM border_pass`)
	require.True(t, postgres.IsDenied(err))
}
