package stationdb

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/traveldoc"
)

// Record writes the decision on an open scan: traveller's file, inspection, findings, decision, crossing, audit entry and outbox
// event, in one transaction.
func (s *Store) Record(ctx context.Context, scanID uuid.UUID, e border.CrossingEvent, entry audit.Entry) (border.CrossingEvent, error) {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, closeScan, scanID, "decided", e.CrossedAt, "")
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return border.ErrScanNotOpen
		}
		e, err = s.Write(ctx, tx, scanID, e, entry)
		return err
	})
	if err != nil {
		return border.CrossingEvent{}, fmt.Errorf("record crossing %s: %w", e.CrossingID, err)
	}
	s.nudge()
	return e, nil
}

// Write writes a decision on an inspection in the caller's transaction. It is the one way by which a decision comes to be: at a
// counter (Record) and as the outcome of a case (the second line). Wake the relay after the commit.
func (s *Store) Write(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry) (border.CrossingEvent, error) {
	file, err := s.file(ctx, tx, e)
	if err != nil {
		return e, err
	}
	e.TravellerID = file.id
	payload, err := json.Marshal(e)
	if err != nil {
		return e, err
	}
	if err := tx.SendBatch(ctx, facts(inspection, e, payload)).Close(); err != nil {
		return e, err
	}
	if entry.Commitment, err = audit.Commit(file.salt, string(payload)); err != nil {
		return e, err
	}
	if err := auditlog.Insert(ctx, tx, entry); err != nil {
		return e, err
	}
	return e, relaydb.Append(ctx, tx, border.KindCrossing, border.EventVersion, json.RawMessage(payload), e.CrossedAt, e.CrossingID)
}

type file struct {
	id   uuid.UUID
	salt []byte
}

// A document seen before gives its bearer's file; a new one makes a file. Two counters that meet the same new document at once
// agree, for the second waits for the first's row.
const findFile = `
select t.id, t.audit_salt from traveller_document d join traveller t on t.id = d.traveller_id
where d.issuing_state = $1 and d.number_folded = $2 and d.birth_date = $3`

const addDocument = `
insert into traveller_document
    (issuing_state, number_folded, birth_date, traveller_id, surname, given_names, nationality, sex, first_seen)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (issuing_state, number_folded, birth_date) do nothing`

func (s *Store) file(ctx context.Context, tx pgx.Tx, e border.CrossingEvent) (file, error) {
	key := documentKey(e.Identity, e.Document)
	var f file
	err := tx.QueryRow(ctx, findFile, key...).Scan(&f.id, &f.salt)
	if err != pgx.ErrNoRows { //nolint:errorlint // pgx documents this very value
		return f, err
	}
	f = file{id: s.newID(), salt: make([]byte, 32)}
	if _, err := io.ReadFull(s.random, f.salt); err != nil {
		return f, fmt.Errorf("salt: %w", err)
	}
	if _, err := tx.Exec(ctx, `insert into traveller (id, created_at, audit_salt) values ($1, $2, $3)`, f.id, e.CrossedAt, f.salt); err != nil {
		return f, err
	}
	tag, err := tx.Exec(ctx, addDocument, append(key, f.id, e.Identity.Surname, e.Identity.GivenNames, e.Identity.Nationality,
		e.Identity.Sex, e.CrossedAt)...)
	if err != nil || tag.RowsAffected() == 1 {
		return f, err
	}
	if _, err := tx.Exec(ctx, `delete from traveller where id = $1`, f.id); err != nil {
		return f, err
	}
	err = tx.QueryRow(ctx, findFile, key...).Scan(&f.id, &f.salt)
	return f, err
}

func documentKey(identity traveldoc.Identity, document traveldoc.Document) []any {
	return []any{document.IssuingState, traveldoc.FoldNumber(document.Number), identity.BirthDate.String()}
}

// facts are the rows of a decision. An inspection decided again after a correction keeps its first row.
func facts(scanID uuid.UUID, e border.CrossingEvent, payload []byte) *pgx.Batch {
	b := &pgx.Batch{}
	b.Queue(`insert into inspection (id, traveller_id, identity, document, inspected_at) values ($1, $2, $3, $4, $5)
		on conflict (id) do nothing`, scanID, e.TravellerID, e.Identity, e.Document, e.ScannedAt)
	for _, f := range e.Findings {
		b.Queue(`insert into finding (crossing_id, check_name, inspection_id, outcome, reason, source, source_version, source_as_of,
			evidence, took_us, found_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			e.CrossingID, f.Check, scanID, f.Outcome.String(), f.Reason, f.Source.Name, f.Source.Version, instantOrNull(f.Source.AsOf),
			evidenceJSON(f.Evidence), f.Took.Microseconds(), f.At)
	}
	d := e.Decision
	b.Queue(`insert into decision (crossing_id, inspection_id, verdict, reason, note, officer, lane, decided_at, status, referral, approver,
		event) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, e.CrossingID, scanID, d.Verdict, d.Reason, d.Note, e.Officer,
		e.Lane, e.CrossedAt, cmp.Or(e.Status, border.Confirmed), idOrNull(e.Referral), e.Approver, string(payload))
	if d.Verdict == border.Admit {
		b.Queue(`insert into crossing (id, traveller_id, direction, mode, transport, purpose, lane, officer, crossed_at, local_date,
			zone, issuing_state, number_folded, replaces) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			e.CrossingID, e.TravellerID, e.Direction, e.Mode, e.Transport, e.Purpose, e.Lane, e.Officer, e.CrossedAt,
			e.LocalDate.First(), e.Zone, e.Document.IssuingState, traveldoc.FoldNumber(e.Document.Number), e.Replaces)
	}
	return b
}

func idOrNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func instantOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func evidenceJSON(evidence []border.Evidence) any {
	if evidence == nil {
		return []border.Evidence{}
	}
	return evidence
}
