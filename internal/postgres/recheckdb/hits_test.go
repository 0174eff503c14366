package recheckdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	alerthit "github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/internal/postgres/hitdb"
)

// What an outside service answers after the decision is a hit like any other, which says that it came late, where and when he crossed.
func TestALateHitOfAServiceIsRaised(t *testing.T) {
	o := newOutside(t)
	raised := hitdb.New(hitdb.Config{
		DB: o.db, Nudge: func() {},
		Writer: alerthit.Writer{
			Station: "test-air", Zone: time.UTC, Status: func() border.Status { return border.Confirmed },
			Now: func() time.Time { return o.now }, NewID: uuid.New,
		},
	})
	cfg := o.config()
	cfg.Store = o.store.Raising(raised)
	cfg.Links = []recheck.Link{o.sltd, o.people}
	for _, c := range []*outside{o.sltd, o.people} {
		cfg.Plan = append(cfg.Plan, border.Planned{Check: c, Deadline: 10 * time.Second})
	}
	o.worker = recheck.NewWorker(cfg)
	found := border.Finding{Outcome: border.Hit, Evidence: []border.Evidence{
		{Code: "alert_document", Field: "document_number", Ref: "sltd/S1@1", Severity: border.SecondLine, Band: "certain", Score: 1},
		{Code: "alert_action", Expected: "seize_document", Ref: "sltd/S1@1", Severity: border.SecondLine, Restricted: true},
	}}
	o.sltd.answer["P1"] = found
	e := o.admitted(t, "P1", border.Confirmed, border.NotChecked, border.NoHit)
	o.now = o.now.Add(time.Minute)
	o.sltd.back, o.sltd.answers = o.now, true
	for range 2 {
		o.drain(t)
		require.Equal(t, 1, o.count(t, `select count(*) from hit where retro = $1 and alert = 'sltd/S1' and check_name = 'interpol.sltd'
			and action = 'seize_document' and crossing_id = $2 and file_id = $3`, hitdb.WasNotChecked, e.CrossingID, e.TravellerID))
	}
	require.Equal(t, 1, o.count(t, `select count(*) from hit`))
	require.Equal(t, 1, o.count(t, `select count(*) from record where kind = 'hit.event'`))
}
