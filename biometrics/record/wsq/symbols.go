package wsq

import "math"

// symbols is a block's coefficients as symbols, each escape followed by its one or two bytes.
type symbols struct {
	out []byte
	run int
}

// quantise adds the coefficients of a line: by is one over the bin width, half the half of the zero bin.
func (s *symbols) quantise(row []float32, by, half float32) {
	for _, v := range row {
		switch {
		case v > half:
			s.value(int((v-half)*by + 1))
		case v < -half:
			s.value(int((v+half)*by - 1))
		default:
			s.run++
			if s.run == math.MaxUint16 {
				s.endRun()
			}
		}
	}
}

func (s *symbols) value(v int) {
	s.endRun()
	size := min(max(v, -v), math.MaxUint16)
	switch {
	case v >= lowestCode && v <= largestCode:
		s.out = append(s.out, byte(v+symZero))
	case size > math.MaxUint8 && v > 0:
		s.out = append(s.out, symPlus16, byte(size>>8), byte(size)) //nolint:gosec // two halves
	case size > math.MaxUint8:
		s.out = append(s.out, symMinus16, byte(size>>8), byte(size)) //nolint:gosec // two halves
	case v > 0:
		s.out = append(s.out, symPlus8, byte(size))
	default:
		s.out = append(s.out, symMinus8, byte(size))
	}
}

// endRun writes the zeros that have gathered.
func (s *symbols) endRun() {
	switch {
	case s.run == 0:
	case s.run <= maxRun:
		s.out = append(s.out, byte(s.run)) //nolint:gosec // at most 100
	case s.run <= math.MaxUint8:
		s.out = append(s.out, symRun8, byte(s.run))
	default:
		s.out = append(s.out, symRun16, byte(s.run>>8), byte(s.run)) //nolint:gosec // two halves
	}
	s.run = 0
}

// extra is how many bytes follow a symbol.
func extra(symbol byte) int {
	switch symbol {
	case symPlus8, symMinus8, symRun8:
		return 1
	case symPlus16, symMinus16, symRun16:
		return 2
	default:
		return 0
	}
}
