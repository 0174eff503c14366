package manifest

import (
	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Source is whose data a change is about.
type Source string

// The sources.
const (
	API Source = "api"
	PNR Source = "pnr"
)

// ChangeKind is what happened to a person.
type ChangeKind string

// The kinds.
const (
	New        ChangeKind = "new"
	Changed    ChangeKind = "changed"
	Cancelled  ChangeKind = "cancelled"
	Reinstated ChangeKind = "reinstated" // expected again
	OnBoard    ChangeKind = "on_board"
	NotOnBoard ChangeKind = "not_on_board"
	Merged     ChangeKind = "merged" // turned out to be the same person as another
)

// Change is what a message changed of a person, against what was known before.
type Change struct {
	Person  *Person
	Message uuid.UUID
	Version int
	Source  Source
	Kind    ChangeKind
	Fields  []FieldChange
}

// FieldChange is a field that changed. Lists (documents, seats, bags) are shown as a whole.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// touch makes a person's next version, once for each Apply.
func (m *Manifest) touch(p *Person) {
	if !p.touched {
		p.touched = true
		p.Version++
	}
	p.normalise(m.tools)
}

func (m *Manifest) changed(p *Person, id uuid.UUID, source Source, kind ChangeKind, fields []FieldChange) {
	m.touch(p)
	m.Changes = append(m.Changes, Change{Person: p, Message: id, Version: p.Version, Source: source, Kind: kind, Fields: fields})
}

// status sets where a person stands, with the change that tells it.
func (m *Manifest) status(p *Person, in Input, source Source, to apipnr.PersonStatus) {
	if p.Status == to {
		return
	}
	p.Status, p.ChangedAt = to, in.At
	kind := map[apipnr.PersonStatus]ChangeKind{
		apipnr.StatusCancelled: Cancelled, apipnr.StatusOnBoard: OnBoard, apipnr.StatusNotOnBoard: NotOnBoard, apipnr.StatusExpected: Reinstated,
	}[to]
	m.changed(p, in.id(0), source, kind, nil)
}

// add makes a person.
func (m *Manifest) add(in Input) *Person {
	p := &Person{CreatedAt: in.At, Expected: apipnr.Expected{
		ID: m.tools.NewID(), Flight: m.Flight.ID, Key: m.Flight.Key(), Status: apipnr.StatusExpected, ChangedAt: in.At,
	}}
	m.Persons = append(m.Persons, p)
	return p
}
