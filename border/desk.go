package border

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// PurposeOfControl is the purpose that a desk's reads and writes are audited with.
const PurposeOfControl = "border_control"

// DeskConfig is what a desk is made of.
type DeskConfig struct {
	Post  Post
	Store Store
	Plan  []Planned
	// Undo is how long after a decision it may be undone.
	Undo time.Duration
	// Centre reports whether the centre is within reach; a decision made without it is provisional. Nil: always.
	Centre func() bool
	// State is the own State's three-letter code; its nationals stay as of right. Empty: nobody does by nationality alone.
	State string
	// AdultAge is the age at which a traveller is an adult, in years; 0: 18.
	AdultAge int
	// Training accepts the codes of specimens, such as UTO, without a word: for exercises, never where travellers cross.
	Training bool
	// VisaNumber draws the number of a visa that is granted on arrival; nil: they have none.
	VisaNumber func(ctx context.Context) (string, error)
	// Found is told of every hit as soon as its check answers, before anything is decided. It is called apart from the counter's work, and
	// may be told of the same one again. Nil: nobody waits for it.
	Found func(ctx context.Context, scan Scan, f Finding)
	Now   func() time.Time
	NewID func() uuid.UUID
}

// Desk is the work of a crossing point's counters: it opens inspections, keeps them while their checks run, and records what is
// decided. Findings are kept here and never taken from a screen. It is safe for concurrent use.
type Desk struct {
	cfg DeskConfig

	mu    sync.Mutex
	open  map[uuid.UUID]*Inspection
	lanes map[string]*sync.Mutex // held while a lane opens a scan, so that a reader that sends twice opens one
}

// NewDesk makes a desk.
func NewDesk(cfg DeskConfig) *Desk {
	return &Desk{cfg: cfg, open: map[uuid.UUID]*Inspection{}, lanes: map[string]*sync.Mutex{}}
}

// UndoWindow is how long after a decision it may be undone.
func (d *Desk) UndoWindow() time.Duration { return d.cfg.Undo }

// Plan is the checks of the desk, for whoever runs the same ones again.
func (d *Desk) Plan() []Planned { return d.cfg.Plan }

// Post is the crossing point of the desk.
func (d *Desk) Post() Post { return d.cfg.Post }

// Open keeps a scan and starts its checks. Nothing of a traveller is looked up before the audit entry of doing so is written.
// The same document scanned again while it waits undecided in the lane is the same traveller: it gives the waiting inspection.
func (d *Desk) Open(ctx context.Context, actor audit.Actor, in ScanInput) (*Inspection, error) {
	in, err := in.normal()
	if err != nil {
		return nil, err
	}
	now := d.cfg.Now()
	scan := Scan{
		ID: d.cfg.NewID(), At: now, Station: d.cfg.Post.Station, Lane: actor.Lane, Officer: actor.Name,
		Direction: in.Direction, Mode: in.Mode, Transport: in.Transport, Purpose: in.Purpose,
		MRZ: in.MRZ, Identity: in.Identity, Document: in.Document, Reading: in.Reading, Circumstances: in.Circumstances,
	}
	subject, err := d.read(&scan)
	if err != nil {
		return nil, err
	}
	lane := d.lane(scan.Lane)
	lane.Lock()
	defer lane.Unlock()
	if waiting, err := d.waiting(ctx, scan); err != nil || waiting != nil {
		if err == nil && in.Reading != nil {
			return d.attach(ctx, actor, waiting, in.Reading)
		}
		return waiting, err
	}
	entry := actor.Entry(now, audit.Consultation, "inspection", scan.ID.String())
	entry.Purpose = PurposeOfControl
	if err := d.cfg.Store.OpenScan(ctx, scan, entry); err != nil {
		return nil, err
	}
	return d.start(ctx, scan, subject), nil
}

