package strip

import "math"

// Line says where the characters of a line of fixed pitch stand in a picture: the middle of character k is at
// (X, Y) + k (UX, UY) + k² (QX, QY), in pixels from the picture's upper left corner. (UX, UY) points in reading direction, so a line can
// lie in any orientation; the quadratic part follows a photo's perspective. Up is to the left of the reading direction.
type Line struct {
	X, Y, UX, UY, QX, QY float64
	Tall                 float64 // height of the characters against their pitch, 1 = as printed at size I
}

// Middle is the middle of character k, which need not be whole.
func (l Line) Middle(k float64) (x, y float64) {
	return l.X + k*l.UX + k*k*l.QX, l.Y + k*l.UY + k*k*l.QY
}

// Direction is the vector from one character to the next at character k.
func (l Line) Direction(k float64) (x, y float64) { return l.UX + 2*k*l.QX, l.UY + 2*k*l.QY }

// Pitch is the pixels from one character to the next in the middle of n characters.
func (l Line) Pitch(n int) float64 {
	x, y := l.Direction(float64(n-1) / 2)
	return math.Hypot(x, y)
}

// From is the same line counted from character k on.
func (l Line) From(k float64) Line {
	l.X, l.Y = l.Middle(k)
	l.UX, l.UY = l.Direction(k)
	return l
}

// Reversed is the line of n characters read from its other end, upside down.
func (l Line) Reversed(n int) Line {
	r := l.From(float64(n - 1))
	r.UX, r.UY = -r.UX, -r.UY
	return r
}

// Scaled is the line in a picture that is n times smaller.
func (l Line) Scaled(n float64) Line {
	for _, v := range []*float64{&l.X, &l.Y, &l.UX, &l.UY, &l.QX, &l.QY} {
		*v /= n
	}
	return l
}
