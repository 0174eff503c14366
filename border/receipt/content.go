package receipt

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/seal"
)

// The use case of the seal: definition of the features, and category of document (an even number: none of ICAO's own).
const (
	Feature  = 0xB1
	Category = 0x12
)

// Tags of the features.
const (
	tagCrossing  = 0x01 // 16 bytes: the crossing's id
	tagNumber    = 0x02 // the receipt's number, UTF-8
	tagStation   = 0x03 // the station's id, UTF-8
	tagDirection = 0x04 // one byte: N entry, X exit
	tagAt        = 0x05 // 8 bytes: seconds since 1970-01-01T00:00:00Z, big-endian
	tagDate      = 0x06 // 3 bytes: calendar date at the crossing point
	tagDocument  = 0x07 // 8 bytes: DocumentMark
	tagStatus    = 0x08 // one byte: C confirmed, P provisional
	tagDays      = 0x09 // 2 bytes, big-endian: days granted; absent when nothing bounds the stay
	tagUntil     = 0x0A // 3 bytes: the last lawful day; absent when none
)

const (
	maxText  = 40
	markSize = 8
)

// Content is what the seal of a receipt states.
type Content struct {
	Crossing  uuid.UUID
	Number    string
	Station   string
	Direction border.Direction
	At        time.Time      // to the second, UTC
	LocalDate traveldoc.Date // at the crossing point
	// Document is the mark of the travel document (DocumentMark): it tells whether a document at hand is the one, and no number.
	Document [markSize]byte
	Status   border.Status
	Days     int // 0 when nothing bounds the stay
	Until    traveldoc.Date
}

// DocumentMark ties a receipt to a document without stating its number: the first bytes of SHA-256 over the crossing's id and the
// number as look-ups fold it. Who has the seal can try numbers; it hides the number from a glance, not from work.
func DocumentMark(crossing uuid.UUID, number string) [markSize]byte {
	sum := sha256.Sum256(append(crossing[:], traveldoc.FoldNumber(number)...))
	return [markSize]byte(sum[:markSize])
}

// Is reports whether the document is the one that the receipt was issued on.
func (c Content) Is(number string) bool { return c.Document == DocumentMark(c.Crossing, number) }

// ContentOf is what the seal of an admitted crossing states.
func ContentOf(e border.CrossingEvent, number string, status border.Status) Content {
	c := Content{
		Crossing: e.CrossingID, Number: number, Station: e.Station, Direction: e.Direction, At: e.CrossedAt.UTC().Truncate(time.Second),
		LocalDate: e.LocalDate, Document: DocumentMark(e.CrossingID, e.Document.Number), Status: status,
	}
	if e.Grant != nil && e.Direction == border.Entry {
		c.Days, c.Until = e.Grant.MaxDays, e.Grant.Until
	}
	return c
}

// bits of the directions and statuses in a seal.
func directionByte(d border.Direction) byte {
	return map[border.Direction]byte{border.Entry: 'N', border.Exit: 'X'}[d]
}
func statusByte(s border.Status) byte {
	return map[border.Status]byte{border.Confirmed: 'C', border.Provisional: 'P'}[s]
}

func (c Content) messages() ([]seal.Message, error) {
	switch {
	case len(c.Number) == 0 || len(c.Number) > maxText || len(c.Station) == 0 || len(c.Station) > maxText:
		return nil, fmt.Errorf("receipt: number, station: expected 1 to %d bytes", maxText)
	case !c.Direction.Valid() || statusByte(c.Status) == 0:
		return nil, errors.New("receipt: direction, status: not known to this release")
	case c.Days < 0 || c.Days > 0xFFFF:
		return nil, errors.New("receipt: days granted: expected 0 to 65535")
	}
	local, err := seal.PackDate(c.LocalDate)
	if err != nil {
		return nil, fmt.Errorf("receipt: date: %w", err)
	}
	until, err := seal.PackDate(c.Until)
	if err != nil {
		return nil, fmt.Errorf("receipt: last day: %w", err)
	}
	out := []seal.Message{
		{Tag: tagCrossing, Value: c.Crossing[:]},
		{Tag: tagNumber, Value: []byte(c.Number)},
		{Tag: tagStation, Value: []byte(c.Station)},
		{Tag: tagDirection, Value: []byte{directionByte(c.Direction)}},
		{Tag: tagAt, Value: binary.BigEndian.AppendUint64(nil, uint64(c.At.Unix()))}, //nolint:gosec // two's complement, read back so
		{Tag: tagDate, Value: local[:]},
		{Tag: tagDocument, Value: c.Document[:]},
		{Tag: tagStatus, Value: []byte{statusByte(c.Status)}},
	}
	if c.Days > 0 {
		out = append(out, seal.Message{Tag: tagDays, Value: binary.BigEndian.AppendUint16(nil, uint16(c.Days))})
	}
	if !c.Until.IsZero() {
		out = append(out, seal.Message{Tag: tagUntil, Value: until[:]})
	}
	return out, nil
}

