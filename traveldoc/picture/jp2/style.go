package jp2

import (
	"encoding/binary"
	"slices"
)

// coding is what COD says of all components of a tile.
type coding struct {
	progression byte
	layers      int
	transform   bool // of components
	sop, eph    bool
	changes     []change // POC
}

// change is one progression of POC: the packets of these resolutions, components and layers that were not there yet.
type change struct {
	firstResolution, endResolution int
	firstComponent, endComponent   int
	endLayer                       int
	progression                    byte
}

// style is what COD or COC says of one component.
type style struct {
	levels     int
	blockWide  int // exponents of the size of code blocks
	blockHigh  int
	flags      byte
	reversible bool
	precincts  []byte // exponents for each resolution, height above width
}

// Styles of code blocks (Table A.19).
const (
	styleBypass   = 0x01
	styleReset    = 0x02
	styleTermAll  = 0x04
	styleCausal   = 0x08
	styleSymbols  = 0x20
	maxLevels     = 32
	codedNothing  = 0 // quantization styles (Table A.28)
	codedDerived  = 1
	codedExpanded = 2
)

// quantization is QCD or QCC.
type quantization struct {
	style byte
	guard int
	steps []step
}

type step struct{ exponent, mantissa int }

// parameters are all that is said of the components of the image or of one tile.
type parameters struct {
	coding
	styles []style
	quants []quantization
	shifts []int // of a region of interest (RGN)
	// ownStyle and ownQuant tell components with a COC or QCC of their own, which a COD or QCD at the same place does not change.
	ownStyle, ownQuant []bool
	ownChanges         bool
}

func newParameters(components int) *parameters {
	return &parameters{
		styles: make([]style, components), quants: make([]quantization, components), shifts: make([]int, components),
		ownStyle: make([]bool, components), ownQuant: make([]bool, components),
	}
}

// forTile are the same for a tile, whose header may say otherwise.
func (p *parameters) forTile() *parameters {
	own := *p
	own.styles, own.quants, own.shifts = slices.Clone(p.styles), slices.Clone(p.quants), slices.Clone(p.shifts)
	own.ownStyle, own.ownQuant, own.ownChanges = make([]bool, len(p.styles)), make([]bool, len(p.styles)), false
	return &own
}

// take reads a marker segment of a main or tile header.
func (p *parameters) take(s segment) error {
	switch s.marker {
	case markCOD:
		return p.takeCOD(s)
	case markCOC:
		c, rest, err := p.componentOf(s)
		if err != nil {
			return err
		}
		if len(rest) < 1 {
			return broken("COC cut off at byte %d", s.at)
		}
		st, err := parseStyle(rest[1:], rest[0]&1 != 0)
		p.styles[c], p.ownStyle[c] = st, true
		return err
	case markQCD:
		q, err := parseQuantization(s.content)
		for c := range p.quants {
			if !p.ownQuant[c] {
				p.quants[c] = q
			}
		}
		return err
	case markQCC:
		c, rest, err := p.componentOf(s)
		if err != nil {
			return err
		}
		p.quants[c], err = parseQuantization(rest)
		p.ownQuant[c] = true
		return err
	case markPOC:
		return p.takePOC(s)
	case markRGN:
		return p.takeRGN(s)
	case markPPM, markPPT:
		return unsupported("marker %04X", s.marker)
	}
	return nil // others, such as comments and lengths, change nothing
}

// componentOf is the component that a segment is about; with fewer than 257 components its number is one byte.
func (p *parameters) componentOf(s segment) (int, []byte, error) {
	if len(s.content) < 1 || int(s.content[0]) >= len(p.styles) {
		return 0, nil, broken("marker %04X at byte %d: no such component", s.marker, s.at)
	}
	return int(s.content[0]), s.content[1:], nil
}

func (p *parameters) takeCOD(s segment) error {
	c := s.content
	if len(c) < 10 {
		return broken("COD cut off at byte %d", s.at)
	}
	p.sop, p.eph = c[0]&2 != 0, c[0]&4 != 0
	p.progression, p.layers, p.transform = c[1], int(binary.BigEndian.Uint16(c[2:])), c[4] == 1
	if p.progression > 4 || p.layers == 0 || c[4] > 1 {
		return broken("COD at byte %d: progression %d, %d layers, transform %d", s.at, c[1], p.layers, c[4])
	}
	st, err := parseStyle(c[5:], c[0]&1 != 0)
	if err != nil {
		return err
	}
	for i := range p.styles {
		if !p.ownStyle[i] {
			p.styles[i] = st
		}
	}
	return nil
}

