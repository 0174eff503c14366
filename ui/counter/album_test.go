package counter

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

func read(t *testing.T) *reader.Reading {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "traveldoc", "picture", "jp2", "testdata", "tiles.jp2"))
	require.NoError(t, err)
	return &reader.Reading{Images: []reader.Image{{Light: reader.White, Data: data}}}
}

func TestImagesAreKeptWhileTheTravellerWaits(t *testing.T) {
	a, id, r := newAlbum(maxAlbum), uuid.UUID{1}, read(t)
	first, err := a.image("1", id, r, "0")
	require.NoError(t, err)
	again, err := a.image("1", id, r, "0")
	require.NoError(t, err)
	require.Same(t, &first[0], &again[0], "decoded once")

	waiting := []*border.Inspection{{Scan: border.Scan{ID: id}}}
	a.keep("1", waiting)
	a.keep("2", nil)
	require.Len(t, a.sheets, 1)
	a.keep("1", nil)
	require.Empty(t, a.sheets, "forgotten with the decision")
}

func TestAReadingThatIsAddedToIsShownAnew(t *testing.T) {
	a, id, r := newAlbum(maxAlbum), uuid.UUID{1}, read(t)
	_, err := a.image("1", id, &reader.Reading{Images: []reader.Image{{Data: []byte("no image")}}}, "0")
	require.Error(t, err)
	_, err = a.image("1", id, r, "0")
	require.NoError(t, err)
	require.Len(t, a.sheets, 1)
}

func TestAnAlbumIsBounded(t *testing.T) {
	a, r := newAlbum(1), read(t)
	for n := range byte(3) {
		_, err := a.image("1", uuid.UUID{n}, r, "0")
		require.NoError(t, err)
		require.Empty(t, a.sheets)
	}
	for _, name := range []string{"1", "-1", "00", "x", ""} {
		_, err := a.image("1", uuid.UUID{1}, r, name)
		require.Error(t, err, name)
	}
	require.Empty(t, a.sheets, "what is no image takes no room")
}
