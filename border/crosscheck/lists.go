package crosscheck

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// ListKind is what is wrong with the documents of an entry.
type ListKind string

// The kinds; each is an item of the catalogue below "list.".
const (
	BlankStolen ListKind = "blank_stolen" // stolen before they were issued, usually a range
	LostStolen  ListKind = "lost_stolen"
	Void        ListKind = "void" // withdrawn, or its bearer deceased
)

// Lists are the lists of documents that are not to be honoured, by ranges of numbers. The zero value is no list.
type Lists struct {
	Version string
	AsOf    time.Time
	shelves map[shelf][]listed // in order of from
	entries int
}

// shelf holds entries that can be compared as texts.
type shelf struct {
	state  string
	kind   ListKind
	length int
}

type listed struct {
	from, to string // squeezed, of the same length
	reach    string // the greatest to of this entry and those before it
	source   string
}

// Loaded reports whether there is a list at all.
func (l Lists) Loaded() bool { return l.shelves != nil }

// Len is the number of entries.
func (l Lists) Len() int { return l.entries }

const (
	maxListBytes = 256 << 20
	maxListLine  = 4096
)

// LoadLists reads the lists from a file; an empty path gives none.
func LoadLists(path string) (Lists, error) {
	if path == "" {
		return Lists{}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return Lists{}, fmt.Errorf("lists of documents: %w", err)
	}
	defer func() { _ = f.Close() }() // read only
	l, err := ParseLists(f)
	if err != nil {
		return Lists{}, fmt.Errorf("lists of documents: %s: %w", path, err)
	}
	return l, nil
}

// ParseLists reads lines of comma separated values with the heading
//
//	kind,issuing_state,from,to,source
//
// where kind is blank_stolen, lost_stolen or void; from and to are the first and the last number, of the same length (to is empty for a
// single document). A line "# as of 2026-11-20T06:00:00Z" before the heading says how old the list is. Errors name the line, and no
// number. Version is the digest of the text.
func ParseLists(r io.Reader) (Lists, error) {
	digest := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(io.LimitReader(r, maxListBytes+1), digest), maxListLine)
	l := Lists{shelves: map[shelf][]listed{}}
	heads, err := l.head(in)
	if err != nil {
		return Lists{}, err
	}
	rows := csv.NewReader(in)
	rows.FieldsPerRecord = 5
	rows.ReuseRecord = true
	if heading, err := rows.Read(); err != nil || strings.Join(heading, ",") != "kind,issuing_state,from,to,source" {
		return Lists{}, fmt.Errorf("line %d: expected the heading kind,issuing_state,from,to,source", heads+1)
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) { // no field of the row has a place then
			return Lists{}, fmt.Errorf("line %d: expected five values", heads+broken.Line)
		}
		if err != nil {
			return Lists{}, fmt.Errorf("after line %d: %w", heads+l.entries+1, err)
		}
		at, _ := rows.FieldPos(0) // the second value is the column
		if err := l.add(row, heads+at); err != nil {
			return Lists{}, err
		}
	}
	if rows.InputOffset() > maxListBytes {
		return Lists{}, fmt.Errorf("longer than %d bytes", maxListBytes)
	}
	for _, entries := range l.shelves {
		slices.SortStableFunc(entries, func(a, b listed) int { return strings.Compare(a.from, b.from) })
		reach := ""
		for n := range entries {
			reach = max(reach, entries[n].to)
			entries[n].reach = reach
		}
	}
	l.Version = hex.EncodeToString(digest.Sum(nil)[:6])
	return l, nil
}

// head reads the comments before the heading.
func (l *Lists) head(in *bufio.Reader) (lines int, err error) {
	for {
		next, err := in.Peek(1)
		if err != nil || next[0] != '#' {
			return lines, nil //nolint:nilerr // an empty text has no heading, which the caller says
		}
		line, err := in.ReadBytes('\n')
		lines++
		if err != nil {
			return lines, fmt.Errorf("line %d: expected the heading below", lines)
		}
		rest, is := bytes.CutPrefix(bytes.TrimSpace(line[1:]), []byte("as of "))
		if !is {
			continue
		}
		if l.AsOf, err = time.Parse(time.RFC3339, string(bytes.TrimSpace(rest))); err != nil {
			return lines, fmt.Errorf("line %d: expected an instant such as 2026-11-20T06:00:00Z", lines)
		}
	}
}

func (l *Lists) add(row []string, line int) error {
	kind := ListKind(row[0])
	e := listed{from: squeezed(row[2]), to: squeezed(row[3]), source: strings.Clone(row[4])}
	if e.to == "" {
		e.to = e.from
	}
	switch {
	case kind != BlankStolen && kind != LostStolen && kind != Void:
		return fmt.Errorf("line %d: kind: expected blank_stolen, lost_stolen or void", line)
	case !stateCode(row[1]):
		return fmt.Errorf("line %d: issuing_state: expected a code of one to three capitals", line)
	case e.from == "":
		return fmt.Errorf("line %d: from: expected a document number", line)
	case len(e.from) != len(e.to) || e.to < e.from:
		return fmt.Errorf("line %d: to: expected a number as long as from, and not before it", line)
	}
	on := shelf{strings.Clone(row[1]), ListKind(strings.Clone(row[0])), len(e.from)}
	l.shelves[on] = append(l.shelves[on], e)
	l.entries++
	return nil
}

// find is the first entry of a kind that covers a number.
func (l Lists) find(kind ListKind, d traveldoc.Document) (listed, bool) {
	number := squeezed(d.Number)
	entries := l.shelves[shelf{d.IssuingState, kind, len(number)}]
	end, _ := slices.BinarySearchFunc( // whether one begins just there matters not: ranges that hold it begin before end
		entries, number, func(e listed, n string) int {
			if e.from <= n {
				return -1
			}
			return 1
		})
	for n := end - 1; n >= 0 && entries[n].reach >= number; n-- { // ranges may overlap
		if number <= entries[n].to {
			return entries[n], true
		}
	}
	return listed{}, false
}

// ListCheck looks for the document in the lists.
type ListCheck struct {
	Rules Rules
	// Lists are the lists as they are now.
	Lists func() Lists
}

var _ border.Check = ListCheck{}

// Name is "document.lists".
func (ListCheck) Name() string { return ListsCheck }

// Check does not apply where the crossing point was given no list.
func (c ListCheck) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	lists := c.Lists()
	if !lists.Loaded() {
		return border.NotApplicable(ListsCheck, "no_list"), nil
	}
	j := newJudge(ListsCheck, c.Rules, s)
	for _, kind := range []ListKind{BlankStolen, LostStolen, Void} {
		j.add("list."+string(kind), j.listed(lists, kind))
	}
	f := j.finding(ListsCheck)
	f.Source.Version, f.Source.AsOf = lists.Version, lists.AsOf
	return f, nil
}

func (j *judge) listed(lists Lists, kind ListKind) result {
	found := value("mrz", "document_number", j.Document.Number)
	if j.Document.Number == "" || j.Document.IssuingState == "" {
		return unsure(ReasonNotRead, found)
	}
	if e, is := lists.find(kind, j.Document); is {
		r := fail(ReasonListed, found, value("list", "document_number", rangeOf(e)))
		r.detail = e.source
		return r
	}
	return pass(found)
}

func rangeOf(e listed) string {
	if e.from == e.to {
		return e.from
	}
	return e.from + " – " + e.to
}
