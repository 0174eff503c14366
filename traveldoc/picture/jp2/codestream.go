package jp2

import "encoding/binary"

// Markers (Annex A).
const (
	markSOC = 0xFF4F
	markSIZ = 0xFF51
	markCOD = 0xFF52
	markCOC = 0xFF53
	markRGN = 0xFF5E
	markQCD = 0xFF5C
	markQCC = 0xFF5D
	markPOC = 0xFF5F
	markPPM = 0xFF60
	markPPT = 0xFF61
	markSOT = 0xFF90
	markSOP = 0xFF91
	markEPH = 0xFF92
	markSOD = 0xFF93
	markEOC = 0xFFD9
)

// component is one component as SIZ describes it.
type component struct {
	depth  int
	signed bool
	dx, dy int // subsampling
}

// size is the SIZ segment: image and tiles on the reference grid.
type size struct {
	x0, y0, x1, y1     int
	tx, ty, tx0, ty0   int // tile size and the first tile's corner
	tilesWide, tilesIn int
	components         []component
}

// parseSize reads SOC and SIZ and gives the place behind them.
func parseSize(data []byte) (*size, int, error) {
	if len(data) < 42 || binary.BigEndian.Uint16(data) != markSOC || binary.BigEndian.Uint16(data[2:]) != markSIZ {
		return nil, 0, broken("expected a codestream that begins with SOC and SIZ")
	}
	length := int(binary.BigEndian.Uint16(data[4:]))
	body := data[4:]
	if length < 41 || len(body) < length {
		return nil, 0, broken("SIZ of %d bytes", length)
	}
	var n [8]int
	for i := range n {
		v := binary.BigEndian.Uint32(body[4+4*i:])
		if v > 1<<24 {
			return nil, 0, broken("SIZ: %d, expected at most %d", v, 1<<24)
		}
		n[i] = int(v)
	}
	s := &size{x1: n[0], y1: n[1], x0: n[2], y0: n[3], tx: n[4], ty: n[5], tx0: n[6], ty0: n[7]}
	count := int(binary.BigEndian.Uint16(body[36:]))
	if count < 1 || count > maxComponents {
		return nil, 0, unsupported("%d components, expected 1 to %d", count, maxComponents)
	}
	if length != 38+3*count {
		return nil, 0, broken("SIZ of %d bytes for %d components", length, count)
	}
	for i := range count {
		c := component{depth: int(body[38+3*i]&0x7F) + 1, signed: body[38+3*i] > 0x7F, dx: int(body[39+3*i]), dy: int(body[40+3*i])}
		if c.depth > maxDepth || c.dx < 1 || c.dy < 1 || c.dx > 8 || c.dy > 8 {
			return nil, 0, unsupported("component of %d bits, one sample for %d x %d", c.depth, c.dx, c.dy)
		}
		s.components = append(s.components, c)
	}
	return s, 4 + length, s.check()
}

func (s *size) check() error {
	if s.x1 <= s.x0 || s.y1 <= s.y0 || s.tx < 1 || s.ty < 1 || s.tx0 > s.x0 || s.ty0 > s.y0 || s.tx0+s.tx <= s.x0 || s.ty0+s.ty <= s.y0 {
		return broken("SIZ: image %d,%d to %d,%d in tiles of %d x %d from %d,%d", s.x0, s.y0, s.x1, s.y1, s.tx, s.ty, s.tx0, s.ty0)
	}
	s.tilesWide = ceilDiv(s.x1-s.tx0, s.tx)
	high := ceilDiv(s.y1-s.ty0, s.ty)
	if s.tilesWide > maxTiles/high {
		return broken("%d x %d tiles, expected at most %d", s.tilesWide, high, maxTiles)
	}
	s.tilesIn = s.tilesWide * high
	for _, c := range s.components {
		if ceilDiv(s.x1, c.dx) <= ceilDiv(s.x0, c.dx) || ceilDiv(s.y1, c.dy) <= ceilDiv(s.y0, c.dy) {
			return broken("a component without samples")
		}
	}
	return nil
}

// segment is one marker segment; content without marker and length.
type segment struct {
	marker  int
	content []byte
	at      int
}

// nextSegment reads a marker segment at a place; SOD and EOC have no content.
func nextSegment(data []byte, at int) (segment, int, error) {
	if len(data)-at < 2 {
		return segment{}, 0, broken("cut off at byte %d: expected a marker", at)
	}
	s := segment{marker: int(binary.BigEndian.Uint16(data[at:])), at: at}
	if s.marker == markSOD || s.marker == markEOC {
		return s, at + 2, nil
	}
	if s.marker < 0xFF30 {
		return segment{}, 0, broken("%04X at byte %d: expected a marker", s.marker, at)
	}
	if len(data)-at < 4 {
		return segment{}, 0, broken("marker %04X at byte %d cut off", s.marker, at)
	}
	length := int(binary.BigEndian.Uint16(data[at+2:]))
	if length < 2 || len(data)-at-2 < length {
		return segment{}, 0, broken("marker %04X at byte %d of %d bytes", s.marker, at, length)
	}
	s.content = data[at+4 : at+2+length]
	return s, at + 2 + length, nil
}

func ceilDiv(a, b int) int {
	if a <= 0 {
		return -(-a / b)
	}
	return (a + b - 1) / b
}

// ceilShift is the ceiling of a / 2^n, for a of either sign.
func ceilShift(a, n int) int { return (a + 1<<n - 1) >> n }
