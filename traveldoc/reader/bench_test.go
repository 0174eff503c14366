package reader_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/reader"
)

// megabyte is a reading of one megabyte as JSON: three pages, a chip, and what a device says of fields and features.
func megabyte(t testing.TB) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) []byte {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		return data
	}
	r := whole()
	r.Images = nil
	for _, light := range []reader.Light{reader.White, reader.Infrared, reader.Ultraviolet} {
		r.Images = append(r.Images, reader.Image{Light: light, MediaType: "image/jpeg", DPI: 300, Data: noise(220_000)})
	}
	r.Chip.Files = map[string][]byte{"SOD": noise(2_000), "DG1": noise(93), "DG2": noise(20_000), "DG14": noise(300), "DG7": noise(60_000)}
	for len(r.Values) < 40 {
		r.Values = append(r.Values, r.Values[0])
	}
	for len(r.Authenticity) < 40 {
		r.Authenticity = append(r.Authenticity, r.Authenticity[0])
	}
	text, err := json.Marshal(r)
	require.NoError(t, err)
	return text
}

func TestTheReadingOfTheBenchmarkIsOne(t *testing.T) {
	text := megabyte(t)
	require.InDelta(t, 1<<20, len(text), 1<<17)
	r, err := reader.Parse(text, received)
	require.NoError(t, err)
	require.Len(t, r.Images[0].Data, 220_000)
}

func BenchmarkParse1MB(b *testing.B) {
	text := megabyte(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := reader.Parse(text, received); err != nil {
			b.Fatal(err)
		}
	}
}
