package simulate

import (
	"math/rand/v2"
	"time"
)

// Profile is how busy a crossing point is over its day.
type Profile struct {
	PerHour [24]float64 // travellers in a lane by the hour of the station's clock
}

// Profiles of the two crossing points of the demo: an airport with its waves of arrivals, a road with its commuters. The figures
// are for one lane: an officer takes half a minute to a minute for a traveller.
var (
	Airport = Profile{[24]float64{20, 15, 12, 12, 25, 60, 110, 120, 100, 90, 95, 110, 120, 110, 90, 85, 95, 115, 120, 115, 100, 80, 55, 30}}
	Road    = Profile{[24]float64{12, 10, 10, 15, 35, 70, 100, 95, 70, 60, 55, 60, 65, 60, 60, 70, 95, 105, 90, 65, 45, 30, 20, 15}}
)

// Gap draws the time to the next traveller: exponential, as independent arrivals are, and never longer than ten minutes.
func (p Profile) Gap(r *rand.Rand, at time.Time) time.Duration {
	perHour := max(p.PerHour[at.Hour()], 1)
	gap := time.Duration(r.ExpFloat64() / perHour * float64(time.Hour))
	return min(gap, 10*time.Minute)
}
