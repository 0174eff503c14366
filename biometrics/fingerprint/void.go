package fingerprint

import "slices"

// void says where the picture has one grey level: whole cells, and the level that does not count in them and in the cells beside them.
type void struct {
	cols, rows int
	whole      []bool
	level      []int // absent where everything counts
}

const (
	absent = -1000
	flat   = 2 // grey levels of noise in a void
)

func findVoid(img grey) void {
	cols, rows := (img.width+cell-1)/cell, (img.height+cell-1)/cell
	v := void{cols, rows, make([]bool, cols*rows), make([]int, cols*rows)}
	for i := range v.level {
		low, high := extremes(img, i%cols*cell, i/cols*cell)
		v.whole[i], v.level[i] = high-low <= flat, (low+high)/2
	}
	reaching := mask{cols, rows, v.whole}.reaching(true)
	for i, reaches := range reaching {
		if !reaches {
			v.whole[i], v.level[i] = false, absent
		}
	}
	level := slices.Clone(v.level)
	for i, whole := range v.whole {
		if !whole {
			continue
		}
		x, y := i%cols, i/cols
		for ny := max(y-1, 0); ny <= min(y+1, rows-1); ny++ {
			for nx := max(x-1, 0); nx <= min(x+1, cols-1); nx++ {
				if j := ny*cols + nx; !v.whole[j] {
					level[j] = v.level[i]
				}
			}
		}
	}
	v.level = level
	return v
}

func extremes(img grey, x0, y0 int) (low, high int) {
	l, h := byte(255), byte(0)
	for y := y0; y < min(y0+cell, img.height); y++ {
		for _, v := range img.pix[y*img.width+x0 : y*img.width+min(x0+cell, img.width)] {
			l, h = min(l, v), max(h, v)
		}
	}
	return int(l), int(h)
}