// read makes the subject of the scan's checks, and fills in the scan what its zone says and what is proposed of it.
func (d *Desk) read(scan *Scan) (Subject, error) {
	subject, err := SubjectOf(*scan, d.cfg.Post.Zone, d.cfg.Training)
	if err != nil {
		return Subject{}, err
	}
	scan.Identity, scan.Document = subject.Identity, subject.Document
	d.propose(scan, subject.Today)
	subject.Circumstances = scan.Circumstances
	return subject, nil
}

// attach adds what a reader gave to a waiting inspection and runs the checks again.
func (d *Desk) attach(ctx context.Context, actor audit.Actor, i *Inspection, more *reader.Reading) (*Inspection, error) {
	scan := i.Scan
	scan.Reading = reader.Merge(i.Subject.Reading, more)
	subject, err := d.read(&scan)
	if err != nil {
		return nil, err
	}
	entry := actor.Entry(d.cfg.Now(), audit.Collection, "inspection", scan.ID.String())
	entry.Purpose, entry.Decision = PurposeOfControl, "attach"
	if err := d.cfg.Store.Attach(ctx, scan, entry); err != nil {
		return nil, err
	}
	d.forget(scan.ID)
	return d.start(ctx, scan, subject), nil
}

// Attach adds what a reader gave of a document that already waits in the actor's lane, and runs the checks again.
func (d *Desk) Attach(ctx context.Context, actor audit.Actor, id uuid.UUID, more *reader.Reading) (*Inspection, error) {
	lane := d.lane(actor.Lane)
	lane.Lock()
	defer lane.Unlock()
	i, err := d.Inspection(ctx, actor.Lane, id)
	if err != nil {
		return nil, err
	}
	return d.attach(ctx, actor, i, more)
}

// today is the calendar date at the crossing point.
func (d *Desk) today(at time.Time) traveldoc.Date { return traveldoc.DateOf(at.In(d.cfg.Post.Zone)) }

// waiting is the open inspection of the same document in the same lane and direction, if there is one. The store is asked, not what
// is remembered here: a scan that was kept although its answer was lost must not be opened twice.
func (d *Desk) waiting(ctx context.Context, scan Scan) (*Inspection, error) {
	lane, err := d.laneState(ctx, scan.Lane, 0, nil)
	if err != nil {
		return nil, err
	}
	for _, i := range lane.Waiting {
		if i.Scan.Direction == scan.Direction && i.Scan.sameDocument(scan) {
			return i, nil
		}
	}
	return nil, nil //nolint:nilnil // nobody waits: no error, no inspection
}

func (d *Desk) lane(name string) *sync.Mutex {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lanes[name] == nil {
		d.lanes[name] = &sync.Mutex{}
	}
	return d.lanes[name]
}

// start runs the checks apart from the request that brought the scan: a screen that goes away must not turn them amber.
func (d *Desk) start(ctx context.Context, scan Scan, subject Subject) *Inspection {
	i := newInspection(scan, subject, d.cfg.Plan)
	d.mu.Lock()
	if already, ok := d.open[scan.ID]; ok {
		d.mu.Unlock()
		return already
	}
	d.open[scan.ID] = i
	d.mu.Unlock()
	ctx = context.WithoutCancel(ctx)
	go Inspect(ctx, d.cfg.Now, subject, d.cfg.Plan, func(f Finding) {
		if i.add(f) {
			d.told(ctx, scan, f)
		}
	})
	return i
}

// told hands a hit to whoever waits for hits; the other checks do not wait for it.
func (d *Desk) told(ctx context.Context, scan Scan, f Finding) {
	if f.Outcome == Hit && d.cfg.Found != nil {
		go d.cfg.Found(ctx, scan, f)
	}
}

// Renew asks one check of a waiting inspection again, because what it looks at has changed: fingerprints were taken. Until it answers the
// inspection is not complete. A check that the plan has not is left alone.
func (d *Desk) Renew(ctx context.Context, lane string, id uuid.UUID, check string) (*Inspection, error) {
	i, err := d.Inspection(ctx, lane, id)
	if err != nil {
		return nil, err
	}
	d.renew(ctx, i, check)
	return i, nil
}

