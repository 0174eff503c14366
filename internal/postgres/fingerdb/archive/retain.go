package archive

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/replication"
)

const (
	// overdue are links whose person's time of keeping is over, as at a station (see fingerdb), by the crossings of all stations. A case of the
	// second line is open until its station tells of its end. A hit on somebody who was not decided names his document, and nobody (unfiled).
	overdue = `WITH held AS (
			SELECT DISTINCT ON (k.id) k.id AS link, k.station, coalesce(f.traveller_id, CASE WHEN b.link IS NULL THEN e.traveller_id END) AS traveller,
				e.enrolled_at, b.since
			FROM biometric.link_key k JOIN finger_enrolment e ON e.link = k.id AND e.station = k.station
				LEFT JOIN finger_bearer b ON b.link = k.id LEFT JOIN traveller_file f ON f.file_id = b.joined_file
			WHERE k.destroyed_at IS NULL AND k.received_at < greatest($1::timestamptz, $2::timestamptz) ORDER BY k.id, e.enrolled_at DESC),
		persons AS (SELECT h.*, ARRAY (SELECT h.traveller UNION SELECT o.traveller_id FROM traveller_group g JOIN traveller_group o USING (leader)
				WHERE g.traveller_id = h.traveller) AS travellers FROM held h),
		seen AS (
			SELECT p.*, greatest(m.at, p.enrolled_at, p.since) AS at, CASE WHEN m.entry THEN m.at END AS entered,
				coalesce(greatest(p.enrolled_at, p.since) > m.at + interval '1 day', m.at IS NULL) AS later
			FROM persons p LEFT JOIN LATERAL (SELECT m.at, m.entry FROM movement m WHERE m.traveller_id = ANY (p.travellers) AND NOT m.annulled
				AND NOT EXISTS (SELECT FROM movement_void v WHERE v.movement_id = m.id) ORDER BY m.at DESC LIMIT 1) AS m ON true),
		unfiled AS (SELECT d.traveller_id AS traveller FROM desk_hit h JOIN traveller_document d ON d.issuing_state = h.raise -> 'document' ->> 'issuing_state'
				AND d.birth_date = h.raise -> 'identity' ->> 'birth_date' AND d.doc_no = ` + fingerdb.FoldFrom + `h.raise -> 'document' ->> 'number'` + fingerdb.FoldTo + `
				WHERE h.traveller_id IS NULL AND h.closed_at IS NULL),
		overdue AS (SELECT s.*,
				EXISTS (SELECT FROM finger_task t WHERE t.verdict IN ('', 'undecided') AND s.link IN (t.link, t.candidate_link)) AS tasks,
				EXISTS (SELECT FROM desk_hit d WHERE d.traveller_id = ANY (s.travellers) AND d.closed_at IS NULL)
					OR EXISTS (SELECT FROM unfiled u WHERE u.traveller = ANY (s.travellers))
					OR EXISTS (SELECT FROM crossing c WHERE c.traveller_id = ANY (s.travellers) AND c.outcome = 'refer' AND NOT EXISTS (
						SELECT FROM record r WHERE r.subject = c.crossing_id AND r.kind = '` + string(border.ReferralEvent) + `'
							AND r.payload -> 'body' ->> 'kind' IN ('` + string(secondline.Ended) + `', '` + string(secondline.Withdrawn) + `'))) AS hits
			FROM seen s WHERE CASE WHEN s.entered IS NULL THEN s.at < $1 ELSE s.entered < $2 AND (NOT s.later OR s.at < $1) END) `
	dueToEnd   = overdue + `SELECT link, station, coalesce(traveller, link) FROM overdue WHERE NOT tasks AND NOT hits ORDER BY at, link LIMIT $3`
	countToEnd = overdue + `SELECT count(*) FILTER (WHERE NOT tasks AND NOT hits), count(*) FILTER (WHERE tasks), count(*) FILTER (WHERE hits AND NOT tasks),
		(SELECT count(*) FROM biometric.link_key WHERE ground = '` + fingers.GroundRetention + `') FROM overdue`
	retainAtOnce = 50
	// awayFor is how long the centre waits for a station's own word: one that was away may bring crossings.
	awayFor = 30 * 24 * time.Hour
)

// Retain destroys the keys of persons whose time of keeping has been over for a month: their stations do it before, and tell. What is left is
// of stations that are there no more. Whoever has an open task, hit or case is kept. It gives how many keys there were.
func (a *Archive) Retain(ctx context.Context, policy fingers.Policy) (n int, err error) {
	crossing, inside := fingerdb.Before(policy, a.o.Now().Add(-awayFor))
	if crossing == nil && inside == nil {
		return 0, nil
	}
	for {
		list, err := a.overdue(ctx, crossing, inside)
		if err != nil || len(list) == 0 {
			return n, wrap(err, "erase prints whose time is over")
		}
		for _, one := range list {
			if err := a.retire(ctx, one); err != nil {
				return n, wrap(err, "erase prints whose time is over")
			}
			n++
		}
	}
}

// ended is a link whose time is over.
type ended struct {
	Link    uuid.UUID
	Station string
	About   uuid.UUID // the traveller, or the link of somebody without a file
}

func (a *Archive) overdue(ctx context.Context, crossing, inside *time.Time) ([]ended, error) {
	rows, err := a.o.DB.Pool.Query(ctx, dueToEnd, crossing, inside, retainAtOnce)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[ended])
}

// retire writes the audit entry first: what cannot be told is not done. To destroy a key twice is no error.
func (a *Archive) retire(ctx context.Context, e ended) error {
	now := a.o.Now()
	actor := audit.Actor{ID: fingers.CheckName, Name: fingers.CheckName, Role: "service", Post: Place}
	entry := actor.Entry(now, audit.Erasure, "biometric_key", e.About.String())
	entry.Purpose, entry.Decision, entry.ResultCount = "retention", fingers.GroundRetention, 1
	if err := a.o.DB.InTx(ctx, func(tx pgx.Tx) error { return auditlog.Insert(ctx, tx, entry) }); err != nil {
		return err
	}
	return a.Bury(ctx, e.Station, replication.Tombstone{Key: e.Link, Ground: fingers.GroundRetention, DestroyedAt: now})
}

// Retention is how the keeping stands. What is expired is the stations' to erase, and the centre's a month later.
func (a *Archive) Retention(ctx context.Context, policy fingers.Policy) (r fingers.Retention, err error) {
	crossing, inside := fingerdb.Before(policy, a.o.Now())
	err = a.o.DB.Pool.QueryRow(ctx, countToEnd, crossing, inside).Scan(&r.Expired, &r.OpenTasks, &r.OpenHits, &r.Erased)
	return r, wrap(err, "count persons whose time is over")
}
