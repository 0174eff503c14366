package secondline

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// PurposeOfExamination is the purpose that reads and writes of the second line are audited with.
const PurposeOfExamination = "second_line"

// Readings gives what was read of documents.
type Readings interface {
	// KeptReading is the reading that stands of a scan, whole: nil when nothing was read, border.ErrReadingGone when it can be had no
	// more. The look is audited.
	KeptReading(ctx context.Context, scan uuid.UUID, entry audit.Entry) (*reader.Reading, error)
}

// Config is what a Line is made of. All are needed, but Readings where no reader gives anything beside the zone.
type Config struct {
	Post     border.Post
	Store    Store
	Readings Readings
	// Training is the desk's: it accepts the codes of specimens.
	Training bool
	// Plan gives the checks of the post's counters: the second line runs the same ones again.
	Plan func() []border.Planned
	// Status is what is decided now: provisional while the centre is out of reach.
	Status  func() border.Status
	Reasons refusal.Catalogue
	// VisaNumber draws the number of a visa that is granted on arrival; nil: they have none.
	VisaNumber func(ctx context.Context) (string, error)
	// Prints says what came of taking an inspection's fingerprints: refusal.BiometricsTaken, refusal.BiometricsImpossible, or "" when nothing
	// was tried. Nil: no prints are taken at this post.
	Prints func(ctx context.Context, inspection uuid.UUID) (string, error)
	Now    func() time.Time
	NewID  func() uuid.UUID
}

// Line is the work of a crossing point's second line. It is safe for concurrent use: the store keeps two steps of a case apart.
type Line struct{ cfg Config }

// New makes the second line.
func New(cfg Config) *Line { return &Line{cfg: cfg} }

// Post is the crossing point.
func (l *Line) Post() border.Post { return l.cfg.Post }

// Queue is a page of open cases as the actor asked for it.
func (l *Line) Queue(ctx context.Context, actor audit.Actor, q Query) (Page, error) {
	q.Owner = actor.Name
	entry := actor.Entry(l.cfg.Now(), audit.Consultation, "referral", "queue")
	entry.Purpose = PurposeOfExamination
	return l.cfg.Store.Queue(ctx, q, entry)
}

// Version changes whenever the queue does.
func (l *Line) Version(ctx context.Context) (Version, error) { return l.cfg.Store.Version(ctx) }

// Look opens a case: a read of everything about a person, and audited as one.
func (l *Line) Look(ctx context.Context, actor audit.Actor, id uuid.UUID) (Dossier, error) {
	entry := actor.Entry(l.cfg.Now(), audit.Consultation, "referral", id.String())
	entry.Purpose = PurposeOfExamination
	return l.cfg.Store.Dossier(ctx, id, entry)
}

// Claim gives an unclaimed case to the actor. ErrClaimed when somebody else was first.
func (l *Line) Claim(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	return l.step(ctx, actor, id, func(*Case) (Event, error) { return Event{Kind: Claimed}, nil })
}

// Release puts the actor's case back.
func (l *Line) Release(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	return l.step(ctx, actor, id, func(*Case) (Event, error) { return Event{Kind: Released}, nil })
}

// TakeOver gives somebody else's case to the actor, a supervisor: the caller has made sure of that.
func (l *Line) TakeOver(ctx context.Context, actor audit.Actor, id uuid.UUID, reason string) error {
	return l.step(ctx, actor, id, func(*Case) (Event, error) { return Event{Kind: TakenOver, Reason: strings.TrimSpace(reason)}, nil })
}

// Interview keeps what was asked and answered.
func (l *Line) Interview(ctx context.Context, actor audit.Actor, id uuid.UUID, i Interview) error {
	return l.step(ctx, actor, id, func(*Case) (Event, error) { return Event{Kind: Interviewed, Interview: &i}, nil })
}

// Examine keeps what was found of a document.
func (l *Line) Examine(ctx context.Context, actor audit.Actor, id uuid.UUID, x Examination) error {
	return l.step(ctx, actor, id, func(*Case) (Event, error) { return Event{Kind: DocumentExamined, Examination: &x}, nil })
}

// Judge keeps the actor's word on a hit that stands.
func (l *Line) Judge(ctx context.Context, actor audit.Actor, id uuid.UUID, j Judgement) error {
	return l.step(ctx, actor, id, func(*Case) (Event, error) { return Event{Kind: HitJudged, Judgement: &j}, nil })
}