func (d *Desk) renew(ctx context.Context, i *Inspection, check string) {
	planned, asked, ok := i.again(check)
	if !ok {
		return
	}
	ctx = context.WithoutCancel(ctx)
	go func() {
		f := ask(ctx, d.cfg.Now, i.Subject, planned)
		if i.answer(f, asked) {
			d.told(ctx, i.Scan, f)
		}
	}()
}

// RenewNamed asks one check again of every waiting inspection in which it named what has changed (Evidence.Ref), or has not answered yet: what
// it is reading may be what was. It does not wait for the answers.
func (d *Desk) RenewNamed(ctx context.Context, check string, changed func(ref string) bool) {
	d.mu.Lock()
	open := slices.Collect(maps.Values(d.open))
	d.mu.Unlock()
	for _, i := range open {
		if i.named(check, changed) {
			d.renew(ctx, i, check)
		}
	}
}

// Change is what an officer puts right about a waiting traveller.
type Change struct {
	Mode      Mode
	Transport string
	Purpose   string
	Circumstances
}

// Amend changes what is known of a waiting traveller and runs the checks again. An empty category or basis is proposed anew.
func (d *Desk) Amend(ctx context.Context, actor audit.Actor, id uuid.UUID, change Change) (*Inspection, error) {
	lane := d.lane(actor.Lane)
	lane.Lock()
	defer lane.Unlock()
	i, err := d.Inspection(ctx, actor.Lane, id)
	if err != nil {
		return nil, err
	}
	in := ScanInput{
		MRZ: i.Scan.MRZ, Identity: i.Scan.Identity, Document: i.Scan.Document, Direction: i.Scan.Direction,
		Mode: change.Mode, Transport: change.Transport, Purpose: change.Purpose, Circumstances: change.Circumstances,
	}
	if in, err = in.normal(); err != nil {
		return nil, err
	}
	scan := i.Scan
	scan.Mode, scan.Transport, scan.Purpose, scan.Circumstances = in.Mode, in.Transport, in.Purpose, in.Circumstances
	scan.Repairs, scan.Reading = i.Scan.Repairs, i.Subject.Reading
	return d.amended(ctx, actor, scan, "amend")
}

// amended keeps a changed scan and runs its checks again.
func (d *Desk) amended(ctx context.Context, actor audit.Actor, scan Scan, how string) (*Inspection, error) {
	subject, err := d.read(&scan)
	if err != nil {
		return nil, err
	}
	entry := actor.Entry(d.cfg.Now(), audit.Alteration, "inspection", scan.ID.String())
	entry.Purpose, entry.Decision = PurposeOfControl, how
	if err := d.cfg.Store.AmendScan(ctx, scan, entry); err != nil {
		return nil, err
	}
	d.forget(scan.ID)
	return d.start(ctx, scan, subject), nil
}

// LaneState is a lane as its officer sees it.
type LaneState struct {
	Waiting []*Inspection // oldest first
	Recent  []RecentCrossing
}

// Look is the actor's lane as a page that is opened shows it: a read of people's data, and audited as one.
func (d *Desk) Look(ctx context.Context, actor audit.Actor, recent int) (LaneState, error) {
	entry := actor.Entry(d.cfg.Now(), audit.Consultation, "lane", actor.Lane)
	entry.Purpose = PurposeOfControl
	return d.laneState(ctx, actor.Lane, recent, &entry)
}

// Lane is the actor's lane after an act of his, which has its own audit entry. After a restart the checks of a scan that was kept
// run again.
func (d *Desk) Lane(ctx context.Context, actor audit.Actor, recent int) (LaneState, error) {
	return d.laneState(ctx, actor.Lane, recent, nil)
}

