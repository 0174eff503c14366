package jp2

// blockCoder decodes code blocks (Annex D). Its store is used again for every block.
type blockCoder struct {
	mq
	wide, high int
	flags      []uint16 // with a border of one
	values     []uint32 // magnitudes with one bit below the point
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

// below gives what of the flags in a row of a stripe a causal context does not look at.
func (c *blockCoder) below(row int) uint16 {
	if c.causal && row == stripe-1 {
		return flagsBelow
	}
	return 0
}

// significance is the pass over coefficients beside significant ones (D.3.1). All passes scan the block in stripes, column by column.
func (c *blockCoder) significance(plane int) {
	row, zero := c.wide+2, &zeroContexts[c.kind]
	for top := 0; top < c.high; top += stripe {
		rows := min(stripe, c.high-top)
		for x := range c.wide {
			at := (top+1)*row + x + 1
			for y := 0; y < rows; y, at = y+1, at+row {
				f := c.flags[at] &^ c.below(y)
				if f&flagSignificant != 0 || f&flagsAround == 0 {
					continue
				}
				var bit uint32
				if c.isRaw {
					bit = c.raw()
				} else {
					bit = c.mq.decode(int(zero[f&flagsAround]))
				}
				if bit == 1 {
					c.significant(x, top+y, f, plane)
				}
				c.flags[at] |= flagVisited
			}
		}
	}
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
	row := c.wide + 2
	for top := 0; top < c.high; top += stripe {
		rows := min(stripe, c.high-top)
		for x := range c.wide {
			at := (top+1)*row + x + 1
			for y := 0; y < rows; y, at = y+1, at+row {
				f := c.flags[at]
				if f&(flagSignificant|flagVisited) != flagSignificant {
					continue
				}
				half := uint32(1) << plane // of the bit's weight, one bit below the point
				if c.refined(f&^c.below(y)) == 1 {
					c.values[(top+y)*c.wide+x] += half
				} else {
					c.values[(top+y)*c.wide+x] -= half
				}
				c.flags[at] = f | flagRefined
			}
		}
	}
}

// refined reads one more bit of a coefficient.
func (c *blockCoder) refined(f uint16) uint32 {
	switch {
	case c.isRaw:
		return c.raw()
	case f&flagRefined != 0:
		return c.mq.decode(contextRefine + 2)
	case f&flagsAround != 0:
		return c.mq.decode(contextRefine + 1)
	}
	return c.mq.decode(contextRefine)
}

// cleanup is the pass over what the other two left (D.3.4).
func (c *blockCoder) cleanup(plane int) {
	row := c.wide + 2
	for top := 0; top < c.high; top += stripe {
		rows := min(stripe, c.high-top)
		for x := range c.wide {
			at := (top+1)*row + x + 1
			if rows < stripe || !c.calm(at) {
				c.column(x, top, 0, rows, false, plane)
			} else if c.mq.decode(contextRun) == 1 {
				first := int(c.mq.decode(contextUniform)<<1 | c.mq.decode(contextUniform))
				c.column(x, top, first, rows, true, plane)
			}
			for y := range rows {
				c.flags[at+y*row] &^= flagVisited
			}
		}
	}
}

// column cleans up one column of a stripe from a row on; the first may be known to be significant.
func (c *blockCoder) column(x, top, from, rows int, known bool, plane int) {
	row := c.wide + 2
	at := (top+from+1)*row + x + 1
	for y := from; y < rows; y, at = y+1, at+row {
		f := c.flags[at] &^ c.below(y)
		if known || f&(flagSignificant|flagVisited) == 0 && c.mq.decode(int(zeroContexts[c.kind][f&flagsAround])) == 1 {
			c.significant(x, top+y, f, plane)
		}
		known = false
	}
}

// calm reports whether nothing of a column of a stripe, or around it, is significant or visited.
func (c *blockCoder) calm(at int) bool {
	row := c.wide + 2
	f := c.flags[at] | c.flags[at+row] | c.flags[at+2*row] | c.flags[at+3*row]&^c.below(stripe-1)
	return f&(flagSignificant|flagVisited|flagsAround) == 0
}
