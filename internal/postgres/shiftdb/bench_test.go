package shiftdb_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
)

// The register of a shift with 10,000 decisions, as a page shows it while the shift runs.
func BenchmarkRegister10000(b *testing.B) {
	p := open(b)
	id := p.begin(b, "sara")
	p.decide(b, traveller{number: "A1", nationality: "UTO"})
	_, err := pgtest.Admin(b, p.db).Pool.Exec(b.Context(), `
		insert into scan (id, scanned_at, station, lane, officer, direction, mode, transport, purpose, mrz, identity, document, status)
		select gen_random_uuid(), scanned_at + n * interval '4 seconds', station, lane, officer, case n % 2 when 0 then 'entry' else 'exit' end, mode,
			transport, purpose, mrz, jsonb_set(identity, '{nationality}', to_jsonb('N' || n % 60)), document, 'decided' from scan, generate_series(1, 10000) n`)
	require.NoError(b, err)
	_, err = pgtest.Admin(b, p.db).Pool.Exec(b.Context(), `
		insert into inspection (id, traveller_id, identity, document, inspected_at) select s.id, t.id, s.identity, s.document, s.scanned_at
		from scan s, (select id from traveller limit 1) t on conflict do nothing;
		insert into decision (crossing_id, inspection_id, verdict, reason, note, officer, lane, decided_at, event)
		select gen_random_uuid(), i.id, 'admit', '', '', 'amara', '1', i.inspected_at, (select event from decision where event is not null limit 1)
		from inspection i where i.id not in (select inspection_id from decision);
		insert into finding (crossing_id, check_name, inspection_id, outcome, reason, source, source_version, evidence, took_us, found_at)
		select crossing_id, c, inspection_id, 'no_hit', '', '', '', '[]', 1, decided_at from decision, unnest(array['document', 'alerts.national', 'stay']) c
		on conflict do nothing; analyze;`)
	require.NoError(b, err)
	p.pass(12 * time.Hour)
	entry := person("sara").Entry(p.now(), audit.Consultation, "shift", id.String())
	entry.Purpose = "post_supervision"
	for b.Loop() {
		f, err := p.Open(b.Context(), id, entry)
		require.NoError(b, err)
		require.Equal(b, 10001, f.Register.Admitted("entry")+f.Register.Admitted("exit"))
	}
}

// What the header of every page asks about shifts: nothing of the database.
func BenchmarkBrief(b *testing.B) {
	p := open(b)
	p.begin(b, "sara")
	for b.Loop() {
		_, err := p.Brief(b.Context())
		require.NoError(b, err)
	}
}
