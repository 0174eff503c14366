package centraldb

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Search finds crossings, newest first. The entry is completed with purpose, keyed hash of the terms and count of results.
func (r *Reader) Search(
	ctx context.Context, s central.Search, after central.Cursor, limit int, entry audit.Entry,
) (page central.Page, err error) {
	if err := r.admitSearch(ctx, s, &entry); err != nil {
		return page, err
	}
	err = snapshot(ctx, r.db, func(tx pgx.Tx) error {
		where, err := searchConditions(ctx, tx, s)
		if err != nil {
			return err
		}
		if page.Total, err = where.count(ctx, tx, central.CountLimit+1); err != nil {
			return err
		}
		if page.More = page.Total > central.CountLimit; page.More {
			page.Total = central.CountLimit
		}
		if page.Rows, err = where.rows(ctx, tx, after, limit+1); err != nil {
			return err
		}
		entry.ResultCount = page.Total
		return auditlog.Insert(ctx, tx, entry)
	})
	if len(page.Rows) > limit {
		page.Rows = page.Rows[:limit]
		last := page.Rows[limit-1]
		page.Next = central.Cursor{At: last.CrossedAt, ID: last.EventID}
	}
	return page, wrap(err, "search crossings")
}

// admitSearch checks a search and completes its audit entry.
func (r *Reader) admitSearch(ctx context.Context, s central.Search, entry *audit.Entry) error {
	if err := r.requirePurpose(ctx, s.Purpose, *entry); err != nil {
		return err
	}
	if err := s.Check(); err != nil {
		return err
	}
	hash, err := audit.QueryHMAC(r.key, s.Terms()...)
	if err != nil {
		return fmt.Errorf("hash of search terms: %w", err)
	}
	entry.Purpose, entry.QueryHMAC = s.Purpose, hash
	return nil
}

// conditions are a WHERE clause in the making.
type conditions struct {
	parts []string
	args  []any
}

// add appends a condition whose ? are the arguments.
func (c *conditions) add(condition string, args ...any) {
	for _, arg := range args {
		c.args = append(c.args, arg)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(c.args)), 1)
	}
	c.parts = append(c.parts, condition)
}

func (c *conditions) clause() string {
	if len(c.parts) == 0 {
		return "true"
	}
	return strings.Join(c.parts, " AND ")
}

func searchConditions(ctx context.Context, tx pgx.Tx, s central.Search) (*conditions, error) {
	c := new(conditions)
	if words := s.Words(); len(words) > 0 {
		travellers, err := travellersNamed(ctx, tx, words)
		if err != nil {
			return nil, err
		}
		c.add("c.traveller_id = ANY(?)", travellers)
	}
	if s.Document != "" {
		// Travellers are few: their crossings are found by traveller.
		c.add(`c.traveller_id IN (SELECT d.traveller_id FROM traveller_document d WHERE d.doc_no = ?)`, s.DocNo())
		c.add("c.doc_no = ?", s.DocNo())
	}
	addBirthDate(c, s.BirthDate)
	// The bounds on crossed_at let PostgreSQL leave out months; a calendar day lasts from 14 hours before to 12 after the UTC day.
	if !s.From.IsZero() {
		c.add("c.local_date >= ? AND c.crossed_at >= ?", s.From.First(), s.From.First().AddDate(0, 0, -1))
	}
	if !s.To.IsZero() {
		c.add("c.local_date <= ? AND c.crossed_at < ?", s.To.First(), s.To.First().AddDate(0, 0, 2))
	}
	if s.Station != "" {
		c.add("c.station = ?", s.Station)
	}
	if s.Direction != "" {
		c.add("c.direction = ?", string(s.Direction))
	}
	if s.Verdict != "" {
		c.add("c.outcome = ?", string(s.Verdict))
	}
	if s.HitsOnly {
		c.add("c.hits > 0")
	}
	return c, nil
}

// addBirthDate matches dates that may be the same day: a year finds every day in it, a day finds a known year or month.
func addBirthDate(c *conditions, d traveldoc.Date) {
	switch d.Precision() {
	case traveldoc.PrecisionUnknown:
	case traveldoc.PrecisionYear:
		c.add("c.birth_date LIKE ? || '%'", d.String())
	case traveldoc.PrecisionMonth:
		c.add("(c.birth_date LIKE ? || '%' OR c.birth_date = ?)", d.String(), d.String()[:4])
	case traveldoc.PrecisionDay:
		c.add("c.birth_date = ANY(?)", []string{d.String(), d.String()[:7], d.String()[:4]})
	}
}

// travellersNamed finds travellers whose names hold all the words, each as a beginning or as a likeness.
func travellersNamed(ctx context.Context, tx pgx.Tx, words []string) ([]uuid.UUID, error) {
	alike, err := likeWords(ctx, tx, words)
	if err != nil {
		return nil, err
	}
	var parts []string
	var args []any
	for _, word := range words {
		args = append(args, word+"%", alike[word])
		parts = append(parts, fmt.Sprintf(`SELECT traveller_id FROM traveller_word WHERE word LIKE $%d OR word = ANY($%d)`, len(args)-1, len(args)))
	}
	query := fmt.Sprintf(`SELECT DISTINCT traveller_id FROM (%s) AS named LIMIT %d`, strings.Join(parts, " INTERSECT "), central.MaxTravellers+1)
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("look up names: %w", err)
	}
	travellers, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("look up names: %w", err)
	}
	if len(travellers) > central.MaxTravellers {
		return nil, problem.New(problem.Invalid, "name_too_common").At("name").With("max", central.MaxTravellers)
	}
	return travellers, nil
}

// likeWords finds, for each word of four letters or more, known words that are written alike.
func likeWords(ctx context.Context, tx pgx.Tx, words []string) (map[string][]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT q.word, l.word FROM unnest($1::text[]) AS q(word) CROSS JOIN LATERAL (
			SELECT n.word FROM name_word n WHERE n.word % q.word AND similarity(n.word, q.word) >= 0.4
			ORDER BY similarity(n.word, q.word) DESC, n.word LIMIT 20) AS l
		WHERE length(q.word) >= 4`, words)
	if err != nil {
		return nil, fmt.Errorf("look up words: %w", err)
	}
	alike := map[string][]string{}
	var asked, found string
	_, err = pgx.ForEachRow(rows, []any{&asked, &found}, func() error {
		alike[asked] = append(alike[asked], found)
		return nil
	})
	return alike, wrap(err, "look up words")
}

func (c *conditions) count(ctx context.Context, tx pgx.Tx, limit int) (n int, err error) {
	query := fmt.Sprintf(`SELECT count(*) FROM (SELECT FROM crossing c WHERE %s LIMIT %d) AS found`, c.clause(), limit)
	err = tx.QueryRow(ctx, query, c.args...).Scan(&n)
	return n, wrap(err, "count crossings")
}

func (c *conditions) rows(ctx context.Context, tx pgx.Tx, after central.Cursor, limit int) ([]central.Crossing, error) {
	from := conditions{parts: c.parts[:len(c.parts):len(c.parts)], args: c.args[:len(c.args):len(c.args)]}
	if !after.IsZero() {
		from.add("(c.crossed_at, c.event_id) < (?, ?)", after.At, after.ID)
	}
	query := fmt.Sprintf(`SELECT %s FROM crossing c WHERE %s ORDER BY c.crossed_at DESC, c.event_id DESC LIMIT %d`,
		crossingFields, from.clause(), limit)
	rows, err := tx.Query(ctx, query, from.args...)
	if err != nil {
		return nil, fmt.Errorf("read crossings: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanCrossing)
	return list, wrap(err, "read crossings")
}
