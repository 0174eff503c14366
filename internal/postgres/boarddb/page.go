package boarddb

import (
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

// endOfTime is behind every row of a list that shows the newest first.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant

var errPage = problem.New(problem.Invalid, "passengers.page").At("after")

func (p Page) most() int {
	if p.Limit <= 0 {
		return pageRows
	}
	return p.Limit
}

// read takes the place that the page begins behind; on the first page the places stay as they are.
func (p Page) read(into ...any) error {
	if p.After == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.After)
	if err != nil {
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

// cut leaves the rows of one page of those that were read, which is one more where there are any.
func (l *Listed[T]) cut(p Page, place func(T) []any) {
	if len(l.Rows) <= p.most() {
		return
	}
	l.Rows = l.Rows[:p.most()]
	raw, err := json.Marshal(place(l.Rows[len(l.Rows)-1]))
	if err != nil { // times, numbers and texts alone are put in
		return
	}
	l.Next = base64.RawURLEncoding.EncodeToString(raw)
}
