package wsq

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record/internal/octets"
)

// ridges draws ridges of about nine pixels around a centre on light ground, with a little noise: like a print to the codec.
func ridges(width, height int, period float64) biometrics.Image {
	m := biometrics.Image{Width: width, Height: height, PPI: 500, Pix: make([]byte, width*height)}
	noise := uint32(1)
	for y := range height {
		for x := range width {
			noise = noise*1664525 + 1013904223
			dx, dy := float64(x)-float64(width)*0.45, float64(y)-float64(height)*0.4
			v := 128 + 90*math.Sin(2*math.Pi*math.Hypot(dx, 0.8*dy)/period) + float64(noise>>28) - 8
			if math.Hypot(dx/float64(width), dy/float64(height)) > 0.45 {
				v = 235 + float64(noise>>29)
			}
			m.Pix[y*width+x] = byte(max(0, min(255, v)))
		}
	}
	return m
}

func psnr(a, b biometrics.Image) float64 {
	sum := 0.0
	for i := range a.Pix {
		d := float64(a.Pix[i]) - float64(b.Pix[i])
		sum += d * d
	}
	if sum == 0 {
		return math.Inf(1)
	}
	return 10 * math.Log10(255*255*float64(len(a.Pix))/sum)
}

func TestEncodeKeepsTheImage(t *testing.T) {
	for _, size := range [][2]int{{256, 256}, {300, 300}, {388, 374}, {281, 447}, {500, 500}} {
		for _, v := range []struct{ rate, psnr float64 }{{0.75, 32}, {1.5, 34.5}, {2.25, 36}, {4, 37.5}} {
			t.Run(fmt.Sprintf("%dx%d at %g", size[0], size[1], v.rate), func(t *testing.T) {
				m := ridges(size[0], size[1], 9)
				data, err := Encode(m, Options{BitRate: v.rate})
				require.NoError(t, err)
				back, info, err := Decode(data)
				require.NoError(t, err)
				require.InDelta(t, v.rate, info.BitRate, 0)
				require.Equal(t, 500, info.PPI)
				require.NoError(t, back.Check())
				rate := 8 * float64(len(data)) / float64(len(m.Pix))
				t.Logf("%.2f dB at %.3f bits a pixel", psnr(m, back), rate)
				require.Greater(t, psnr(m, back), v.psnr)
				require.InDelta(t, v.rate, rate, v.rate/2)
			})
		}
	}
}

// TestEncodeOddImages: nothing is too small, too flat or too odd to come back.
func TestEncodeOddImages(t *testing.T) {
	flat := biometrics.Image{Width: 40, Height: 30, PPI: 500, Pix: bytes.Repeat([]byte{77}, 1200)}
	checks := biometrics.Image{Width: 64, Height: 64, PPI: 500, Pix: make([]byte, 4096)}
	for i := range checks.Pix {
		checks.Pix[i] = byte(255 * ((i/64/3 + i%64/3) % 2))
	}
	for name, m := range map[string]biometrics.Image{
		"one pixel": {Width: 1, Height: 1, PPI: 500, Pix: []byte{9}}, "a line": ridges(200, 1, 9), "a column": ridges(1, 200, 9),
		"tiny": ridges(7, 5, 9), "flat": flat, "checks": checks, "narrow": ridges(63, 129, 9),
	} {
		t.Run(name, func(t *testing.T) {
			data, err := Encode(m, Options{BitRate: 2.25, Comments: []string{"second"}})
			require.NoError(t, err)
			back, info, err := Decode(data)
			require.NoError(t, err)
			require.Equal(t, []int{m.Width, m.Height}, []int{back.Width, back.Height})
			require.Equal(t, "second", info.Comments[1])
			require.Greater(t, psnr(m, back), 14.0) // a few pixels have no subband that varies enough to be sent
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	m := ridges(40, 40, 9)
	for _, rate := range []float64{-1, 0.01, 9, math.NaN()} {
		_, err := Encode(m, Options{BitRate: rate})
		require.ErrorContains(t, err, "bit rate: expected 0.1 to 8")
	}
	_, err := Encode(m, Options{Comments: []string{string(make([]byte, 70000))}})
	require.ErrorContains(t, err, "comment: 70000 bytes")
	m.Pix = m.Pix[1:]
	_, err = Encode(m, Options{})
	require.ErrorContains(t, err, "1599 bytes for 40x40 pixels")
}

// TestWavelet: what is taken apart comes together again, whatever the size, when all 64 subbands are kept.
func TestWavelet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(1, 70).Draw(t, "width"), rapid.IntRange(1, 70).Draw(t, "height")
		seed := rapid.Uint32().Draw(t, "seed")
		p, all := newPlane(width, height), func(int) bool { return true }
		was := make([]float32, len(p.data))
		for i := range was {
			seed = seed*1664525 + 1013904223
			was[i] = float32(seed>>24) - 128
		}
		copy(p.data, was)
		tr := newTree(width, height)
		p.analyse(tr, standard(), all)
		p.synthesise(tr, standard(), all)
		for i := range was {
			require.InDelta(t, was[i], p.data[i], 0.01, i)
		}
	})
}

// TestSubbands: the 64 subbands cover the plane, each coefficient once.
func TestSubbands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(1, 300).Draw(t, "width"), rapid.IntRange(1, 300).Draw(t, "height")
		seen := make([]int, width*height)
		for _, b := range newTree(width, height).bands {
			for y := b.y; y < b.y+b.h; y++ {
				for x := b.x; x < b.x+b.w; x++ {
					seen[y*width+x]++
				}
			}
		}
		for i, n := range seen {
			require.Equal(t, 1, n, i)
		}
	})
}

// TestFilters: the transform table says the digits of the filters that are used.
func TestFilters(t *testing.T) {
	w := readTransform(octets.NewReader("wsq", transformTable()))
	require.Equal(t, standard(), w)
}

// TestHuffmanLengths: also the most lopsided counts give codes of at most sixteen bits that no other code begins, none of them all ones.
func TestHuffmanLengths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var block []byte
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 12), 1, 40).Draw(t, "bits of counts") {
			block = append(block, bytes.Repeat([]byte{byte(len(block)%47 + 120)}, 1<<n)...)
		}
		e := newEncoder(block)
		d, ok := newDecoder(e.counts[:], e.values)
		require.True(t, ok)
		coded := e.append(nil, block)
		r := octets.NewReader("wsq", append(coded, 0xFF, 0xA1))
		b := &bits{data: unstuff(r, nil)}
		require.NoError(t, r.Err())
		for i := range block {
			got, ok := d.symbol(b)
			require.True(t, ok)
			require.Equal(t, block[i], got)
		}
		_, ok = d.symbol(b)
		require.False(t, ok, "padding is no symbol")
		require.True(t, b.padded())
	})
}

func BenchmarkDecode(b *testing.B) {
	data, err := Encode(ridges(500, 500, 9), Options{})
	require.NoError(b, err)
	for b.Loop() {
		_, _, err := Decode(data)
		require.NoError(b, err)
	}
}

func BenchmarkEncode(b *testing.B) {
	m := ridges(500, 500, 9)
	for b.Loop() {
		_, err := Encode(m, Options{})
		require.NoError(b, err)
	}
}
