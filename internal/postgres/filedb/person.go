package filedb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc"
)

// Person is everything that is known of the person whose file it is; the look is audited. file.ErrNoSuchFile when there is none.
func (f *Files) Person(ctx context.Context, id uuid.UUID, entry audit.Entry) (p file.Person, err error) {
	if err := file.CheckPurpose(entry.Purpose); err != nil {
		return p, err
	}
	err = f.snapshot(ctx, func(tx pgx.Tx) error {
		if p, err = f.load(ctx, tx, id); err != nil {
			return err
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return file.Person{}, fmt.Errorf("file %s: %w", id, err)
	}
	return p, nil
}

// snapshot runs fn in a transaction that sees one moment.
func (f *Files) snapshot(ctx context.Context, fn func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, f.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, fn)
}

const filesOfPerson = `SELECT g.id, g.group_id, g.created_at, g.origin = 'local' FROM traveller t JOIN traveller g ON g.group_id = t.group_id
	WHERE t.id = $1 ORDER BY g.id`

const papersOf = `SELECT ` + knownColumns + ` FROM traveller_document d JOIN traveller t ON t.id = d.traveller_id
	WHERE d.traveller_id = ANY ($1) ORDER BY d.first_seen, d.number_folded`

const identitiesOf = `SELECT DISTINCT identity - 'name_truncated' FROM inspection WHERE traveller_id = ANY ($1)`

const decisionsOf = `
SELECT d.crossing_id, d.event, d.officer, d.lane, d.decided_at, d.received_at, d.status, s.station, k.id
FROM inspection i JOIN decision d ON d.inspection_id = i.id JOIN scan s ON s.id = i.id LEFT JOIN correction k ON k.crossing_id = d.crossing_id
WHERE i.traveller_id = ANY ($1)`

const correctionsOf = `
SELECT k.id, k.crossing_id, k.officer, k.lane, k.corrected_at, s.station, k.reason, k.note
FROM inspection i JOIN decision d ON d.inspection_id = i.id JOIN scan s ON s.id = i.id JOIN correction k ON k.crossing_id = d.crossing_id
WHERE i.traveller_id = ANY ($1)`

// Records about the files, and what continues their decisions. Confidential kinds are never among them.
const recordsOf = `
SELECT r.id, r.kind, coalesce(r.subject, '00000000-0000-0000-0000-000000000000'), r.supersedes, r.station, r.lane, r.officer, r.zone,
	r.event_time, r.recorded_at, r.received_at, r.origin, r.status, r.body
FROM record r
WHERE r.kind = ANY ($2) AND (r.file_id = ANY ($1) OR r.subject IN (
	SELECT d.crossing_id FROM inspection i JOIN decision d ON d.inspection_id = i.id WHERE i.traveller_id = ANY ($1))
	OR r.kind = 'file.linked' AND (r.body ->> 'b')::uuid = ANY ($1))`

const toldOf = `SELECT ` + movementColumns + `, m.received_at, m.withdrawn, coalesce(m.voided_by, '00000000-0000-0000-0000-000000000000')
	FROM movement m WHERE m.file_id = ANY ($1) AND m.source = 'centre'`

const wordsOf = `
SELECT l.id, l.at, l.a, l.b, l.verdict, l.supersedes, l.ground, l.evidence, coalesce(r.officer, ''), coalesce(r.station, '')
FROM file_link l LEFT JOIN record r ON r.id = l.id WHERE l.a = ANY ($1) OR l.b = ANY ($1) ORDER BY l.at DESC, l.id`

// shownKinds are the kinds of records that a file shows: all but the confidential ones.
func shownKinds() (kinds []string) {
	for _, k := range border.RecordKinds() {
		if !k.Confidential() {
			kinds = append(kinds, string(k))
		}
	}
	return kinds
}

func (f *Files) load(ctx context.Context, tx pgx.Tx, id uuid.UUID) (p file.Person, err error) {
	rows, err := tx.Query(ctx, filesOfPerson, id)
	if err != nil {
		return p, err
	}
	p.Files, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (i file.Info, err error) {
		err = row.Scan(&i.ID, &p.Group, &i.CreatedAt, &i.Here)
		return i, err
	})
	if err != nil {
		return p, err
	}
	if len(p.Files) == 0 {
		return p, file.ErrNoSuchFile
	}
	all := make([]uuid.UUID, len(p.Files))
	for n, i := range p.Files {
		all[n] = i.ID
	}
	b := &pgx.Batch{}
	queuePerson(b, &p, all)
	queueHistory(b, &p.History, personOfFile, id)
	b.Queue(`SELECT count(*) FROM file_unusable`).QueryRow(func(row pgx.Row) error { return row.Scan(&p.Unusable) })
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return p, err
	}
	for _, k := range p.Papers {
		p.Identities = addIdentity(p.Identities, k.Identity)
	}
	p.Versions = file.Mark(p.Versions)
	subjects := make([]uuid.UUID, len(p.Versions))
	for n, v := range p.Versions {
		subjects[n] = v.ID
	}
	p.Attached, err = f.Attachments.Of(ctx, tx, subjects...)
	return p, err
}

