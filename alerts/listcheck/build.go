package listcheck

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
)

// Rows hands every row of the dataset to row, which keeps nothing of it, in any order.
type Rows func(row func(key string, data []byte)) error

// Build makes the book of a whole dataset. No row is held longer than it takes to read it. The error is that of rows.
func Build(rows Rows) (book *Book, err error) {
	e := newEdit(&Book{})
	index := match.Build(func(yield func(match.Entry) bool) {
		going := true
		err = rows(func(key string, data []byte) {
			if entry, put := e.read(key, data); put && going {
				going = yield(entry)
			}
		})
	})
	if err != nil {
		return nil, err
	}
	e.book.Index = index
	return e.close(), nil
}

// Edit is the next version of a book in the making.
type Edit struct {
	book  *Book
	put   []match.Entry
	drop  []string
	lists map[string]*List
}

func newEdit(from *Book) *Edit {
	e := &Edit{lists: map[string]*List{}, book: &Book{
		Index: from.Index, Version: from.Version, CurrentAt: from.CurrentAt,
		defects: maps.Clone(from.defects),
	}}
	if e.book.defects == nil {
		e.book.defects = map[string]defect{}
	}
	for _, l := range from.Lists {
		e.lists[l.ID] = &l
	}
	return e
}

// Edit begins the next version of b.
func (b *Book) Edit() *Edit { return newEdit(b) }

// Row takes a row as it is now; one without data is gone.
func (e *Edit) Row(key string, data []byte) {
	if entry, put := e.read(key, data); put {
		e.put = append(e.put, entry)
	} else if kind, name := alerts.SplitKey(key); kind == 'a' {
		e.drop = append(e.drop, name)
	}
}

// Done is the book with the rows taken. held are the numbers of alerts that the lists of these rows have now.
func (e *Edit) Done(held map[string]int) *Book {
	e.book.Index = e.book.Index.With(e.put, e.drop)
	for list, n := range held {
		e.list(list).Held = n
	}
	return e.close()
}

// read takes note of a row and gives the entry of the index that it is, if it is one.
func (e *Edit) read(key string, data []byte) (entry match.Entry, put bool) {
	kind, name := alerts.SplitKey(key)
	switch kind {
	case 'l':
		e.readList(name, data)
		return entry, false
	case 'a':
		delete(e.book.defects, name)
	default:
		return entry, false
	}
	if data == nil {
		return entry, false
	}
	list, _, _ := strings.Cut(name, "/")
	e.list(list).Held++ // of an edit, Done knows better
	a, err := alerts.ParseRow(json.RawMessage(data))
	switch {
	case err != nil || a.Key() != name:
		e.book.defects[name] = unreadable
		return entry, false
	case a.Secrecy == alerts.Discreet:
		e.book.defects[name] = discreet
		return entry, false
	case a.Status != "" && a.Status != alerts.Active:
		return entry, false
	case unreadableNames(a.Subject):
		e.book.defects[name] = unreadable // he is found by his documents alone, if at all
	}
	return match.EntryOf(a), true
}

func (e *Edit) readList(id string, data []byte) {
	l := e.list(id)
	if data == nil {
		l.ListInfo, l.gone = alerts.ListInfo{ID: id}, true
		return
	}
	l.gone = false
	var info alerts.ListInfo
	if l.unreadable = json.Unmarshal(data, &info) != nil || info.ID != id; l.unreadable {
		return
	}
	l.ListInfo = info
}

func (e *Edit) list(id string) *List {
	l, known := e.lists[id]
	if !known {
		l = &List{ListInfo: alerts.ListInfo{ID: id}, gone: true}
		e.lists[id] = l
	}
	return l
}

// close puts the lists in order and counts what cannot be used of each. A list that is gone with all its entries is no list any more.
func (e *Edit) close() *Book {
	for _, l := range e.lists {
		l.Unreadable = 0
		if l.unreadable {
			l.Unreadable = 1
		}
	}
	for key, d := range e.book.defects {
		list, _, _ := strings.Cut(key, "/")
		if d == unreadable {
			e.list(list).Unreadable++
		}
	}
	e.book.Lists = nil
	for _, id := range slices.Sorted(maps.Keys(e.lists)) {
		if l := e.lists[id]; !l.gone || l.Held > 0 {
			e.book.Lists = append(e.book.Lists, *l)
		}
	}
	return e.book
}

// At is b as a version of the dataset.
func (b *Book) At(version int64, currentAt time.Time) *Book {
	next := *b
	next.Version, next.CurrentAt = version, currentAt
	return &next
}

// Confirmed is b as the centre's newest version at another instant.
func (b *Book) Confirmed(currentAt time.Time) *Book { return b.At(b.Version, currentAt) }

// Defects are how many entries of all lists cannot be read, and how many have no business here because they are discreet.
func (b *Book) Defects() (cannotRead, areDiscreet int) {
	for _, d := range b.defects {
		if d == unreadable {
			cannotRead++
		} else {
			areDiscreet++
		}
	}
	return cannotRead, areDiscreet
}

// defect is why an entry is not in the index.
type defect uint8

const (
	unreadable defect = iota + 1
	discreet
)
