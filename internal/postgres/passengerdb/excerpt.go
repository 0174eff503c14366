package passengerdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// Excerpt is a piece of what came: the segment around an offset with what stands before and behind it.
type Excerpt struct {
	Offset                 int // of Segment
	Before, Segment, After string
}

// around is how much is shown on each side of a segment.
const around = 400

// Segment shows the bytes of what came around an offset: the read is audited in the same transaction.
func (s *Store) Segment(ctx context.Context, raw uuid.UUID, offset int, entry audit.Entry) (e Excerpt, err error) {
	list, err := s.Segments(ctx, raw, []int{offset}, entry)
	if err != nil {
		return e, err
	}
	return list[0], nil
}

// Segments shows the bytes of what came around each of some offsets: the read is audited in the same transaction.
func (s *Store) Segments(ctx context.Context, raw uuid.UUID, offsets []int, entry audit.Entry) (list []Excerpt, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		body, err := s.body(ctx, tx, raw)
		if err != nil {
			return err
		}
		if len(body) == 0 {
			return errErased
		}
		for _, offset := range offsets {
			list = append(list, excerpt(body, offset))
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	return given(list, wrap(err, "bytes of segments"))
}

func excerpt(body []byte, offset int) Excerpt {
	offset = min(max(offset, 0), len(body)-1)
	start, end := segmentAround(body, offset)
	from, to := max(0, start-around), min(len(body), end+around)
	return Excerpt{Offset: start, Before: shown(body[from:start]), Segment: shown(body[start:end]), After: shown(body[end:to])}
}

// shown is text of any character set, so that a screen can show it.
func shown(b []byte) string { return strings.ToValidUTF8(string(b), "\uFFFD") }

// longestSegment bounds how far the ends of a segment are looked for.
const longestSegment = 4000

// segmentAround finds the segment, or the element of XML, that an offset is in.
func segmentAround(body []byte, offset int) (start, end int) {
	from, to := max(0, offset-longestSegment), min(len(body), offset+longestSegment)
	if bytes.HasPrefix(bytes.TrimLeft(body, "\xef\xbb\xbf \t\r\n"), []byte("<")) {
		start = max(from, from+bytes.LastIndexByte(body[from:offset+1], '<'))
		if n := bytes.IndexByte(body[offset:to], '>'); n >= 0 {
			return start, offset + n + 1
		}
		return start, to
	}
	terminator, release := serviceCharacters(body)
	for start = offset; start > from && !ends(body, start-1, terminator, release); start-- {
	}
	for end = offset; end < to && !ends(body, end, terminator, release); end++ {
	}
	for start < end && (body[start] == '\r' || body[start] == '\n') {
		start++
	}
	return start, min(end+1, to)
}

// ends reports whether a segment ends at i: a terminator that is not released.
func ends(body []byte, i int, terminator, release byte) bool {
	if body[i] != terminator {
		return false
	}
	released := false
	for i--; i >= 0 && body[i] == release; i-- {
		released = !released
	}
	return !released
}

// serviceCharacters are those of UNA, or, without one, the character before the first UNH and the usual release.
func serviceCharacters(body []byte) (terminator, release byte) {
	if n := bytes.Index(body, []byte("UNA")); n >= 0 && n+9 <= len(body) && n < longestSegment {
		return body[n+8], body[n+6]
	}
	if n := bytes.Index(body, []byte("UNH")); n > 0 {
		if before := bytes.TrimRight(body[:n], "\r\n "); len(before) > 0 {
			return before[len(before)-1], '?'
		}
	}
	return '\'', '?'
}

// Body gives all bytes of what came, for those who may have them: the read is audited in the same transaction.
func (s *Store) Body(ctx context.Context, raw uuid.UUID, entry audit.Entry) (body []byte, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if body, err = s.body(ctx, tx, raw); err != nil {
			return err
		}
		if body == nil {
			return errErased
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	return given(body, wrap(err, "bytes of a message"))
}

// Replay has something that came read again, from its bytes as they were kept, by the reader of now: past the search for duplicates, and
// harmless when it was applied already. The entry says who, and why; it stands in the same transaction.
func (s *Store) Replay(ctx context.Context, raw uuid.UUID, entry audit.Entry) error {
	err := s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		var erased bool
		err := tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM passenger_body b JOIN passenger_key k ON k.id = b.key_id
			WHERE b.raw_id = t.raw_id AND k.wrapped IS NOT NULL) FROM passenger_status t WHERE raw_id = $1 FOR UPDATE`, raw).Scan(&erased)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoMessage
		}
		if err != nil {
			return err
		}
		if erased {
			return errErased
		}
		_, err = tx.Exec(ctx, `UPDATE passenger_status SET state = 'received', replay = true, asked_by = $2, tries = 0, next_at = NULL, changed_at = $3
			WHERE raw_id = $1`, raw, entry.Actor, s.clock())
		if err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err == nil && s.o.Kept != nil {
		s.o.Kept()
	}
	return wrap(err, fmt.Sprintf("replay %s", raw))
}
