package portaldb_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/portaldb/portaldbtest"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/migrations"
)

// killer ends the database's process of a connection right before the n-th statement that is sent to it.
type killer struct {
	mu    sync.Mutex
	admin *postgres.DB
	left  int // statements until it strikes; 0: it does not
	fault error
}

func (k *killer) TraceQueryStart(ctx context.Context, conn *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.left == 0 {
		return ctx
	}
	if k.left--; k.left == 0 {
		k.fault = errors.Join(k.fault, k.strike(conn.PgConn().PID()))
	}
	return ctx
}

func (*killer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// strike ends the process and waits until it is gone, so that the statement cannot win.
func (k *killer) strike(pid uint32) error {
	ctx := context.Background()
	if _, err := k.admin.Pool.Exec(ctx, `SELECT pg_terminate_backend($1, 10000)`, pid); err != nil {
		return err
	}
	return nil
}

func (k *killer) arm(n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.left = n
}

// struck reports whether it struck, and disarms it.
func (k *killer) struck(t testing.TB) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	require.NoError(t, k.fault)
	struck := k.left == 0
	k.left = 0
	return struck
}

type dying struct {
	*portaldbtest.World
	portal, centre *killer
	admin          *postgres.DB
}

func newDying(t *testing.T) dying {
	t.Helper()
	first := pgtest.New(t, migrations.Central)
	admin := pgtest.Admin(t, first)
	open := func(dsn string) (*postgres.DB, *killer) {
		k := &killer{admin: admin}
		db, err := postgres.Open(t.Context(), dsn, postgres.WithMaxConns(4), func(c *pgxpool.Config) { c.ConnConfig.Tracer = k })
		require.NoError(t, err)
		t.Cleanup(db.Close)
		return db, k
	}
	portal, one := open(pgtest.PortalDSN(t, first))
	centre, two := open(pgtest.DSN(t, first))
	return dying{World: portaldbtest.On(t, centre, portal), portal: one, centre: two, admin: admin}
}

// restart is what a program that was killed and started again knows: its keys, and what the database kept.
func (d *dying) restart(t testing.TB) {
	t.Helper()
	var err error
	d.Service, err = apply.New(d.Options)
	require.NoError(t, err)
	require.NoError(t, d.Service.Prepare(t.Context()))
}

// until does an act again and again, killed at its first statement, its second, its third ..., until it gets through. after is called after
// every death.
func (d *dying) until(t *testing.T, k *killer, act func() error, after func()) (deaths int) {
	t.Helper()
	for n := 1; ; n++ {
		require.Less(t, n, 400)
		k.arm(n)
		err := act()
		if !k.struck(t) {
			require.NoError(t, err)
			return n - 1
		}
		if err == nil {
			return n // the act had been kept already, and what came after it is of no matter
		}
		require.Equal(t, problem.Unavailable, problem.KindOf(err), "the person is told to try again: %v", err)
		d.restart(t)
		if after != nil {
			after()
		}
	}
}

func (d *dying) count(t testing.TB, sql string) (n int) {
	t.Helper()
	require.NoError(t, d.admin.Pool.QueryRow(t.Context(), sql).Scan(&n))
	return n
}

