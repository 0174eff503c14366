// Package boardingview draws the centre's page of the dialogue with carriers. It shows what it is given.
package boardingview

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/internal/postgres/boarddb"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// The lists of the page, by their names in an address.
const (
	Told    = "told"
	Against = "against"
	Late    = "late"
	Newest  = "newest"
)

// Lists are all lists, in the order shown.
func Lists() []string { return []string{Told, Against, Late, Newest} }

// Boarding is the page.
type Boarding struct {
	List    string // the one list that is shown; "" is all of them
	After   string // where its page begins
	Notices paging.Listed[board.Notice]
	Against paging.Listed[boarddb.OnBoard]
	Late    paging.Listed[boarddb.Dialogue]
	Newest  paging.Listed[boarddb.Dialogue]
	Now     time.Time
}

// Shows reports whether a list is shown.
func (b Boarding) Shows(list string) bool { return b.List == "" || b.List == list }

// rowsAt is where the rows of the page come from.
func (b Boarding) rowsAt() string {
	return view.Address("/boarding/rows", "list", b.List, "after", b.After)
}

// queue is one list as it is drawn: the rows are its children.
type queue struct {
	title, none text.Key
	columns     []text.Key
	total       int
	first, next string
}

func queueOf[T any](b Boarding, list string, l paging.Listed[T], title, none text.Key, columns ...text.Key) queue {
	q := queue{title: title, none: none, columns: columns, total: l.Total}
	if l.Next != "" {
		q.next = view.Address("/boarding", "list", list, "after", l.Next)
	}
	if b.List != "" {
		q.first = "/boarding"
	}
	return q
}

func (q queue) heads() []view.Column {
	heads := make([]view.Column, len(q.columns))
	for n, c := range q.columns {
		heads[n].Label = c
	}
	return heads
}

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// word is the text of a code below a prefix of the catalogue; a code without words shows as itself.
func word(ctx context.Context, prefix, code string) string {
	if key := text.Key(prefix + code); code != "" && text.FromContext(ctx).Has(key) {
		return t(ctx, key)
	}
	return code
}

func page() view.Page {
	return view.Page{Title: text.BoardingTitle, Styles: []string{"analyst.css", "desk.css"}}
}

func when(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return text.FromContext(ctx).DateTime(at)
}

// flightOf is a flight's key as it is read: number, day, place.
func flightOf(key string) string { return strings.ReplaceAll(key, "/", " ") }

// named is a reference as the carrier gave it; a traveller whom he gave none has none to be shown.
func named(ref, locator string) string {
	if strings.HasPrefix(ref, "#") {
		return locator
	}
	return ref
}

func decision(ctx context.Context, d board.Decision) string {
	if d == "" {
		return t(ctx, text.BoardingUnanswered)
	}
	return word(ctx, "boarding.decisions.", string(d))
}

func decisionTone(d board.Decision) view.Tone {
	switch d {
	case board.Board:
		return view.ToneSuccess
	case board.NoBoard:
		return view.ToneError
	case board.Contact, board.NotChecked:
	}
	return view.ToneWarning
}

func stateTone(s board.NoticeState) view.Tone {
	switch s {
	case board.NoticeAcknowledged:
		return view.ToneSuccess
	case board.NoticeExpired:
		return view.ToneError
	case board.NoticeReplaced:
		return view.ToneInfo
	case board.NoticeWaiting, board.NoticeSent:
	}
	return view.ToneWarning
}

// answers are how many of each decision a request was answered with, the gravest first.
func answers(ctx context.Context, d boarddb.Dialogue) string {
	var parts []string
	all := board.Decisions()
	for n := len(all) - 1; n >= 0; n-- {
		if count := d.Decisions[all[n]]; count > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", text.FromContext(ctx).Number(int64(count)), decision(ctx, all[n])))
		}
	}
	return strings.Join(parts, " · ")
}

func took(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}
