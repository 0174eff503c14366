package listdb

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc"
)

// Query asks for alerts. All that is given must hold.
type Query struct {
	List     string // empty: all lists
	ID       string // the beginning of an id
	Words    string // of a name, in any order
	Document string // a document's number, a plate or a VIN, whole
	// Gone asks for what was withdrawn too.
	Gone bool
	// AfterList and AfterID are the alert before the page.
	AfterList, AfterID string
}

// Page is a page of alerts, and how many there are on all pages: from one state of the database.
type Page struct {
	Rows  []alerts.Alert
	Total int
	More  bool
}

// Find gives alerts by list and id. The look is audited in the same transaction; that discreet alerts were among them is an entry of
// its own, which their owner's auditors read.
func (l *Lists) Find(ctx context.Context, by Person, q Query, purpose string) (page Page, err error) {
	if err := by.must(auth.AlertView); err != nil {
		return page, err
	}
	where, args := q.condition(by.Desk())
	err = l.snapshot(ctx, func(tx pgx.Tx) error {
		var discreet int
		err := tx.QueryRow(ctx, `select count(*), count(*) filter (where a.secrecy = 'discreet') from alert a where `+where, args...).
			Scan(&page.Total, &discreet)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select v.body from alert a join alert_version v using (list, id, version)
			where `+where+` and (a.list, a.id) > ($1, $2) order by a.list, a.id limit $3`, args...)
		if err != nil {
			return err
		}
		if page.Rows, err = pgx.CollectRows(rows, scanBody); err != nil {
			return err
		}
		return l.looked(ctx, tx, by, q, purpose, page.Total-discreet, discreet)
	})
	if page.More = len(page.Rows) > PageSize; page.More {
		page.Rows = page.Rows[:PageSize]
	}
	return page, wrapped(err, "find alerts")
}

// condition is the query in SQL. Its first arguments are where the page begins and how many rows it has.
func (q Query) condition(desk string) (where string, args []any) {
	args = []any{q.AfterList, q.AfterID, PageSize + 1, desk, q.Gone, q.List, q.ID, words(q.Words), numbers(q.Document)}
	// The first three belong to the page alone; naming them keeps one list of arguments for both statements.
	return `($1::text is not null and $2::text is not null and $3::int is not null) and ` + visible + `$4) and ($5 or a.status <> 'withdrawn')
		and ($6 = '' or a.list = $6) and ($7 = '' or starts_with(a.id, $7)) and a.terms @> $8::text[]
		and (cardinality($9::text[]) = 0 or a.terms && $9::text[])`, args
}

func numbers(s string) []string {
	if strings.TrimSpace(s) == "" {
		return []string{}
	}
	return []string{traveldoc.FoldNumber(s), border.FoldPlate(s)}
}

// looked writes the entries of a look into lists.
func (l *Lists) looked(ctx context.Context, tx pgx.Tx, by Person, q Query, purpose string, open, discreet int) error {
	entry := by.Entry(l.now(), audit.Consultation, "alert", orAll(q.List))
	entry.Purpose, entry.ResultCount = purpose, open
	if len(l.QueryKey) > 0 && (q.Words != "" || q.Document != "") {
		hmac, err := audit.QueryHMAC(l.QueryKey, q.Words, q.Document)
		if err != nil {
			return err
		}
		entry.QueryHMAC = hmac
	}
	if err := auditlog.Insert(ctx, tx, entry); err != nil || discreet == 0 {
		return err
	}
	entry.ObjectKind, entry.ResultCount = DiscreetKind(by.Desk()), discreet
	return auditlog.Insert(ctx, tx, entry)
}

func orAll(list string) string {
	if list == "" {
		return "all"
	}
	return list
}

// Version is one version of an alert: what it said, and who made it so, when and why.
type Version struct {
	Alert    alerts.Alert
	At       time.Time
	Proposed Who
	Approved Who
	Why      string
	List     int64    // version of the list; 0 of a discreet alert
	Fields   []string // that differ from the version before: names in JSON
}

// Entry is an alert with its history, newest version first, and with what contradicts it.
type Entry struct {
	Alert     alerts.Alert
	Versions  []Version
	Conflicts []Conflict
}

// Entry reads one alert whole.
func (l *Lists) Entry(ctx context.Context, by Person, list, id, purpose string) (e Entry, err error) {
	if err := by.must(auth.AlertView); err != nil {
		return e, err
	}
	err = l.snapshot(ctx, func(tx pgx.Tx) error {
		if e.Alert, err = current(ctx, tx, by, list, id); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select v.body, v.at, p.proposed_login, coalesce(p.decided_login, ''), p.remark, coalesce(v.list_version, 0)
			from alert_version v join list_proposal p on p.id = v.proposal where v.list = $1 and v.id = $2 order by v.version desc`, list, id)
		if err != nil {
			return err
		}
		if e.Versions, err = pgx.CollectRows(rows, scanVersion); err != nil {
			return err
		}
		for i := range e.Versions[:max(len(e.Versions)-1, 0)] {
			e.Versions[i].Fields = listfile.Differ(e.Versions[i+1].Alert, e.Versions[i].Alert)
		}
		if e.Conflicts, err = l.conflicts(ctx, tx, by, e.Alert); err != nil {
			return err
		}
		agency := ""
		if e.Alert.Secrecy == alerts.Discreet {
			agency = by.Desk()
		}
		entry := by.Entry(l.now(), audit.Consultation, kindOf("alert", agency), e.Alert.Key())
		entry.Purpose, entry.ResultCount = purpose, 1
		return auditlog.Insert(ctx, tx, entry)
	})
	return e, wrapped(err, "read an alert")
}

