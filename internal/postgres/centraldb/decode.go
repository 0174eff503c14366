package centraldb

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// decoded is an event with what it says. Exactly one of crossing, correction, dismissal, record and why is set.
type decoded struct {
	event      *replication.Event
	crossing   *crossingRow
	correction *border.CorrectionEvent
	dismissal  *border.DismissalEvent
	record     *recordRow
	why        error // why it cannot be applied; never personal data
}

// crossingRow is a crossing on its way into the table, with what is derived from the event.
type crossingRow struct {
	border.CrossingEvent
	sighting
	event      *replication.Event
	localDate  time.Time
	hits       int16
	notChecked int16
	annulled   *time.Time // set when a correction of the same batch annuls it
}

// decodeShare is how many events one goroutine decodes at least: about two milliseconds of work.
const decodeShare = 128

// decodeAll reads every payload before the transaction begins, on all cores, so that no lock waits for JSON.
func decodeAll(station string, events []replication.Event) []decoded {
	out := make([]decoded, len(events))
	share := max(decodeShare, (len(events)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	var work sync.WaitGroup
	for from := 0; from < len(events); from += share {
		work.Go(func() {
			for i := from; i < min(from+share, len(events)); i++ {
				out[i] = decode(station, &events[i])
			}
		})
	}
	work.Wait()
	return out
}

func decode(station string, e *replication.Event) decoded {
	d := decoded{event: e}
	if e.Version > border.EventVersion {
		d.why = fmt.Errorf("version %d of kind %q is newer than this release reads (%d)", e.Version, e.Kind, border.EventVersion)
		return d
	}
	switch e.Kind {
	case border.KindCrossing:
		d.crossing, d.why = decodeCrossing(station, e)
	case border.KindCorrection:
		d.correction, d.why = decodeCorrection(station, e)
	case border.KindDismissal:
		d.dismissal, d.why = decodeDismissal(station, e)
	default:
		d.record, d.why = decodeRecord(station, e)
	}
	return d
}

func decodeCrossing(station string, e *replication.Event) (*crossingRow, error) {
	row := &crossingRow{event: e}
	if err := readPayload(e, &row.CrossingEvent); err != nil {
		return nil, err
	}
	if err := checkCrossing(station, &row.CrossingEvent); err != nil {
		return nil, err
	}
	local, err := localDate(&row.CrossingEvent)
	if err != nil {
		return nil, err
	}
	row.localDate, row.Station = local, station
	row.CrossedAt = row.CrossedAt.UTC().Truncate(time.Microsecond)
	row.derive()
	return row, nil
}

func (r *crossingRow) derive() {
	r.sighting = sightingOf(r.TravellerID, &r.Identity, &r.Document)
	for _, f := range r.Findings {
		switch f.Outcome {
		case border.Hit:
			r.hits = min(r.hits, math.MaxInt16-1) + 1
		case border.NotChecked:
			r.notChecked = min(r.notChecked, math.MaxInt16-1) + 1
		case border.NoHit:
		}
	}
}

// errOtherStation: who sent the event is known from the connection; what the payload says may only agree.
var errOtherStation = errors.New("station: the event names another station than the one that sent it")

func checkCrossing(station string, c *border.CrossingEvent) error {
	switch {
	case c.Station != "" && c.Station != station:
		return errOtherStation
	case c.CrossingID == uuid.Nil:
		return errors.New("crossing_id: expected a uuid")
	case c.TravellerID == uuid.Nil:
		return errors.New("traveller_id: expected a uuid")
	case c.CrossedAt.IsZero():
		return errors.New("crossed_at: expected an instant")
	case !c.Direction.Valid():
		return errors.New("direction: expected entry or exit")
	case c.Decision.Verdict.Reasons() == nil:
		return errors.New("decision.verdict: expected admit, refer or refuse")
	}
	return nil
}

// localDate is the calendar day of the crossing at the crossing point.
func localDate(c *border.CrossingEvent) (time.Time, error) {
	if c.LocalDate.Precision() == traveldoc.PrecisionDay {
		return c.LocalDate.First(), nil
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return time.Time{}, errors.New("local_date is empty and zone is not known: expected one of them")
	}
	return traveldoc.DateOf(c.CrossedAt.In(zone)).First(), nil
}

func decodeCorrection(station string, e *replication.Event) (*border.CorrectionEvent, error) {
	c := new(border.CorrectionEvent)
	if err := readPayload(e, c); err != nil {
		return nil, err
	}
	switch {
	case c.Station != "" && c.Station != station:
		return nil, errOtherStation
	case c.CorrectionID == uuid.Nil, c.CrossingID == uuid.Nil:
		return nil, errors.New("correction_id, crossing_id: expected uuids")
	}
	return c, nil
}

func decodeDismissal(station string, e *replication.Event) (*border.DismissalEvent, error) {
	d := new(border.DismissalEvent)
	if err := readPayload(e, d); err != nil {
		return nil, err
	}
	if d.Station != "" && d.Station != station {
		return nil, errOtherStation
	}
	return d, nil
}

// readPayload reads JSON; its error names place and type, never the value, which may be a person's.
func readPayload(e *replication.Event, into any) error {
	err := json.Unmarshal(e.Payload, into)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return fmt.Errorf("payload is not JSON from byte %d on", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Errorf("payload field %s (byte %d): expected %s", kind.Field, kind.Offset, kind.Type)
	}
	return errors.New("payload holds a value that its field does not allow (a date, an id or an outcome)")
}
