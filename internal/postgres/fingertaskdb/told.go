package fingertaskdb

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/tolddb"
	"github.com/openbmis/openbmis/replication"
)

// Sink takes the dataset fingers.ToldDataset: the rows of this station wait here until the worker has made tasks of them. Rows of other
// stations are kept out: nothing here is for them, and what a station does not hold it cannot show.
type Sink struct{ Station string }

var _ relaydb.Sink = Sink{}

// Clear forgets nothing that was told: a snapshot that follows tells it again, and what it leaves out was told all the same.
func (Sink) Clear(context.Context, pgx.Tx) error { return nil }

// told is where what the centre tells of this station's takings waits; the task itself is raised once.
func told(cfg Config) tolddb.Box {
	return tolddb.Box{Table: "finger_told", Key: "task", DB: cfg.DB, Now: cfg.Writer.Now}
}

// Apply keeps what is told of this station. A row that cannot be read is kept: whose it is is not known, and it must not be lost.
func (s Sink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	for _, c := range changes {
		id, err := uuid.Parse(c.Key)
		if c.Op != replication.OpPut || err != nil {
			continue // a key that is no task stays in the reference data, and is nobody's
		}
		var whose struct {
			Station string `json:"station"`
		}
		if json.Unmarshal(c.Data, &whose) == nil && whose.Station != s.Station {
			continue
		}
		if err := told(Config{}).Keep(ctx, tx, id, c.Data); err != nil {
			return err
		}
	}
	return nil
}

// TakeTold raises what the centre told, at most limit of it, and says how much it took. What cannot be used is marked, counted by Stuck,
// and never stands in the way of the others.
func (s *Store) TakeTold(ctx context.Context, limit int) (int, error) {
	taken, err := told(s.cfg).Take(ctx, limit, s.takeTold)
	if taken > 0 {
		s.Committed()
	}
	return taken, err
}

// Stuck is how much of what the centre told cannot be used.
func (s *Store) Stuck(ctx context.Context) (n int, err error) { return told(s.cfg).Stuck(ctx) }

func (s *Store) takeTold(ctx context.Context, tx pgx.Tx, task uuid.UUID, data []byte) error {
	var t fingers.Told
	if json.Unmarshal(data, &t) != nil || t.Task != task || fingers.TaskID(t.Taking, t.Candidacy.CandidateLink, t.Candidacy.Ground) != task {
		return &tolddb.Unusable{Fault: "unreadable", Err: tolddb.ErrUnreadable}
	}
	t.Candidacy.Place = theCentre // whoever it says found it
	if err := ours(ctx, tx, t); err != nil {
		return err
	}
	_, err := s.raise(ctx, tx, t.Taking, t.Candidacy, &t.Search)
	return err
}

// selectOurs reports whether a taking is here and is another person's, or of another file, than what was told says.
const selectOurs = `
SELECT EXISTS (SELECT FROM finger_taking t WHERE t.id = $1 AND (t.link IS DISTINCT FROM $2
        AND NOT EXISTS (SELECT FROM finger_bearer b WHERE b.taking = t.id AND $2 IN (b.link, b.holder))
    OR t.file_id IS NOT NULL AND t.file_id NOT IN (SELECT y.id FROM traveller x JOIN traveller y ON y.group_id = x.group_id
        WHERE x.id = $3 OR x.id IN (SELECT file_id FROM file_alias WHERE foreign_id = $3))))`

// theCentre is the place of what the centre found.
const theCentre = "central"

var errNotOurs = errors.New("it names another person than the taking's")

// ours holds what was told against the taking that it is about. One that is not here any more is believed.
func ours(ctx context.Context, tx pgx.Tx, t fingers.Told) error {
	var wrong bool
	err := tx.QueryRow(ctx, selectOurs, t.Taking, t.Candidacy.Link, t.Candidacy.File).Scan(&wrong)
	if err == nil && wrong {
		return errNotOurs
	}
	return err
}
