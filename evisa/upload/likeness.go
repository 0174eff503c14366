package upload

import (
	"image"
	"math"
	"math/bits"
	"slices"

	"golang.org/x/image/draw"
)

// likeSide is the side of the small grey picture that the hash is made of; likeKept that of its low frequencies.
const (
	likeSide = 32
	likeKept = 8
)

// Likeness is the perceptual hash of a picture: for each of the 64 lowest frequencies but the mean (discrete cosine transform, type II, of a
// grey picture of 32 x 32) whether it lies above their median. The same picture written anew, made smaller or slightly cut differs in few
// bits; Distance counts them. Zero stands for "none was made": a picture of one colour has none.
func Likeness(img image.Image) uint64 {
	grey := image.NewGray16(image.Rect(0, 0, likeSide, likeSide)) // 8 bits would leave too little of weak frequencies
	draw.BiLinear.Scale(grey, grey.Bounds(), img, img.Bounds(), draw.Src, nil)
	low := frequencies(grey)
	sorted := slices.Clone(low[:])
	slices.Sort(sorted)
	if sorted[len(sorted)-1]-sorted[0] < 4 {
		return 0
	}
	median := (sorted[31] + sorted[32]) / 2
	var hash uint64
	for n, v := range low {
		if v > median {
			hash |= 1 << n
		}
	}
	return hash
}

// frequencies are the 64 lowest beside the first row and column, which hold the mean and what light from one side does.
func frequencies(grey *image.Gray16) (low [likeKept * likeKept]float64) {
	var cosine [likeKept + 1][likeSide]float64
	for u := range cosine {
		for x := range likeSide {
			cosine[u][x] = math.Cos(math.Pi / likeSide * (float64(x) + 0.5) * float64(u))
		}
	}
	var rows [likeSide][likeKept + 1]float64
	for y := range likeSide {
		for u := range cosine {
			for x := range likeSide {
				rows[y][u] += float64(grey.Gray16At(x, y).Y) / 257 * cosine[u][x]
			}
		}
	}
	for v := range likeKept {
		for u := range likeKept {
			for y := range likeSide {
				low[v*likeKept+u] += rows[y][u+1] * cosine[v+1][y]
			}
		}
	}
	return low
}

// Near is the distance up to which two portraits are worth somebody's look: the same picture written anew, made smaller or brighter. It says nothing
// of two pictures of one person. With more, portraits of different people, which all show a head before a plain wall, come too often.
const Near = 4

// Distance is in how many bits two hashes differ, 0 to 64; 64 when either was not made.
func Distance(a, b uint64) int {
	if a == 0 || b == 0 {
		return 64
	}
	return bits.OnesCount64(a ^ b)
}
