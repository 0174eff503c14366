package passengerdb

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/internal/postgres/paging"
)

// RawRow is something that came, with where it stands.
type RawRow struct {
	ID         uuid.UUID
	Seq        int64
	Carrier    string
	Gateway    apipnr.Gateway
	Subject    string
	ReceivedAt time.Time
	Size       int
	Digest     []byte
	Dropped    int // values that the law had overwritten
	State      intake.State
	Reason     string
	Copies     int
	Erased     bool // the bytes are gone: their time is over
	Messages   []MessageRow
}

// MessageRow is a message of it. It names nobody.
type MessageRow struct {
	ID, Raw                  uuid.UUID
	N                        int
	Type, Version            string
	Function                 apipnr.Function
	Sender, Interchange      string
	Reference, Access        string
	Part                     apipnr.Part
	Series                   uuid.UUID // uuid.Nil when it is alone
	FlightKey                string
	Flight                   uuid.UUID // uuid.Nil when it is about none
	State                    intake.State
	Reason                   string
	SameRefs                 bool // another message had the same references and other bytes
	Travellers, Reservations int
	Bad                      int
	Truncated                bool
	Segments                 int
	ReceivedAt, AppliedAt    time.Time
}

// MessageFilter chooses what came. The zero value chooses all; Carrier alone is a carrier's own.
type MessageFilter struct {
	Carrier string
	Flight  uuid.UUID
	States  []intake.State
	Page    paging.Page
}

// Messages is a page of what came, the newest first. They name nobody; the read is not audited. Total is counted for a flight alone: all that
// carriers ever sent is too much to be counted whenever somebody looks.
func (s *Store) Messages(ctx context.Context, f MessageFilter) (l paging.Listed[RawRow], err error) {
	before := int64(math.MaxInt64)
	if err := f.Page.Read(&before); err != nil {
		return l, err
	}
	where, args := []string{"true"}, []any{}
	add := func(condition string, arg any) {
		args = append(args, arg)
		where = append(where, strings.ReplaceAll(condition, "?", "$"+itoa(len(args))))
	}
	if f.Carrier != "" {
		add("r.carrier = ?", f.Carrier)
	}
	if f.Flight != uuid.Nil {
		add("r.id IN (SELECT raw_id FROM passenger_message WHERE flight_id = ?)", f.Flight)
	}
	if len(f.States) > 0 {
		states := make([]string, len(f.States))
		for n, state := range f.States {
			states[n] = string(state)
		}
		add("t.state = ANY (?)", states)
	}
	if f.Flight != uuid.Nil {
		err := s.o.DB.Pool.QueryRow(ctx, `SELECT count(*)`+fromRaw+strings.Join(where, " AND "), args...).Scan(&l.Total)
		if err != nil {
			return l, wrap(err, "count what carriers sent")
		}
	}
	add("r.seq < ?", before)
	l.Rows, err = s.raws(ctx, s.o.DB.Pool, strings.Join(where, " AND ")+" ORDER BY r.seq DESC LIMIT "+itoa(f.Page.Most()+1), args...)
	l.Cut(f.Page, func(r RawRow) []any { return []any{r.Seq} })
	return l, wrap(err, "what carriers sent")
}

// Raw is one thing that came.
func (s *Store) Raw(ctx context.Context, id uuid.UUID) (RawRow, error) {
	list, err := s.raws(ctx, s.o.DB.Pool, "r.id = $1", id)
	if err == nil && len(list) == 0 {
		err = errNoMessage
	}
	if err != nil {
		return RawRow{}, wrap(err, "what a carrier sent")
	}
	return list[0], nil
}

const fromRaw = ` FROM passenger_raw r JOIN passenger_status t ON t.raw_id = r.id WHERE `

func (s *Store) raws(ctx context.Context, q querier, where string, args ...any) ([]RawRow, error) {
	rows, err := q.Query(ctx, `SELECT r.id, r.seq, r.carrier, r.gateway, r.subject, r.received_at, r.size, r.digest, r.dropped, t.state, t.reason, t.copies,
			NOT EXISTS (SELECT FROM passenger_body b JOIN passenger_key k ON k.id = b.key_id WHERE b.raw_id = r.id AND k.wrapped IS NOT NULL)
		`+fromRaw+where, args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r RawRow, err error) {
		err = row.Scan(&r.ID, &r.Seq, &r.Carrier, &r.Gateway, &r.Subject, &r.ReceivedAt, &r.Size, &r.Digest, &r.Dropped, &r.State, &r.Reason, &r.Copies,
			&r.Erased)
		r.ReceivedAt = r.ReceivedAt.UTC()
		return r, err
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, s.messagesOf(ctx, q, list)
}

const messageColumns = `id, raw_id, n, type, version, function, sender, interchange, reference, access, part, part_first, part_last, series_id, flight_key,
	flight_id, state, reason, same_refs, travellers, reservations, bad, truncated, segments, received_at, applied_at`

func (s *Store) messagesOf(ctx context.Context, q querier, list []RawRow) error {
	ids := make([]uuid.UUID, len(list))
	at := make(map[uuid.UUID]int, len(list))
	for n, r := range list {
		ids[n], at[r.ID] = r.ID, n
	}
	rows, err := q.Query(ctx, `SELECT `+messageColumns+` FROM passenger_message WHERE raw_id = ANY ($1) ORDER BY seq, n`, ids)
	if err != nil {
		return err
	}
	messages, err := pgx.CollectRows(rows, scanMessage)
	for _, m := range messages {
		list[at[m.Raw]].Messages = append(list[at[m.Raw]].Messages, m)
	}
	return err
}

func scanMessage(row pgx.CollectableRow) (m MessageRow, err error) {
	var series, flight *uuid.UUID
	var applied *time.Time
	err = row.Scan(&m.ID, &m.Raw, &m.N, &m.Type, &m.Version, &m.Function, &m.Sender, &m.Interchange, &m.Reference, &m.Access, &m.Part.Number,
		&m.Part.First, &m.Part.Last, &series, &m.FlightKey, &flight, &m.State, &m.Reason, &m.SameRefs, &m.Travellers, &m.Reservations, &m.Bad, &m.Truncated,
		&m.Segments, &m.ReceivedAt, &applied)
	m.ReceivedAt = m.ReceivedAt.UTC()
	if series != nil {
		m.Series = *series
	}
	if flight != nil {
		m.Flight = *flight
	}
	if applied != nil {
		m.AppliedAt = applied.UTC()
	}
	return m, err
}
