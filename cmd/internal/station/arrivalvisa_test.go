package station

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
)

// A number that the post has already is drawn anew, and not for ever.
func TestANumberIsDrawnUntilItIsFree(t *testing.T) {
	drawn := 0
	draw := func() (evisa.Number, error) {
		drawn++
		return evisa.Number(fmt.Sprintf("A%d", drawn)), nil
	}
	n, err := freeNumber(draw, func(n evisa.Number) (bool, error) { return n != "A3", nil })
	require.NoError(t, err)
	require.Equal(t, "A3", n)
	_, err = freeNumber(draw, func(evisa.Number) (bool, error) { return true, nil })
	require.Error(t, err)
	gone := errors.New("no database")
	_, err = freeNumber(draw, func(evisa.Number) (bool, error) { return false, gone })
	require.ErrorIs(t, err, gone)
	_, err = freeNumber(func() (evisa.Number, error) { return "", gone }, nil)
	require.ErrorIs(t, err, gone)
}
