package intake

import (
	"context"
	"fmt"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// refused says why a carrier may not tell what a message tells: one of its flights is of another carrier. nil when it may. The flight is of
// the carrier that its key names, and of the one that is kept as operating it: what a message itself says of who operates is not taken for
// granted, or anybody could put his name on anybody's flight.
func (p *Processor) refused(ctx context.Context, tx Tx, door string, m *apipnr.Message, at time.Time) (*apipnr.Diagnostic, error) {
	for _, f := range targets(m) {
		if p.o.SpeaksFor(door, f.Carrier) {
			continue
		}
		operator, err := tx.Operator(ctx, f, at)
		if err != nil {
			return nil, err
		}
		if operator != "" && p.o.SpeaksFor(door, operator) {
			continue
		}
		return &apipnr.Diagnostic{
			Code: apipnr.CodeCarrier, Severity: apipnr.Failure, Offset: m.Start,
			Message: fmt.Sprintf("flight of carrier %q, sent through the door of %q, which may not speak for it", f.Carrier, door),
		}, nil
	}
	return nil, nil //nolint:nilnil // see above
}

// entitle puts a record aside that its carrier may not send.
func (p *Processor) entitle(ctx context.Context, tx Tx, rec *Record) error {
	d, err := p.refused(ctx, tx, rec.Item.Carrier, rec.Message, rec.Item.ReceivedAt)
	if err != nil || d == nil {
		return err
	}
	rec.State, rec.Reason = Quarantined, d.Code
	rec.Message.Diagnostics = append([]apipnr.Diagnostic{*d}, rec.Message.Diagnostics...)
	return nil
}

// pastRetention says that nothing more can be kept of a flight.
func pastRetention(f apipnr.Flight) apipnr.Diagnostic {
	return apipnr.Diagnostic{
		Code: ReasonPastRetention, Severity: apipnr.Failure,
		Message: fmt.Sprintf("flight %s: what was kept of it is erased by the law in force, and nothing more is kept", f.Key()),
	}
}