// An application, killed at every statement of every step, loses nothing that was acknowledged and is sent, paid and taken once.
func TestKilledAtEveryStatement(t *testing.T) {
	d := newDying(t)
	ctx := t.Context()
	var token string
	deaths := d.until(t, d.portal, func() (err error) {
		token, _, err = d.Service.Begin(ctx, portaldbtest.Source, "en")
		return err
	}, nil)
	require.Equal(t, 1, d.count(t, `SELECT count(*) FROM portal.draft`))

	portrait := portaldbtest.Portrait(t)
	answers := portaldbtest.Answers("B")
	answers[apply.PageHost] = apply.Form{"has_host": {"yes"}, "host_kind": {"company"}, "host_name": {"Acme"}, "host_address": {"Street 1"}, "host_pays": {"no"}}
	draft, err := d.Service.Open(ctx, token)
	require.NoError(t, err)
	acknowledged := 0
	for _, task := range d.Service.Tasks(draft) {
		at := apply.Where{Page: task.Page, Member: task.Member}
		act := func() error {
			saved, err := d.Service.Save(ctx, token, at, answers[task.Page])
			require.Empty(t, saved.Problems)
			return err
		}
		if kinds := map[apply.Page]string{apply.PagePortrait: evisa.FilePortrait, apply.PagePapers: "invitation", apply.PagePassport: "means"}; kinds[task.Page] != "" {
			act = func() error {
				_, err := d.Service.AddFile(ctx, token, task.Member, kinds[task.Page], portrait)
				return err
			}
		}
		deaths += d.until(t, d.portal, act, func() {
			now, err := d.Service.Open(ctx, token)
			require.NoError(t, err)
			require.GreaterOrEqual(t, now.Version, 1+acknowledged, "what was acknowledged is there")
		})
		acknowledged++
	}
	_, err = d.Portal.Pool.Exec(ctx, `DELETE FROM portal.mail`)
	require.NoError(t, err)
	draft, err = d.Service.Open(ctx, token)
	require.NoError(t, err)
	for _, m := range d.Service.Missing(draft) { // the data page, which this test has no picture of
		require.Equal(t, apply.PagePassport, m.Page)
		_, err := d.Service.AddFile(ctx, token, m.Member, evisa.FilePassport, portaldbtest.DataPage(t))
		require.NoError(t, err)
	}
	draft, err = d.Service.Open(ctx, token)
	require.NoError(t, err)
	require.Empty(t, d.Service.Missing(draft))

	var sent apply.Sent
	deaths += d.until(t, d.portal, func() (err error) {
		var problems apply.Problems
		sent, problems, err = d.Service.Send(ctx, token, d.Agreed())
		require.Empty(t, problems)
		return err
	}, func() {
		now, err := d.Service.Open(ctx, token)
		require.NoError(t, err)
		if now.Sent == nil {
			require.Zero(t, d.count(t, `SELECT count(*) FROM portal.parcel`), "all of it is kept, or nothing")
			require.Empty(t, d.Service.Missing(now))
		}
	})
	for what, n := range map[string]int{"parcel": 1, "standing": 1, "payment_order": 1, "mail": 1, "file": 0} {
		require.Equal(t, n, d.count(t, `SELECT count(*) FROM portal.`+what), what)
	}
	d.pay(t, sent)
	deaths += d.takeKilled(t)
	require.Greater(t, deaths, 100, "it died often")
}

// pay pays, with the portal killed at every statement of the call-back.
func (d *dying) pay(t *testing.T, sent apply.Sent) {
	order, err := d.Payment.Open(t.Context(), sent.Group)
	require.NoError(t, err)
	_, err = d.Payment.Begun(t.Context(), order.ID, "test", pay.Page{Ref: "o1", URL: "https://pay.test/o1", Until: d.Clock.Now().Add(time.Hour)})
	require.NoError(t, err)
	standing := pay.Standing{Ref: "o1", Key: order.ID, State: pay.AtPaid, Payments: []pay.Payment{{Ref: "p1", Amount: sent.Fee, At: d.Clock.Now()}}}
	d.until(t, d.portal, func() error {
		_, err := d.Payment.Apply(t.Context(), "test", standing)
		return err
	}, func() {
		paid, held := d.count(t, `SELECT count(*) FROM portal.payment`), d.count(t, `SELECT count(*) FROM portal.parcel WHERE held`)
		require.Equal(t, 1, paid+held, "paid and let go, or neither")
	})
	require.Equal(t, 1, d.count(t, `SELECT count(*) FROM portal.payment`))
	require.Equal(t, 1, d.count(t, `SELECT count(*) FROM portal.parcel WHERE kind = 'paid'`))
}

// takeKilled takes what waits, with the centre killed at every statement.
func (d *dying) takeKilled(t *testing.T) (deaths int) {
	_, err := d.admin.Pool.Exec(t.Context(), `CREATE TABLE kept (id uuid)`)
	require.NoError(t, err)
	for n := 1; ; n++ {
		d.centre.arm(n)
		_, err := d.Centre.Take(t.Context(), func(ctx context.Context, tx pgx.Tx, p evisa.Parcel) error {
			_, err := tx.Exec(ctx, `INSERT INTO kept VALUES ($1)`, p.ID)
			return err
		})
		struck := d.centre.struck(t)
		waiting, kept := d.count(t, `SELECT count(*) FROM portal.parcel WHERE taken_at IS NULL`), d.count(t, `SELECT count(*) FROM kept`)
		require.Equal(t, 2, waiting+kept, "each is kept once, or waits")
		if !struck {
			require.NoError(t, err)
			require.Zero(t, waiting)
			return n - 1
		}
	}
}

