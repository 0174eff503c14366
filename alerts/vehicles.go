package alerts

import (
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/vehicle"
	"github.com/openbmis/openbmis/traveldoc"
)

// Vehicles are the vehicles of the list that a station holds. It implements vehicle.Plates.
type Vehicles struct {
	holder Holder
}

var _ vehicle.Plates = Vehicles{}

// NewVehicles makes them.
func NewVehicles(holder Holder) Vehicles { return Vehicles{holder: holder} }

// Plates are the entries in force that a plate meets. A State that either side does not know disagrees with none.
func (v Vehicles) Plates(plate, country string, today traveldoc.Date) ([]vehicle.Listed, vehicle.State) {
	held := v.holder.Held()
	if held.List == nil {
		return nil, vehicle.State{Missing: true}
	}
	var listed []vehicle.Listed
	for _, n := range held.List.byPlate[border.FoldPlate(plate)] {
		a := held.List.alerts[n]
		same := a.PlateCountry == "" || country == "" || a.PlateCountry == country
		if same && a.inForce(today) {
			listed = append(listed, vehicle.Listed{ID: a.ID, Plate: a.Plate, Country: a.PlateCountry, Reason: a.Reason, Action: a.Action})
		}
	}
	return listed, vehicle.State{Version: held.List.version, CurrentAt: held.CurrentAt, Incomplete: held.Unreadable > 0}
}
