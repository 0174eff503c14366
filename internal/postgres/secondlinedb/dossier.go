package secondlinedb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc"
)

// Dossier is a case with everything that is known of the traveller at this crossing point.
func (s *Store) Dossier(ctx context.Context, id uuid.UUID, entry audit.Entry) (d secondline.Dossier, err error) {
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		if d.Case, err = load(ctx, tx, id, ""); err != nil {
			return err
		}
		if d.Scan, err = scanOf(ctx, tx, d.Case.Inspection); err != nil {
			return err
		}
		if err := around(ctx, tx, &d); err != nil {
			return err
		}
		entry.ResultCount = 1 + len(d.Companions) + len(d.Suggested)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return secondline.Dossier{}, fmt.Errorf("case %s: %w", id, err)
	}
	return d, nil
}

// A person is all files of one group.
const samePerson = `SELECT g.id FROM traveller t JOIN traveller g ON g.group_id = t.group_id WHERE t.id = $1`

const selectPast = `
SELECT d.crossing_id, d.decided_at, s.direction, d.lane, d.verdict, d.reason,
       EXISTS (SELECT FROM correction k WHERE k.crossing_id = d.crossing_id), coalesce(r.outcome, '')
FROM inspection i JOIN decision d ON d.inspection_id = i.id JOIN scan s ON s.id = i.id LEFT JOIN referral r ON r.id = d.crossing_id
WHERE i.traveller_id IN (` + samePerson + `) AND d.crossing_id <> $2 AND d.referral IS DISTINCT FROM $2
ORDER BY d.decided_at DESC, d.crossing_id LIMIT 30`

const selectJudgements = `
SELECT subject, event_time, officer, body -> 'judgement' FROM record
WHERE file_id IN (` + samePerson + `) AND kind = $2 AND body ->> 'kind' = $3 AND subject <> $4 ORDER BY event_time DESC LIMIT 30`

const selectMovements = `
SELECT at, direction, station, origin, voided_by IS NOT NULL FROM movement WHERE file_id IN (` + samePerson + `) ORDER BY at DESC, id LIMIT 30`

// around reads, in one round trip, what stands round the case.
func around(ctx context.Context, tx pgx.Tx, d *secondline.Dossier) error {
	file, id := d.Case.Referred.TravellerID, d.Case.ID()
	b := &pgx.Batch{}
	b.Queue(selectPast, file, id).Query(func(rows pgx.Rows) (err error) {
		d.Past, err = pgx.CollectRows(rows, pastRow)
		return err
	})
	b.Queue(selectJudgements, file, border.ReferralEvent, secondline.HitJudged, id).Query(func(rows pgx.Rows) (err error) {
		d.Judgements, err = pgx.CollectRows(rows, judgementRow)
		return err
	})
	b.Queue(selectMovements, file).Query(func(rows pgx.Rows) (err error) {
		d.Movements, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m secondline.Movement, err error) {
			return m, row.Scan(&m.At, &m.Direction, &m.Station, &m.Origin, &m.Voided)
		})
		return err
	})
	together(b, d)
	return tx.SendBatch(ctx, b).Close()
}

func pastRow(row pgx.CollectableRow) (p secondline.Past, err error) {
	return p, row.Scan(&p.Crossing, &p.At, &p.Direction, &p.Lane, &p.Verdict, &p.Reason, &p.Annulled, &p.Outcome)
}

func judgementRow(row pgx.CollectableRow) (j secondline.EarlierJudgement, err error) {
	var body []byte
	if err := row.Scan(&j.Case, &j.At, &j.By, &body); err != nil {
		return j, err
	}
	return j, json.Unmarshal(body, &j.Judgement)
}

// One row for each scan: its latest standing decision and its latest case.
const companionColumns = `
SELECT s.id, s.scanned_at, s.identity ->> 'surname', s.identity ->> 'given_names',
       (s.document ->> 'issuing_state') || ' ' || (s.document ->> 'number'), s.lane, coalesce(r.id, '00000000-0000-0000-0000-000000000000'),
       r.id IS NOT NULL AND r.closed_at IS NULL, coalesce(v.verdict, ''), %s
FROM scan s
LEFT JOIN LATERAL (SELECT id, closed_at FROM referral WHERE inspection_id = s.id ORDER BY opened_at DESC LIMIT 1) r ON true
LEFT JOIN LATERAL (SELECT verdict FROM decision d WHERE d.inspection_id = s.id
    AND NOT EXISTS (SELECT FROM correction k WHERE k.crossing_id = d.crossing_id) ORDER BY decided_at DESC LIMIT 1) v ON true
`

