package fingerdb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc"
)

const (
	// filesOf is the file of a document with those that are one person with it.
	filesOf = `WITH own AS (SELECT t.id, t.group_id FROM traveller_document d JOIN traveller t ON t.id = d.traveller_id
			WHERE d.issuing_state = $1 AND d.number_folded = $2 AND d.birth_date = $3),
		files AS (SELECT t.id, t.id = own.id AS own FROM own JOIN traveller t ON t.group_id = own.group_id),
		links AS (SELECT l.link, l.since, f.own FROM files f JOIN finger_link l ON l.file_id = f.id
			JOIN biometric.link_key k ON k.id = l.link WHERE k.destroyed_at IS NULL) `
	// notParted leaves out takings of somebody who was found to be the bearer of another person's document.
	notParted = ` AND NOT EXISTS (SELECT FROM finger_bearer b WHERE b.link = t.link AND b.returned_at IS NULL)`
	// rowsOf are the centre's rows of the person, whichever station made the files.
	rowsOf = ` FROM files f CROSS JOIN LATERAL (SELECT f.id UNION ALL SELECT a.foreign_id FROM file_alias a WHERE a.file_id = f.id) AS k (id)
		JOIN ref_row r ON r.dataset = '` + file.Dataset + `' AND r.key = k.id::text COLLATE "C"`
	// selectBearer gives the file, its link (that of another file of the person when it has none itself), the last takings' slots, the last word
	// about each finger here, with who gave it first and when, those that the centre tells of, and whether it says that prints of him are at a
	// station other than this one. What was said goes with the prints when their key is destroyed; a taking without a print goes with the
	// others of its file.
	selectBearer = filesOf + `SELECT own.id, (SELECT link FROM links ORDER BY NOT own, since, link LIMIT 1),
			(SELECT t.body -> 'slots' FROM finger_taking t WHERE t.file_id IN (SELECT id FROM files) AND t.outcome IN ('enrolled', 'presented')` + notParted + `
				ORDER BY t.settled_at DESC LIMIT 1),
			(SELECT json_agg(json_build_object('position', w.slot -> 'position', 'missing', w.slot -> 'missing', 'station', $4::text, 'at', w.taken_at,
					'by', coalesce(w.slot -> 'remembered' ->> 'by', w.officer), 'since', coalesce((w.slot -> 'remembered' ->> 'at')::timestamptz, w.taken_at)))
				FROM (SELECT DISTINCT ON (x.slot ->> 'position') x.slot, t.body ->> 'officer' AS officer, t.taken_at
					FROM finger_taking t CROSS JOIN LATERAL jsonb_array_elements(t.body -> 'slots') AS x (slot)
					WHERE t.file_id IN (SELECT id FROM files) AND t.outcome IN ('enrolled', 'presented')` + notParted + `
						AND NOT EXISTS (SELECT FROM biometric.link_key k WHERE k.id = t.link AND k.destroyed_at IS NOT NULL)
						AND NOT (t.link IS NULL AND EXISTS (SELECT FROM finger_taking o JOIN biometric.link_key k ON k.id = o.link
							WHERE o.file_id = t.file_id AND k.destroyed_at >= t.taken_at))
					ORDER BY x.slot ->> 'position', t.taken_at DESC, t.id) AS w),
			(SELECT json_agg(r.data -> 'absent')` + rowsOf + ` WHERE r.data -> 'absent' IS NOT NULL),
			EXISTS (SELECT` + rowsOf + `
				CROSS JOIN LATERAL json_array_elements_text(
					CASE json_typeof(r.data -> 'prints') WHEN 'array' THEN r.data -> 'prints' ELSE '[]' END) AS p (station) WHERE p.station <> $4)
		FROM own`
	// selectKnown leaves out what was taken of the very scan ($4): nobody is compared with himself as he stands there.
	selectKnown = filesOf + `SELECT ` + storedColumns + fromStored + `JOIN links ON links.link = p.link
		WHERE p.state = 'reference' AND` + templatesOnly + `
			AND NOT EXISTS (SELECT FROM finger_taking t WHERE t.scan_id = $4 AND p.id = ANY (t.prints)) ORDER BY p.position, p.quality DESC, p.id LIMIT 192`
)