func queuePerson(b *pgx.Batch, p *file.Person, all []uuid.UUID) {
	b.Queue(papersOf, all).Query(func(rows pgx.Rows) (err error) {
		p.Papers, err = pgx.CollectRows(rows, knownRow)
		return err
	})
	b.Queue(identitiesOf, all).Query(func(rows pgx.Rows) error {
		var identity []byte
		_, err := pgx.ForEachRow(rows, []any{&identity}, func() error {
			var i traveldoc.Identity
			if err := json.Unmarshal(identity, &i); err != nil {
				return err
			}
			p.Identities = addIdentity(p.Identities, i)
			return nil
		})
		return err
	})
	collect := func(row pgx.RowToFunc[file.Version]) func(pgx.Rows) error {
		return func(rows pgx.Rows) error {
			versions, err := pgx.CollectRows(rows, row)
			p.Versions = append(p.Versions, versions...)
			return err
		}
	}
	b.Queue(decisionsOf, all).Query(collect(decisionRow))
	b.Queue(correctionsOf, all).Query(collect(correctionRow))
	b.Queue(recordsOf, all, shownKinds()).Query(collect(recordRow))
	b.Queue(toldOf, all).Query(collect(toldRow))
	b.Queue(wordsOf, all).Query(func(rows pgx.Rows) (err error) {
		p.Words, err = pgx.CollectRows(rows, wordRow)
		markWords(p.Words)
		return err
	})
}

func addIdentity(list []traveldoc.Identity, i traveldoc.Identity) []traveldoc.Identity {
	i.NameTruncated = false
	for _, known := range list {
		if known == i {
			return list
		}
	}
	return append(list, i)
}

func decisionRow(row pgx.CollectableRow) (v file.Version, err error) {
	var event []byte
	var correction *uuid.UUID
	err = row.Scan(&v.ID, &event, &v.Officer, &v.Lane, &v.EventTime, &v.ReceivedAt, &v.Status, &v.Station, &correction)
	if err != nil {
		return v, err
	}
	v.Kind, v.Origin, v.RecordedAt = border.KindCrossing, border.Live, v.EventTime
	if correction != nil {
		v.VoidedBy = *correction
	}
	v.Event = &border.CrossingEvent{}
	if event != nil {
		err = json.Unmarshal(event, v.Event)
	}
	v.Zone = v.Event.Zone
	return v, err
}

func correctionRow(row pgx.CollectableRow) (v file.Version, err error) {
	var c border.CorrectionEvent
	err = row.Scan(&v.ID, &v.Subject, &v.Officer, &v.Lane, &v.EventTime, &v.Station, &c.Reason, &c.Note)
	if err != nil {
		return v, err
	}
	v.Kind, v.Origin, v.Status, v.RecordedAt, v.ReceivedAt = border.KindCorrection, border.Live, border.Confirmed, v.EventTime, v.EventTime
	v.Body, err = json.Marshal(c)
	return v, err
}

func recordRow(row pgx.CollectableRow) (v file.Version, err error) {
	var body []byte
	err = row.Scan(&v.ID, &v.Kind, &v.Subject, &v.Supersedes, &v.Station, &v.Lane, &v.Officer, &v.Zone, &v.EventTime, &v.RecordedAt,
		&v.ReceivedAt, &v.Origin, &v.Status, &body)
	v.Body = body
	return v, err
}

func toldRow(row pgx.CollectableRow) (v file.Version, err error) {
	var date, until string
	m := &stay.Movement{}
	err = row.Scan(&m.ID, &m.Direction, &m.At, &date, &m.Station, &m.Origin, &m.Category, &m.Basis, &until, &m.Nationality,
		&v.ReceivedAt, &v.Withdrawn, &v.VoidedBy)
	if err != nil {
		return v, err
	}
	v.ID, v.Kind, v.Station, v.EventTime, v.Origin, v.Status, v.Movement = m.ID, file.KindTold, m.Station, m.At, m.Origin, border.Confirmed, m
	return v, errors.Join(readDate(date, &m.Date), readDate(until, &m.Until))
}

func wordRow(row pgx.CollectableRow) (w file.Word, err error) {
	err = row.Scan(&w.ID, &w.At, &w.A, &w.B, &w.Verdict, &w.Supersedes, &w.Ground, &w.Evidence, &w.Officer, &w.Station)
	return w, err
}

func markWords(words []file.Word) {
	decided := make([]file.Decided, len(words))
	for n, w := range words {
		decided[n] = w.Decided
	}
	for n, w := range words {
		for _, head := range file.Heads(decided, file.PairOf(w.A, w.B)) {
			words[n].Stands = words[n].Stands || head.ID == w.ID
		}
	}
}
