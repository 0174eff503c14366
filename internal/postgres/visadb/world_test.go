package visadb_test

import (
	"context"
	"crypto/rand"
	"io"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// desk is a register with a clock of its own.
type desk struct {
	t    require.TestingT
	ctx  context.Context
	db   *postgres.DB
	reg  *visadb.Register
	now  time.Time
	uses used
}

// used is what is known of entries.
type used map[evisa.Number]visadb.Used

func (u used) Uses(context.Context, visadb.Querier, []evisa.Number) (map[evisa.Number]visadb.Used, error) {
	return u, nil
}

func openDesk(t testing.TB, random io.Reader) *desk {
	t.Helper()
	d := &desk{t: t, ctx: t.Context(), db: pgtest.New(t, migrations.Central), now: noon, uses: used{}}
	keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, d.clock)
	require.NoError(t, err)
	d.reg = visadb.New(visadb.Options{
		DB: d.db, Wrapping: keys, Random: random, Now: d.clock, NewID: uuid.New, QueryKey: []byte("01234567890123456789012345678901"),
		Policy: evisa.DefaultPolicy("UTO"), Uses: d.uses,
	})
	return d
}

func (d *desk) clock() time.Time { return d.now }

func date(text string) traveldoc.Date {
	d, err := traveldoc.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func anna() evisa.Application {
	return evisa.Application{
		ID: uuid.New(), Reference: "7KXR4MTQC", Type: "T", Purpose: "tourism", Language: "ar",
		Identity: traveldoc.Identity{Surname: "ERIKSSON", GivenNames: "ANNA MARIA", BirthDate: date("1974-08-12"), Sex: "F", Nationality: "UTO"},
		Document: traveldoc.Document{Code: "P", Number: "L898902C3", IssuingState: "UTO", ExpiryDate: date("2030-04-15"), MRZ: "P<UTO"},
	}
}

func grant(a evisa.Application) evisa.Grant {
	return evisa.Grant{
		Application: a, Type: "T", Kind: evisa.KindVisa, Authority: "Visa Office", Officer: "olga", At: noon,
		Actor: audit.Actor{ID: "u2", Name: "olga", Role: "visa_officer"},
		Terms: evisa.Terms{From: date("2026-12-01"), Until: date("2027-01-31"), Days: 20, Entries: 1, Conditions: []string{"no_work"}},
	}
}

func (d *desk) issue(g evisa.Grant) (v evisa.Visa, err error) {
	err = d.db.InTx(d.ctx, func(tx pgx.Tx) error {
		v, err = d.reg.Issue(d.ctx, tx, g)
		return err
	})
	return v, err
}

func (d *desk) issued(g evisa.Grant) evisa.Visa {
	v, err := d.issue(g)
	require.NoError(d.t, err)
	return v
}

func supervisor() audit.Actor { return audit.Actor{ID: "u1", Name: "sara", Role: "visa_supervisor"} }

func act(reason string, version int) visadb.Act {
	return visadb.Act{Actor: supervisor(), Reason: reason, Words: "because", Version: version}
}

func reading() audit.Entry {
	e := supervisor().Entry(noon, audit.Consultation, "visa", "search")
	e.Purpose = "visa"
	return e
}

func (d *desk) count(sql string, args ...any) (n int) {
	require.NoError(d.t, d.db.Pool.QueryRow(d.ctx, "SELECT count(*) FROM "+sql, args...).Scan(&n))
	return n
}
