package analystview

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Post is a border crossing point as the centre knows it.
type Post struct {
	ID, Name, Zone string
	Transport      border.Mode
	CreatedAt      time.Time
}

// Enrolment is the page of the stations that may report, and of the tokens that let them in.
type Enrolment struct {
	Posts  []Post
	Form   Form
	Failed string
	Done   string
	// Token is shown once, for the station TokenFor.
	Token, TokenFor string
}

// Users is the page of accounts.
type Users struct {
	Users  []auth.User
	Self   string // the person's own log-in
	Form   Form
	Failed string
	Done   string
	// Password was made for the account PasswordFor and is shown once.
	Password, PasswordFor string
}

// AuditLog is one page of the audit log, newest first.
type AuditLog struct {
	Page         central.AuditPage
	Verification Verification
	Logs         []WitnessedLog
}

// WitnessedLog is the audit log of a station as the centre, its witness, holds it.
type WitnessedLog struct {
	Origin     string
	Leaves     int64
	AcceptedAt time.Time // of the last checkpoint that was co-signed; zero: none
	SeenAt     time.Time
	Alerts     []string // open ones: kind and detail
}

// Verification is the state of the last verification of the log.
type Verification struct {
	Running     bool
	Done, Total int64
	Finished    bool
	Failed      string // it could not be made
	Problem     string // the first thing wrong; empty when all is well
	Entries     int64
	Signed      int64
	Warnings    []string
	At          time.Time
}

func (p AuditLog) nextURL() string {
	if p.Page.Next == 0 {
		return ""
	}
	return "/audit?before=" + itoa(p.Page.Next)
}

func modeOptions(ctx context.Context) []Option {
	var codes []string
	for _, m := range border.Modes() {
		codes = append(codes, string(m))
	}
	return options(ctx, "code", codes)
}

func roleOptions(ctx context.Context) []Option {
	var list []Option
	for _, r := range auth.Roles() {
		list = append(list, Option{string(r), roleWord(ctx, r)})
	}
	return list
}

func roleWord(ctx context.Context, r auth.Role) string { return word(ctx, "frame.role", string(r)) }

func auditColumns() []view.Column {
	return []view.Column{
		{Label: text.AnalystLeaf, Numeric: true}, {Label: text.AnalystTime}, {Label: text.AnalystActor}, {Label: text.AnalystVerb},
		{Label: text.AnalystObject}, {Label: text.AnalystPurpose}, {Label: text.AnalystResults, Numeric: true}, {Label: text.AnalystDecision},
	}
}

// verificationAttributes let the box look again while a verification runs.
func verificationAttributes(ctx context.Context, v Verification) templ.Attributes {
	if !v.Running {
		return nil
	}
	return view.Hx(ctx, "get", "/audit/verification", "trigger", "every 500ms", "target", "#verification", "swap", "innerHTML")
}