// parseStyle reads the parameters of SPcod or SPcoc (Table A.15).
func parseStyle(c []byte, precincts bool) (style, error) {
	if len(c) < 5 {
		return style{}, broken("coding style cut off")
	}
	s := style{levels: int(c[0]), blockWide: int(c[1]) + 2, blockHigh: int(c[2]) + 2, flags: c[3], reversible: c[4] == 1}
	if s.levels > maxLevels || s.blockWide > 10 || s.blockHigh > 10 || s.blockWide+s.blockHigh > 12 || c[4] > 1 {
		return style{}, broken("coding style: %d levels, blocks of 2^%d x 2^%d, transform %d", s.levels, s.blockWide, s.blockHigh, c[4])
	}
	if s.flags > 0x3F {
		return style{}, unsupported("style %02X of code blocks", s.flags)
	}
	s.precincts = make([]byte, s.levels+1)
	for r := range s.precincts {
		s.precincts[r] = 0xFF // 2^15 each way
		if !precincts {
			continue
		}
		if len(c) < 6+r {
			return style{}, broken("sizes of precincts cut off")
		}
		s.precincts[r] = c[5+r]
		if r > 0 && (c[5+r]&0xF == 0 || c[5+r]>>4 == 0) {
			return style{}, broken("precincts of one sample")
		}
	}
	return s, nil
}

func parseQuantization(c []byte) (quantization, error) {
	if len(c) < 2 {
		return quantization{}, broken("quantization cut off")
	}
	q := quantization{style: c[0] & 0x1F, guard: int(c[0] >> 5)}
	rest := c[1:]
	switch q.style {
	case codedNothing:
		for _, b := range rest {
			q.steps = append(q.steps, step{exponent: int(b >> 3)})
		}
	case codedDerived, codedExpanded:
		for ; len(rest) >= 2; rest = rest[2:] {
			v := int(binary.BigEndian.Uint16(rest))
			q.steps = append(q.steps, step{exponent: v >> 11, mantissa: v & 0x7FF})
		}
	default:
		return quantization{}, broken("quantization of style %d", q.style)
	}
	if len(q.steps) == 0 {
		return quantization{}, broken("quantization cut off")
	}
	return q, nil
}

// takeRGN reads by how many bits the coefficients of a region of interest were lifted (A.6.3).
func (p *parameters) takeRGN(s segment) error {
	c, rest, err := p.componentOf(s)
	switch {
	case err != nil:
		return err
	case len(rest) != 2:
		return broken("RGN cut off at byte %d", s.at)
	case rest[0] != 0 || int(rest[1]) > maxPlanes:
		return unsupported("region of interest of style %d, lifted by %d bits", rest[0], rest[1])
	}
	p.shifts[c] = int(rest[1])
	return nil
}

func (p *parameters) takePOC(s segment) error {
	if !p.ownChanges { // those of the main header hold for tiles that say nothing
		p.changes, p.ownChanges = nil, true
	}
	for c := s.content; len(c) > 0; c = c[7:] {
		if len(c) < 7 {
			return broken("POC cut off at byte %d", s.at)
		}
		x := change{
			firstResolution: int(c[0]), firstComponent: int(c[1]), endLayer: int(binary.BigEndian.Uint16(c[2:])),
			endResolution: int(c[4]), endComponent: int(c[5]), progression: c[6],
		}
		if x.endComponent == 0 {
			x.endComponent = 256
		}
		if x.progression > 4 || len(p.changes) == 64 {
			return broken("POC at byte %d", s.at)
		}
		p.changes = append(p.changes, x)
	}
	return nil
}

// stepOf is the step of a band: b counts from 0 (LL), then three a resolution from the lowest on; level is its decomposition level.
func (q quantization) stepOf(b, level, levels int) (step, bool) {
	if q.style == codedDerived {
		s := q.steps[0]
		s.exponent += level - levels
		return s, s.exponent >= 0
	}
	if b >= len(q.steps) {
		return step{}, false
	}
	return q.steps[b], true
}
