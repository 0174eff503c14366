package risk_test

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/internal/postgres/riskdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	ui "github.com/openbmis/openbmis/ui/risk"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// site is a centre's site with two analysts, rules, and flights past and to come.
type site struct {
	*webtest.Site
	t          testing.TB
	passengers *passengerdb.Store
	store      *riskdb.Store
	worker     *risk.Worker
	language   *risk.Language
	mia, bo    webtest.Person
	seq        int
}

func open(t testing.TB, language ...string) *site {
	t.Helper()
	s := &site{t: t}
	s.Site = webtest.New(t, migrations.Central, func(w *webtest.Site) {
		var err error
		s.language, err = risk.NewLanguage()
		require.NoError(t, err)
		s.passengers = passengerdbtest.Store(t, w.DB, w.Clock.Now)
		s.store = riskdb.New(riskdb.Options{DB: w.DB, Keys: s.passengers, Manifests: s.passengers, Language: s.language, Now: w.Clock.Now, NewID: uuid.New})
		s.worker = risk.NewWorker(s.store, s.passengers, s.language, w.Clock.Now, slog.New(slog.DiscardHandler))
		ui.Register(w.Server, s.store, s.passengers, s.language)
		w.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/risk") })
	}, func(o *web.Options) { o.Nav = ui.Nav() })
	s.mia, s.bo = s.Person(t, auth.RoleAnalyst, "mia", language...), s.Person(t, auth.RoleAnalyst, "bo", language...)
	return s
}

// work runs the worker until the test ends, as the centre does.
func (s *site) work() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.worker.Run(ctx) }()
	s.t.Cleanup(func() { stop(); require.NoError(s.t, <-done) })
}

func (s *site) once() { require.NoError(s.t, s.worker.Once(s.t.Context())) }

func date(s string) traveldoc.Date {
	d, err := traveldoc.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// person is somebody who does not exist.
func person(surname, nationality, document string) apipnr.Traveller {
	return apipnr.Traveller{
		Surname: surname, GivenNames: "ANNA", Sex: "F", BirthDate: date("1990-05-01"), Nationality: nationality, Kind: apipnr.Passenger, Ref: surname + document,
		Documents: []apipnr.Document{{Type: "P", Number: document, Issuer: nationality, Expiry: date("2030-01-01")}},
		Origins:   []apipnr.Origin{{Field: apipnr.FieldNationality, Segment: 9, Offset: 321}},
	}
}

// list puts travellers on a flight that departs in so many days.
func (s *site) list(number string, in int, travellers ...apipnr.Traveller) {
	s.seq++
	now := s.Clock.Now()
	passengerdbtest.List(s.t, s.passengers, passengerdbtest.Flight(number, now.AddDate(0, 0, in)), now.Add(time.Duration(s.seq)*time.Second), travellers...)
	s.passengers.Nudge()
}

func (s *site) day(in int) string { return s.Clock.Now().UTC().AddDate(0, 0, in).Format(time.DateOnly) }

// rule is one that mia wrote.
func (s *site) rule(cel string) risk.Version {
	p, err := s.language.Read(cel, nil)
	require.NoError(s.t, err)
	v, err := s.store.Write(s.t.Context(), auth.Session{User: s.mia.User}.Actor("central"), uuid.Nil, 0, risk.Settings{
		Name: "Utopian documents", Purpose: "serious_crime", Basis: "Act 1, section 2", Category: "documents", Severity: "high",
		From: date(s.day(-1)), Until: date(s.day(100)), Expected: 3,
	}, p, nil)
	require.NoError(s.t, err)
	return v
}

// tried is a rule's dry run, done.
func (s *site) tried(v risk.Version) risk.DryRun {
	d, err := s.store.Try(s.t.Context(), auth.Session{User: s.mia.User}.Actor("central"), v.Rule, v.Number, date(s.day(-20)), date(s.day(-1)))
	require.NoError(s.t, err)
	s.once()
	return d
}

// active brings a rule into force, by two.
func (s *site) active(v risk.Version) {
	d := s.tried(v)
	require.NoError(s.t, s.store.Propose(s.t.Context(), auth.Session{User: s.mia.User}.Actor("central"), v.Rule, v.Number, "see the dry run"))
	require.NoError(s.t, s.store.Activate(s.t.Context(), auth.Session{User: s.bo.User}.Actor("central"), v.Rule, v.Number, d.ID))
	s.once()
}
