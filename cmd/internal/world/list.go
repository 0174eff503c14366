package world

import (
	"bufio"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/traveldoc"
)

// List puts alerts on the national list in the name of two persons, beside the centre's console, and gives the version of the dataset
// that has them. Action, reason and validity are filled in where they are missing. Stations hear of it by their next heartbeat.
func (c *Central) List(t testing.TB, list ...alerts.Flat) (version int64) {
	t.Helper()
	entries := make([]alerts.Alert, len(list))
	for i, a := range list {
		if a.ID == "" {
			a.ID = uuid.NewString()
		}
		if a.Action == "" {
			a.Action = "refer"
		}
		if a.Reason == "" {
			a.Reason = "test"
		}
		if a.ValidFrom == (traveldoc.Date{}) {
			a.ValidFrom = traveldoc.DateOf(c.Clock.Now().UTC())
		}
		entries[i] = a.Alert(listdb.National)
	}
	return c.Alerts(t, entries...)
}

// Alerts puts whole alerts on the national list, as List does.
func (c *Central) Alerts(t testing.TB, list ...alerts.Alert) (version int64) {
	t.Helper()
	first, second := listdb.Person{Actor: Installer(Origin)}, listdb.Person{Actor: Installer(Origin)}
	second.ID = "test-second"
	lists := listdb.New(listdb.Config{DB: c.DB, Now: c.Clock.Now, NewID: uuid.New})
	national := listdb.List{ID: listdb.National, Title: "National alert list", Owner: "UTO-POLICE"}
	version, err := lists.Add(t.Context(), first, second, national, list...)
	require.NoError(t, err)
	return version
}

// first makes the list exist: without one, no traveller would be cleared.
func (c *Central) first(t testing.TB) int64 {
	t.Helper()
	return c.List(t, alerts.Flat{DocumentNumber: "NOBODY001", IssuingState: "UTO", Reason: "makes the list exist"})
}

// WaitListed waits until the station's counter answers with the version of the list, or a newer one.
func (w *World) WaitListed(t testing.TB, s *Station, version int64) {
	t.Helper()
	Eventually(t, func() bool { return s.loaded("alert list loaded") >= version }, "%s has not got version %d of the list", s.Post.ID, version)
}

// loaded is the newest version that the station has said, in the words of its log, to have loaded.
func (s *Station) loaded(words string) (version int64) {
	lines := bufio.NewScanner(strings.NewReader(s.Logs.String()))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Node, Msg string
			Version   json.Number
		}
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Node == s.Name && line.Msg == words {
			if v, err := line.Version.Int64(); err == nil {
				version = max(version, v)
			}
		}
	}
	return version
}
