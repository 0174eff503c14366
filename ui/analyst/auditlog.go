package analyst

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/analystview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *console) audit(c *web.Context) error {
	before, err := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	if c.QueryParam("before") != "" && (err != nil || before < 1) {
		return problem.New(problem.Invalid, "cursor_invalid").At("before")
	}
	e := entry(c, audit.Consultation, "audit", "log")
	e.Purpose = "audit"
	page, err := x.Reader.AuditEntries(c.Ctx(), c.User().Agency, before, 50, e)
	if err != nil {
		return err
	}
	logs, err := x.witnessed(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, analystview.AuditPage(analystview.AuditLog{Page: page, Verification: x.verification.show(c), Logs: logs}))
}

// witnessed are the stations' audit logs with their open alerts.
func (x *console) witnessed(c *web.Context) ([]analystview.WitnessedLog, error) {
	origins, err := x.Witness.Origins(c.Ctx())
	if err != nil {
		return nil, err
	}
	open, err := x.Witness.Alerts(c.Ctx())
	if err != nil {
		return nil, err
	}
	logs := make([]analystview.WitnessedLog, len(origins))
	for i, o := range origins {
		logs[i] = analystview.WitnessedLog{Origin: o.Name, Leaves: o.Size, AcceptedAt: o.AcceptedAt, SeenAt: o.LastSeenAt}
		for _, a := range open {
			if a.Origin == o.Name {
				logs[i].Alerts = append(logs[i].Alerts, string(a.Kind)+": "+a.Detail)
			}
		}
	}
	return logs, nil
}

func (x *console) showVerification(c *web.Context) error {
	return c.Render(http.StatusOK, analystview.VerificationBox(x.verification.show(c)))
}

// startVerification verifies the log in the background; the page looks how far it is. One at a time is enough for everybody.
func (x *console) startVerification(c *web.Context) error {
	e := entry(c, audit.Administration, "audit", "verification")
	e.Purpose = "audit"
	if err := x.Reader.Record(c.Ctx(), e); err != nil {
		return err
	}
	x.verification.start(x.Verify, x.Now)
	if !c.IsHTMX() {
		return c.SeeOther("/audit")
	}
	return x.showVerification(c)
}

// verification is the last verification, running or done.
type verification struct {
	mu          sync.Mutex
	running     bool
	done, total int64
	finished    bool
	report      auditlog.Report
	err         error
	at          time.Time
}

// start begins one unless one runs.
func (v *verification) start(work func(progress func(done, total int64)) (auditlog.Report, error), now func() time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.running {
		return
	}
	v.running, v.finished, v.done, v.total = true, false, 0, 0
	go func() {
		report, err := work(v.progress)
		v.mu.Lock()
		defer v.mu.Unlock()
		v.running, v.finished, v.report, v.err, v.at = false, true, report, err, now()
	}()
}

func (v *verification) progress(done, total int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.done, v.total = done, total
}

func (v *verification) show(c *web.Context) analystview.Verification {
	v.mu.Lock()
	defer v.mu.Unlock()
	shown := analystview.Verification{
		Running: v.running, Done: v.done, Total: v.total, Finished: v.finished,
		Entries: v.report.Entries, Signed: v.report.Signed, Warnings: v.report.Warnings, At: v.at,
	}
	if v.err != nil {
		shown.Failed = c.Text().T(text.AnalystVerifyFailed)
	}
	if v.report.Problem != nil {
		shown.Problem = v.report.Problem.String()
	}
	return shown
}
