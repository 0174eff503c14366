package centraldb

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/fingers"
)

const (
	putParted = `INSERT INTO finger_bearer (link, station, taking_id, task, by, since)
		SELECT $1, $2, taking_id, $4, $5, $6 FROM finger_enrolment WHERE taking_id = $3 AND station = $2 ON CONFLICT (link) DO NOTHING`
	dropParted = `DELETE FROM finger_bearer WHERE taking_id = $1 AND station = $2`
	moveTaking = `UPDATE finger_enrolment SET link = $3, body = $4 WHERE taking_id = $1 AND station = $2`
	// joinCandidate: the candidate of a task is a bearer of another person's document, and the task's traveller is he. joinParted: the task's
	// taking is such a bearer's, who is the candidate. Between two bearers there is no file.
	joinCandidate = `UPDATE finger_bearer b SET joined_file = coalesce(e.file_id, t.file), joined_by = t.task
		FROM finger_task t LEFT JOIN finger_enrolment e ON e.taking_id = t.taking_id AND e.station = t.station
		WHERE t.task = $1 AND t.station = $2 AND t.ground = 'candidate' AND b.link = t.candidate_link AND (t.told OR b.station = t.station)
			AND NOT EXISTS (SELECT FROM finger_bearer o WHERE o.taking_id = t.taking_id AND o.station = t.station)`
	joinParted = `UPDATE finger_bearer b SET joined_file = t.candidate_file, joined_by = t.task FROM finger_task t
		WHERE t.task = $1 AND t.station = $2 AND t.ground = 'candidate' AND b.taking_id = t.taking_id AND b.station = t.station
			AND t.candidate_file IS NOT NULL`
	freeParted = `UPDATE finger_bearer b SET joined_file = NULL, joined_by = NULL FROM finger_task t
		WHERE b.joined_by = $1 AND t.task = $1 AND t.station = $2`
)

func checkSeparation(e *fingers.Event) error {
	x := e.Separation
	switch {
	case x == nil || x.Taking.ID != e.Taking || e.Task == uuid.Nil:
		return errors.New("body: separation: expected that of the event's taking, with the task that decided it")
	case x.Link == uuid.Nil || x.From == uuid.Nil || x.Link == x.From:
		return errors.New("body: separation: link: expected two references")
	case len(x.Prints) > maxNamedPrints || len(x.Gone) > maxNamedPrints:
		return fmt.Errorf("body: separation: prints: expected at most %d", maxNamedPrints)
	case slices.ContainsFunc(x.Prints, wrongNames(x.Link)):
		return errors.New("body: separation: prints: expected templates and images of fingers of the link, with their digests")
	}
	return nil
}

// separate lets the prints of a taking stand under another link: that of a person without a file, or the document's holder's again.
func (b *batch) separate(r *recordRow) error {
	x := r.prints.Separation
	b.look(r)
	body, err := json.Marshal(x.Taking)
	if err != nil {
		return fmt.Errorf("taking %s: %w", x.Taking.ID, err)
	}
	b.out.Queue(moveTaking, x.Taking.ID, b.station, x.Link, string(body))
	b.out.Queue(dropParted, x.Taking.ID, b.station)
	state := fingers.StateDisputed
	if r.prints.Step == fingers.Separated {
		state = fingers.StateReference
		b.out.Queue(putParted, x.Link, b.station, x.Taking.ID, r.prints.Task, r.prints.By, r.EventTime)
	}
	b.namePrints(x.Link, x.Taking, x.Prints, state)
	b.erase(x.Gone)
	b.out.Queue(linksChanged, []uuid.UUID{x.From, x.Link}, b.station)
	return nil
}
