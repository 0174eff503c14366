package centraldb

import (
	"cmp"
	"slices"
	"time"
)

// flowCell is where a crossing counts.
type flowCell struct {
	day         time.Time
	station     string
	nationality string
	direction   string
	outcome     string
}

// countFlows adds the batch to the rollups, and takes annulled crossings out again.
func (b *batch) countFlows(crossings []*crossingRow, annulled []annulment) {
	byStation, byNationality := map[flowCell]int64{}, map[flowCell]int64{}
	add := func(cell flowCell, n int64) {
		byStation[flowCell{cell.day, cell.station, "", cell.direction, cell.outcome}] += n
		byNationality[flowCell{cell.day, "", cell.nationality, cell.direction, cell.outcome}] += n
	}
	for _, c := range crossings {
		if c.annulled == nil {
			add(c.cell(), 1)
		}
	}
	for _, a := range annulled {
		if !a.inBatch {
			add(a.cell, -1)
		}
	}
	b.addFlows(byStation, func(c flowCell) string { return c.station }, `
		INSERT INTO flow_day_bcp AS f (day, station, direction, outcome, n)
		SELECT * FROM unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::bigint[])
		ON CONFLICT (day, station, direction, outcome) DO UPDATE SET n = f.n + excluded.n`)
	b.addFlows(byNationality, func(c flowCell) string { return c.nationality }, `
		INSERT INTO flow_day_nat AS f (day, nationality, direction, outcome, n)
		SELECT * FROM unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::bigint[])
		ON CONFLICT (day, nationality, direction, outcome) DO UPDATE SET n = f.n + excluded.n`)
}

func (r *crossingRow) cell() flowCell {
	return flowCell{r.localDate, r.Station, r.Identity.Nationality, string(r.Direction), string(r.Decision.Verdict)}
}

// addFlows upserts cells in the order of their key: all batches take the row locks in the same order.
func (b *batch) addFlows(cells map[flowCell]int64, by func(flowCell) string, query string) {
	keys := make([]flowCell, 0, len(cells))
	for cell, n := range cells {
		if n != 0 {
			keys = append(keys, cell)
		}
	}
	if len(keys) == 0 {
		return
	}
	slices.SortFunc(keys, func(a, b flowCell) int {
		return cmp.Or(a.day.Compare(b.day), cmp.Compare(by(a), by(b)), cmp.Compare(a.direction, b.direction), cmp.Compare(a.outcome, b.outcome))
	})
	days, names := make([]time.Time, len(keys)), make([]string, len(keys))
	directions, outcomes, counts := make([]string, len(keys)), make([]string, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		days[i], names[i], directions[i], outcomes[i], counts[i] = k.day, by(k), k.direction, k.outcome, cells[k]
	}
	b.out.Queue(query, days, names, directions, outcomes, counts)
}
