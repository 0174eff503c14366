package centraldb_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/replication"
)

// readModels prints stays and rollups, so that two centres can be compared. Stays are named by document: the travellers' ids are
// each centre's own.
func (c *centre) readModels(t require.TestingT) string {
	rows, err := c.db.Pool.Query(context.Background(), `
		SELECT 'stay ' || d.doc_no || ' ' || inside || ' ' || last_at || ' ' || movement_id || ' ' || s.station || ' ' || coalesce(last_lawful::text, '')
			FROM stay s JOIN traveller_document d USING (traveller_id)
		UNION ALL SELECT 'bcp ' || day || ' ' || station || ' ' || direction || ' ' || outcome || ' ' || n FROM flow_day_bcp WHERE n <> 0
		UNION ALL SELECT 'nat ' || day || ' ' || nationality || ' ' || direction || ' ' || outcome || ' ' || n FROM flow_day_nat WHERE n <> 0
		ORDER BY 1`)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return strings.Join(lines, "\n")
}

// Each station's events arrive in its own order, but the stations' in any, in batches of any size, long after they happened: the
// read models are always the same.
func TestAnyOrderOfArrivalGivesTheSameReadModels(t *testing.T) {
	straight, shuffled := newCentre(t), newCentre(t)
	forgetStraight, forgetShuffled := emptier(t, straight), emptier(t, shuffled)
	rapid.Check(t, func(rt *rapid.T) {
		forgetStraight()
		forgetShuffled()
		stations, histories := writeHistories(t, rt)
		for i, s := range stations {
			for _, e := range histories[i] {
				straight.send(t, s, e)
			}
		}
		deliverInAnyOrder(t, rt, shuffled, stations, histories)
		require.Equal(rt, straight.readModels(rt), shuffled.readModels(rt))
		require.Equal(rt, expectedStays(rt, stations, histories), countInside(rt, shuffled))
	})
}

// writeHistories lets three travellers cross at three stations, at any times, with undone decisions between.
func writeHistories(t *testing.T, rt *rapid.T) ([]*station, [][]replication.Event) {
	var stations []*station
	var histories [][]replication.Event
	for i := range 3 {
		s := newStation(fmt.Sprintf("post-%d", i))
		var events []replication.Event
		var done []border.CrossingEvent
		for range rapid.IntRange(1, 8).Draw(rt, "crossings") {
			who := traveller(rapid.IntRange(0, 2).Draw(rt, "who"))
			direction := rapid.SampledFrom([]border.Direction{border.Entry, border.Exit}).Draw(rt, "direction")
			// No two at the same instant: what that means is border/stay's to say.
			at := noon.Add(time.Duration(rapid.IntRange(-50, 50).Draw(rt, "hours"))*time.Hour + time.Duration(len(events)*3+i)*time.Second)
			c := s.crossing(who, direction, at)
			c.Decision.Verdict = rapid.SampledFrom([]border.Verdict{border.Admit, border.Admit, border.Refer}).Draw(rt, "verdict")
			events, done = append(events, s.event(t, border.KindCrossing, c)), append(done, c)
			if rapid.Bool().Draw(rt, "undo") {
				undone := rapid.SampledFrom(done).Draw(rt, "which")
				events = append(events, s.event(t, border.KindCorrection, s.correction(undone)))
			}
		}
		stations, histories = append(stations, s), append(histories, events)
	}
	return stations, histories
}

func deliverInAnyOrder(t *testing.T, rt *rapid.T, c *centre, stations []*station, histories [][]replication.Event) {
	sent := make([]int, len(stations))
	waiting := []int{0, 1, 2}
	for len(waiting) > 0 {
		i := rapid.SampledFrom(waiting).Draw(rt, "station")
		n := rapid.IntRange(1, len(histories[i])-sent[i]).Draw(rt, "batch")
		c.send(t, stations[i], histories[i][sent[i]:sent[i]+n]...)
		if sent[i] += n; sent[i] == len(histories[i]) {
			waiting = slices.DeleteFunc(waiting, func(w int) bool { return w == i })
		}
	}
}

// expectedStays says in its own plain words who is inside: whose last standing, admitted crossing is an entry.
func expectedStays(rt *rapid.T, stations []*station, histories [][]replication.Event) string {
	last := map[string]replicated{}
	undone := map[string]bool{}
	var all []replicated
	for i := range stations {
		for _, e := range histories[i] {
			r := readBack(rt, e)
			if r.undoes != "" {
				undone[r.undoes] = true
				continue
			}
			all = append(all, r)
		}
	}
	for _, r := range all {
		if r.admitted && !undone[r.id] && r.after(last[r.document]) {
			last[r.document] = r
		}
	}
	var inside []string
	for document, r := range last {
		if r.entry {
			inside = append(inside, document)
		}
	}
	slices.Sort(inside)
	return strings.Join(inside, " ")
}

func countInside(rt *rapid.T, c *centre) string {
	rows, err := c.db.Pool.Query(context.Background(), `SELECT doc_no FROM stay JOIN traveller_document USING (traveller_id) WHERE inside ORDER BY 1`)
	require.NoError(rt, err)
	inside, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(rt, err)
	return strings.Join(inside, " ")
}

// Stations report at the same time, about the same travellers, with undone decisions between: nothing waits for ever, nothing is
// lost, and the read models are those of one station after the other.
func TestStationsAtTheSameTime(t *testing.T) {
	together, apart := newCentre(t), newCentre(t)
	var work sync.WaitGroup
	for n := range 4 {
		s := newStation(fmt.Sprintf("post-%d", n))
		var events []replication.Event
		for i := range 120 {
			at := noon.Add(time.Duration((i*37+n*11)%200) * time.Minute)
			c := s.crossing(traveller((i*7+n)%40), []border.Direction{border.Entry, border.Exit}[(i+n)%2], at)
			events = append(events, s.event(t, border.KindCrossing, c))
			if i%5 == n {
				events = append(events, s.event(t, border.KindCorrection, s.correction(c)))
			}
		}
		apart.send(t, s, events...)
		work.Go(func() {
			for batch := range slices.Chunk(events, 12) {
				reply, err := together.applier.Apply(t.Context(), s.name, s.epoch, batch)
				if err != nil || reply.Cursor != batch[len(batch)-1].Seq {
					t.Errorf("station %s: cursor %d, %v", s.name, reply.Cursor, err) // not the test's own goroutine
				}
			}
		})
	}
	work.Wait()
	require.NoError(t, together.projector.Drain(t.Context()))
	require.Equal(t, apart.readModels(t), together.readModels(t))
	require.Zero(t, one[int](t, together.db, `SELECT count(*) FROM dead_letter`))
}
