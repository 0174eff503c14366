package central_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What carriers sent and is not worked on shows before anybody misses it.
func TestBacklogOfPassengerDataIsMeasured(t *testing.T) {
	page := run(t).page(t, "/metrics")
	for _, name := range []string{"kept_total", "backlog", "backlog_age_seconds", "waiting_parts", "quarantine", "work_notes"} {
		require.Contains(t, page, "bmis_passenger_"+name+" 0")
	}
}
