package centraldb

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
)

// noteScreening leaves word for the screening what has come, in the transaction that stored it: nothing is forgotten when the program is
// killed. Dismissals that name nobody cannot be screened.
func (b *batch) noteScreening(w *work) {
	at := make([]time.Time, 0, len(w.crossings))
	crossings := make([]uuid.UUID, 0, len(w.crossings))
	dismissals, hits := []uuid.UUID{}, []uuid.UUID{}
	for _, c := range w.crossings {
		at, crossings = append(at, c.CrossedAt), append(crossings, c.event.ID)
	}
	for _, d := range w.dismissals {
		if d.dismissal.Identity != nil {
			dismissals = append(dismissals, d.event.ID)
		}
	}
	for _, r := range w.records {
		if r.Kind == border.HitEvent && r.Subject != uuid.Nil {
			hits = append(hits, r.Subject)
		}
	}
	if len(crossings)+len(dismissals)+len(hits) == 0 {
		return
	}
	b.out.Queue(`INSERT INTO screening_due (crossed_at, crossings, dismissals, hits, queued_at) VALUES ($1, $2, $3, $4, $5)`,
		at, crossings, dismissals, distinctIDs(hits), b.receivedAt)
}