// Known is what is on file of the bearer of a scan's document, files that are one person together. When there are references the read is
// audited in its transaction.
func (s *Store) Known(ctx context.Context, subject border.Subject) (known fingers.Person, err error) {
	key := []any{subject.Document.IssuingState, traveldoc.FoldNumber(subject.Document.Number), subject.Identity.BirthDate.String()}
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		var list []stored
		b := &pgx.Batch{}
		b.Queue(selectBearer, append(key, s.o.Station)...).QueryRow(func(row pgx.Row) (err error) {
			known, err = bearerRow(row, s.o.Station)
			return err
		})
		b.Queue(selectKnown, append(slices.Clone(key), subject.Scan)...).Query(func(rows pgx.Rows) (err error) {
			list, err = pgx.CollectRows(rows, storedRow)
			return err
		})
		if err := tx.SendBatch(ctx, b).Close(); err != nil || len(list) == 0 && len(known.Absent) == 0 {
			return err
		}
		known.References, known.Unreadable = s.opener().readable(list)
		known.Elsewhere = known.Elsewhere && len(known.References) == 0
		return auditlog.Insert(ctx, tx, s.readEntry(subject, len(known.References)))
	})
	return known, wrap(err, "prints on file for scan %s", subject.Scan)
}

func (s *Store) readEntry(subject border.Subject, n int) audit.Entry {
	entry := s.service(subject.Lane).Entry(s.o.Now(), audit.Consultation, "inspection", subject.Scan.String())
	entry.Purpose, entry.ResultCount = fingers.PurposeOfVerification, n
	return entry
}

// readable are the prints that open, and how many others there are: what does not open is not nothing.
func (o *opener) readable(list []stored) (prints []fingers.Print, unreadable int) {
	for _, x := range list {
		p, err := o.template(x)
		if err != nil {
			unreadable++
			continue
		}
		prints = append(prints, p)
	}
	return prints, unreadable
}

// bearerRow reads a row of selectBearer; a document that nobody has seen gives the zero person.
func bearerRow(row pgx.Row, station string) (known fingers.Person, err error) {
	var link *uuid.UUID
	var slots, own, told []byte
	err = row.Scan(&known.File, &link, &slots, &own, &told, &known.Elsewhere)
	if errors.Is(err, pgx.ErrNoRows) {
		return known, nil
	}
	if err != nil {
		return known, err
	}
	known.Link = orNil(link)
	var last []fingers.Slot
	if slots != nil {
		if err := json.Unmarshal(slots, &last); err != nil {
			return known, err
		}
	}
	known.Absent, err = absent(own, told, station)
	if err != nil {
		return known, err
	}
	known.Open = slices.DeleteFunc(last, func(s fingers.Slot) bool { return !s.Missing.Temporary() })
	return known, nil
}

// absent are the fingers that are not there for good, by the last words said of them here (own) and elsewhere, as the centre told of them (told:
// a list for each of its rows). What it tells of this station's own words is known better here.
func absent(own, told []byte, station string) (slots []fingers.Slot, err error) {
	var rows []json.RawMessage
	var words []file.FingerWord
	if own != nil {
		if err := json.Unmarshal(own, &words); err != nil {
			return nil, err
		}
	}
	if told != nil {
		if err := json.Unmarshal(told, &rows); err != nil {
			return nil, err
		}
	}
	for _, row := range rows {
		words = append(words, slices.DeleteFunc(file.FingerWords(row), func(w file.FingerWord) bool { return w.Station == station })...)
	}
	slices.SortStableFunc(words, func(a, b file.FingerWord) int { return cmp.Or(cmp.Compare(a.Position, b.Position), b.At.Compare(a.At)) })
	words = slices.CompactFunc(words, func(a, b file.FingerWord) bool { return a.Position == b.Position })
	for _, w := range words {
		if w.Missing.Permanent() {
			slots = append(slots, fingers.Slot{Position: w.Position, Missing: w.Missing, Remembered: &fingers.Remembered{By: w.By, At: w.Since.UTC()}})
		}
	}
	return slots, nil
}
