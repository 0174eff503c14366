// Package fingerstest holds what tests of fingerprints share: a store in memory and a reader that does what the test says. It must never be
// part of a program.
package fingerstest

import (
	"context"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
)

// Memory is a fingers.Store in memory that remembers what was written.
type Memory struct {
	mu      sync.Mutex
	takings map[uuid.UUID]fingers.Taking  // by scan: the one that stands
	prints  map[uuid.UUID][]fingers.Print // by taking
	known   map[string]fingers.Person     // by document number
	// Noted are the audit entries of notes, Entries all others, Searches and Candidates what searches found.
	Entries    []audit.Entry
	Noted      []audit.Entry
	Searches   []fingers.Search
	Candidates []fingers.Candidacy
	notes      map[uuid.UUID]fingers.Noted
	older      map[uuid.UUID][]uuid.UUID // by scan: the takings that another took the place of
	// Err, when set, is what every method answers.
	Err error
}

var _ fingers.Store = (*Memory)(nil)

// NewMemory makes an empty store.
func NewMemory() *Memory {
	return &Memory{takings: map[uuid.UUID]fingers.Taking{}, prints: map[uuid.UUID][]fingers.Print{}, known: map[string]fingers.Person{},
		notes: map[uuid.UUID]fingers.Noted{}, older: map[uuid.UUID][]uuid.UUID{}}
}

// File puts on file what is known of the bearer of a document.
func (m *Memory) File(number string, p fingers.Person) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known[number] = p
}

// Fail makes every method answer err from now on; nil ends it.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.Err = err
}

// Keep keeps a taking.
func (m *Memory) Keep(_ context.Context, taking fingers.Taking, prints []fingers.Print, entry audit.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return m.Err
	}
	if before, ok := m.takings[taking.Scan]; ok {
		m.older[taking.Scan] = append(m.older[taking.Scan], before.ID)
	}
	m.takings[taking.Scan], m.prints[taking.ID] = taking, slices.Clone(prints)
	m.Entries = append(m.Entries, entry)
	return nil
}

// Of is the taking that stands.
func (m *Memory) Of(_ context.Context, scan uuid.UUID) (*fingers.Taking, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.takings[scan]; ok && m.Err == nil {
		return &t, nil
	}
	return nil, m.Err
}

// Presented are the prints of the taking that stands.
func (m *Memory) Presented(_ context.Context, scan uuid.UUID) ([]fingers.Print, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return nil, m.Err
	}
	return withoutImages(m.prints[m.takings[scan].ID]), nil
}

// Known is what is on file.
func (m *Memory) Known(_ context.Context, subject border.Subject) (fingers.Person, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[subject.Document.Number], m.Err
}

// Image is one print with its image.
func (m *Memory) Image(_ context.Context, id uuid.UUID, entry audit.Entry) (fingers.Print, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return fingers.Print{}, m.Err
	}
	m.Entries = append(m.Entries, entry)
	for _, p := range m.all() {
		if p.ID == id {
			return p, nil
		}
	}
	return fingers.Print{}, fingers.ErrNoPrint
}

// References are a person's references.
func (m *Memory) References(_ context.Context, link uuid.UUID, _ audit.Entry) ([]fingers.Print, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.known {
		if p.Link == link && m.Err == nil {
			return withoutImages(p.References), nil
		}
	}
	return nil, m.Err
}

// Note remembers a hit.
func (m *Memory) Note(_ context.Context, n fingers.Noted, entry audit.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return m.Err
	}
	m.notes[n.Taking] = n
	m.Noted = append(m.Noted, entry)
	return nil
}

// Before are the hits of the takings that others took the place of.
func (m *Memory) Before(_ context.Context, scan uuid.UUID) (list []fingers.Noted, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range m.older[scan] {
		if n, ok := m.notes[id]; ok {
			list = append(list, n)
		}
	}
	return list, m.Err
}

// SearchDone remembers a search.
func (m *Memory) SearchDone(_ context.Context, _ uuid.UUID, s fingers.Search, candidates []fingers.Candidacy, entry audit.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return m.Err
	}
	m.Searches, m.Candidates = append(m.Searches, s), append(m.Candidates, candidates...)
	m.Entries = append(m.Entries, entry)
	return nil
}

func (m *Memory) all() []fingers.Print {
	var list []fingers.Print
	for _, prints := range m.prints {
		list = append(list, prints...)
	}
	for _, p := range m.known {
		list = append(list, p.References...)
	}
	return list
}

func withoutImages(prints []fingers.Print) []fingers.Print {
	list := slices.Clone(prints)
	for n := range list {
		list[n].Image = nil
	}
	return list
}
