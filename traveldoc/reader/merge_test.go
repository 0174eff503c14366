package reader_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/reader"
)

func chipOf(sod string, change func(*reader.Chip)) *reader.Reading {
	c := &reader.Chip{Files: map[string][]byte{"DG1": []byte("DG1 " + sod)}}
	if sod != "" {
		c.Files["SOD"] = []byte(sod)
	}
	change(c)
	return &reader.Reading{Chip: c}
}

func asRead(*reader.Chip) {}

func TestWhatWasFoundOfAChipIsNotForgottenByALaterReading(t *testing.T) {
	bad := func(c *reader.Chip) { c.ChipAuthentication, c.PACECAM = reader.Error, reader.Error }
	good := func(c *reader.Chip) { c.ChipAuthentication, c.PACECAM = reader.OK, reader.OK }
	for name, c := range map[string]struct {
		earlier, later *reader.Reading
		want           reader.Result
	}{
		"later error without an SOD": {chipOf("A", good), chipOf("", bad), reader.Error},
		"earlier error":              {chipOf("A", bad), chipOf("", good), reader.Error},
		"earlier error, read again":  {chipOf("A", bad), chipOf("A", good), reader.Error},
		"later not done":             {chipOf("A", good), chipOf("", asRead), reader.OK},
		"later ok":                   {chipOf("A", asRead), chipOf("", good), reader.OK},
		"a copy inherits nothing":    {chipOf("A", good), chipOf("A", asRead), reader.WasNotDone},
		"another chip":               {chipOf("A", bad), chipOf("B", good), reader.OK},
	} {
		t.Run(name, func(t *testing.T) {
			all := reader.Merge(c.earlier, c.later).Chip
			require.Equal(t, c.want, all.ChipAuthentication)
			require.Equal(t, c.want, all.PACECAM)
		})
	}
}

func TestUnreadFilesOfBothReadingsStay(t *testing.T) {
	a := chipOf("A", func(c *reader.Chip) { c.Access, c.Unread = "bac", map[string]string{"DG2": "6282", "DG3": "6982"} })
	b := chipOf("", func(c *reader.Chip) {
		c.Files = map[string][]byte{"DG2": []byte("face")}
		c.Access, c.Unread = "pace-can", map[string]string{"DG4": "6982"}
	})
	all := reader.Merge(a, b).Chip
	require.Equal(t, map[string]string{"DG3": "6982", "DG4": "6982"}, all.Unread)
	require.Equal(t, "pace-can", all.Access)
	require.Equal(t, map[string]string{"DG2": "6282", "DG3": "6982"}, a.Chip.Unread, "neither is changed")
	require.Equal(t, map[string]string{"DG4": "6982"}, b.Chip.Unread)
	require.Nil(t, reader.Merge(chipOf("A", asRead), chipOf("", asRead)).Chip.Unread)
}

func TestAnotherChipInItsPlaceIsCounted(t *testing.T) {
	one := reader.Merge(chipOf("A", asRead), chipOf("B", asRead))
	require.Equal(t, 1, one.Chip.Differed)
	require.Equal(t, []byte("DG1 B"), one.Chip.Files["DG1"], "files of two chips are never mixed")
	require.Equal(t, 1, reader.Merge(one, chipOf("", asRead)).Chip.Differed)
	require.Equal(t, 1, reader.Merge(one, chipOf("B", asRead)).Chip.Differed)
	require.Equal(t, 2, reader.Merge(one, chipOf("A", asRead)).Chip.Differed)
	require.Zero(t, reader.Merge(chipOf("A", asRead), chipOf("A", asRead)).Chip.Differed)
}

func TestNoDeviceSaysThatAChipDiffered(t *testing.T) {
	_, err := reader.Parse([]byte(`{"chip":{"files":{"SOD":"dwA="}}}`), received)
	require.NoError(t, err)
	_, err = reader.Parse([]byte(`{"chip":{"files":{"SOD":"dwA="},"differed":7}}`), received)
	require.ErrorContains(t, err, "differed")
}
