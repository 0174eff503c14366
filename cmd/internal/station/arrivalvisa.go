package station

import "github.com/openbmis/openbmis/evisa"

// arrivalNumber draws the number of a visa that the station grants on arrival, whether the centre is within reach or not.
func (a *app) arrivalNumber() (string, error) {
	n, err := evisa.NewArrivalNumber(a.tools.Random)
	return string(n), err
}
