package trust

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/openbmis/openbmis/traveldoc/pki"
)

// Row is a row of the dataset: an item, or a part of one that is larger. Keys are the item's ID, of parts "ID/0001" and so on.
type Row struct {
	Key  string
	Data json.RawMessage
}

// The bounds of rows.
const (
	maxRowBytes = 60 << 10 // replication carries 64 KB
	partBytes   = 40 << 10
	maxParts    = 9999
)

// part is a piece of the JSON of an item.
type part struct {
	Part int    `json:"part"` // from 1
	Of   int    `json:"of"`
	Text string `json:"text"`
}

// Rows encodes items in order of key; those that are large take several rows. The same items give the same rows.
func Rows(items []Item) ([]Row, error) {
	var rows []Row
	for _, item := range items {
		text, err := encode(item)
		if err != nil {
			return nil, fmt.Errorf("item %s: %w", item.ID, err)
		}
		if len(text) <= maxRowBytes {
			rows = append(rows, Row{item.ID, text})
			continue
		}
		parts, err := split(item.ID, text)
		if err != nil {
			return nil, fmt.Errorf("item %s: %w", item.ID, err)
		}
		rows = append(rows, parts...)
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Key, b.Key) })
	return rows, nil
}

func encode(v any) (json.RawMessage, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func split(id string, text []byte) ([]Row, error) {
	var pieces []string
	for len(text) > 0 {
		n := fitting(text)
		pieces = append(pieces, string(text[:n]))
		text = text[n:]
	}
	if len(pieces) > maxParts {
		return nil, fmt.Errorf("%d parts, %d at most", len(pieces), maxParts)
	}
	rows := make([]Row, len(pieces))
	for i, piece := range pieces {
		data, err := encode(part{i + 1, len(pieces), piece})
		if err != nil {
			return nil, err
		}
		rows[i] = Row{fmt.Sprintf("%s/%04d", id, i+1), data}
	}
	return rows, nil
}

// fitting is how much of the text goes into one part: whole characters, and fewer where they need escaping.
func fitting(text []byte) int {
	for most := partBytes; ; most /= 2 {
		n := min(most, len(text))
		for n < len(text) && !utf8.RuneStart(text[n]) {
			n--
		}
		if data, err := encode(string(text[:n])); err != nil || len(data) <= maxRowBytes-64 || n < utf8.UTFMax {
			return n
		}
	}
}

// FromRows joins rows, in any order, to items in order of ID. What is incomplete, cannot be read or does not have the content of its ID is
// named in broken (Subject is the ID); the rest is given.
func FromRows(rows []Row) (items []Item, broken []pki.Refused) {
	texts := map[string][]byte{}
	parts := map[string][]part{}
	refuse := func(id, reason string) {
		broken = append(broken, pki.Refused{Index: len(items) + len(broken), Subject: id, Reason: reason})
	}
	for _, r := range rows {
		id, number, isPart := strings.Cut(r.Key, "/")
		if !isPart {
			texts[id] = r.Data
			continue
		}
		var p part
		if err := json.Unmarshal(r.Data, &p); err != nil || strconv.Itoa(p.Part) != strings.TrimLeft(number, "0") {
			refuse(r.Key, "not a part of an item")
			continue
		}
		parts[id] = append(parts[id], p)
	}
	for id, p := range parts {
		text, err := join(p)
		if err != nil {
			refuse(id, err.Error())
			continue
		}
		texts[id] = text
	}
	for id, text := range texts {
		item, err := decode(id, text)
		if err != nil {
			refuse(id, err.Error())
			continue
		}
		items = append(items, item)
	}
	slices.SortFunc(items, func(a, b Item) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(broken, func(a, b pki.Refused) int { return strings.Compare(a.Subject, b.Subject) })
	for i := range broken {
		broken[i].Index = i
	}
	return items, broken
}

func join(parts []part) ([]byte, error) {
	slices.SortFunc(parts, func(a, b part) int { return a.Part - b.Part })
	var text []byte
	for i, p := range parts {
		if p.Part != i+1 || p.Of != parts[0].Of {
			return nil, fmt.Errorf("part %d of %d is missing", i+1, parts[0].Of)
		}
		text = append(text, p.Text...)
	}
	if len(parts) != parts[0].Of {
		return nil, fmt.Errorf("part %d of %d is missing", len(parts)+1, parts[0].Of)
	}
	return text, nil
}

func decode(id string, text []byte) (Item, error) {
	var item Item
	if err := json.Unmarshal(text, &item); err != nil {
		return Item{}, fmt.Errorf("not an item: %w", err)
	}
	content, err := item.content()
	if err != nil {
		return Item{}, err
	}
	if item.ID != id || contentID(content) != id {
		return Item{}, errors.New("the content is not that of the key")
	}
	return item, nil
}
