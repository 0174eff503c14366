// Package paging is how a list that people read is read page by page: each page begins behind the last row of the one before it, so that
// whatever is added or taken away meanwhile, no row is left out and none is read twice. It must never put into an address what tells of a
// person: a place is made of times, numbers and ids.
package paging

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/openbmis/openbmis/internal/problem"
)

// Page is a page of a list: the rows behind a place. The zero value is the first page.
type Page struct {
	After string // Listed.Next of the page before; it tells of nobody
	Limit int    // rows; 100 by default
}

// Listed is a page of a list.
type Listed[T any] struct {
	Rows  []T
	Total int    // of the whole list
	Next  string // where the next page begins; "" on the last
}

const pageRows = 100

var errPage = problem.New(problem.Invalid, "passengers.page").At("after")

// EndOfTime is behind every row of a list that shows the newest first.
func EndOfTime() time.Time { return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }

// Most is how many rows the page has at most. Who reads it asks for one more, by which Cut knows that there is another page.
func (p Page) Most() int {
	if p.Limit <= 0 {
		return pageRows
	}
	return p.Limit
}

// Read takes the place that the page begins behind; on the first page the places stay as they are.
func (p Page) Read(into ...any) error {
	if p.After == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.After)
	if err != nil || bytes.Contains(raw, []byte(`\u0000`)) { // no text of the database holds it
		return errPage
	}
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil || len(parts) != len(into) {
		return errPage
	}
	for n := range parts {
		if json.Unmarshal(parts[n], into[n]) != nil {
			return errPage
		}
	}
	return nil
}

// Cut leaves the rows of one page of those that were read, which is one more where there are any.
func (l *Listed[T]) Cut(p Page, place func(T) []any) {
	if len(l.Rows) <= p.Most() {
		return
	}
	l.Rows = l.Rows[:p.Most()]
	raw, err := json.Marshal(place(l.Rows[len(l.Rows)-1]))
	if err != nil { // times, numbers and texts alone are put in
		return
	}
	l.Next = base64.RawURLEncoding.EncodeToString(raw)
}
