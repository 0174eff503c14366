package analyst

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/enrolment"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// Reader answers questions; centraldb.Reader is one.
type Reader interface {
	Latest(ctx context.Context, limit int, purpose string, entry audit.Entry) ([]central.Crossing, error)
	Search(ctx context.Context, s central.Search, after central.Cursor, limit int, entry audit.Entry) (central.Page, error)
	Export(ctx context.Context, s central.Search, entry audit.Entry, begin func(count int) error, each func(central.Crossing) error) error
	History(ctx context.Context, traveller uuid.UUID, purpose string, entry audit.Entry) (central.History, error)
	Flows(ctx context.Context, q central.FlowQuery) ([]central.Flow, error)
	Overstayers(ctx context.Context, q central.OverstayQuery, now time.Time, after central.Cursor, limit int, entry audit.Entry) (central.OverstayPage, error)
	OverstayDays(ctx context.Context, limit int) ([]central.OverstayDay, error)
	OverstayEnds(ctx context.Context, purpose string, before int64, limit int, entry audit.Entry) (central.OverstayEndPage, error)
	ExportOverstayers(ctx context.Context, q central.OverstayQuery, now time.Time, entry audit.Entry, begin func(count int) error,
		each func(central.Overstayer) error) error
	Conflicts(ctx context.Context, purpose string, limit int, entry audit.Entry) ([]central.LinkConflict, int, error)
	Stations(ctx context.Context) ([]central.Station, error)
	StationNames(ctx context.Context) ([]string, error)
	DeadLetters(ctx context.Context, after central.DeadLetterID, limit int) (central.DeadLetterPage, error)
	AuditEntries(ctx context.Context, agency string, before int64, limit int, entry audit.Entry) (central.AuditPage, error)
	Record(ctx context.Context, entry audit.Entry) error
}

// Retrier applies a parked event again; centraldb.Applier is one.
type Retrier interface {
	Retry(ctx context.Context, id central.DeadLetterID, entry audit.Entry) (applied bool, err error)
}

// Checker compares a station's claims with what is here; centraldb.Completeness is one.
type Checker interface {
	Check(ctx context.Context, station string) (replication.Comparison, error)
}

// StationAlerts are what operators must see of stations; centraldb.Alerts keeps them.
type StationAlerts interface {
	Close(ctx context.Context, station string, code replication.AlertCode, by string, entry audit.Entry) error
}

// Witnessed are the audit logs that the centre witnesses; auditlog.WitnessStore keeps them.
type Witnessed interface {
	Origins(ctx context.Context) ([]auditlog.Origin, error)
	Alerts(ctx context.Context) ([]auditlog.Alert, error)
}

// Enrolment keeps the stations that may report; enrolment.Store is one.
type Enrolment interface {
	Stations(ctx context.Context) ([]enrolment.Station, error)
	AddStation(ctx context.Context, by audit.Actor, st enrolment.Station) error
	CreateToken(ctx context.Context, by audit.Actor, station string, life time.Duration) (ca.Token, error)
	Deny(ctx context.Context, by audit.Actor, station, reason string) error
}

// Accounts keeps the people who may sign in; auth.Service is one.
type Accounts interface {
	Users(ctx context.Context) ([]auth.User, error)
	CreateUser(ctx context.Context, by audit.Actor, n auth.NewUser) (auth.User, string, error)
	SetAgency(ctx context.Context, by audit.Actor, user uuid.UUID, agency string) error
	Disable(ctx context.Context, by audit.Actor, user uuid.UUID) error
	Enable(ctx context.Context, by audit.Actor, user uuid.UUID) error
	ResetPassword(ctx context.Context, by audit.Actor, user uuid.UUID, given string) (string, error)
}

// Options are what the console is made of; all are needed.
type Options struct {
	Reader    Reader
	Parked    Retrier
	Checker   Checker
	Attention StationAlerts
	Witness   Witnessed
	Enrolment Enrolment
	Accounts  Accounts
	Hub       *central.Hub
	// Verify verifies the audit log and tells how far it is. It outlives the request that begins it and ends with the program.
	Verify func(progress func(done, total int64)) (auditlog.Report, error)
	NewID  func() uuid.UUID
	Now    func() time.Time
}

type console struct {
	Options
	verification *verification
}

