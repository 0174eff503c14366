package analyst_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/replication/replicationtest"
	"github.com/openbmis/openbmis/traveldoc"
)

// entered is somebody who came in days ago and may stay until a day relative to today.
func (c *centre) entered(n, daysAgo, until int, nationality string) border.CrossingEvent {
	e := c.crossing(700+7*n, border.Entry)
	e.CrossedAt = c.Clock.Now().AddDate(0, 0, -daysAgo)
	e.LocalDate = traveldoc.DateOf(e.CrossedAt)
	e.Identity.Nationality, e.Document.IssuingState, e.Document.Number = nationality, nationality, fmt.Sprintf("S%07d", n)
	e.Grant = &border.Grant{Until: traveldoc.DateOf(c.Clock.Now().AddDate(0, 0, until))}
	return e
}

// record is a record of a supervisor, with its event.
func (c *centre) record(t testing.TB, station string, kind border.RecordKind, about, id uuid.UUID, at time.Time, content any) replicationtest.Body {
	t.Helper()
	text, err := json.Marshal(content)
	require.NoError(t, err)
	b := body(t, string(kind), border.Record{
		ID: id, Kind: kind, File: about, Station: station, Officer: "samira", Zone: "Africa/Nairobi", EventTime: at, RecordedAt: at,
		Origin: border.LateElectronic, Status: border.Confirmed, Body: text,
	})
	b.ID = id
	return b
}

// overstay lets people stay too long, two of them leave the list (one by a repair, one late), and two crossing points contradict
// each other about two files. It gives the traveller whose exit was supplied.
func (c *centre) overstay(t testing.TB) uuid.UUID {
	t.Helper()
	one, two, three := c.entered(1, 60, -30, "MAR"), c.entered(2, 20, -5, "MAR"), c.entered(3, 9, -1, "TUN")
	repaired, late := c.entered(4, 80, -10, "FRA"), c.entered(5, 30, -3, "FRA")
	c.send(t, "airport-1", body(t, border.KindCrossing, one), body(t, border.KindCrossing, two), body(t, border.KindCrossing, repaired),
		body(t, border.KindCrossing, late))
	c.send(t, "land-2", body(t, border.KindCrossing, three))
	exit := late
	exit.CrossingID, exit.Direction, exit.CrossedAt, exit.LocalDate = uuid.New(), border.Exit, c.Clock.Now(), traveldoc.DateOf(c.Clock.Now())
	c.send(t, "land-2", body(t, border.KindCrossing, exit))
	id, left := uuid.New(), c.Clock.Now().AddDate(0, 0, -20)
	c.send(t, "airport-1", c.record(t, "airport-1", border.MovementSupplied, repaired.TravellerID, id, left, file.Supplied{
		Movement: stay.Movement{ID: id, Direction: border.Exit, At: left, Date: traveldoc.DateOf(left), Station: "airport-1", Nationality: "FRA"},
		Ground:   "rebuttal", Evidence: "boarding pass", Identity: repaired.Identity, Document: repaired.Document,
	}))
	pair := file.PairOf(one.TravellerID, two.TravellerID)
	for station, verdict := range map[string]file.LinkVerdict{"airport-1": file.Same, "land-2": file.Different} {
		c.send(t, station, c.record(t, station, border.FileLinked, pair.A, uuid.New(), c.Clock.Now(), file.Link{
			A: pair.A, B: pair.B, Verdict: verdict, Ground: "duplicate",
		}))
	}
	require.NoError(t, c.projector.CountOverstays(t.Context()))
	return repaired.TravellerID
}
