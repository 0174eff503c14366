package station

import (
	"context"
	"errors"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/visaregdb"
)

// numberDraws is how often a number is drawn anew because the post has it already: one of many million is free at the second draw.
const numberDraws = 20

// arrivalNumber draws the number of a visa that the station grants on arrival, whether the centre is within reach or not.
func (a *app) arrivalNumber(ctx context.Context) (string, error) {
	return freeNumber(
		func() (evisa.Number, error) { return evisa.NewArrivalNumber(a.tools.Random, a.cfg.ID) },
		func(n evisa.Number) (bool, error) { return visaregdb.ArrivalTaken(ctx, a.pool(), n) },
	)
}

// freeNumber draws until a number is not taken.
func freeNumber(draw func() (evisa.Number, error), taken func(evisa.Number) (bool, error)) (string, error) {
	for range numberDraws {
		n, err := draw()
		if err != nil {
			return "", err
		}
		known, err := taken(n)
		if err != nil {
			return "", err
		}
		if !known {
			return string(n), nil
		}
	}
	return "", errors.New("number of a visa on arrival: every one that was drawn is taken")
}
