package listdb

import (
	"context"
	"encoding/json"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
)

// older keeps the dataset of flat alerts for stations of an earlier release: the national list alone, one name and one document each.
type older struct{ changes []replication.Change }

func (o *older) add(a alerts.Alert, current bool) error {
	if a.List != National {
		return nil
	}
	if !published(a) {
		if current {
			o.changes = append(o.changes, replication.Change{Op: replication.OpDelete, Key: a.ID})
		}
		return nil
	}
	row, err := json.Marshal(flat(a))
	o.changes = append(o.changes, replication.Change{Op: replication.OpPut, Key: a.ID, Data: row})
	return err
}

func flat(a alerts.Alert) alerts.Flat {
	f := alerts.Flat{ID: a.ID, Reason: a.Reason, Action: string(a.Action), ValidFrom: a.ValidFrom, ValidUntil: a.ValidUntil}
	for _, n := range a.Subject.Names[:min(1, len(a.Subject.Names))] {
		for _, p := range n.Parts {
			if p.Role == alerts.Given {
				f.GivenNames = p.Text
			} else {
				f.Surname = p.Text
			}
		}
	}
	for _, b := range a.Subject.Births[:min(1, len(a.Subject.Births))] {
		f.BirthDate = b.From
	}
	for _, d := range a.Subject.Documents[:min(1, len(a.Subject.Documents))] {
		f.DocumentNumber, f.IssuingState = d.Number, d.Issuer
	}
	for _, v := range a.Subject.Vehicles[:min(1, len(a.Subject.Vehicles))] {
		f.Plate, f.PlateCountry = v.Plate, v.Country
	}
	return f
}

func (o *older) flush(ctx context.Context, p *publication) error {
	if len(o.changes) == 0 {
		return nil
	}
	_, err := centraldb.Publish(ctx, p.tx, alerts.Dataset, p.by.Name, p.p.DecidedAt, o.changes)
	return err
}
