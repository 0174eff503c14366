package synthetic

import (
	"math"
	"math/rand/v2"
)

// Pose is how a finger lies on a reader, and what the reader adds. The zero value is an upright, clean impression of 320x416 pixels at
// 500 ppi. Values outside their range are taken to its end.
type Pose struct {
	// Seed decides the noise and where cuts and residue are: two impressions of one pose with two seeds differ as two tries do.
	Seed uint64

	Rotation float64 // degrees counter-clockwise, -180 to 180
	DX, DY   float64 // pixels at 500 ppi to the right and downwards, -400 to 400

	// Contact is the share of the pad's length and width that touches, 0.2 to 1; 0: 1. OffX and OffY shift the part that touches within
	// the finger, in pixels at 500 ppi: to the right and upwards, -200 to 200.
	Contact    float64
	OffX, OffY float64

	Distortion float64 // how far the skin slides over itself, 0 to 1 (1: up to 24 pixels)
	Pressure   float64 // -1 barely touching (thin ridges) to 1 hard (thick ridges, larger contact)
	Moisture   float64 // -1 dry (ridges broken up) to 1 wet (valleys filled)
	Noise      float64 // of the reader, 0 to 1
	Residue    float64 // what the finger before left behind, 0 to 1
	Cuts       int     // fresh cuts, 0 to 20

	Width, Height int     // pixels, 32 to 2048; 0: 320x416, scaled to PPI
	PPI           float64 // 100 to 1200; 0: 500
}

// Draw draws a pose as counters see them. Quality is 0 (hardly usable) to 1 (as good as it gets): with less of it come more dryness or
// wetness, less contact, more noise, more cuts; below 0.3 they are never mild. Rotation, shift and distortion come with every quality.
func Draw(seed uint64, quality float64) Pose {
	random := rand.New(rand.NewPCG(seed, 0x706f7365)) //nolint:gosec // the same pose from the same seed is the point
	bad := 1 - min(max(quality, 0), 1)
	p := Pose{
		Seed: seed, Rotation: 9 * random.NormFloat64(), DX: 12 * random.NormFloat64(), DY: 14 * random.NormFloat64(),
		Distortion: between(random, 0, 0.45+0.4*bad), Pressure: between(random, -0.25-0.5*bad, 0.25+0.5*bad),
		Contact: 1 - between(random, 0, 0.1) - bad*between(random, 0, 0.45),
		Noise:   0.1 + bad*between(random, 0.1, 0.9), Residue: bad * between(random, 0, 0.7),
	}
	p.OffX, p.OffY = 35*bad*random.NormFloat64(), 45*bad*random.NormFloat64()
	p.Moisture = bad * between(random, 0.35, 1)
	if random.Float64() < 0.6 {
		p.Moisture = -p.Moisture
	}
	if random.Float64() < bad {
		p.Cuts = 1 + random.IntN(4)
	}
	p.spoil(random, max(0, (bad-spoiled)/(1-spoiled)))
	return p
}

// spoiled is how bad a pose is from which on the finger hardly lies there: a drawn fault may be mild, and some fingers bear much.
const spoiled = 0.7

// spoil brings a pose, by a share of 0 to 1, to one that no finger bears: a small patch, dry and light or wet and hard, in noise.
func (p *Pose) spoil(random *rand.Rand, share float64) {
	towards := func(v *float64, end float64) { *v += share * (end - *v) }
	side := math.Copysign(1, p.Moisture)
	towards(&p.Contact, between(random, 0.24, 0.32))
	towards(&p.Moisture, side)
	towards(&p.Pressure, side)
	towards(&p.Noise, 1)
	towards(&p.Residue, 0) // a whole print of the finger before would be found instead
}

// bounded is the pose with every value within its range and the defaults filled in.
func (p Pose) bounded() Pose {
	limit := func(v *float64, low, high float64) {
		if *v != *v { // NaN
			*v = 0
		}
		*v = min(max(*v, low), high)
	}
	if p.Contact == 0 {
		p.Contact = 1
	}
	if p.PPI == 0 {
		p.PPI = 500
	}
	limit(&p.PPI, 100, 1200)
	limit(&p.Rotation, -180, 180)
	limit(&p.DX, -400, 400)
	limit(&p.DY, -400, 400)
	limit(&p.Contact, 0.2, 1)
	limit(&p.OffX, -200, 200)
	limit(&p.OffY, -200, 200)
	limit(&p.Distortion, 0, 1)
	limit(&p.Pressure, -1, 1)
	limit(&p.Moisture, -1, 1)
	limit(&p.Noise, 0, 1)
	limit(&p.Residue, 0, 1)
	p.Cuts = min(max(p.Cuts, 0), 20)
	p.Width, p.Height = extent(p.Width, 320, p.PPI), extent(p.Height, 416, p.PPI)
	return p
}

// extent is a side of the image: as asked for, or the default in pixels at 500 ppi.
func extent(wanted int, normal, ppi float64) int {
	if wanted == 0 {
		wanted = int(normal * ppi / 500)
	}
	return min(max(wanted, 32), 2048)
}
