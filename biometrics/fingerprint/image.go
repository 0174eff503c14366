package fingerprint

import (
	"math"

	"github.com/openbmis/openbmis/biometrics"
)

// margin is how many pixels stand around a plane, so that a filter needs no check of the border: more than any filter reaches.
const margin = 24

// plane is a picture with a margin of zeroes around it.
type plane struct {
	width, height, stride int
	pix                   []int16
}

func newPlane(width, height int) plane {
	stride := width + 2*margin
	return plane{width: width, height: height, stride: stride, pix: make([]int16, stride*(height+2*margin))}
}

// at is the index of the pixel in pix.
func (p plane) at(x, y int) int { return (y+margin)*p.stride + x + margin }

// grey is an 8-bit picture at 500 ppi.
type grey struct {
	width, height int
	pix           []byte
}

// scaled brings an image to 500 ppi. Resolutions within one in a hundred of it are taken as they are: a print is stretched more by the
// finger's pressure.
func scaled(img biometrics.Image) (grey, error) {
	if err := img.Check(); err != nil {
		return grey{}, ErrImage.Because(err)
	}
	factor := biometrics.PPI / img.PPI
	if math.Abs(factor-1) < 0.01 {
		factor = 1
	}
	width, height := int(math.Round(float64(img.Width)*factor)), int(math.Round(float64(img.Height)*factor))
	if width < MinSide || height < MinSide {
		return grey{}, ErrTooSmall
	}
	if width > MaxSide || height > MaxSide {
		return grey{}, ErrImage.At("size")
	}
	if factor == 1 {
		return grey{width, height, img.Pix}, nil
	}
	return resample(img, width, height, factor), nil
}

// weights are the contributions of source pixels to one target pixel along one axis.
type weights struct {
	first int
	share []float32
}

// axis gives the weights of a tent filter: interpolation when the picture grows, an average of what falls on the pixel when it shrinks.
func axis(source, target int, factor float64) []weights {
	reach := math.Max(1, 1/factor)
	out := make([]weights, target)
	for i := range out {
		centre := (float64(i)+0.5)/factor - 0.5
		first, last := int(math.Ceil(centre-reach)), int(math.Floor(centre+reach))
		first, last = max(first, 0), min(last, source-1)
		if first > last {
			first = min(max(int(centre), 0), source-1)
			last = first
		}
		share, sum := make([]float32, last-first+1), float32(0)
		for k := range share {
			share[k] = float32(math.Max(reach-math.Abs(float64(first+k)-centre), 1e-6))
			sum += share[k]
		}
		for k := range share {
			share[k] /= sum
		}
		out[i] = weights{first, share}
	}
	return out
}

func resample(img biometrics.Image, width, height int, factor float64) grey {
	across, down := axis(img.Width, width, factor), axis(img.Height, height, factor)
	rows := make([]float32, width*img.Height)
	for y := range img.Height {
		line := img.Pix[y*img.Width : (y+1)*img.Width]
		for x, w := range across {
			sum := float32(0)
			for k, s := range w.share {
				sum += s * float32(line[w.first+k])
			}
			rows[y*width+x] = sum
		}
	}
	out := grey{width, height, make([]byte, width*height)}
	for y, w := range down {
		for x := range width {
			sum := float32(0.5)
			for k, s := range w.share {
				sum += s * rows[(w.first+k)*width+x]
			}
			out.pix[y*width+x] = byte(min(sum, 255))
		}
	}
	return out
}
