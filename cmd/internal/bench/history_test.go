package bench_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/border/previous"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/traveldoc"
)

// past is one crossing of the station's history.
type past struct {
	person                   simulate.Person
	traveller, scan, crossed uuid.UUID
	direction                string
	at                       time.Time
}

// fillHistory copies n crossings of the town's first people into the station's tables: four in five of these people came and left
// again, the others were only ever seen leaving. All of them have left, so that they may come again. (The audit log of those days
// is not made: nothing that is measured reads it.)
func (c *country) fillHistory(b *testing.B, n int) {
	b.Helper()
	people := n * 3 / 5
	persons, ids := make([]simulate.Person, people), make([]uuid.UUID, people)
	for i := range persons {
		persons[i], ids[i] = c.town.Person(i, false), uuid.New()
	}
	all := make([]past, 0, n)
	const days = 90
	begin := time.Now().AddDate(0, 0, -days)
	step := days * 24 * time.Hour / time.Duration(n)
	for i := range n {
		who, way := i, "exit"
		if i < n-people {
			way = "entry"
		} else {
			who = i - (n - people)
		}
		all = append(all, past{persons[who], ids[who], uuid.New(), uuid.New(), way, begin.Add(time.Duration(i) * step)})
	}
	c.copy(b, "traveller", []string{"id", "created_at", "audit_salt", "group_id"}, people, func(i int) []any {
		return []any{ids[i], begin, make([]byte, 32), ids[i]}
	})
	c.copy(b, "traveller_document", []string{"issuing_state", "number_folded", "birth_date", "traveller_id", "surname", "given_names",
		"nationality", "sex", "first_seen", "number", "name_key", "born_first", "born_last"}, people, func(i int) []any {
		who, d := persons[i].Identity, persons[i].Document
		return []any{d.IssuingState, traveldoc.FoldNumber(d.Number), who.BirthDate.String(), ids[i], who.Surname, who.GivenNames, who.Nationality, who.Sex, begin, d.Number,
			traveldoc.NameKey(who.Surname, who.GivenNames), who.BirthDate.First(), who.BirthDate.Last()}
	})
	c.copyActs(b, all)
	c.copy(b, "movement", []string{"id", "file_id", "direction", "at", "date", "station", "origin", "category", "basis", "until", "nationality",
		"source"}, len(all), func(i int) []any {
		p := all[i]
		return []any{p.crossed, p.traveller, p.direction, p.at, p.at.Format(time.DateOnly), stationID, "live", "ordinary", "short_stay", "",
			p.person.Identity.Nationality, "local"}
	})
	_, err := c.postDB.Pool.Exec(b.Context(), `ANALYZE`)
	require.NoError(b, err)
}

func (c *country) copyActs(b *testing.B, all []past) {
	b.Helper()
	c.copy(b, "scan", []string{"id", "scanned_at", "station", "lane", "officer", "direction", "mode", "transport", "purpose", "mrz",
		"identity", "document", "status", "closed_at"}, len(all), func(i int) []any {
		p := all[i]
		zone, err := p.person.MRZ()
		require.NoError(b, err)
		return []any{p.scan, p.at, stationID, "1", officer, p.direction, "air", "XX123", "holiday", zone, p.person.Identity, p.person.Document, "decided", p.at}
	})
	c.copy(b, "inspection", []string{"id", "traveller_id", "identity", "document", "inspected_at"}, len(all), func(i int) []any {
		p := all[i]
		return []any{p.scan, p.traveller, p.person.Identity, p.person.Document, p.at}
	})
	checks := []string{documentcheck.Name, alerts.CheckName, previous.Name}
	c.copy(b, "finding", []string{"crossing_id", "check_name", "inspection_id", "outcome", "reason", "source", "source_version",
		"evidence", "took_us", "found_at"}, len(checks)*len(all), func(i int) []any {
		p, check := all[i/len(checks)], checks[i%len(checks)]
		return []any{p.crossed, check, p.scan, "no_hit", "", check, "1", []byte("[]"), 400, p.at}
	})
	c.copy(b, "decision", []string{"crossing_id", "inspection_id", "verdict", "reason", "note", "officer", "lane", "decided_at"},
		len(all), func(i int) []any {
			return []any{all[i].crossed, all[i].scan, "admit", "", "", officer, "1", all[i].at}
		})
	c.copy(b, "crossing", []string{"id", "traveller_id", "direction", "mode", "transport", "purpose", "lane", "officer", "crossed_at",
		"local_date", "zone", "issuing_state", "number_folded"}, len(all), func(i int) []any {
		p := all[i]
		return []any{p.crossed, p.traveller, p.direction, "air", "XX123", "holiday", "1", officer, p.at, p.at, "Africa/Nairobi",
			p.person.Document.IssuingState, traveldoc.FoldNumber(p.person.Document.Number)}
	})
}

func (c *country) copy(b *testing.B, table string, columns []string, n int, row func(int) []any) {
	b.Helper()
	_, err := c.postDB.Pool.CopyFrom(b.Context(), pgx.Identifier{table}, columns,
		pgx.CopyFromSlice(n, func(i int) ([]any, error) { return row(i), nil }))
	require.NoError(b, err, table)
}
