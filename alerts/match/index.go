package match

import (
	"iter"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// Index finds entries. It never changes and is safe for concurrent use: With gives a new one.
type Index struct{}

// Option changes how an index is built.
type Option func(*options)

type options struct{}

// WithBackground gives how often tokens of names (A-Z) were seen among travellers, and so how little they tell.
func WithBackground(counts map[string]int) Option { return func(*options) {} }

// Build makes the index of entries. Of two entries with the same key the later one counts.
func Build(entries iter.Seq[Entry], opts ...Option) *Index { return &Index{} }

// With is the index with entries put in (in place of those of the same key) and others dropped. It shares what it can with ix.
func (ix *Index) With(put []Entry, drop []string) *Index { return ix }

// Search finds the entries that a traveller may be.
func (ix *Index) Search(q Query) Result { return Result{} }

// Vehicles finds the entries in force that a vehicle meets, by plate or by VIN.
func (ix *Index) Vehicles(v alerts.Vehicle, today traveldoc.Date) []Match { return nil }

// Plates are the keys of the entries in force that a plate meets.
func (ix *Index) Plates(plate, country string, today traveldoc.Date) []string { return nil }

// Len is the number of entries.
func (ix *Index) Len() int { return 0 }

// Memory is how many bytes the index holds.
func (ix *Index) Memory() int { return 0 }

// Compare scores a traveller against one entry, without an index.
func Compare(q Query, e Entry, opts ...Option) Match { return Match{} }
