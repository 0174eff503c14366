package apply

import "github.com/google/uuid"

// Form is what a browser posted: url.Values is one.
type Form map[string][]string

// Get is a field's first value.
func (f Form) Get(name string) string {
	if v := f[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Where names a page of a draft; Member is uuid.Nil for a page of the group.
type Where struct {
	Page   Page
	Member uuid.UUID
}

// Saved is what became of a page's answers.
type Saved struct {
	Draft Draft
	// Problems are empty when the answers were kept. Otherwise nothing was, and Form is what to show again: as typed, without what cannot
	// be seen and no longer than it may be.
	Problems Problems
	Form     Form
}
