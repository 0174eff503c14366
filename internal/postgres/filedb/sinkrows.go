package filedb

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
)

// write writes the rows' movements, authorisations and links, and takes away what the centre tells of no longer. It gives the files
// about which the words have changed.
func (s Sink) write(ctx context.Context, tx pgx.Tx, t *told) (touched []uuid.UUID, err error) {
	b := &pgx.Batch{}
	now := s.Now()
	var movements, standing, withdrawn, authorisations, links []uuid.UUID
	var linkKeys, put []string
	for n := range t.rows {
		r := &t.rows[n]
		put = append(put, r.key)
		t.aliasMembers(b, r)
		for _, m := range r.Movements {
			putMovement(b, r, m)
			movements, standing = append(movements, m.ID), append(standing, m.ID)
		}
		withdrawn = append(withdrawn, r.Voided...)
		for _, a := range r.Authorisations {
			b.Queue(`INSERT INTO authorisation (id, file_id, kind, decided, until, at, source, told_by) VALUES ($1, $2, $3, $4, $5, $6, 'centre', $7)
				ON CONFLICT (id) DO UPDATE SET file_id = $2, kind = $3, decided = $4, until = $5, at = $6, told_by = $7
				WHERE authorisation.source = 'centre'`, a.ID, r.files[0], a.Kind, a.On.String(), a.Until.String(), a.At, r.key)
			authorisations = append(authorisations, a.ID)
		}
		for _, l := range append(r.Links, t.bonds(r, now)...) {
			t.putLink(b, r, l)
			links, linkKeys = append(links, l.ID), append(linkKeys, r.key)
			touched = append(touched, t.file(l.A), t.file(l.B))
		}
	}
	forget(b, t.keys, movements, authorisations, standing, withdrawn)
	var gone []uuid.UUID
	forgetLinks(b, put, links, linkKeys, &gone)
	s.tellUnusable(b, t)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	return append(touched, gone...), nil
}

// aliasMembers makes ids that the row names without a document of their own mean its first file.
func (t *told) aliasMembers(b *pgx.Batch, r *row) {
	ofPaper := map[uuid.UUID]bool{}
	for _, p := range r.Papers {
		ofPaper[p.File] = true
	}
	for _, id := range append([]uuid.UUID{r.File}, r.Members...) {
		if !ofPaper[id] {
			t.alias(b, id, r.files[0])
		}
	}
}

func (t *told) file(id uuid.UUID) uuid.UUID {
	if of, known := t.known[id]; known {
		return of
	}
	return id
}

// A movement of this station that comes back from the centre is the row that is here already.
func putMovement(b *pgx.Batch, r *row, m stay.Movement) {
	b.Queue(`INSERT INTO movement (id, file_id, direction, at, date, station, origin, category, basis, until, nationality, source, told_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'centre', $12)
		ON CONFLICT (id) DO UPDATE SET file_id = $2, direction = $3, at = $4, date = $5, station = $6, origin = $7, category = $8, basis = $9,
			until = $10, nationality = $11, told_by = $12 WHERE movement.source = 'centre'`,
		m.ID, r.files[0], m.Direction, m.At, m.Date.String(), m.Station, orLive(m.Origin), m.Category, m.Basis, m.Until.String(), m.Nationality, r.key)
}

func orLive(o border.Origin) border.Origin {
	if o == "" {
		return border.Live
	}
	return o
}

