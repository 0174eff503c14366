// Package vehicle names what is said of the vehicle that a traveller comes in: the check of it against lists, which several lists and
// services answer, and its evidence. It must never decide anything.
package vehicle

// Name is the name of the check of the vehicle against the alert lists.
const Name = "vehicle.plate"

// The codes of its evidence; reason and action are those of every alert.
const (
	CodeListed = "vehicle_listed"
	CodeClear  = "vehicle_clear"
)

// NoVehicle is what a check of vehicles does not apply to: somebody with whom no vehicle was noted.
const NoVehicle = "no_vehicle"
