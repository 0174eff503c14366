package riskdb_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// BenchmarkFlight is a list of 260 persons from its notes to what 200 rules made of it, stored: persons opened, history looked up, rules
// asked, links and hits kept.
func BenchmarkFlight(b *testing.B) {
	w := open(b)
	for i := range 200 {
		v := w.write("mia", fmt.Sprintf(`passenger.nationality in ["XA%d", "UTO"] && document.number.startsWith("L%d") && passenger.age >= 18`, i, i))
		if i == 0 {
			w.activate(v)
			continue
		}
		w.exec(`INSERT INTO risk_dryrun (id, rule, n, digest, from_day, to_day, state, asked_by, asked_login, asked_at)
			SELECT gen_random_uuid(), rule, n, digest, now(), now(), 'done', 'x', 'x', now() FROM risk_version WHERE rule = $1`, v.Rule)
		w.exec(`UPDATE risk_version SET state = 'proposed', proposed_by = 'a', proposed_login = 'a' WHERE rule = $1`, v.Rule)
		w.exec(`UPDATE risk_version SET state = 'active', decided_by = 'b', decided_login = 'b' WHERE rule = $1`, v.Rule)
	}
	var list []apipnr.Traveller
	for i := range 260 {
		list = append(list, person(fmt.Sprintf("SPECIMEN%c%c", 'A'+i%26, 'A'+i/26), "UTO", fmt.Sprintf("L%d", i)))
	}
	w.work()
	flight := 0
	for b.Loop() {
		b.StopTimer()
		flight++
		w.list(fmt.Sprintf("%04d", 1000+flight), 1, list...)
		b.StartTimer()
		require.NoError(b, w.worker.Once(b.Context()))
	}
}
