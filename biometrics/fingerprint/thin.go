package fingerprint

// skeleton is the middle lines of the ridges: 1 where a line is, with the margin of a plane.
type skeleton struct {
	width, height, stride int
	pix                   []byte
	around                [8]int // offsets of the neighbours, clockwise from above
}

func (s *skeleton) at(x, y int) int { return (y+margin)*s.stride + x + margin }

// place is the pixel at an index.
func (s *skeleton) place(i int) (x, y int) { return i%s.stride - margin, i/s.stride - margin }

// neighbours is a bit for each neighbour that is set, clockwise from above.
func (s *skeleton) neighbours(i int) uint8 {
	up, mid, down := s.pix[i-s.stride-1:][:3:3], s.pix[i-1:][:3:3], s.pix[i+s.stride-1:][:3:3]
	return up[1] | up[2]<<1 | mid[2]<<2 | down[2]<<3 | down[1]<<4 | down[0]<<5 | mid[0]<<6 | up[0]<<7
}

// crossings counts the lines that leave a pixel: 1 at an ending, 2 along a line, 3 at a bifurcation.
func crossings(n uint8) int {
	turned, count := n<<1|n>>7, 0
	for changes := n &^ turned; changes != 0; changes &= changes - 1 {
		count++
	}
	return count
}

// ridges takes what is ridge in an enhanced plane, where there is print.
func ridges(p plane, m mask) (*skeleton, []int32) {
	s := &skeleton{width: p.width, height: p.height, stride: p.stride, pix: make([]byte, len(p.pix))}
	s.around = [8]int{-s.stride, -s.stride + 1, 1, s.stride + 1, s.stride, s.stride - 1, -1, -s.stride - 1}
	list := make([]int32, 0, p.width*p.height/2)
	for y := range p.height {
		at := p.at(0, y)
		for x0 := 0; x0 < p.width; x0 += cell {
			if !m.inside(x0, y) {
				continue
			}
			for x := x0; x < min(x0+cell, p.width); x++ {
				if p.pix[at+x] > 0 {
					s.pix[at+x] = 1
					list = append(list, int32(at+x)) //nolint:gosec // planes are below 2^31 pixels
				}
			}
		}
	}
	return s, list
}

// thin peels the ridges of list down to their middle lines (Guo and Hall 1989, in two half steps).
func (s *skeleton) thin(list []int32) {
	table := peelable()
	gone := make([]int32, 0, len(list)/4)
	for still := 2; still > 0; {
		still--
		for half := range table {
			gone = gone[:0]
			kept := list[:0]
			for _, i := range list {
				if table[half][s.neighbours(int(i))] {
					gone = append(gone, i)
				} else {
					kept = append(kept, i)
				}
			}
			for _, i := range gone {
				s.pix[i] = 0
			}
			list = kept
			if len(gone) > 0 {
				still = 1
			}
		}
	}
}

// peelable says for the neighbours of a pixel whether it may go in either half step.
func peelable() (table [2][256]bool) {
	for n := range 256 {
		bit := func(k int) int { return n >> k & 1 }
		ends, a, b := 0, 0, 0
		for k := 0; k < 8; k += 2 {
			ends += (1 - bit(k)) & (bit(k+1) | bit((k+2)&7))
			a += bit((k+7)&7) | bit(k)
			b += bit(k) | bit(k+1)
		}
		if thick := min(a, b); ends != 1 || thick < 2 || thick > 3 {
			continue
		}
		table[0][n] = (bit(4)|bit(5)|(1-bit(7)))&bit(6) == 0
		table[1][n] = (bit(0)|bit(1)|(1-bit(3)))&bit(2) == 0
	}
	return table
}