// Who is of the same manifest at any time, came by the same vehicle or flight within three hours and bears the same surname, or was
// scanned in the same lane within ten minutes and bears the same surname.
const suggest = `
WHERE s.id <> $1 AND s.id <> ALL ($2) AND s.status <> 'dismissed' AND (
    ($3 <> '' AND s.circumstances ? 'group' AND s.circumstances ->> 'group' = $3)
    OR (s.scanned_at BETWEEN $4::timestamptz - interval '3 hours' AND $4::timestamptz + interval '3 hours' AND s.transport = $5 AND $5 <> ''
        AND s.identity ->> 'surname' = $6)
    OR (s.scanned_at BETWEEN $4::timestamptz - interval '10 minutes' AND $4::timestamptz + interval '10 minutes' AND s.lane = $7
        AND s.identity ->> 'surname' = $6)
) ORDER BY s.scanned_at, s.id LIMIT $8`

// mostSuggested is how many are offered; a ship's whole list is none to choose from.
const mostSuggested = 50

const why = `CASE WHEN $3 <> '' AND s.circumstances ->> 'group' = $3 THEN 'group' WHEN s.transport = $5 AND $5 <> '' THEN 'transport' ELSE 'lane' END`

// together queues who travels with the traveller: those added by hand, and those who seem to.
func together(b *pgx.Batch, d *secondline.Dossier) {
	added := make([]uuid.UUID, len(d.Case.Companions))
	for n, p := range d.Case.Companions {
		added[n] = p.Inspection
	}
	b.Queue(fmt.Sprintf(companionColumns, "''")+`WHERE s.id = ANY ($1)`, added).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, companionRow)
		d.Companions = inOrder(d.Case.Companions, found)
		return err
	})
	group := ""
	if d.Scan.Group != uuid.Nil {
		group = d.Scan.Group.String()
	}
	b.Queue(fmt.Sprintf(companionColumns, why)+suggest, d.Scan.ID, added, group, d.Scan.At, d.Scan.Transport, d.Scan.Identity.Surname,
		d.Scan.Lane, mostSuggested+1).Query(func(rows pgx.Rows) (err error) {
		d.Suggested, err = pgx.CollectRows(rows, companionRow)
		if d.MoreSuggested = len(d.Suggested) > mostSuggested; d.MoreSuggested {
			d.Suggested = d.Suggested[:mostSuggested]
		}
		return err
	})
}

func companionRow(row pgx.CollectableRow) (p secondline.Companionship, err error) {
	return p, row.Scan(&p.Inspection, &p.ScannedAt, &p.Surname, &p.GivenNames, &p.Document, &p.Lane, &p.Case, &p.Open, &p.Verdict, &p.Why)
}

func inOrder(added []secondline.Companion, found []secondline.Companionship) []secondline.Companionship {
	var all []secondline.Companionship
	for _, a := range added {
		for _, f := range found {
			if f.Inspection == a.Inspection {
				f.Relation = a.Relation
				all = append(all, f)
			}
		}
	}
	return all
}

const selectLatestScan = `
SELECT id, document ->> 'number', document ->> 'issuing_state' FROM scan
WHERE scanned_at > $1 AND status <> 'dismissed' ORDER BY scanned_at DESC, id`

// FindScan is the latest scan of a document since an instant. Numbers are compared folded, as everywhere.
func (s *Store) FindScan(ctx context.Context, issuingState, number string, since time.Time, entry audit.Entry) (found uuid.UUID, err error) {
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, selectLatestScan, since)
		if err != nil {
			return err
		}
		if found, err = firstScan(rows, issuingState, number); err != nil {
			return err
		}
		if found != uuid.Nil {
			entry.ResultCount = 1
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err == nil && found == uuid.Nil {
		return found, border.ErrNoSuchScan
	}
	if err != nil {
		return found, fmt.Errorf("scan of a document: %w", err)
	}
	return found, nil
}

func firstScan(rows pgx.Rows, issuingState, number string) (uuid.UUID, error) {
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		var n, state string
		if err := rows.Scan(&id, &n, &state); err != nil {
			return uuid.Nil, err
		}
		if traveldoc.FoldNumber(n) == traveldoc.FoldNumber(number) && (issuingState == "" || state == issuingState) && number != "" {
			return id, nil
		}
	}
	return uuid.Nil, rows.Err()
}
