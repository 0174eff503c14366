package passengerdb_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/message"
)

// Every real message given goes through: each traveller of it is a person of its flight, and its replay changes nothing.
func TestGivenMessagesGoThrough(t *testing.T) {
	root := os.Getenv("BMIS_TEST_DATA")
	if root == "" {
		t.Skip("BMIS_TEST_DATA is not set: the real messages are not there")
	}
	files, err := filepath.Glob(filepath.Join(root, "api_pnr", "*", "*.edi"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			w := newWorld(t) // files tell of the same people
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			carrier := message.Read(body).Messages[0].Flights[0].Carrier
			id := w.sendBy(carrier, string(body))[0]
			require.Contains(t, []string{"applied", "partial"}, w.state(id))
			travellers := 0
			for _, m := range message.Read(body).Messages {
				travellers += len(m.Travellers)
			}
			require.Equal(t, travellers, w.count("passenger_person"))
			changes := w.count("passenger_change")
			require.NoError(t, w.store.Replay(t.Context(), id, w.consult("passenger_message", id)))
			w.drain()
			require.Equal(t, []int{travellers, changes}, []int{w.count("passenger_person"), w.count("passenger_change")})
		})
	}
}
