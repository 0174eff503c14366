package trust_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc/trust"
	"github.com/openbmis/openbmis/ui/counter"
	ui "github.com/openbmis/openbmis/ui/trust"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// line and list are a station's in good order.
type line struct{}

func (line) Online() bool                           { return true }
func (line) Backlog(context.Context) (int64, error) { return 0, nil }

func lists(t *testing.T, at time.Time) *listcheck.Memory {
	t.Helper()
	held, err := listcheck.InMemory(4, at, []alerts.ListInfo{{ID: "national", Version: 4}})
	require.NoError(t, err)
	return held
}

// openStation is a station of a State that holds what the centre published, last confirmed at an instant.
func openStation(t *testing.T, state string, confirmed time.Time, ders ...[]byte) *webtest.Site {
	t.Helper()
	var held trustdb.Held
	bar := &counter.StatusBar{Link: line{}, Amber: 15 * time.Minute, Red: time.Hour, Trust: func() (int64, time.Time) {
		if len(ders) == 0 {
			return 0, time.Time{}
		}
		return 12, confirmed
	}}
	return webtest.New(t, migrations.Station, func(w *webtest.Site) {
		bar.Lists = lists(t, w.Clock.Now())
		held = trustdb.NewHeld(w.DB)
		fill(t, w, confirmed, ders)
		ui.RegisterStation(w.Server, func(ctx context.Context) (*trustdb.Shelf, error) { return held.Shelf(ctx, state) })
		w.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/trust") })
		w.Handle(http.MethodGet, "/status", auth.SessionOwn, func(c *web.Context) error { return bar.Show(c) }, web.Background())
	}, func(o *web.Options) {
		o.Nav = []view.NavItem{ui.Nav()}
		o.Status = func(c *web.Context) (templ.Component, error) { return bar.Badge(c) }
	})
}

func fill(t *testing.T, w *webtest.Site, confirmed time.Time, ders [][]byte) {
	t.Helper()
	var items []trust.Item
	for _, der := range ders {
		items = append(items, trust.Import("file", der, trust.Options{Now: w.Clock.Now(), Origin: trust.Bilateral}).Items...)
	}
	if len(items) == 0 {
		return
	}
	rows, err := trust.Rows(items)
	require.NoError(t, err)
	for _, r := range rows {
		_, err := w.DB.Pool.Exec(t.Context(), `insert into ref_row (dataset, key, data) values ('trust', $1, $2)`, r.Key, []byte(r.Data))
		require.NoError(t, err)
	}
	_, err = w.DB.Pool.Exec(t.Context(), `insert into ref_cursor (dataset, version, digest, digest_state, applied_at, confirmed_at)
		values ('trust', 12, '', '', $1, $1)`, confirmed)
	require.NoError(t, err)
}

// A supervisor reads at the station what it judges by, and sees in every page's header how old that is.
func TestStation(t *testing.T) {
	at := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	state, made := csca("AA", 1), csca("UT", 5)
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := openStation(t, "PRT", at.Add(-20*time.Minute), state.DER, made.DER, crl(state, at.AddDate(0, -2, 0), at.AddDate(0, 1, 0)))
			p := browsertest.Open(t, language)
			s.SignIn(p, s.Person(t, auth.RoleSupervisor, "sam", language))
			p.WaitFor("#version")
			p.WaitFor("#trust-status.not-checked") // older than amber
			require.Contains(t, p.Text("#trust-status"), "12")
			p.WaitFor(".message.warning") // nothing of the training country is used
			require.NotContains(t, p.Text("main table"), "UT")
			require.False(t, browsertest.Eval[bool](p, "!!document.querySelector('#propose')"), "a station reads only")
			p.Screenshot("trust-station-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
		})
	}
}

func TestStationWithoutMaterial(t *testing.T) {
	s := openStation(t, "UTO", time.Time{})
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sam"))
	page := s.Get(t, client, "/trust")
	require.Contains(t, page.Body, "This post holds no trust material yet")
	require.Contains(t, s.Get(t, client, "/status").Body, "No trust material")
	officer := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olu"))
	require.Equal(t, http.StatusForbidden, s.Get(t, officer, "/trust").Status)
}
