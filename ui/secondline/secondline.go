package secondline

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/secondlineview"
	"github.com/openbmis/openbmis/ui/web"
)

// Witness verifies a second person's signature at the session of a first; auth.Service does.
type Witness interface {
	Witness(ctx context.Context, first auth.Session, need auth.Permission, login, secret string) (auth.User, error)
}

// Evidence keeps what is attached to a case.
type Evidence interface {
	// Attach keeps an upload with the actor's case.
	Attach(ctx context.Context, actor audit.Actor, id uuid.UUID, upload file.Upload) error
	// Of lists what is attached to a case. The caller has audited the read of the case.
	Of(ctx context.Context, id uuid.UUID) ([]file.Attached, error)
	// Open gives one attachment of the case; the read is audited.
	Open(ctx context.Context, actor audit.Actor, id, attachment uuid.UUID) (file.Evidence, []byte, error)
}

// Hits gives the hits of a traveller at an inspection; hit.Desk does. The caller has audited the read of his case.
type Hits interface {
	OfInspection(ctx context.Context, inspection uuid.UUID) ([]hit.Item, error)
}

// Options are what the screens are made of. Evidence may be nil: then nothing can be attached.
type Options struct {
	Line     *secondline.Line
	Witness  Witness
	Evidence Evidence
	// Hits are those of the traveller, judged here as on their own pages; nil where none are kept.
	Hits Hits
	// Protects says that the protection service can be told of a traveller when his case ends.
	Protects bool
	Limits   secondlineview.Limits
	// Every is how often the queue is looked at for changes while a page shows it.
	Every time.Duration
}

// DefaultLimits are the ages beyond which a case stands out.
func DefaultLimits() secondlineview.Limits {
	return secondlineview.Limits{Amber: 15 * time.Minute, Red: 45 * time.Minute}
}

type handlers struct{ Options }

// Register registers the second line's routes.
func Register(s *web.Server, o Options) {
	h := &handlers{o}
	work := auth.SecondLineWork
	s.Handle(http.MethodGet, "/secondline", work, h.queue)
	s.Handle(http.MethodGet, "/secondline/rows", work, h.rows, web.Background())
	s.Handle(http.MethodGet, "/secondline/stream", work, h.stream, web.Background())
	s.Handle(http.MethodGet, "/secondline/count", work, h.count, web.Background())
	s.Handle(http.MethodGet, "/secondline/:id", work, h.show)
	s.Handle(http.MethodPost, "/secondline/:id/claim", work, h.act(secondlineview.NoPanel, h.claim))
	s.Handle(http.MethodPost, "/secondline/:id/release", work, h.act(secondlineview.NoPanel, h.release))
	s.Handle(http.MethodPost, "/secondline/:id/takeover", auth.OverrideApprove, h.act(secondlineview.TakeOverPanel, h.takeOver))
	s.Handle(http.MethodPost, "/secondline/:id/interview", work, h.act(secondlineview.InterviewPanel, h.interview))
	s.Handle(http.MethodPost, "/secondline/:id/examination", work, h.act(secondlineview.ExaminePanel, h.examine))
	s.Handle(http.MethodPost, "/secondline/:id/judgement", work, h.act(secondlineview.JudgePanel, h.judge))
	s.Handle(http.MethodPost, "/secondline/:id/recheck", work, h.act(secondlineview.NoPanel, h.recheck))
	s.Handle(http.MethodPost, "/secondline/:id/companions", work, h.act(secondlineview.CompanionsPanel, h.companions))
	s.Handle(http.MethodPost, "/secondline/:id/override", work, h.act(secondlineview.OverridePanel, h.override))
	s.Handle(http.MethodPost, "/secondline/:id/answer", work, h.act(secondlineview.SignPanel, h.answer))
	s.Handle(http.MethodPost, "/secondline/:id/outcome", work, h.outcome)
	s.Handle(http.MethodPost, "/secondline/:id/attachments", work, h.attach, web.MaxBody(file.MaxEvidence+1<<20))
	s.Handle(http.MethodGet, "/secondline/:id/attachments/:attachment", work, h.attachment)
}

// Nav is the second line's place in the navigation, with the number of open cases beside it.
func Nav() view.NavItem {
	return view.NavItem{Href: "/secondline", Label: text.SecondlineNav, Need: auth.SecondLineWork, Beside: secondlineview.NavCount(0, true)}
}
