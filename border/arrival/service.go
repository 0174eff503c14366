package arrival

import (
	"cmp"
	"context"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Store keeps devices and what they sent. Every writing method writes its audit entry in the same transaction.
type Store interface {
	// Devices are all devices, those that may post first, by name.
	Devices(ctx context.Context) ([]Device, error)
	// AddDevice keeps a device with the hash of its token. ErrNameTaken when one that may post has the name.
	AddDevice(ctx context.Context, d Device, token TokenHash, entry audit.Entry) error
	// RevokeDevice ends a device. ErrNoDevice when there is none that may post.
	RevokeDevice(ctx context.Context, id uuid.UUID, by string, at time.Time, entry audit.Entry) error
	// DeviceByToken is the device of a token that may post, noted as seen at the instant; ErrToken when there is none.
	DeviceByToken(ctx context.Context, token TokenHash, at time.Time) (Device, error)
	// Begin keeps a reading with its content as Arrived. A reading of the device with the same id that is there already is given
	// instead, with its content while it waits; fresh is false then.
	Begin(ctx context.Context, a Arrival, entry audit.Entry) (kept Arrival, fresh bool, err error)
	// Settle keeps what became of a waiting reading: state, why, inspection and officer. ErrNone when it waits no more.
	Settle(ctx context.Context, a Arrival, entry *audit.Entry) error
	// Waiting are the readings that wait, the oldest first, without their content; of one lane, or of all when it is empty.
	Waiting(ctx context.Context, lane string) ([]Arrival, error)
	// Content is a waiting reading of the lane, whole. ErrNone when there is none. The read is audited.
	Content(ctx context.Context, lane string, id uuid.UUID, entry audit.Entry) (Arrival, error)
}

// Seat is an officer who sits in a lane.
type Seat struct {
	Session uuid.UUID
	Actor   audit.Actor
}

// Seats know who sits where.
type Seats interface {
	// Seated is the officer in the lane whose session is open and not locked; false when there is none.
	Seated(ctx context.Context, lane string, now time.Time) (Seat, bool, error)
}

// Counter opens a reading at the lane in which an officer sits, and tells his screen.
type Counter interface {
	Arrive(ctx context.Context, seat Seat, r *reader.Reading) (*border.Inspection, error)
	// Notify tells the lane's screen that something waits for its officer.
	Notify(lane string)
}

// ZoneReader reads the machine readable zone from a page image. It gives the zone as it was read with the help of its check digits, and
// how sure each character is; an error when none was found.
type ZoneReader interface {
	ReadZone(ctx context.Context, image reader.Image) (mrz string, zone *reader.Zone, err error)
}

// Config is what a Service is made of; all but Zones are needed.
type Config struct {
	Store   Store
	Seats   Seats
	Counter Counter
	// Zones reads zones from images; nil: a reading without the text of its zone is kept.
	Zones  ZoneReader
	Post   string
	Lanes  []string
	Now    func() time.Time
	Random io.Reader
	NewID  func() uuid.UUID
}

// Service takes readings to lanes. It is safe for concurrent use.
type Service struct{ cfg Config }

// New makes the service.
func New(cfg Config) *Service { return &Service{cfg: cfg} }

// Lanes are the lanes of the station.
func (s *Service) Lanes() []string { return s.cfg.Lanes }

// Devices are all devices of the station.
func (s *Service) Devices(ctx context.Context) ([]Device, error) { return s.cfg.Store.Devices(ctx) }

// Issue makes a device that may post, and its token, which nobody can read again.
func (s *Service) Issue(ctx context.Context, actor audit.Actor, name, lane string) (Device, Token, error) {
	now := s.cfg.Now()
	d := Device{ID: s.cfg.NewID(), Name: name, Lane: lane, IssuedAt: now, IssuedBy: cmp.Or(actor.Name, actor.ID)}
	if err := d.Check(s.cfg.Lanes); err != nil {
		return Device{}, "", err
	}
	token, err := NewToken(s.cfg.Random)
	if err != nil {
		return Device{}, "", err
	}
	hash, _ := token.Hash() // made just now: it has the form
	entry := actor.Entry(now, audit.Administration, "reader", d.ID.String())
	entry.Decision = "issue"
	return d, token, s.cfg.Store.AddDevice(ctx, d, hash, entry)
}

// Revoke ends a device: what it posts from now on is refused.
func (s *Service) Revoke(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	now := s.cfg.Now()
	entry := actor.Entry(now, audit.Administration, "reader", id.String())
	entry.Decision = "revoke"
	return s.cfg.Store.RevokeDevice(ctx, id, cmp.Or(actor.Name, actor.ID), now, entry)
}

// Recognise is the device of a token; ErrToken when there is none that may post.
func (s *Service) Recognise(ctx context.Context, token Token) (Device, error) {
	hash, ok := token.Hash()
	if !ok {
		return Device{}, ErrToken
	}
	return s.cfg.Store.DeviceByToken(ctx, hash, s.cfg.Now())
}

// Receive takes a device's reading to its lane: it opens an inspection in the name of the officer who sits there, or is kept. A reading
// that was received already is not opened again; what became of it is told.
func (s *Service) Receive(ctx context.Context, d Device, r *reader.Reading) (Arrival, error) {
	now := s.cfg.Now()
	a := Arrival{ID: s.cfg.NewID(), Device: d.ID, DeviceName: d.Name, Reading: r.ID, Lane: d.Lane, At: now, State: Arrived, Content: r}
	who := audit.Actor{ID: d.ID.String(), Name: d.Name, Role: "reader", Post: s.cfg.Post, Lane: d.Lane}
	entry := who.Entry(now, audit.Collection, "reading", a.ID.String())
	entry.Purpose = border.PurposeOfControl
	kept, fresh, err := s.cfg.Store.Begin(ctx, a, entry)
	if err != nil || !fresh && kept.State != Arrived {
		return kept, err
	}
	return s.place(ctx, kept)
}

// place opens what was kept as Arrived where it belongs, or says why it waits.
func (s *Service) place(ctx context.Context, a Arrival) (Arrival, error) {
	why := s.complete(ctx, a.Content)
	seat, seated, err := s.cfg.Seats.Seated(ctx, a.Lane, s.cfg.Now())
	switch {
	case err != nil:
		return a, err
	case why == "" && !seated:
		why = Nobody
	}
	seat.Actor.Workstation = a.DeviceName // what is written in the officer's name says that the reader brought it
	a, err = s.open(ctx, seat, a, why)
	if err == nil && a.State == Kept {
		s.cfg.Counter.Notify(a.Lane)
	}
	return a, err
}

// open opens a reading for the officer, unless there is a reason why it waits; then, or when the desk does not take it, it is kept.
func (s *Service) open(ctx context.Context, seat Seat, a Arrival, why string) (Arrival, error) {
	if why == "" {
		inspection, err := s.cfg.Counter.Arrive(ctx, seat, a.Content)
		if err == nil {
			a.State, a.Inspection, a.Officer = Opened, inspection.Scan.ID, seat.Actor.Name
			return a, s.settle(ctx, a, nil)
		}
		if why = refusal(err); why == "" {
			return a, err
		}
	}
	a.State, a.Why = Kept, why
	return a, s.settle(ctx, a, nil)
}

// settle keeps what became of a waiting reading, now.
func (s *Service) settle(ctx context.Context, a Arrival, entry *audit.Entry) error {
	a.SettledAt = s.cfg.Now()
	return s.cfg.Store.Settle(ctx, a, entry)
}

// refusal is why the desk does not take a reading; empty for a fault that passes.
func refusal(err error) string {
	var known *problem.Error
	switch {
	case !errors.As(err, &known) || known.Kind != problem.Invalid && known.Kind != problem.Conflict:
		return ""
	case known.Code == "scan.unreadable":
		return Unreadable
	}
	return Refused
}

// complete reads the zone from the images where the device gave no text of it; it says why there is still none.
func (s *Service) complete(ctx context.Context, r *reader.Reading) string {
	if r.MRZ != "" {
		return ""
	}
	why := NoImage
	for _, image := range r.Images {
		if image.Light != reader.White && image.Light != reader.Infrared || len(image.Data) == 0 || s.cfg.Zones == nil {
			continue
		}
		why = NoZone
		text, zone, err := s.cfg.Zones.ReadZone(ctx, image)
		if err == nil && text != "" {
			r.MRZ, r.Zone = text, zone
			return ""
		}
	}
	return why
}

// Hand takes an image that an officer hands in at his lane. It is not kept as Arrived first: the officer stands before the screen that
// answers. When its zone cannot be read it is kept for him, and the answer says why.
func (s *Service) Hand(ctx context.Context, seat Seat, r *reader.Reading) (Arrival, error) {
	now := s.cfg.Now()
	a := Arrival{ID: s.cfg.NewID(), Lane: seat.Actor.Lane, At: now, State: Arrived, Content: r}
	entry := seat.Actor.Entry(now, audit.Collection, "reading", a.ID.String())
	entry.Purpose = border.PurposeOfControl
	a, _, err := s.cfg.Store.Begin(ctx, a, entry)
	if err != nil {
		return a, err
	}
	return s.open(ctx, seat, a, s.complete(ctx, r))
}

// Waiting are the readings that wait in a lane; in all lanes when it is empty. They show nobody's data.
func (s *Service) Waiting(ctx context.Context, lane string) ([]Arrival, error) {
	return s.cfg.Store.Waiting(ctx, lane)
}

// Show is a waiting reading of the actor's lane, whole.
func (s *Service) Show(ctx context.Context, actor audit.Actor, id uuid.UUID) (Arrival, error) {
	entry := actor.Entry(s.cfg.Now(), audit.Consultation, "reading", id.String())
	entry.Purpose = border.PurposeOfControl
	return s.cfg.Store.Content(ctx, actor.Lane, id, entry)
}

// Take opens a waiting reading in the officer's lane.
func (s *Service) Take(ctx context.Context, seat Seat, id uuid.UUID) (Arrival, error) {
	a, err := s.Show(ctx, seat.Actor, id)
	if err != nil {
		return a, err
	}
	if why := s.complete(ctx, a.Content); why != "" {
		a.Why = why
		return a, nil
	}
	inspection, err := s.cfg.Counter.Arrive(ctx, seat, a.Content)
	if err != nil {
		return a, err
	}
	return s.Taken(ctx, seat.Actor, a, inspection.Scan.ID)
}

// Taken notes that a waiting reading became an inspection's.
func (s *Service) Taken(ctx context.Context, actor audit.Actor, a Arrival, inspection uuid.UUID) (Arrival, error) {
	entry := actor.Entry(s.cfg.Now(), audit.Alteration, "reading", a.ID.String())
	entry.Purpose, entry.Decision = border.PurposeOfControl, string(Taken)
	a.State, a.Inspection, a.Officer = Taken, inspection, actor.Name
	return a, s.settle(ctx, a, &entry)
}

// PutAside ends the waiting of a reading that nobody needs, for one of border.DismissReasons.
func (s *Service) PutAside(ctx context.Context, actor audit.Actor, id uuid.UUID, reason string) error {
	known := false
	for _, r := range border.DismissReasons() {
		known = known || r == reason
	}
	if !known {
		return problem.New(problem.Invalid, "dismissal.reason").At("reason")
	}
	entry := actor.Entry(s.cfg.Now(), audit.Alteration, "reading", id.String())
	entry.Purpose, entry.Decision, entry.Justification = border.PurposeOfControl, string(PutAside), reason
	return s.settle(ctx, Arrival{ID: id, Lane: actor.Lane, State: PutAside, Why: reason, Officer: actor.Name}, &entry)
}
