package world

import (
	"context"
	"fmt"

	"github.com/openbmis/openbmis/border"
)

// Officer sits at a lane of a station.
type Officer struct {
	*Client
	Who  Person
	Lane string
	Mode border.Mode // how travellers come; air when empty
}

// TakeLane sits the officer down.
func (o *Officer) TakeLane(ctx context.Context, lane string) error {
	answer, err := o.Post(ctx, "/counter/lane", form("lane", lane))
	if err != nil {
		return err
	}
	if answer.Path != "/counter" {
		return fmt.Errorf("take lane %s: answered %d at %s", lane, answer.Status, answer.Path)
	}
	return nil
}

// Scan sends a machine readable zone, as the document reader does, and gives the desk as it is then: with every finding that came
// within the counter's moment of grace.
func (o *Officer) Scan(ctx context.Context, mrz string) (Desk, error) {
	mode := o.Mode
	if mode == "" {
		mode = border.Air
	}
	return o.desk(o.Post(ctx, "/counter/scans", form("mrz", mrz, "mode", string(mode), "transport", "XX100", "purpose", ""), htmx()...))
}

// Look gives the desk as it stands.
func (o *Officer) Look(ctx context.Context) (Desk, error) {
	return o.desk(o.Get(ctx, "/counter", htmx()...))
}

// Checked waits until every check has answered, by the desk's own stream being gone.
func (o *Officer) Checked(ctx context.Context, desk Desk) (Desk, error) {
	for desk.Pending() {
		// The stream tells of the next finding; it ends with the request's context or the desk's completion.
		if err := o.nextFinding(ctx, desk); err != nil {
			return desk, err
		}
		var err error
		if desk, err = o.Look(ctx); err != nil {
			return desk, err
		}
	}
	return desk, nil
}

// Decide decides about the traveller at the desk. The reason and the note may be empty.
func (o *Officer) Decide(ctx context.Context, desk Desk, verdict border.Verdict, reason, note string) (Desk, error) {
	id := desk.Inspection
	if id == "" { // it stands only in forms; ask for one
		asked, err := o.desk(o.Get(ctx, "/counter?panel="+string(border.Refer), htmx()...))
		if err != nil {
			return desk, err
		}
		id = asked.Inspection
	}
	return o.DecideOn(ctx, id, verdict, reason, note)
}

// DecideOn decides about an inspection by its id.
func (o *Officer) DecideOn(ctx context.Context, id string, verdict border.Verdict, reason, note string) (Desk, error) {
	values := form("verdict", string(verdict), "reason", reason, "note", note)
	return o.desk(o.Post(ctx, "/counter/inspections/"+id+"/decision", values, htmx()...))
}

// Undo annuls a decision by the crossing's id.
func (o *Officer) Undo(ctx context.Context, crossing, reason string) (Desk, error) {
	return o.desk(o.Post(ctx, "/counter/crossings/"+crossing+"/undo", form("reason", reason), htmx()...))
}

// Cross lets a traveller without findings cross: scan, wait for the checks, admit.
func (o *Officer) Cross(ctx context.Context, mrz string) (Desk, error) {
	desk, err := o.Scan(ctx, mrz)
	if err != nil {
		return desk, err
	}
	if desk, err = o.Checked(ctx, desk); err != nil {
		return desk, err
	}
	if desk, err = o.Decide(ctx, desk, border.Admit, "", ""); err != nil {
		return desk, err
	}
	if desk.Status >= 400 || desk.Wrong != "" {
		return desk, fmt.Errorf("admit: answered %d: %s", desk.Status, desk.Wrong)
	}
	return desk, nil
}

// htmx are the headers of a request that swaps a part of the page.
func htmx() []string { return []string{"HX-Request", "true", "HX-Request-Type", "partial"} }

func (o *Officer) desk(answer Response, err error) (Desk, error) {
	if err != nil {
		return Desk{}, err
	}
	return readDesk(answer)
}
