package jp2

import (
	"encoding/binary"
	"math/bits"
)

// packets reads the packets of a tile in order.
type packets struct {
	tile *tile
	at   int
	any  bool // some packet held passes
}

// read reads the packet of one layer of a precinct (B.9, B.10).
func (p *packets) read(c *tileComponent, res *resolution, k, layer int) error {
	data := p.tile.data
	if len(data)-p.at >= 6 && binary.BigEndian.Uint16(data[p.at:]) == markSOP && p.tile.parameters.sop {
		p.at += 6
	}
	if p.at >= len(data) {
		return broken("packets end at byte %d of a tile: layer %d is missing", p.at, layer)
	}
	prec := &res.precincts[k]
	prec.layers = layer + 1
	in := &bitReader{data: data, at: p.at}
	var pieces []piece
	if in.bit() == 1 {
		for b := range prec.bands {
			var err error
			if pieces, err = readBand(in, c.style, &prec.bands[b], res.bands[b], layer, pieces); err != nil {
				return err
			}
		}
	}
	in.align()
	if in.short {
		return broken("packet header cut off at byte %d of a tile", in.at)
	}
	p.at = in.at
	if len(data)-p.at >= 2 && binary.BigEndian.Uint16(data[p.at:]) == markEPH && p.tile.parameters.eph {
		p.at += 2
	}
	for _, x := range pieces {
		if len(data)-p.at < x.length {
			return broken("packet of %d bytes at byte %d of a tile: %d follow", x.length, p.at, len(data)-p.at)
		}
		s := &x.block.segments[x.segment]
		if s.data == nil {
			s.data = data[p.at : p.at+x.length : p.at+x.length]
		} else {
			s.data = append(s.data, data[p.at:p.at+x.length]...)
		}
		p.at += x.length
		p.any = true
	}
	return nil
}

// piece is what a packet's body holds of a segment.
type piece struct {
	block   *block
	segment int
	length  int
}

// readBand reads the header's part of one band.
func readBand(in *bitReader, st *style, pb *precinctBand, b *band, layer int, pieces []piece) ([]piece, error) {
	for i := range pb.blocks {
		blk := &pb.blocks[i]
		if in.short {
			return pieces, broken("packet header cut off")
		}
		if blk.included {
			if in.bit() == 0 {
				continue
			}
		} else {
			if !pb.inclusion.below(in, i, layer+1) {
				continue
			}
			for !pb.planes.below(in, i, blk.zero+1) {
				if blk.zero++; blk.zero > b.planes || in.short {
					return pieces, broken("code block of more than %d empty bit planes", b.planes)
				}
			}
			blk.included = true
		}
		var err error
		if pieces, err = readPasses(in, st, blk, b.planes-blk.zero, pieces); err != nil {
			return pieces, err
		}
	}
	return pieces, nil
}

// readPasses reads how many passes a packet adds to a block, and their lengths (B.10.6, B.10.7).
func readPasses(in *bitReader, st *style, blk *block, planes int, pieces []piece) ([]piece, error) {
	n := passCount(in)
	if blk.passes+n > max(3*planes-2, 0) {
		return pieces, broken("code block of %d passes over %d bit planes", blk.passes+n, planes)
	}
	for in.bit() == 1 {
		if blk.length++; blk.length > 31 {
			return pieces, broken("code block: its length takes more than 31 bits")
		}
	}
	for n > 0 {
		last := len(blk.segments) - 1
		if last < 0 || blk.segments[last].passes == blk.segments[last].most {
			blk.segments = append(blk.segments, blockSegment{most: st.segmentSize(blk.segments)})
			last++
		}
		s := &blk.segments[last]
		take := min(n, s.most-s.passes)
		size := blk.length + bits.Len(uint(take)) - 1
		if size > 31 {
			return pieces, broken("code block: its length takes more than 31 bits")
		}
		pieces = append(pieces, piece{blk, last, in.bits(size)})
		s.passes += take
		blk.passes += take
		n -= take
	}
	return pieces, nil
}

// segmentSize is after how many passes the next segment ends (D.4, D.6).
func (st *style) segmentSize(before []blockSegment) int {
	switch {
	case st.flags&styleTermAll != 0:
		return 1
	case st.flags&styleBypass == 0:
		return 1 << 20
	case len(before) == 0:
		return 10
	case before[len(before)-1].most == 2:
		return 1
	}
	return 2
}

// passCount reads the number of passes (Table B.4).
func passCount(in *bitReader) int {
	if in.bit() == 0 {
		return 1
	}
	if in.bit() == 0 {
		return 2
	}
	if n := in.bits(2); n < 3 {
		return 3 + n
	}
	if n := in.bits(5); n < 31 {
		return 6 + n
	}
	return 37 + in.bits(7)
}