func scanVersion(row pgx.CollectableRow) (v Version, err error) {
	var body string
	if err := row.Scan(&body, &v.At, &v.Proposed.Login, &v.Approved.Login, &v.Why, &v.List); err != nil {
		return v, err
	}
	v.At = v.At.UTC()
	return v, json.Unmarshal([]byte(body), &v.Alert)
}

// Picture is a picture of an alert, if the person may see it.
func (l *Lists) Picture(ctx context.Context, by Person, digest string) (jpeg []byte, err error) {
	if err := by.must(auth.AlertView); err != nil {
		return nil, err
	}
	err = l.snapshot(ctx, func(tx pgx.Tx) error {
		var agency string
		err := tx.QueryRow(ctx, `select jpeg, agency from alert_picture where digest = $1 and (agency = '' or agency = $2)`, digest, by.Desk()).
			Scan(&jpeg, &agency)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrUnknownAlert
		}
		if err != nil {
			return err
		}
		entry := by.Entry(l.now(), audit.Consultation, kindOf("alert_picture", agency), digest)
		entry.Purpose, entry.ResultCount = "list_maintenance", 1
		return auditlog.Insert(ctx, tx, entry)
	})
	return jpeg, wrapped(err, "read a picture")
}

// Due are the alerts whose review is due by a day, the most urgent first, at most a page of them, and how many there are.
func (l *Lists) Due(ctx context.Context, by Person, day traveldoc.Date) (page Page, err error) {
	if err := by.must(auth.AlertView); err != nil {
		return page, err
	}
	const where = ` from alert a join alert_version v using (list, id, version)
		where a.status = 'active' and a.review_by <= $1 and ` + visible + `$2)`
	err = l.snapshot(ctx, func(tx pgx.Tx) error {
		var discreet int
		err := tx.QueryRow(ctx, `select count(*), count(*) filter (where a.secrecy = 'discreet')`+where, last(day), by.Desk()).
			Scan(&page.Total, &discreet)
		if err != nil || page.Total == 0 {
			return err
		}
		rows, err := tx.Query(ctx, `select v.body`+where+` order by a.review_by, a.list, a.id limit $3`, last(day), by.Desk(), PageSize)
		if err != nil {
			return err
		}
		if page.Rows, err = pgx.CollectRows(rows, scanBody); err != nil {
			return err
		}
		page.More = page.Total > len(page.Rows)
		return l.looked(ctx, tx, by, Query{}, "review_due", page.Total-discreet, discreet)
	})
	return page, wrapped(err, "alerts to be reviewed")
}