func (d *Desk) laneState(ctx context.Context, lane string, recent int, entry *audit.Entry) (LaneState, error) {
	view, err := d.cfg.Store.Look(ctx, lane, recent, entry)
	if err != nil {
		return LaneState{}, err
	}
	state := LaneState{Waiting: make([]*Inspection, 0, len(view.Open)), Recent: view.Recent}
	for _, scan := range view.Open {
		i, err := d.resume(ctx, scan)
		if err != nil {
			return LaneState{}, err
		}
		state.Waiting = append(state.Waiting, i)
	}
	return state, nil
}

// Inspection is one waiting inspection of a lane.
func (d *Desk) Inspection(ctx context.Context, lane string, id uuid.UUID) (*Inspection, error) {
	if i := d.kept(id); i != nil && i.Scan.Lane == lane {
		return i, nil
	}
	scan, err := d.cfg.Store.OpenScanByID(ctx, lane, id)
	if err != nil {
		return nil, err
	}
	return d.resume(ctx, scan)
}

func (d *Desk) resume(ctx context.Context, scan Scan) (*Inspection, error) {
	if i := d.kept(scan.ID); i != nil {
		return i, nil
	}
	if scan.Reading == nil {
		var err error
		if scan.Reading, err = d.cfg.Store.Reading(ctx, scan.ID); err != nil {
			return nil, err
		}
	}
	subject, err := d.read(&scan)
	if err != nil {
		return nil, err
	}
	return d.start(ctx, scan, subject), nil
}

func (d *Desk) kept(id uuid.UUID) *Inspection {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.open[id]
}

func (d *Desk) forget(id uuid.UUID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.open, id)
}

// Decide records the officer's decision on a waiting inspection. ErrPending while a check has no outcome yet; ErrSecondLine for a
// refusal, which no counter may record; ErrSecondLineNeeded for admitting over a hit that belongs to the second line.
func (d *Desk) Decide(ctx context.Context, actor audit.Actor, id uuid.UUID, decision Decision) (CrossingEvent, error) {
	if decision.Verdict == Refuse {
		return CrossingEvent{}, ErrSecondLine
	}
	lane := d.lane(actor.Lane)
	lane.Lock() // what is known of the traveller must not change between the findings and the record
	defer lane.Unlock()
	i, err := d.Inspection(ctx, actor.Lane, id)
	if err != nil {
		return CrossingEvent{}, err
	}
	findings := i.outcomes(d.cfg.Now())
	if err := d.decidable(i, decision, findings); err != nil {
		return CrossingEvent{}, err
	}
	event := d.event(actor, i, decision, findings)
	if err := event.GrantOnArrival(ctx, d.cfg.VisaNumber); err != nil {
		return CrossingEvent{}, err
	}
	entry := actor.Entry(event.CrossedAt, audit.Collection, "crossing", event.CrossingID.String())
	entry.Purpose, entry.Decision, entry.Justification = PurposeOfControl, string(decision.Verdict), decision.Reason
	if v := event.Decision.OnArrival; v != nil && decision.Reason == "" {
		entry.Justification = v.Waiver
	}
	recorded, err := d.cfg.Store.Record(ctx, id, event, entry)
	if err != nil && !errors.Is(err, ErrScanNotOpen) {
		return CrossingEvent{}, err
	}
	d.forget(id)
	return recorded, err
}

// decidable says what keeps the decision from being recorded.
func (d *Desk) decidable(i *Inspection, decision Decision, findings []Finding) error {
	if decision.Verdict == Admit {
		if !i.Complete() {
			return ErrPending
		}
		for _, f := range Fields(i.Scan.Mode, i.Scan.Category) {
			if f.Required && i.Scan.Particulars[f.Code] == "" {
				return problem.New(problem.Invalid, "decision.particular_missing").At(f.Code)
			}
		}
	}
	if err := decision.Check(i.Scan.Direction, findings); err != nil {
		return err
	}
	if decision.Verdict == Admit {
		if err := CheckOnArrival(decision.OnArrival, OnArrival(i.Scan.Direction, findings)); err != nil {
			return err
		}
	}
	return decision.checkDays(i.Scan.Direction, grantOf(findings))
}

