package centraldb

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/replication"
)

// recordRow is a record on its way into the table, with its body when the centre computes from it.
type recordRow struct {
	border.Record
	event *replication.Event
	// seen are the files that it is about: first Record.File, and for a link both of its files.
	seen []sighting

	link          *file.Link
	supplied      *file.Supplied
	voided        *file.Voided
	authorisation *file.Authorisation
	prints        *fingers.Event
}

func decodeRecord(station string, e *replication.Event) (*recordRow, error) {
	if !border.RecordKind(e.Kind).Valid() {
		return nil, errors.New("kind of event is not known to this release")
	}
	r := &recordRow{event: e}
	if err := readPayload(e, &r.Record); err != nil {
		return nil, err
	}
	switch {
	case r.Station != station:
		return nil, errOtherStation
	case r.ID != e.ID:
		return nil, errors.New("id: expected that of the event")
	case string(r.Kind) != e.Kind:
		return nil, errors.New("kind: expected that of the event")
	}
	if err := r.Check(); err != nil {
		return nil, err
	}
	r.EventTime, r.RecordedAt = r.EventTime.UTC().Truncate(time.Microsecond), r.RecordedAt.UTC().Truncate(time.Microsecond)
	if err := r.decodeBody(); err != nil {
		return nil, err
	}
	return r, nil
}

// decodeBody reads the bodies that the centre computes from. Of the others it knows that they are JSON.
func (r *recordRow) decodeBody() error {
	switch r.Kind {
	case border.FileLinked:
		return r.decodeLink()
	case border.MovementSupplied:
		return r.decodeSupplied()
	case border.MovementVoided:
		return r.decodeVoided()
	case border.AuthorisationChanged:
		return r.decodeAuthorisation()
	case border.FingerprintEvent:
		return r.decodePrints()
	default:
		if r.File != uuid.Nil && !r.Kind.Confidential() {
			r.seen = []sighting{{file: r.File}}
		}
		return nil
	}
}

var errNoFile = errors.New("file: expected the individual file that the record is about")

func (r *recordRow) body(into any) error {
	if r.File == uuid.Nil {
		return errNoFile
	}
	e := *r.event
	e.Payload = r.Body
	return wrap(readPayload(&e, into), "body")
}

func (r *recordRow) decodeLink() error {
	r.link = new(file.Link)
	if err := r.body(r.link); err != nil {
		return err
	}
	l := r.link
	switch {
	case l.A == uuid.Nil || l.B == uuid.Nil || l.A == l.B:
		return errors.New("body: a, b: expected two files")
	case l.Verdict != file.Same && l.Verdict != file.Different && l.Verdict != file.Undecided:
		return errors.New("body: verdict: expected same, different or undecided")
	}
	r.seen = []sighting{{file: r.File}, {file: l.A}, {file: l.B}}
	return nil
}

func (r *recordRow) decodeSupplied() error {
	r.supplied = new(file.Supplied)
	if err := r.body(r.supplied); err != nil {
		return err
	}
	m := &r.supplied.Movement
	if m.At.IsZero() {
		m.At = r.EventTime
	}
	m.At = m.At.UTC().Truncate(time.Microsecond)
	switch {
	case m.ID != r.ID:
		return errors.New("body: id: expected that of the record")
	case !m.Direction.Valid():
		return errors.New("body: direction: expected entry or exit")
	}
	r.seen = []sighting{sightingOf(r.File, &r.supplied.Identity, &r.supplied.Document)}
	if r.seen[0].docNo == "" && r.seen[0].name == "" {
		r.seen[0].hash = 0 // it names nobody: the file does
	}
	return nil
}

func (r *recordRow) decodeVoided() error {
	r.voided = new(file.Voided)
	if err := r.body(r.voided); err != nil {
		return err
	}
	if r.voided.Movement == uuid.Nil {
		return errors.New("body: movement: expected the entry or exit that does not stand")
	}
	r.seen = []sighting{{file: r.File}}
	return nil
}

func (r *recordRow) decodeAuthorisation() error {
	r.authorisation = new(file.Authorisation)
	if err := r.body(r.authorisation); err != nil {
		return err
	}
	a := &r.authorisation.Authorisation
	if a.At.IsZero() {
		a.At = r.EventTime
	}
	switch {
	case a.ID != r.ID:
		return errors.New("body: id: expected that of the record")
	case a.Kind != stay.Extended && a.Kind != stay.Revoked && a.Kind != stay.Annulled:
		return errors.New("body: kind: expected extended, revoked or annulled")
	}
	r.seen = []sighting{{file: r.File}}
	return nil
}
