package central

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
)

// Cursor is the place of a row in a list sorted by time and id, newest first. The next page begins after it.
type Cursor struct {
	At time.Time
	ID uuid.UUID
}

// IsZero reports whether the cursor is the start of the list (or, as Page.Next, the end).
func (c Cursor) IsZero() bool { return c.ID == uuid.Nil }

// String is the cursor as an address carries it; empty for the zero cursor.
func (c Cursor) String() string {
	if c.IsZero() {
		return ""
	}
	raw := binary.BigEndian.AppendUint64(nil, uint64(c.At.UnixMicro())) // bits, not a number
	return base64.RawURLEncoding.EncodeToString(append(raw, c.ID[:]...))
}

// ParseCursor reads what String writes.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) != 24 {
		return Cursor{}, problem.New(problem.Invalid, "cursor_invalid").At("after")
	}
	micros := int64(binary.BigEndian.Uint64(raw)) //nolint:gosec // bits, not a number
	at := time.UnixMicro(micros).UTC()
	if at.Year() < 1 || at.Year() > 9999 { // no row is from there, and PostgreSQL has no such time
		return Cursor{}, problem.New(problem.Invalid, "cursor_invalid").At("after")
	}
	return Cursor{At: at, ID: uuid.UUID(raw[8:])}, nil
}