func (d *Desk) event(actor audit.Actor, i *Inspection, decision Decision, findings []Finding) CrossingEvent {
	now := d.cfg.Now()
	return CrossingEvent{
		CrossingID: d.cfg.NewID(), Station: i.Scan.Station, Lane: i.Scan.Lane, Officer: actor.Name,
		Direction: i.Scan.Direction, Mode: i.Scan.Mode, Transport: i.Scan.Transport, Purpose: i.Scan.Purpose,
		CrossedAt: now, ScannedAt: i.Scan.At, Zone: d.cfg.Post.Zone.String(),
		LocalDate: d.today(now),
		Identity:  i.Scan.Identity, Document: i.Scan.Document, Decision: decision, Findings: findings,
		Replaces: i.Scan.Replaces,
		Status:   d.Status(), Category: i.Scan.Category, Particulars: i.Scan.Particulars,
		Basis: BasisOf(i.Scan.Basis, i.Scan.Category, findings),
		Group: i.Scan.Group, Guardian: i.Scan.Guardian, Vehicle: i.Scan.Vehicle, Grant: decision.grant(grantOf(findings), d.today(now)),
	}
}

// Status is what a decision made now is: provisional while the centre is out of reach.
func (d *Desk) Status() Status {
	if d.cfg.Centre == nil || d.cfg.Centre() {
		return Confirmed
	}
	return Provisional
}

func grantOf(findings []Finding) *Grant {
	for _, f := range findings {
		if f.Grant != nil {
			return f.Grant
		}
	}
	return nil
}

// Undo annuls a decision within the undo window and opens its scan again; the record of both stays.
func (d *Desk) Undo(ctx context.Context, actor audit.Actor, crossing uuid.UUID, reason string) (*Inspection, error) {
	if !contains(CorrectionReasons(), reason) {
		return nil, problem.New(problem.Invalid, "correction.reason").At("reason")
	}
	now := d.cfg.Now()
	correction := CorrectionEvent{
		CorrectionID: d.cfg.NewID(), CrossingID: crossing, Station: d.cfg.Post.Station, Lane: actor.Lane,
		Officer: actor.Name, Reason: reason, CorrectedAt: now,
	}
	entry := actor.Entry(now, audit.Alteration, "crossing", crossing.String())
	entry.Purpose, entry.Decision, entry.Justification = PurposeOfControl, "annul", reason
	scan, err := d.cfg.Store.Annul(ctx, correction, now.Add(-d.cfg.Undo), entry)
	if err != nil {
		return nil, err
	}
	return d.resume(ctx, scan)
}

// Dismiss puts a scan aside without a decision.
func (d *Desk) Dismiss(ctx context.Context, actor audit.Actor, id uuid.UUID, reason string) error {
	if !contains(DismissReasons(), reason) {
		return problem.New(problem.Invalid, "dismissal.reason").At("reason")
	}
	return d.putAside(ctx, actor, id, reason)
}

// HandOver closes a scan of the actor's lane because somebody else has taken the traveller over. What is written tells nothing of
// who, or why.
func (d *Desk) HandOver(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	return d.putAside(ctx, actor, id, HandedOver)
}

func (d *Desk) putAside(ctx context.Context, actor audit.Actor, id uuid.UUID, reason string) error {
	now := d.cfg.Now()
	i, err := d.Inspection(ctx, actor.Lane, id)
	if errors.Is(err, ErrNoSuchScan) {
		return ErrScanNotOpen
	}
	if err != nil {
		return err
	}
	dismissal := DismissalEvent{
		InspectionID: id, Station: d.cfg.Post.Station, Lane: actor.Lane, Officer: actor.Name, Reason: reason, DismissedAt: now,
	}
	dismissal.keepHits(i)
	entry := actor.Entry(now, audit.Alteration, "inspection", id.String())
	entry.Purpose, entry.Decision, entry.Justification = PurposeOfControl, "dismiss", reason
	if err := d.cfg.Store.Dismiss(ctx, dismissal, entry); err != nil {
		return err
	}
	d.forget(id)
	return nil
}