func (t *told) putLink(b *pgx.Batch, r *row, l file.StandingLink) {
	source := "centre"
	if l.Ground == groundBond {
		source = "bond"
	}
	b.Queue(`INSERT INTO file_link (id, told_a, told_b, a, b, verdict, ground, evidence, at, supersedes, source)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING`,
		l.ID, l.A, l.B, t.file(l.A), t.file(l.B), l.Verdict, l.Ground, l.Evidence, l.At, ids(l.Supersedes), source)
	b.Queue(`INSERT INTO file_link_told (key, link_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, r.key, l.ID)
}

// groundBond marks what is no word of a person: the centre published files of ours as one without telling us whose word it was.
const groundBond = "centre"

// bonds join the files of a row that its links do not join: the centre says that they are one person.
func (t *told) bonds(r *row, now time.Time) []file.StandingLink {
	if len(r.files) < 2 {
		return nil
	}
	var said []file.Decided
	for _, l := range r.Links {
		if l.Verdict == file.Same {
			said = append(said, file.Decided{ID: l.ID, A: t.file(l.A), B: t.file(l.B), Verdict: file.Same})
		}
	}
	for _, id := range r.files {
		said = append(said, file.Decided{A: id, B: id, Verdict: file.Same})
	}
	groups := file.Groups(said).Of
	first := groups[r.files[0]]
	bound := map[uuid.UUID]bool{first: true}
	var out []file.StandingLink
	for _, id := range r.files {
		if root := groups[id]; !bound[root] {
			bound[root] = true
			pair := file.PairOf(r.files[0], id)
			out = append(out, file.StandingLink{
				ID: uuid.NewSHA1(pair.A, pair.B[:]), At: now, Link: file.Link{A: pair.A, B: pair.B, Verdict: file.Same, Ground: groundBond},
			})
		}
	}
	return out
}

// forget takes away what the rows told of before and tell of no longer.
func forget(b *pgx.Batch, keys []string, movements, authorisations, standing, withdrawn []uuid.UUID) {
	b.Queue(`DELETE FROM movement WHERE told_by = ANY ($1) AND source = 'centre' AND id <> ALL ($2)`, keys, ids(movements))
	b.Queue(`DELETE FROM authorisation WHERE told_by = ANY ($1) AND source = 'centre' AND id <> ALL ($2)`, keys, ids(authorisations))
	b.Queue(`UPDATE movement SET withdrawn = false WHERE withdrawn AND id = ANY ($1)`, ids(standing))
	b.Queue(`UPDATE movement SET withdrawn = true WHERE NOT withdrawn AND id = ANY ($1) AND id <> ALL ($2)`, ids(withdrawn), ids(standing))
	// What a person of this station voided stays so when the centre, which may not know it yet, tells of it again.
	b.Queue(`UPDATE movement m SET voided_by = r.id, voided_at = r.recorded_at FROM record r
		WHERE m.id = ANY ($1) AND m.voided_by IS NULL AND r.subject = m.id AND r.kind = $2`, ids(movements), border.MovementVoided)
}

// forgetLinks takes away links that rows told of before and tell of no longer. A row that is gone takes no link along: the centre stops
// telling of people who have not moved for long, and that takes back nobody's word.
func forgetLinks(b *pgx.Batch, keys []string, links []uuid.UUID, linkKeys []string, gone *[]uuid.UUID) {
	b.Queue(`DELETE FROM file_link_told t WHERE t.key = ANY ($1)
		AND NOT EXISTS (SELECT FROM unnest($2::text[], $3::uuid[]) AS n (key, id) WHERE n.key = t.key AND n.id = t.link_id)`, keys, linkKeys, ids(links))
	b.Queue(`DELETE FROM file_link l WHERE l.source <> 'local' AND NOT EXISTS (SELECT FROM file_link_told t WHERE t.link_id = l.id)
		RETURNING a, b`).Query(func(rows pgx.Rows) error {
		var x, y uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&x, &y}, func() error { *gone = append(*gone, x, y); return nil })
		return err
	})
}

// tellUnusable keeps which parts of which rows cannot be used, for people to see; no value of them goes to the log.
func (s Sink) tellUnusable(b *pgx.Batch, t *told) {
	b.Queue(`DELETE FROM file_unusable WHERE key = ANY ($1)`, t.keys)
	for key, bad := range t.unusable {
		for _, u := range bad {
			b.Queue(`INSERT INTO file_unusable (key, item, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, key, u.Item, u.Reason)
		}
		s.Log.Warn("files of the centre: a row cannot be used whole", slog.String("row", key), slog.Int("parts", len(bad)),
			slog.String("first", bad[0].Item), slog.String("reason", bad[0].Reason))
	}
}
