package chip_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd/card"
	"github.com/openbmis/openbmis/traveldoc/emrtd/chip"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

func today() traveldoc.Date { return traveldoc.DateOf(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)) }

// misread is the zone with one digit taken for the letter that looks like it, in the cell of a field.
func (w world) misread(t *testing.T, from, to string, cells ...int) *mrz.Document {
	t.Helper()
	lines := strings.Split(w.document.Zone, "\n")
	second := []byte(lines[1])
	for _, cell := range cells {
		require.Equal(t, from, string(second[cell]))
		second[cell] = to[0]
	}
	zone, err := mrz.Parse(lines[0]+"\n"+string(second), today(), mrz.Training)
	require.NoError(t, err)
	return zone
}

func TestADeniedZoneIsMendedByWhatIsSuggestedAndNamed(t *testing.T) {
	w := newWorld(t)
	line := strings.Split(w.document.Zone, "\n")[1]
	cell := strings.IndexByte(line[13:19], '1') + 13 // in the date of birth
	require.GreaterOrEqual(t, cell, 13)
	zone := w.misread(t, "1", "I", cell)
	for _, quirks := range []card.Quirks{{}, {NoPACE: true}} {
		var told []mrz.Suggestion
		read, opened, err := chip.ReadZone(t.Context(), w.card(t, quirks), zone, "", rand.Reader, chip.Options{
			Skip: []string{"DG2"}, Retry: func(s mrz.Suggestion, n, of int) {
				require.LessOrEqual(t, n, of)
				told = append(told, s)
			},
		})
		require.NoError(t, err)
		require.NotNil(t, opened)
		require.Equal(t, told[len(told)-1], *opened)
		require.LessOrEqual(t, len(told), chip.MaxRepairs)
		require.Equal(t, w.chip.Files["DG1"], read.Files["DG1"])
	}
}

func TestAZoneThatIsRightIsNotMended(t *testing.T) {
	w := newWorld(t)
	zone, err := mrz.Parse(w.document.Zone, today(), mrz.Training)
	require.NoError(t, err)
	read, opened, err := chip.ReadZone(t.Context(), w.card(t, card.Quirks{}), zone, "", rand.Reader, chip.Options{Retry: func(mrz.Suggestion, int, int) {
		require.Fail(t, "nothing was denied")
	}})
	require.NoError(t, err)
	require.Nil(t, opened)
	require.NotEmpty(t, read.Files)
}

// Another document's chip is not tried again and again: beyond the repairs there is an end.
func TestAChipIsNotGuessedAt(t *testing.T) {
	w := newWorld(t)
	line := strings.Split(w.document.Zone, "\n")[1]
	zone := w.misread(t, "1", "I", strings.IndexByte(line[13:19], '1')+13)
	other := w
	other.password = chip.Password{Zone: "L898902C<369080619406236"}
	tried := 0
	_, opened, err := chip.ReadZone(t.Context(), other.card(t, card.Quirks{}), zone, "", rand.Reader, chip.Options{Retry: func(mrz.Suggestion, int, int) { tried++ }})
	require.ErrorIs(t, err, chip.ErrDenied)
	require.Nil(t, opened)
	require.Positive(t, tried)
	require.LessOrEqual(t, tried, chip.MaxRepairs)
}

func TestWithoutPasswordNothingIsTried(t *testing.T) {
	w := newWorld(t)
	f := w.card(t, card.Quirks{})
	_, _, err := chip.ReadZone(t.Context(), f, &mrz.Document{}, "", rand.Reader, chip.Options{})
	require.Error(t, err)
	require.Zero(t, f.commands)
}
