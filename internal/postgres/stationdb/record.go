package stationdb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	var hits, prints bool
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, decideScan, scanID, "decided", e.CrossedAt, "").Scan(&prints)
		if errors.Is(err, pgx.ErrNoRows) {
			return border.ErrScanNotOpen
		}
		if err != nil {
			return err
		}
		if e, hits, err = s.writeAll(ctx, tx, scanID, e, entry); err != nil || !prints {
			return err
		}
		prints, err = s.settlePrints(ctx, tx, scanID, e, entry)
		return err
	})
	if err != nil {
		return border.CrossingEvent{}, fmt.Errorf("record crossing %s: %w", e.CrossingID, err)
	}
	s.nudge()
	s.tell(hits)
	s.tellPrints(prints)
	s.tellArrivals(e)
	return e, nil
}

// Write writes a decision on an inspection in the caller's transaction. It is the one way by which a decision comes to be: at a
// counter (Record) and as the outcome of a case (the second line). Wake the relay after the commit. The prints of a case are the file's since
// the decision that referred the traveller.
func (s *Store) Write(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry) (border.CrossingEvent, error) {
	e, _, err := s.writeAll(ctx, tx, inspection, e, entry)
	return e, err
}

// writeAll writes the decision, and says whether it comes with hits, which are raised with it.
func (s *Store) writeAll(
	ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry,
) (border.CrossingEvent, bool, error) {
	e, err := s.write(ctx, tx, inspection, e, entry)
	if err != nil {
		return e, false, err
	}
	hits, err := s.decidedHits(ctx, tx, inspection, e, entry)
	return e, hits, err
}

func (s *Store) write(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry) (border.CrossingEvent, error) {
	e.Findings = border.Kept(e.Findings)
	file, err := s.file(ctx, tx, e)
	if err != nil {
		return e, err
	}
	e.TravellerID = file.id
	if e.Exhibits, err = s.settle(ctx, tx, inspection, e); err != nil {
		return e, err
	}
	payload, err := json.Marshal(e)
	if err != nil {
		return e, err
	}
	rows := facts(inspection, e, payload)
	s.queueArrival(rows, inspection, e)
	if file.made {
		rows.Queue(FindDuplicates, []uuid.UUID{file.id}, e.CrossedAt)
	}
	if err := tx.SendBatch(ctx, rows).Close(); err != nil {
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

// facts are the rows of a decision. An inspection decided again after a correction keeps its first row.
func facts(scanID uuid.UUID, e border.CrossingEvent, payload []byte) *pgx.Batch {
	b := &pgx.Batch{}
	b.Queue(`insert into inspection (id, traveller_id, identity, document, inspected_at) values ($1, $2, $3, $4, $5)
		on conflict (id) do nothing`, scanID, e.TravellerID, e.Identity, e.Document, e.ScannedAt)
	b.Queue(insertFindings, e.CrossingID, scanID, findingRows(e.Findings))
	d := e.Decision
	b.Queue(`insert into decision (crossing_id, inspection_id, verdict, reason, note, officer, lane, decided_at, status, referral, approver,
		event) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, e.CrossingID, scanID, d.Verdict, d.Reason, d.Note, e.Officer,
		e.Lane, e.CrossedAt, cmp.Or(e.Status, border.Confirmed), idOrNull(e.Referral), e.Approver, string(payload))
	if d.Verdict == border.Refer {
		referral(b, scanID, e)
	}
	if d.Verdict == border.Admit {
		b.Queue(`insert into crossing (id, traveller_id, direction, mode, transport, purpose, lane, officer, crossed_at, local_date,
			zone, issuing_state, number_folded, replaces) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			e.CrossingID, e.TravellerID, e.Direction, e.Mode, e.Transport, e.Purpose, e.Lane, e.Officer, e.CrossedAt,
			e.LocalDate.First(), e.Zone, e.Document.IssuingState, traveldoc.FoldNumber(e.Document.Number), e.Replaces)
		b.Queue(`insert into movement (id, file_id, direction, at, date, station, lane, origin, category, basis, until, nationality, source)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'local')`, e.CrossingID, e.TravellerID, e.Direction, e.CrossedAt,
			e.LocalDate.String(), e.Station, e.Lane, border.Live, e.Category, e.Basis, granted(e), e.Identity.Nationality)
	}
	return b
}

// granted is the last day of the stay that an entry begins; empty when none is bounded.
func granted(e border.CrossingEvent) string {
	if e.Grant == nil || e.Direction != border.Entry {
		return ""
	}
	return e.Grant.Until.String()
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

// insertFindings writes all findings of a decision in one statement, however many checks there are.
const insertFindings = `
insert into finding (crossing_id, check_name, inspection_id, outcome, reason, source, source_version, source_as_of, evidence, took_us, found_at)
select $1, f.check_name, $2, f.outcome, f.reason, f.source, f.source_version, f.source_as_of, f.evidence, f.took_us, f.found_at
from jsonb_to_recordset($3::jsonb) as f(check_name text, outcome text, reason text, source text, source_version text,
    source_as_of timestamptz, evidence jsonb, took_us bigint, found_at timestamptz)`

type findingRow struct {
	Check    string            `json:"check_name"`
	Outcome  border.Outcome    `json:"outcome"`
	Reason   string            `json:"reason"`
	Source   string            `json:"source"`
	Version  string            `json:"source_version"`
	AsOf     *time.Time        `json:"source_as_of"`
	Evidence []border.Evidence `json:"evidence"`
	Took     int64             `json:"took_us"`
	At       time.Time         `json:"found_at"`
}

func findingRows(findings []border.Finding) []findingRow {
	rows := make([]findingRow, len(findings))
	for n, f := range findings {
		rows[n] = findingRow{
			Check: f.Check, Outcome: f.Outcome, Reason: f.Reason, Source: f.Source.Name, Version: f.Source.Version,
			AsOf: instantOrNull(f.Source.AsOf), Evidence: append([]border.Evidence{}, f.Evidence...), Took: f.Took.Microseconds(), At: f.At,
		}
	}
	return rows
}