// AddCompanion notes that somebody who was scanned travels with the traveller.
func (l *Line) AddCompanion(ctx context.Context, actor audit.Actor, id uuid.UUID, p Companion) error {
	return l.step(ctx, actor, id, func(*Case) (Event, error) { return Event{Kind: CompanionAdded, Companion: &p}, nil })
}

// companionWithin is how long ago a companion may have been scanned.
const companionWithin = 24 * time.Hour

// AddCompanionByDocument is AddCompanion for the latest scan of a document, here and within a day. border.ErrNoSuchScan.
func (l *Line) AddCompanionByDocument(ctx context.Context, actor audit.Actor, id uuid.UUID, issuingState, number, relation string) error {
	now := l.cfg.Now()
	entry := actor.Entry(now, audit.Consultation, "inspection", id.String())
	entry.Purpose = PurposeOfExamination
	scan, err := l.cfg.Store.FindScan(ctx, strings.TrimSpace(issuingState), number, now.Add(-companionWithin), entry)
	if err != nil {
		return err
	}
	return l.AddCompanion(ctx, actor, id, Companion{Inspection: scan, Relation: relation})
}

// RemoveCompanion takes that back.
func (l *Line) RemoveCompanion(ctx context.Context, actor audit.Actor, id, inspection uuid.UUID) error {
	return l.step(ctx, actor, id, func(*Case) (Event, error) {
		return Event{Kind: CompanionRemoved, Companion: &Companion{Inspection: inspection}}, nil
	})
}

// AskOverride asks a second person to agree to admitting in spite of the grave hits that stand.
func (l *Line) AskOverride(ctx context.Context, actor audit.Actor, id uuid.UUID, reason, note string) error {
	return l.step(ctx, actor, id, func(c *Case) (Event, error) {
		return Event{Kind: OverrideAsked, Override: &Override{Reason: reason, Note: strings.TrimSpace(note), Hits: c.Grave()}}, nil
	})
}

// ApproveOverride is the second person's agreement to the override as asked at seen, the number of the step that he was shown: what
// was asked anew meanwhile he has not seen. The caller has made sure that the actor is a supervisor, and that it is he who agrees.
func (l *Line) ApproveOverride(ctx context.Context, actor audit.Actor, id uuid.UUID, seen int) error {
	return l.step(ctx, actor, id, func(c *Case) (Event, error) { return Event{Kind: OverrideApproved}, c.stillAt(seen) })
}

// DeclineOverride is the second person's refusal to agree, with a reason.
func (l *Line) DeclineOverride(ctx context.Context, actor audit.Actor, id uuid.UUID, seen int, reason string) error {
	return l.step(ctx, actor, id, func(c *Case) (Event, error) {
		return Event{Kind: OverrideDeclined, Reason: strings.TrimSpace(reason)}, c.stillAt(seen)
	})
}

// stillAt reports that the case has moved on since step seen.
func (c *Case) stillAt(seen int) error {
	if len(c.Course) != seen {
		return ErrMoved
	}
	return nil
}

// step writes one step that has no outcome.
func (l *Line) step(ctx context.Context, actor audit.Actor, id uuid.UUID, choose func(*Case) (Event, error)) error {
	_, err := l.cfg.Store.Change(ctx, id, func(c *Case) (Step, error) {
		e, err := choose(c)
		if err != nil {
			return Step{}, err
		}
		return l.write(actor, c, e)
	})
	return err
}

// write applies an event to the case and makes what keeps it.
func (l *Line) write(actor audit.Actor, c *Case, e Event) (Step, error) {
	now := l.cfg.Now().UTC().Truncate(time.Microsecond) // as the database keeps it
	e.Seq, e.By, e.At = len(c.Course)+1, actor.Name, now
	if err := c.Apply(e); err != nil {
		return Step{}, err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return Step{}, fmt.Errorf("case %s, step %d: %w", c.ID(), e.Seq, err)
	}
	entry := actor.Entry(now, audit.Alteration, "referral", c.ID().String())
	entry.Purpose, entry.Decision = PurposeOfExamination, string(e.Kind)
	record := border.Record{
		ID: l.cfg.NewID(), Kind: border.ReferralEvent, File: c.Referred.TravellerID, Subject: c.ID(), Station: l.cfg.Post.Station,
		Lane: actor.Lane, Officer: actor.Name, Zone: l.cfg.Post.Zone.String(), EventTime: now, RecordedAt: now, Origin: border.Live,
		Status: l.cfg.Status(), Body: body,
	}
	return Step{Event: e, Record: record, Entry: entry}, nil
}
