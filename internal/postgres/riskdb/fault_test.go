package riskdb_test

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
)

// A rule that cannot be read any more is counted with every person, its hits stay as they are, and the other rules go on.
func TestARuleThatCannotBeAskedIsCountedAndItsHitsDoNotLapse(t *testing.T) {
	w := open(t)
	broken, sound := w.write("mia", `passenger.nationality == "UTO"`), w.write("mia", `document.number == "L1"`)
	w.activate(broken)
	w.activate(sound)
	w.list("0002", 1, person("SPECIMEN", "UTO", "L1"))
	w.work()
	require.Len(t, w.queue(risk.HitNew), 2)
	r, err := w.store.Rule(t.Context(), broken.Rule)
	require.NoError(t, err)
	require.Zero(t, r.Newest().Faults)
	require.True(t, r.Newest().FaultAt.IsZero())

	w.exec(`ALTER TABLE risk_version DISABLE TRIGGER risk_version_guard`)
	w.exec(`UPDATE risk_version SET cel = 'gone.with_the_language' WHERE rule = $1`, broken.Rule)
	w.exec(`ALTER TABLE risk_version ENABLE TRIGGER risk_version_guard`)
	w.worker = risk.NewWorker(w.store, w.passengers, w.language, w.store.Now, slog.New(slog.DiscardHandler))
	w.list("0002", 1, person("SPECIMEN", "XXB", "L1", func(p *apipnr.Traveller) { p.Documents[0].Number = "L2" }))
	w.work()
	lapsed := map[string]bool{}
	for _, h := range w.queue(risk.HitNew) {
		lapsed[h.Code] = !h.LapsedAt.IsZero()
	}
	require.Equal(t, map[string]bool{broken.Code: false, sound.Code: true}, lapsed, "nobody knows whether it would hit still")

	faults := func() (n int) {
		list, err := w.store.Rules(t.Context())
		require.NoError(t, err)
		for _, r := range list {
			if r.ID == sound.Rule {
				require.Zero(t, r.Newest().Faults)
				continue
			}
			n = r.Newest().Faults
			require.False(t, r.Newest().FaultAt.IsZero())
		}
		return n
	}
	once := faults()
	require.Positive(t, once)
	w.list("0003", 1, person("OTHER", "UTO", "L3"))
	w.work()
	require.Equal(t, once+1, faults(), "each person that is not asked about")
}

// A person whose data are too large for a rule's limit of cost is counted too.
func TestALimitOfCostIsAFaultOfThePersonAlone(t *testing.T) {
	w := open(t)
	v := w.write("mia", `booking.remarks.exists(a, booking.remarks.exists(b, a == "XYZ" && b == "X"))`)
	w.activate(v)
	w.work()
	w.worker = risk.NewWorker(w.store, large{w.passengers}, w.language, w.store.Now, slog.New(slog.DiscardHandler))
	w.list("0002", 1, person("SPECIMEN", "UTO", "L1"), person("OTHER", "UTO", "L2"))
	w.work()
	r, err := w.store.Rule(t.Context(), v.Rule)
	require.NoError(t, err)
	require.Equal(t, 1, r.Newest().Faults)
}

// large gives one person more remarks than any message has.
type large struct{ apipnr.Manifests }

func (l large) OfFlight(ctx context.Context, flight uuid.UUID) ([]apipnr.Expected, error) {
	list, err := l.Manifests.OfFlight(ctx, flight)
	for n := range list {
		if list[n].Identity.Surname != "SPECIMEN" {
			continue
		}
		list[n].Booking = &apipnr.Reservation{}
		for i := range 3000 {
			list[n].Booking.Remarks = append(list[n].Booking.Remarks, strings.Repeat("Y", 300)+strconv.Itoa(i))
		}
	}
	return list, err
}
