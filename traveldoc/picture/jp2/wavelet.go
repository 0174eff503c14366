package jp2

import "math"

// buffer holds the coefficients, then the samples, of a tile's component: whole numbers when reversible, else floating.
type buffer struct {
	wide, high int
	whole      []int32
	real       []float32
}

// sample is a sample rounded to a whole number.
func (b buffer) sample(i int) int32 {
	if b.whole != nil {
		return b.whole[i]
	}
	return int32(math.RoundToEven(float64(max(-1<<30, min(b.real[i], 1<<30)))))
}

// number is what the lifting steps work on.
type number interface{ int32 | float32 }

// synthesis puts the bands of a level together along a line (F.3).
type synthesis[T number] struct {
	// horizontal lifts an interleaved line in place; odd tells that its first sample is of the high band.
	horizontal func(line []T, odd bool)
	// vertical does the same to the rows of a block.
	vertical func(rows [][]T, odd bool)
}

// rebuild joins the bands of all resolutions, from the lowest on (F.3.1). values holds the low band in the upper left corner.
func rebuild[T number](c *tileComponent, values []T, s synthesis[T]) {
	stride := c.bounds.Dx()
	work := make([]T, len(values))
	for r := 1; r < len(c.resolutions); r++ {
		low, full := c.resolutions[r-1].bounds, c.resolutions[r].bounds
		wide, high := full.Dx(), full.Dy()
		if wide == 0 || high == 0 {
			continue
		}
		rows := make([][]T, high)
		for y := range high {
			to := interleaved(y, low.Dy(), full.Min.Y&1)
			rows[to] = work[to*wide : (to+1)*wide]
			source := values[y*stride : y*stride+wide]
			for x, v := range source[:low.Dx()] {
				rows[to][2*x+full.Min.X&1] = v
			}
			for x, v := range source[low.Dx():] {
				rows[to][2*x+1-full.Min.X&1] = v
			}
			s.horizontal(rows[to], full.Min.X&1 == 1)
		}
		s.vertical(rows, full.Min.Y&1 == 1)
		for y, row := range rows {
			copy(values[y*stride:], row)
		}
	}
}

// interleaved is where the n-th row of low and then high coefficients goes; odd is 1 when the first row is a high one.
func interleaved(n, low, odd int) int {
	if n < low {
		return 2*n + odd
	}
	return 2*(n-low) + 1 - odd
}

// sides gives the neighbours of a place in a line, turned back at its ends.
func sides(i, n int) (left, right int) {
	left, right = i-1, i+1
	if left < 0 {
		left = min(1, n-1)
	}
	if right >= n {
		right = max(n-2, 0)
	}
	return left, right
}

// Reversible 5/3 (F.3.8.2.1).
func wholeSynthesis() synthesis[int32] {
	return synthesis[int32]{horizontal: func(line []int32, odd bool) {
		if len(line) == 1 {
			if odd {
				line[0] >>= 1
			}
			return
		}
		first := parity(odd)
		for i := first; i < len(line); i += 2 {
			l, r := sides(i, len(line))
			line[i] -= (line[l] + line[r] + 2) >> 2
		}
		for i := 1 - first; i < len(line); i += 2 {
			l, r := sides(i, len(line))
			line[i] += (line[l] + line[r]) >> 1
		}
	}, vertical: func(rows [][]int32, odd bool) {
		if len(rows) == 1 {
			if odd {
				for x := range rows[0] {
					rows[0][x] >>= 1
				}
			}
			return
		}
		first := parity(odd)
		for i := first; i < len(rows); i += 2 {
			l, r := sides(i, len(rows))
			above, below := rows[l], rows[r]
			for x := range rows[i] {
				rows[i][x] -= (above[x] + below[x] + 2) >> 2
			}
		}
		for i := 1 - first; i < len(rows); i += 2 {
			l, r := sides(i, len(rows))
			above, below := rows[l], rows[r]
			for x := range rows[i] {
				rows[i][x] += (above[x] + below[x]) >> 1
			}
		}
	}}
}

// parity is the place of the first low coefficient.
func parity(odd bool) int {
	if odd {
		return 1
	}
	return 0
}

// Lifting parameters of the irreversible 9/7 (Table F.4).
const (
	liftAlpha = -1.586134342059924
	liftBeta  = -0.052980118572961
	liftGamma = 0.882911075530934
	liftDelta = 0.443506852043971
	liftK     = 1.230174104914001
)

// Irreversible 9/7 (F.3.8.2.2).
func realSynthesis() synthesis[float32] {
	return synthesis[float32]{horizontal: func(line []float32, odd bool) {
		if len(line) == 1 {
			if odd {
				line[0] /= 2
			}
			return
		}
		low := parity(odd)
		for i := range line {
			line[i] *= scaleOf(i, low)
		}
		for n, f := range lifts() {
			for i := (low + n) & 1; i < len(line); i += 2 {
				l, r := sides(i, len(line))
				line[i] -= f * (line[l] + line[r])
			}
		}
	}, vertical: func(rows [][]float32, odd bool) {
		if len(rows) == 1 {
			if odd {
				for x := range rows[0] {
					rows[0][x] /= 2
				}
			}
			return
		}
		low := parity(odd)
		for i, row := range rows {
			f := scaleOf(i, low)
			for x := range row {
				row[x] *= f
			}
		}
		for n, f := range lifts() {
			for i := (low + n) & 1; i < len(rows); i += 2 {
				l, r := sides(i, len(rows))
				above, below := rows[l], rows[r]
				for x := range rows[i] {
					rows[i][x] -= f * (above[x] + below[x])
				}
			}
		}
	}}
}

// lifts are the four steps in order: on low, high, low and high coefficients.
func lifts() [4]float32 { return [4]float32{liftDelta, liftGamma, liftBeta, liftAlpha} }

func scaleOf(i, low int) float32 {
	if i&1 == low {
		return liftK
	}
	return 1 / liftK
}
