package jp2

// component decodes the blocks of a tile's component and puts its bands together.
func (d *decoder) component(c *tileComponent) (buffer, error) {
	b := buffer{wide: c.bounds.Dx(), high: c.bounds.Dy()}
	n := b.wide * b.high
	if c.style.reversible {
		b.whole = make([]int32, n)
	} else {
		b.real = make([]float32, n)
	}
	for _, res := range c.resolutions {
		for k := range res.precincts {
			for i := range res.precincts[k].bands {
				for j := range res.precincts[k].bands[i].blocks {
					if err := d.block(c, res.bands[i], &res.precincts[k].bands[i].blocks[j], b); err != nil {
						return b, err
					}
				}
			}
		}
	}
	if b.whole != nil {
		rebuild(c, b.whole, wholeSynthesis())
	} else {
		rebuild(c, b.real, realSynthesis())
	}
	return b, nil
}

// block decodes one code block into its place in the buffer.
func (d *decoder) block(c *tileComponent, band *band, blk *block, b buffer) error {
	if blk.passes == 0 {
		return nil
	}
	size := blk.bounds.Size()
	if d.work -= blk.passes * size.X * size.Y; d.work < 0 {
		return unsupported("more coding passes than its samples explain")
	}
	if err := d.coder.decode(blk, c.style, band.kind, band.planes-blk.zero); err != nil {
		return err
	}
	left, top := band.at.X+blk.bounds.Min.X-band.bounds.Min.X, band.at.Y+blk.bounds.Min.Y-band.bounds.Min.Y
	lifted := uint64(1) << (band.planes - c.shift + 1) // what is at least this belongs to the region of interest (H.1)
	for y := range size.Y {
		from, to := y*size.X, (top+y)*b.wide+left
		for x := range size.X {
			v := d.coder.values[from+x]
			if c.shift > 0 && uint64(v) >= lifted {
				v >>= c.shift
			}
			b.put(to+x, v, d.coder.minus[from+x], band.delta)
		}
	}
	return nil
}

// put stores a coefficient, whose magnitude has one bit below the point.
func (b buffer) put(at int, magnitude uint32, minus bool, delta float32) {
	if b.whole == nil {
		b.real[at] = float32(magnitude) * .5 * delta
		if minus {
			b.real[at] = -b.real[at]
		}
		return
	}
	b.whole[at] = int32(magnitude >> 1)
	if minus {
		b.whole[at] = -b.whole[at]
	}
}

// mix turns the first three components back into red, green and blue (Annex G).
func mix(t *tile, buffers []buffer) error {
	if len(buffers) < 3 {
		return broken("a component transform over %d components", len(buffers))
	}
	y, u, v := buffers[0], buffers[1], buffers[2]
	for _, c := range t.parts[1:3] {
		if c.bounds != t.parts[0].bounds || c.style.reversible != t.parts[0].style.reversible {
			return broken("a component transform over components that differ")
		}
	}
	for i := range y.whole {
		green := y.whole[i] - (u.whole[i]+v.whole[i])>>2
		y.whole[i], u.whole[i], v.whole[i] = v.whole[i]+green, green, u.whole[i]+green
	}
	for i := range y.real {
		a, b, c := y.real[i], u.real[i], v.real[i]
		y.real[i], u.real[i], v.real[i] = a+1.402*c, a-.344136*b-.714136*c, a+1.772*b
	}
	return nil
}
