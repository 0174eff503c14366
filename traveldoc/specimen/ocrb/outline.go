package ocrb

// Measures of size I in millimetres (ICAO Doc 9303-3, section 4.3; ISO 1073-2).
const (
	PitchMM  = 2.54 // from one character to the next
	HeightMM = 2.40 // of the digits, between centre lines; capitals are lower
	StrokeMM = 0.35
)

// Alphabet are the characters that can be drawn.
const Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

// outline is a character's centre lines in hundredths of a millimetre: x from the middle of its cell, y up from the centre line on
// which it stands. "M x y" sets the pen down, "L x y" draws a straight line, "E x y rx ry from to" draws on along an ellipse around x y
// between two angles in degrees, counted against the clock.
func outline(c rune) string {
	if c >= '0' && c <= '9' {
		return digits[c-'0']
	}
	if c >= 'A' && c <= 'Z' {
		return capitals[c-'A']
	}
	if c == '<' {
		return "M 72 214 L -76 117 L 72 20"
	}
	return ""
}

var digits = [10]string{
	"M -69 160 E 0 160 69 80 180 0 L 69 80 E 0 80 69 80 0 -180 L -69 160",
	"M -60 180 L 15 240 L 15 0",
	"E 0 173 66 67 155 -35 L -44 66 L -62 22 L -62 0 L 70 0",
	"M -62 240 L 60 240 L -12 148 E -8 74 74 74 92 -140",
	"M 12 240 L -68 70 L 70 70 M 24 124 L 24 0",
	"M 60 240 L -48 240 L -52 146 L -8 146 E -8 73 76 73 90 -90 L -58 0",
	"E 0 76 69 76 0 360 M 34 240 L -30 162 L -62 108",
	"M -70 240 L 68 240 L 66 212 L 4 118 L -20 62 L -24 0",
	"E 0 183 57 57 0 360 E 0 63 68 63 0 360",
	"E 0 166 69 74 0 360 M -38 0 L 30 76 L 62 134",
}

var capitals = [26]string{
	"M -70 0 L -12 219 L 12 219 L 70 0 M -48 76 L 48 76",
	"M -62 0 L -62 219 L 6 219 E 6 165 52 54 90 -90 L -62 111 M 6 111 E 6 55 59 56 90 -90 L -62 0",
	"E 4 163 58 56 25 180 L -54 56 E 4 56 58 56 180 335",
	"M -62 0 L -62 219 L -36 219 E -36 109 98 110 90 -90 L -62 0",
	"M 60 219 L -60 219 L -60 0 L 60 0 M -60 113 L 46 113",
	"M 62 219 L -56 219 L -56 0 M -56 112 L 44 112",
	"E 4 158 64 61 38 180 L -60 62 E 4 62 64 62 180 280 L 66 14 L 66 98 L 8 98",
	"M -61 219 L -61 0 M 61 219 L 61 0 M -61 111 L 61 111",
	"M -52 219 L 52 219 M 0 219 L 0 0 M -52 0 L 52 0",
	"M 42 219 L 38 48 E -10 48 48 48 0 -180 L -60 68",
	"M -58 219 L -58 0 M 66 219 L -56 98 M -16 137 L 70 0",
	"M -60 219 L -60 0 L 72 0",
	"M -70 0 L -70 219 L -56 219 L 0 84 L 56 219 L 70 219 L 70 0",
	"M -65 0 L -65 219 L -56 219 L 56 0 L 65 0 L 65 219",
	"E 0 110 66 110 0 360",
	"M -62 0 L -62 219 L 6 219 E 6 160 58 59 90 -90 L -62 101",
	"E 0 124 64 95 0 360 M -2 92 L 72 0",
	"M -62 0 L -62 219 L 6 219 E 6 164 56 55 90 -90 L -62 109 M 4 109 L 66 0",
	"E 2 166 57 53 28 218 L 48 94 E 0 58 64 58 36 -172",
	"M -70 219 L 70 219 M 0 219 L 0 0",
	"M -64 219 L -64 64 E 0 64 64 64 180 360 L 64 219",
	"M -68 219 L -7 0 L 7 0 L 68 219",
	"M -68 219 L -42 0 L -34 0 L 0 128 L 34 0 L 42 0 L 68 219",
	"M -62 219 L 64 0 M 62 219 L -64 0",
	"M -64 219 L 0 108 L 64 219 M 0 108 L 0 0",
	"M -56 219 L 62 219 L -64 0 L 68 0",
}
