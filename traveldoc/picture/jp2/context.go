package jp2

// Flags of a coefficient: which neighbours are significant, the signs of those beside it, and its own state.
const (
	flagNE = 1 << iota
	flagSE
	flagSW
	flagNW
	flagN
	flagE
	flagS
	flagW
	flagMinusN
	flagMinusE
	flagMinusS
	flagMinusW
	flagSignificant
	flagRefined
	flagVisited

	flagsAround = 0xFF
	// flagsBelow are of the next stripe, which a causal context does not look at.
	flagsBelow = flagSE | flagS | flagSW | flagMinusS
)

// zeroContexts gives the context of a coefficient that is not significant by the kind of band and its neighbours (Table D.1).
var zeroContexts = func() (table [4][256]uint8) {
	for kind := range table {
		for f := range table[kind] {
			table[kind][f] = zeroContext(kind, f)
		}
	}
	return table
}()

func count(f int, flags ...int) (n int) {
	for _, one := range flags {
		if f&one != 0 {
			n++
		}
	}
	return n
}

func zeroContext(kind, f int) uint8 {
	h, v, d := count(f, flagE, flagW), count(f, flagN, flagS), count(f, flagNE, flagSE, flagSW, flagNW)
	if kind == 3 {
		return diagonalContext(h+v, d)
	}
	if kind == 1 {
		h, v = v, h
	}
	switch {
	case h == 2:
		return 8
	case h == 1 && v >= 1:
		return 7
	case h == 1 && d >= 1:
		return 6
	case h == 1:
		return 5
	case v == 2:
		return 4
	case v == 1:
		return 3
	}
	return uint8(min(d, 2)) //nolint:gosec // at most two
}

func diagonalContext(hv, d int) uint8 {
	switch {
	case d >= 3:
		return 8
	case d == 2 && hv >= 1:
		return 7
	case d == 2:
		return 6
	case d == 1:
		return uint8(3 + min(hv, 2)) //nolint:gosec // at most five
	}
	return uint8(min(hv, 2)) //nolint:gosec // at most two
}

// signContexts gives the context of a sign, and in the highest bit whether it is turned (Tables D.2 and D.3), by flags 4 to 11.
var signContexts = func() (table [256]uint8) {
	for i := range table {
		table[i] = signContext(i << 4)
	}
	return table
}()

func signContext(f int) uint8 {
	side := func(there, minus int) int {
		switch {
		case f&there == 0:
			return 0
		case f&minus != 0:
			return -1
		}
		return 1
	}
	h := max(-1, min(1, side(flagE, flagMinusE)+side(flagW, flagMinusW)))
	v := max(-1, min(1, side(flagN, flagMinusN)+side(flagS, flagMinusS)))
	turn := uint8(0)
	if h < 0 || h == 0 && v < 0 {
		h, v, turn = -h, -v, 0x80
	}
	if h == 0 {
		return uint8(contextSign+v) | turn
	}
	return uint8(contextSign+3+v) | turn
}