// Register adds the console's routes to the server.
func Register(s *web.Server, o Options) {
	x := &console{Options: o, verification: &verification{}}
	s.Handle(http.MethodGet, "/", auth.SessionOwn, home(s))
	s.Handle(http.MethodGet, "/live", auth.CrossingLive, x.live)
	s.Handle(http.MethodGet, "/live/rows", auth.CrossingLive, x.liveRows, web.Background())
	s.Handle(http.MethodGet, "/live/stream", auth.CrossingLive, x.liveStream, web.Background())
	s.Handle(http.MethodGet, "/search", auth.CrossingSearch, x.searchForm)
	s.Handle(http.MethodPost, "/search", auth.CrossingSearch, x.search)
	s.Handle(http.MethodPost, "/search/export", auth.ExportCreate, x.exportSearch)
	s.Handle(http.MethodGet, "/travellers/:id", auth.HistoryView, x.history)
	s.Handle(http.MethodPost, "/travellers/:id/export", auth.ExportCreate, x.exportHistory)
	s.Handle(http.MethodGet, "/flows", auth.FlowsView, x.flows)
	s.Handle(http.MethodPost, "/flows/export", auth.ExportCreate, x.exportFlows)
	s.Handle(http.MethodGet, "/overstayers", auth.OverstayView, x.overstayers)
	s.Handle(http.MethodGet, "/overstayers/left", auth.OverstayView, x.overstayEnds)
	s.Handle(http.MethodPost, "/overstayers/export", auth.ExportCreate, x.exportOverstayers)
	s.Handle(http.MethodGet, "/conflicts", auth.DuplicateDecide, x.conflicts)
	s.Handle(http.MethodGet, "/stations", auth.StationsView, x.stations)
	s.Handle(http.MethodGet, "/stations/board", auth.StationsView, x.board, web.Background())
	s.Handle(http.MethodPost, "/stations/:station/check", auth.StationsView, x.check)
	s.Handle(http.MethodPost, "/stations/:station/alerts/:code/close", auth.DeadLetterManage, x.closeAlert)
	s.Handle(http.MethodGet, "/dead-letters", auth.DeadLetterManage, x.parked)
	s.Handle(http.MethodPost, "/dead-letters/:id/retry", auth.DeadLetterManage, x.retry)
	s.Handle(http.MethodGet, "/enrolment", auth.StationsEnrol, x.enrolment)
	s.Handle(http.MethodPost, "/enrolment/stations", auth.StationsEnrol, x.addStation)
	s.Handle(http.MethodPost, "/enrolment/stations/:station/token", auth.StationsEnrol, x.makeToken)
	s.Handle(http.MethodPost, "/enrolment/stations/:station/deny", auth.StationsEnrol, x.denyStation)
	s.Handle(http.MethodGet, "/users", auth.UserManage, x.users)
	s.Handle(http.MethodPost, "/users", auth.UserManage, x.addUser)
	s.Handle(http.MethodPost, "/users/:id/:act", auth.UserManage, x.changeUser)
	s.Handle(http.MethodGet, "/audit", auth.AuditView, x.audit)
	s.Handle(http.MethodGet, "/audit/verification", auth.AuditView, x.showVerification, web.Background())
	s.Handle(http.MethodPost, "/audit/verification", auth.AuditView, x.startVerification)
}

// Nav are the console's pages, in the order of the header.
func Nav() []view.NavItem {
	return []view.NavItem{
		{Href: "/live", Label: text.AnalystLive, Need: auth.CrossingLive},
		{Href: "/search", Label: text.AnalystSearch, Need: auth.CrossingSearch},
		{Href: "/flows", Label: text.AnalystFlows, Need: auth.FlowsView},
		{Href: "/overstayers", Label: text.OverstayTitle, Need: auth.OverstayView},
		{Href: "/conflicts", Label: text.OverstayConflicts, Need: auth.DuplicateDecide},
		{Href: "/stations", Label: text.AnalystStations, Need: auth.StationsView},
		{Href: "/alerts", Label: text.ListsTitle, Need: auth.AlertView}, // ui/lists
		{Href: "/dead-letters", Label: text.AnalystParked, Need: auth.DeadLetterManage},
		{Href: "/enrolment", Label: text.AnalystEnrolment, Need: auth.StationsEnrol},
		{Href: "/users", Label: text.AnalystUsers, Need: auth.UserManage},
		{Href: "/audit", Label: text.AnalystAudit, Need: auth.AuditView},
	}
}

// home sends everybody to the first page of the program's navigation that their role may open, seldom ones last.
func home(s *web.Server) web.Handler {
	return func(c *web.Context) error {
		for _, seldom := range []bool{false, true} {
			for _, item := range s.Nav {
				if item.Seldom == seldom && c.May(item.Need) {
					return c.SeeOther(item.Href)
				}
			}
		}
		return c.SeeOther("/account")
	}
}

// entry starts an audit entry of the session's person.
func entry(c *web.Context, verb audit.Verb, kind, id string) audit.Entry {
	return c.Actor().Entry(c.Now(), verb, kind, id)
}

// idOf reads a random id from the address; anything else is not found.
func idOf(c *web.Context, unknown error) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, unknown
	}
	return id, nil
}
