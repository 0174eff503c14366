package wsq

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
)

// TestGolden decodes a file that an earlier build wrote: encoder and decoder may not drift together. BMIS_UPDATE_GOLDEN=1 writes it anew.
func TestGolden(t *testing.T) {
	const name = "testdata/ridges.wsq"
	m := ridges(97, 118, 9)
	if os.Getenv("BMIS_UPDATE_GOLDEN") != "" {
		data, err := Encode(m, Options{BitRate: 2.25})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(name, data, 0o600))
	}
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	back, _, err := Decode(data)
	require.NoError(t, err)
	require.Greater(t, psnr(m, back), 27.0)
	again, err := Encode(m, Options{BitRate: 2.25})
	require.NoError(t, err)
	require.InEpsilon(t, len(data), len(again), 0.01)
}

// sample is a small image's bytes, and where in them a marker's segment begins.
func sample(t testing.TB) []byte {
	t.Helper()
	data, err := Encode(ridges(64, 48, 9), Options{})
	require.NoError(t, err)
	return data
}

func at(t testing.TB, data []byte, mark uint16) int {
	t.Helper()
	found := bytes.Index(data, binary.BigEndian.AppendUint16(nil, mark))
	require.GreaterOrEqual(t, found, 0)
	return found
}

func TestDecodeRefuses(t *testing.T) {
	whole := sample(t)
	dht, sof, dqt, dtt, sob := at(t, whole, markDHT), at(t, whole, markSOF), at(t, whole, markDQT), at(t, whole, markDTT), at(t, whole, markSOB)
	for _, v := range []struct {
		name   string
		change func(data []byte) []byte
		says   string
	}{
		{"nothing", func([]byte) []byte { return nil }, "offset 0: start of image: expected 2 bytes, 0 are there"},
		{"another format", func([]byte) []byte { return []byte("\x89PNG") }, "start of image: marker 8950, expected FFA0"},
		{"no end", func(d []byte) []byte { return d[:len(d)-2] }, "expected a marker at its end"},
		{"half", func(d []byte) []byte { return d[:sob+4] }, "segment: expected 1 bytes, 0 are there"},
		{"huge", func(d []byte) []byte { copy(d[sof+6:], "\xFF\xFF\xFF\xFF"); return d }, "size: 65535x65535, expected 1 to 4096 a side"},
		{"no height", func(d []byte) []byte { copy(d[sof+6:], "\x00\x00"); return d }, "size: 64x0, expected"},
		{"another height", func(d []byte) []byte { copy(d[sof+6:], "\x00\x60"); return d }, "coefficients, "},
		{"less height", func(d []byte) []byte { copy(d[sof+6:], "\x00\x10"); return d }, "more coefficients than the"},
		{"even filters", func(d []byte) []byte { d[dtt+4] = 8; return d }, "filters of 8 and 7 taps, expected the 9 and 7"},
		{"long filters", func(d []byte) []byte { d[dtt+4] = 255; return d }, "filters of 255 and 7 taps"},
		{"large tap", func(d []byte) []byte { d[dtt+7] = 0; return d }, "expected a filter's coefficient"},
		{"small bins", func(d []byte) []byte { d[dqt+7] = 200; return d }, "bin width: decimal exponent 200, expected at most 20"},
		{"ninth table", func(d []byte) []byte { d[dht+4] = 8; return d }, "table: number 8, expected at most 7"},
		{"too many codes", func(d []byte) []byte { d[dht+5] = 3; return d }, "expected "},
		{"many tables", func(d []byte) []byte {
			table := bytes.Repeat(d[dht:sob], 64)
			return append(append(bytes.Clone(d[:dht]), table...), d[dht:]...)
		}, "table: expected at most 64 in an image"},
		{"table not given", func(d []byte) []byte { d[sob+4] = 7; return d }, "table of the block: 7, expected a Huffman table that was given before"},
		{"no length", func(d []byte) []byte { copy(d[dht+2:], "\x00\x01"); return d }, "segment length: 1, expected at least 2"},
		{"unknown marker", func(d []byte) []byte { d[dtt+1] = 0xB3; return d }, "marker: FFB3, expected FFA2 to FFA8"},
		{"restarts", func(d []byte) []byte {
			return append(append(bytes.Clone(d[:2]), 0xFF, 0xA7, 0, 4, 0, 9), d[2:]...)
		}, "restart interval: 9, expected none"},
		{"two frames", func(d []byte) []byte { return append(bytes.Clone(d[:sof+19]), d[sof:]...) }, "start of frame: a second one"},
		{"no frame", func(d []byte) []byte { return append(bytes.Clone(d[:sof]), d[sof+19:]...) }, "expected a start of frame before"},
		{"tables alone", func(d []byte) []byte { return append(bytes.Clone(d[:dqt]), 0xFF, 0xA1) }, "expected a start of frame before"},
		{"no blocks", func(d []byte) []byte { return append(bytes.Clone(d[:sob]), 0xFF, 0xA1) }, "coefficients, 0 are there"},
	} {
		t.Run(v.name, func(t *testing.T) {
			_, _, err := Decode(v.change(bytes.Clone(whole)))
			require.ErrorContains(t, err, v.says)
			require.ErrorContains(t, err, "wsq: offset ")
		})
	}
}

// TestTruncated: an image that is cut anywhere is refused, never half an image.
func TestTruncated(t *testing.T) {
	whole := sample(t)
	for n := range len(whole) {
		_, _, err := Decode(whole[:n])
		require.Error(t, err, n)
	}
}

func TestSize(t *testing.T) {
	data := sample(t)
	width, height, err := Size(data[:at(t, data, markDHT)])
	require.NoError(t, err)
	require.Equal(t, []int{64, 48}, []int{width, height})
	_, _, err = Size(data[:at(t, data, markSOF)])
	require.ErrorContains(t, err, "marker: expected 2 bytes, 0 are there")
}

func TestTrailing(t *testing.T) {
	_, info, err := Decode(append(sample(t), "more"...))
	require.NoError(t, err)
	require.Equal(t, 4, info.Trailing)
}

func TestComment(t *testing.T) {
	for text, ppi := range map[string]float64{
		"NIST_COM 2\nPPI 500": 500, "NIST_COM 2\nPPI 255": 500, "NIST_COM 2\nPPI -1": 500, "NIST_COM 2\nPPI 1000": 1000, "PPI 1000": 500,
		"NIST_COM 2\nPPI 99999999999999999999": 500,
	} {
		var info Info
		info.comment(text)
		require.InDelta(t, ppi, info.believable(), 0, text)
	}
}

func FuzzDecode(f *testing.F) {
	whole := sample(f)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := func() (biometrics.Image, error) {
			m, _, err := decode(data, 1<<16)
			return m, err
		}()
		if err == nil {
			require.NoError(t, m.Check())
		}
	})
}
