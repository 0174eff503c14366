package jp2

import (
	"cmp"
	"slices"
)

// place is one precinct of a tile, with where it lies on the reference grid.
type place struct {
	component, resolution, k int
	x, y                     int
}

// readAll reads the packets of a tile in the order of its progressions (B.12).
func (p *packets) readAll() error {
	params := p.tile.parameters
	changes := params.changes
	if len(changes) == 0 {
		changes = []change{{endResolution: maxLevels + 1, endComponent: maxComponents, endLayer: params.layers, progression: params.progression}}
	}
	places := p.tile.places()
	for _, c := range changes {
		if err := p.readChange(c, places); err != nil {
			return err
		}
	}
	for _, at := range places {
		if at.precinct(p.tile).layers < params.layers {
			return broken("the progressions leave out packets")
		}
	}
	return nil
}

func (at place) precinct(t *tile) *precinct {
	return &t.parts[at.component].resolutions[at.resolution].precincts[at.k]
}

// places are all precincts of a tile.
func (t *tile) places() []place {
	var out []place
	for c, part := range t.parts {
		comp := t.scales[c]
		for r, res := range part.resolutions {
			for k := range res.precincts {
				at := place{component: c, resolution: r, k: k}
				at.x = position(k%res.wide, res.bounds.Min.X, res.ppx, res.level, comp.dx, t.bounds.Min.X)
				at.y = position(k/res.wide, res.bounds.Min.Y, res.ppy, res.level, comp.dy, t.bounds.Min.Y)
				out = append(out, at)
			}
		}
	}
	return out
}

// position is where the n-th precinct in a direction begins on the reference grid: the first where the tile does.
func position(n, from, exponent, level, scale, tile int) int {
	if n == 0 {
		return tile
	}
	return (from>>exponent + n) << exponent << level * scale
}

// readChange reads the packets of one progression. Those of one precinct follow each other layer by layer in every order.
func (p *packets) readChange(c change, places []place) error {
	var chosen []place
	for _, at := range places {
		if at.resolution >= c.firstResolution && at.resolution < c.endResolution && at.component >= c.firstComponent && at.component < c.endComponent {
			chosen = append(chosen, at)
		}
	}
	slices.SortStableFunc(chosen, order(c.progression))
	layers := min(c.endLayer, p.tile.parameters.layers)
	switch c.progression {
	case 0: // layer, resolution, component, position
		return p.byLayer(chosen, layers)
	case 1: // resolution, layer, component, position
		for len(chosen) > 0 {
			n := 0
			for n < len(chosen) && chosen[n].resolution == chosen[0].resolution {
				n++
			}
			if err := p.byLayer(chosen[:n], layers); err != nil {
				return err
			}
			chosen = chosen[n:]
		}
		return nil
	}
	for i := range chosen {
		if err := p.byLayer(chosen[i:i+1], layers); err != nil {
			return err
		}
	}
	return nil
}

func (p *packets) byLayer(places []place, layers int) error {
	for layer := range layers {
		for _, at := range places {
			if at.precinct(p.tile).layers != layer {
				continue // read in an earlier progression
			}
			part := p.tile.parts[at.component]
			if err := p.read(part, part.resolutions[at.resolution], at.k, layer); err != nil {
				return err
			}
		}
	}
	return nil
}

// order compares two precincts in a progression: 0 LRCP, 1 RLCP, 2 RPCL, 3 PCRL, 4 CPRL.
func order(progression byte) func(a, b place) int {
	resolution := func(a, b place) int { return cmp.Compare(a.resolution, b.resolution) }
	component := func(a, b place) int { return cmp.Compare(a.component, b.component) }
	position := func(a, b place) int { return cmp.Or(cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x)) }
	k := func(a, b place) int { return cmp.Compare(a.k, b.k) }
	switch progression {
	case 2:
		return func(a, b place) int { return cmp.Or(resolution(a, b), position(a, b), component(a, b), k(a, b)) }
	case 3:
		return func(a, b place) int { return cmp.Or(position(a, b), component(a, b), resolution(a, b), k(a, b)) }
	case 4:
		return func(a, b place) int { return cmp.Or(component(a, b), position(a, b), resolution(a, b), k(a, b)) }
	}
	return func(a, b place) int { return cmp.Or(resolution(a, b), component(a, b), k(a, b)) }
}