// A commit whose answer is lost looks like a failure: doing it again does it no second time.
func TestAnAnswerThatIsLost(t *testing.T) {
	w := portaldbtest.New(t)
	token := w.Begin(t)
	w.Fill(t, token, "H", nil)
	options := w.Options
	options.Store = forgetful{w.Store}
	deaf, err := apply.New(options)
	require.NoError(t, err)
	_, _, err = deaf.Send(t.Context(), token, w.Agreed())
	require.ErrorIs(t, err, errLost)
	sent, problems, err := w.Service.Send(t.Context(), token, w.Agreed())
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Len(t, w.Take(t), 1)

	status := w.Find(t, sent.Applications[0].Reference)
	_, err = deaf.Withdraw(t.Context(), status, apply.Form{"sure": {"yes"}})
	require.ErrorIs(t, err, errLost)
	_, err = w.Service.Withdraw(t.Context(), status, apply.Form{"sure": {"yes"}})
	require.ErrorIs(t, err, apply.ErrNotNow)
	require.Len(t, w.Take(t), 1)
	standing, err := w.Service.Standing(t.Context(), status)
	require.NoError(t, err)
	require.True(t, standing.Withdrawing)
}

var errLost = errors.New("the answer is lost")

// forgetful commits and says that it failed.
type forgetful struct{ apply.Store }

func (f forgetful) InTx(ctx context.Context, fn func(apply.Tx) error) error {
	if err := f.Store.InTx(ctx, fn); err != nil {
		return err
	}
	return errLost
}

// Two programs of the centre that take at once take each parcel once, and the parcels of one application in their order.
func TestTwoTakeAtOnce(t *testing.T) {
	w := portaldbtest.New(t)
	for range 3 {
		w.Sent(t, "H")
	}
	var mu sync.Mutex
	seen := map[string]int{}
	keep := func(_ context.Context, _ pgx.Tx, p evisa.Parcel) error {
		mu.Lock()
		defer mu.Unlock()
		seen[p.ID.String()]++
		return nil
	}
	var both sync.WaitGroup
	faults := make([]error, 2)
	for i := range faults {
		both.Go(func() { _, faults[i] = w.Centre.Take(t.Context(), keep) })
	}
	both.Wait()
	require.NoError(t, errors.Join(faults...))
	_, err := w.Centre.Take(t.Context(), keep)
	require.NoError(t, err)
	require.Len(t, seen, 3)
	for id, n := range seen {
		require.Equal(t, 1, n, id)
	}
}

// A parcel that the desk cannot keep waits, with those of the same application behind it; others go on.
func TestAParcelThatCannotBeKeptHoldsUpItsOwnApplicationAlone(t *testing.T) {
	w := portaldbtest.New(t)
	_, bad := w.Sent(t, "H")
	_, good := w.Sent(t, "H")
	status := w.Find(t, bad.Applications[0].Reference)
	_, err := w.Service.Withdraw(t.Context(), status, apply.Form{"sure": {"yes"}})
	require.NoError(t, err)
	broken := true
	var taken []evisa.Parcel
	keep := func(_ context.Context, _ pgx.Tx, p evisa.Parcel) error {
		if broken && p.Application == bad.Applications[0].ID {
			return errors.New("cannot be kept")
		}
		taken = append(taken, p)
		return nil
	}
	_, err = w.Centre.Take(t.Context(), keep)
	require.ErrorContains(t, err, "cannot be kept")
	require.Len(t, taken, 1)
	require.Equal(t, good.Applications[0].ID, taken[0].Application)
	broken = false
	_, err = w.Centre.Take(t.Context(), keep)
	require.NoError(t, err)
	require.Len(t, taken, 1, "its time has not come")
	w.Clock.Add(time.Minute)
	_, err = w.Centre.Take(t.Context(), keep)
	require.NoError(t, err)
	require.Len(t, taken, 3)
	require.Equal(t, evisa.ParcelApplication, taken[1].Kind)
	require.Equal(t, evisa.ParcelWithdrawal, taken[2].Kind)
}
