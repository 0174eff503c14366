package fir

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
)

func TestVector(t *testing.T) {
	root := os.Getenv("BMIS_TEST_DATA")
	if root == "" {
		t.Skip("BMIS_TEST_DATA is not set: the vector is not looked at")
	}
	data, err := os.ReadFile(filepath.Join(root, "fingerprints", "vectors", "Left_Index_wsq.iso"))
	require.NoError(t, err)
	record, err := Parse(data)
	require.NoError(t, err)
	require.Len(t, record.Representations, 1)
	p := record.Representations[0]
	require.Equal(t, biometrics.LeftIndex, p.Position)
	require.Equal(t, WSQ, p.Compression)
	require.EqualValues(t, 29, p.Impression)
	require.Equal(t, []Quality{{Score: 50, Vendor: 15, Algorithm: 15}}, p.Qualities)
	require.Len(t, p.Data, 9840)
	at, ok := p.Captured.Time()
	require.True(t, ok)
	require.Equal(t, time.Date(2023, 1, 9, 18, 22, 56, 94e6, time.UTC), at)
	m, err := p.Image()
	require.NoError(t, err)
	require.Equal(t, []any{280, 448, 500.0}, []any{m.Width, m.Height, m.PPI})
	again, err := record.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, data, again)
}

// waves is a small image.
func waves(width, height int) biometrics.Image {
	m := biometrics.Image{Width: width, Height: height, PPI: 500, Pix: make([]byte, width*height)}
	for i := range m.Pix {
		m.Pix[i] = byte(128 + 100*math.Sin(float64(i%width)/2+float64(i/width)/5))
	}
	return m
}

func TestEncode(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 11, 12, 345e6, time.UTC)
	for _, c := range []Compression{Raw, WSQ, PNG} {
		t.Run(string(c.Codec()), func(t *testing.T) {
			m := waves(150, 170)
			record, err := Encode(
				Print{Image: m, Position: biometrics.RightIndex, Compression: c, Captured: at, Qualities: []Quality{{Score: 77, Vendor: 1, Algorithm: 2}}},
				Print{Image: m, Position: biometrics.RightIndex, Compression: c, Captured: at},
				Print{Image: m, Position: biometrics.RightRing, Compression: c, Captured: at})
			require.NoError(t, err)
			data, err := record.MarshalBinary()
			require.NoError(t, err)
			back, err := Parse(data)
			require.NoError(t, err)
			require.EqualValues(t, 2, back.Positions)
			require.EqualValues(t, 1, back.Representations[1].Number)
			require.EqualValues(t, 0, back.Representations[2].Number)
			require.Equal(t, []Quality{{Score: 77, Vendor: 1, Algorithm: 2}}, back.Representations[0].Qualities)
			is, ok := back.Representations[0].Captured.Time()
			require.True(t, ok)
			require.Equal(t, at, is)
			got, err := back.Representations[0].Image()
			require.NoError(t, err)
			if c == WSQ {
				require.Equal(t, m.Width, got.Width)
				return
			}
			require.Equal(t, m, got)
		})
	}
}

func sample(t testing.TB) []byte {
	t.Helper()
	record, err := Encode(Print{Image: waves(20, 30), Position: biometrics.LeftThumb, Qualities: []Quality{{Score: 60}}},
		Print{Image: waves(24, 24), Position: biometrics.RightThumb, Compression: WSQ})
	require.NoError(t, err)
	record.Certified = true
	record.Representations[0].Certifications = []Certification{{Authority: 3, Scheme: 1}}
	record.Representations[1].Extended = []byte("something else")
	data, err := record.MarshalBinary()
	require.NoError(t, err)
	return data
}

func TestKeepsEverything(t *testing.T) {
	data := sample(t)
	record, err := Parse(data)
	require.NoError(t, err)
	require.Equal(t, []Certification{{Authority: 3, Scheme: 1}}, record.Representations[0].Certifications)
	require.Equal(t, "something else", string(record.Representations[1].Extended))
	again, err := record.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, data, again)
}

func TestParseRefuses(t *testing.T) {
	whole := sample(t)
	for _, v := range []struct {
		name string
		at   int
		with string
		says string
	}{
		{"magic", 0, "FMR", `format identifier: "FMR\x00", expected "FIR\x00"`},
		{"version", 4, "010", `offset 4: version: "010\x00", expected "020\x00"`},
		{"length", 8, "\x7F\xFF\xFF\xFF", "offset 8: record length: 2147483647"},
		{"representations", 12, "\xFF\xFF", "representation length: expected 4 bytes, 0 are there"},
		{"fewer representations", 12, "\x00\x01", "expected the end after 1 representations"},
		{"flag", 14, "\x02", "certification flag: 2, expected 0 or 1"},
		{"representation", 16, "\x00\x00\x00\x00", "representation length: 0, expected at least 4"},
		{"long representation", 16, "\xFF\xFF\xFF\xFF", "offset 20: representation: expected"},
		{"qualities", 34, "\xFF", "expected "},
	} {
		t.Run(v.name, func(t *testing.T) {
			data := append([]byte(nil), whole...)
			copy(data[v.at:], v.with)
			_, err := Parse(data)
			require.ErrorContains(t, err, v.says)
		})
	}
	for n := range len(whole) {
		_, err := Parse(whole[:n])
		require.Error(t, err, n)
	}
}

func TestImageRefuses(t *testing.T) {
	for says, change := range map[string]func(*Representation){
		"unsupported compression: jpeg2000": func(p *Representation) { p.Compression = JPEG2000 },
		"16 bits a pixel, expected 8":       func(p *Representation) { p.Depth = 16 },
		"scale units: 0":                    func(p *Representation) { p.Scale = 0 },
		"resolution: 500 and 250":           func(p *Representation) { p.Y = 250 },
		"resolution: 0 and 0":               func(p *Representation) { p.X, p.Y, p.ScanX, p.ScanY = 0, 0, 0, 0 },
		"600 bytes for 20x31 pixels":        func(p *Representation) { p.Height++ },
		"start of image: marker":            func(p *Representation) { p.Compression = WSQ },
		"0x30 pixels":                       func(p *Representation) { p.Width = 0 },
	} {
		record, err := Parse(sample(t))
		require.NoError(t, err)
		change(&record.Representations[0])
		_, err = record.Representations[0].Image()
		require.ErrorContains(t, err, says)
	}
	record, err := Parse(sample(t))
	require.NoError(t, err)
	record.Representations[1].Width++
	_, err = record.Representations[1].Image()
	require.ErrorContains(t, err, "24x24 pixels, the record says 25x24")
}

func TestCentimetres(t *testing.T) {
	ppi, err := (&Representation{Scale: 2, ScanX: 197, ScanY: 197}).PPI()
	require.NoError(t, err)
	require.InDelta(t, 500, ppi, 0)
}

func FuzzParse(f *testing.F) {
	f.Add(sample(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		record, err := Parse(data)
		if err != nil {
			return
		}
		again, err := record.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, data, again)
		for i := range record.Representations {
			p := &record.Representations[i]
			if int(p.Width)*int(p.Height) > 1<<16 {
				continue
			}
			if m, err := p.Image(); err == nil {
				require.NoError(t, m.Check())
			}
		}
	})
}
