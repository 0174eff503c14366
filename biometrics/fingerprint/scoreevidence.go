package fingerprint

import "math"

// The features that a score is made of. Each says something that the others do not; more of them, or a network instead of their weighted sum,
// were no better on sets that the fit had not seen.
const (
	featureAlike   = iota // mean similarity of the paired minutiae's neighbourhoods; only where there is no field
	featureApart          // mean distance of the paired minutiae, in pixels
	featureOverlap        // logarithm of the blocks that both prints show
	featureEdges          // logarithm of the ways between neighbouring pairs that are the same in both prints
	featureShare          // logarithm of the share of the minutiae in what both show that were paired, each counting with its quality
	featureRidges         // logarithm of how much the ridges' directions differ in what both show; only where both have a field
	features
)

// evidence is what an alignment says for and against the two prints being of one finger.
type evidence struct {
	features [features]float32
	// odds is the logarithm of the odds that they are, up to a constant; lowest where nothing was found.
	odds float32
}

// nothing is the evidence of prints that could not be aligned at all.
func nothing() evidence { return evidence{odds: -math.MaxFloat32} }

// weigh gathers the evidence of the alignment.
func (t *alignment) weigh(a, b *Prepared, m *model) {
	var similar, distance, quality float32
	for i := range t.pairs[:t.count] {
		p := &t.pairs[i]
		p.similarity = similarity(&a.descriptors[p.a], &b.descriptors[p.b])
		similar += p.similarity
		distance += p.distance
		quality += float32(min(a.points[p.a].quality, b.points[p.b].quality))
	}
	shown, more := shownIn(a, b, t.motion), shownIn(b, a, t.back())
	blocks, apartness := t.fields(a, b)
	least := float32(max(t.count, 1))
	t.evidence.features = [features]float32{
		featureAlike:   similar / least,
		featureApart:   distance / least,
		featureOverlap: log(1 + blocks),
		featureEdges:   log(1 + t.edges(a, b)),
		featureShare:   log(quality/((shown+more)/2+200) + 0.05),
		featureRidges:  log(max(apartness, 0) + 0.02),
	}
	t.evidence.odds = m.odds(&t.evidence.features)
}

func log(x float32) float32 { return float32(math.Log(float64(x))) }

// shownIn adds up the quality of the minutiae of a that lie on print in b.
func shownIn(a, b *Prepared, m motion) (quality float32) {
	for i := range a.points {
		if b.ground.at(m.move(a.points[i].x, a.points[i].y)) != 0 {
			quality += float32(a.points[i].quality)
		}
	}
	return quality
}

// fields says how many blocks both prints show, and how far apart the ridges' directions are there: 1 less the mean cosine of twice the
// angle between them, 0 to 2; unknown where a print has no field.
func (t *alignment) fields(a, b *Prepared) (blocks, apartness float32) {
	directed := a.ground.directed && b.ground.directed
	var shown, dot, cross int
	for i := range a.ground.samples {
		s := &a.ground.samples[i]
		k := b.ground.block(t.move((float32(s.column)+0.5)*BlockSize, -(float32(s.row)+0.5)*BlockSize))
		if k < 0 || b.ground.orientation[k] == 0 {
			continue
		}
		shown++
		if directed {
			v := b.ground.doubled[k]
			dot += int(s.direction.x)*int(v.x) + int(s.direction.y)*int(v.y)
			cross += int(s.direction.x)*int(v.y) - int(s.direction.y)*int(v.x)
		}
	}
	if !directed {
		return 2 * float32(shown), unknownApartness
	}
	cos, sin := t.cos*t.cos-t.sin*t.sin, 2*t.sin*t.cos // of twice the turn
	sum := (float32(dot)*cos + float32(cross)*sin) / (vectorLength * vectorLength)
	return 2 * float32(shown), 1 - sum/float32(max(shown, 1))
}

// unknownApartness makes the feature 0.
const unknownApartness = 1 - 0.02

// edges counts the ways between neighbouring pairs that are the same in both prints: after the motion they differ by less than skin is
// stretched on that way. The nearer the same, the more one counts.
func (t *alignment) edges(a, b *Prepared) (same float32) {
	const far = 80
	for i := range t.count {
		p := &t.pairs[i]
		pa, pb := &a.points[p.a], &b.points[p.b]
		for k := i + 1; k < t.count; k++ {
			q := &t.pairs[k]
			qa, qb := &a.points[q.a], &b.points[q.b]
			ax, ay := qa.x-pa.x, qa.y-pa.y
			if ax > far {
				break // the pairs are ordered by the first print's x
			}
			length := ax*ax + ay*ay
			if length > far*far {
				continue
			}
			ex, ey := t.cos*ax-t.sin*ay-(qb.x-pb.x), t.sin*ax+t.cos*ay-(qb.y-pb.y)
			limit := 3 + 0.06*sqrt(length)
			turn := (p.turn - q.turn) / 10
			if off := (ex*ex+ey*ey)/(limit*limit) + turn*turn; off < 1 {
				same += 1 - off
			}
		}
	}
	return same
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