// feature is one feature's reader; size 0 is any up to maxText.
type feature struct {
	name     string
	size     int
	optional bool
	read     func(*Content, []byte) bool
}

func features() map[byte]feature {
	return map[byte]feature{
		tagCrossing:  {"crossing", 16, false, func(c *Content, v []byte) bool { copy(c.Crossing[:], v); return true }},
		tagNumber:    {"number", 0, false, func(c *Content, v []byte) bool { c.Number = string(v); return legible(v) }},
		tagStation:   {"station", 0, false, func(c *Content, v []byte) bool { c.Station = string(v); return legible(v) }},
		tagDirection: {"direction", 1, false, readDirection},
		tagAt: {"time", 8, false, func(c *Content, v []byte) bool {
			c.At = time.Unix(int64(binary.BigEndian.Uint64(v)), 0).UTC() //nolint:gosec // two's complement, bounded below
			return c.At.Year() >= 1970 && c.At.Year() <= 9999
		}},
		tagDate:     {"date", seal.DateSize, false, func(c *Content, v []byte) bool { return readDate(&c.LocalDate, v) }},
		tagDocument: {"document", markSize, false, func(c *Content, v []byte) bool { copy(c.Document[:], v); return true }},
		tagStatus:   {"status", 1, false, readStatus},
		tagDays: {"days", 2, true, func(c *Content, v []byte) bool {
			c.Days = int(binary.BigEndian.Uint16(v))
			return c.Days > 0
		}},
		tagUntil: {"until", seal.DateSize, true, func(c *Content, v []byte) bool { return readDate(&c.Until, v) }},
	}
}

// legible keeps what could not be shown, or could deceive on a screen, out of a text.
func legible(v []byte) bool {
	return utf8.Valid(v) && bytes.IndexFunc(v, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

func readDirection(c *Content, v []byte) bool {
	for _, d := range []border.Direction{border.Entry, border.Exit} {
		if directionByte(d) == v[0] {
			c.Direction = d
			return true
		}
	}
	return false
}

func readStatus(c *Content, v []byte) bool {
	for _, s := range []border.Status{border.Confirmed, border.Provisional} {
		if statusByte(s) == v[0] {
			c.Status = s
			return true
		}
	}
	return false
}

func readDate(into *traveldoc.Date, v []byte) bool {
	d, err := seal.UnpackDate(v)
	*into = d
	return err == nil && !d.IsZero()
}

// contentIn reads what a seal of the use case states. Features that this release does not know are passed over: a later one may add
// some.
func contentIn(s seal.Seal) (Content, error) {
	var c Content
	if s.Feature != Feature || s.Category != Category {
		return c, errors.New("seal of another use case")
	}
	seen := map[byte]bool{}
	for _, m := range s.Messages {
		f, known := features()[m.Tag]
		if !known {
			continue
		}
		if seen[m.Tag] {
			return c, fmt.Errorf("feature %02X (%s): stands twice", m.Tag, f.name)
		}
		seen[m.Tag] = true
		fits := len(m.Value) == f.size || f.size == 0 && len(m.Value) > 0 && len(m.Value) <= maxText
		if !fits || !f.read(&c, m.Value) {
			return c, fmt.Errorf("feature %02X (%s): not readable", m.Tag, f.name)
		}
	}
	for tag := byte(tagCrossing); tag <= tagUntil; tag++ {
		if f := features()[tag]; !seen[tag] && !f.optional {
			return c, fmt.Errorf("feature %02X (%s): missing", tag, f.name)
		}
	}
	return c, nil
}
