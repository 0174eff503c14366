package jp2

// blockCoder decodes code blocks (Annex D). Its store is used again for every block.
type blockCoder struct {
	mq
	wide, high int
	flags      []uint16 // with a border of one
	values     []int32  // magnitudes with one bit below the point
	minus      []bool
	kind       int
	causal     bool
	isRaw      bool
}

// stripe is how many rows are scanned together.
const stripe = 4

// decode decodes the passes of a block; the magnitudes are then in values.
func (c *blockCoder) decode(blk *block, st *style, kind, planes int) error {
	c.wide, c.high, c.kind = blk.bounds.Dx(), blk.bounds.Dy(), kind
	c.causal = st.flags&styleCausal != 0
	c.flags = cleared(c.flags, (c.wide+2)*(c.high+2))
	c.values = cleared(c.values, c.wide*c.high)
	c.minus = cleared(c.minus, c.wide*c.high)
	c.reset()
	plane, pass := planes-1, 2
	for i := range blk.segments {
		s := &blk.segments[i]
		c.isRaw = st.flags&styleBypass != 0 && plane+1 <= planes-4 && pass < 2
		if c.isRaw {
			c.startRaw(s.data)
		} else {
			c.start(s.data)
		}
		for range s.passes {
			if err := c.pass(pass, plane, st.flags); err != nil {
				return err
			}
			if pass++; pass == 3 {
				pass, plane = 0, plane-1
			}
		}
	}
	return nil
}

func cleared[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

func (c *blockCoder) pass(kind, plane int, style byte) error {
	switch kind {
	case 0:
		c.significance(plane)
	case 1:
		c.refinement(plane)
	default:
		c.cleanup(plane)
		if style&styleSymbols != 0 {
			symbol := uint32(0)
			for range 4 {
				symbol = symbol<<1 | c.mq.decode(contextUniform)
			}
			if symbol != 0xA {
				return broken("code block: segmentation symbol %X, expected A", symbol)
			}
		}
	}
	if style&styleReset != 0 {
		c.reset()
	}
	return nil
}

// flag gives the flags of a coefficient as far as its context may look.
func (c *blockCoder) flag(x, y int) uint16 {
	f := c.flags[(y+1)*(c.wide+2)+x+1]
	if c.causal && y%stripe == stripe-1 {
		f &^= flagsBelow
	}
	return f
}

// each scans the block in stripes, column by column.
func (c *blockCoder) each(visit func(x, y int)) {
	for top := 0; top < c.high; top += stripe {
		bottom := min(top+stripe, c.high)
		for x := range c.wide {
			for y := top; y < bottom; y++ {
				visit(x, y)
			}
		}
	}
}

// significance is the pass over coefficients beside significant ones (D.3.1).
func (c *blockCoder) significance(plane int) {
	c.each(func(x, y int) {
		f := c.flag(x, y)
		if f&flagSignificant != 0 || f&flagsAround == 0 {
			return
		}
		var bit uint32
		if c.isRaw {
			bit = c.raw()
		} else {
			bit = c.mq.decode(int(zeroContexts[c.kind][f&flagsAround]))
		}
		if bit == 1 {
			c.significant(x, y, f, plane)
		}
		c.flags[(y+1)*(c.wide+2)+x+1] |= flagVisited
	})
}

// significant reads the sign of a coefficient that became significant, and tells its neighbours.
func (c *blockCoder) significant(x, y int, f uint16, plane int) {
	var sign uint32
	if c.isRaw {
		sign = c.raw()
	} else {
		s := signContexts[f>>4&0xFF]
		sign = c.mq.decode(int(s&0x7F)) ^ uint32(s>>7)
	}
	at, row := (y+1)*(c.wide+2)+x+1, c.wide+2
	c.values[y*c.wide+x] = 3 << plane
	c.minus[y*c.wide+x] = sign == 1
	c.flags[at] |= flagSignificant
	north, east, south, west := uint16(flagS), uint16(flagW), uint16(flagN), uint16(flagE)
	if sign == 1 {
		north, east, south, west = north|flagMinusS, east|flagMinusW, south|flagMinusN, west|flagMinusE
	}
	c.flags[at-row-1] |= flagSE
	c.flags[at-row] |= north
	c.flags[at-row+1] |= flagSW
	c.flags[at-1] |= west
	c.flags[at+1] |= east
	c.flags[at+row-1] |= flagNE
	c.flags[at+row] |= south
	c.flags[at+row+1] |= flagNW
}

// refinement is the pass over coefficients that were significant before (D.3.3).
func (c *blockCoder) refinement(plane int) {
	c.each(func(x, y int) {
		f := c.flag(x, y)
		if f&(flagSignificant|flagVisited) != flagSignificant {
			return
		}
		var bit uint32
		switch {
		case c.isRaw:
			bit = c.raw()
		case f&flagRefined != 0:
			bit = c.mq.decode(contextRefine + 2)
		case f&flagsAround != 0:
			bit = c.mq.decode(contextRefine + 1)
		default:
			bit = c.mq.decode(contextRefine)
		}
		half := int32(1) << plane // of the bit's weight, one bit below the point
		if bit == 0 {
			half = -half
		}
		c.values[y*c.wide+x] += half
		c.flags[(y+1)*(c.wide+2)+x+1] |= flagRefined
	})
}

// cleanup is the pass over what the other two left (D.3.4).
func (c *blockCoder) cleanup(plane int) {
	row := c.wide + 2
	for top := 0; top < c.high; top += stripe {
		bottom := min(top+stripe, c.high)
		for x := range c.wide {
			from, run := top, false
			if bottom-top == stripe && c.calm(x, top) {
				if c.mq.decode(contextRun) == 0 {
					continue
				}
				from = top + int(c.mq.decode(contextUniform)<<1|c.mq.decode(contextUniform))
				run = true
			}
			for y := from; y < bottom; y++ {
				f := c.flag(x, y)
				if run || f&(flagSignificant|flagVisited) == 0 {
					if run || c.mq.decode(int(zeroContexts[c.kind][f&flagsAround])) == 1 {
						c.significant(x, y, f, plane)
					}
					run = false
				}
			}
			for y := top; y < bottom; y++ {
				c.flags[(y+1)*row+x+1] &^= flagVisited
			}
		}
	}
}

// calm reports whether nothing of a column of a stripe, or around it, is significant or visited.
func (c *blockCoder) calm(x, top int) bool {
	var f uint16
	for y := top; y < top+stripe; y++ {
		f |= c.flag(x, y)
	}
	return f&(flagSignificant|flagVisited|flagsAround) == 0
}
