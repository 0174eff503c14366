package fingersview

import (
	"context"
	"fmt"
	"slices"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/ui/text"
)

// shape is one finger of the drawn right hand, seen from above as it lies on a reader, within 260 x 250.
type shape struct {
	finger     biometrics.Position // of the right hand
	x, y, w, h int
}

func shapes() []shape {
	return []shape{
		{biometrics.RightThumb, 8, 128, 38, 88}, {biometrics.RightIndex, 64, 40, 38, 110}, {biometrics.RightMiddle, 108, 18, 38, 132},
		{biometrics.RightRing, 152, 34, 38, 116}, {biometrics.RightLittle, 196, 68, 36, 86},
	}
}

const handWidth = 260

// drawnFinger is a finger of a drawn hand with its state; one that is not asked has the state "".
type drawnFinger struct {
	shape
	fingers.Finger
	asked bool
}

// hand are the drawn fingers of one hand; the left one is the right one mirrored.
func (s Screen) hand(isLeft bool) []drawnFinger {
	list := make([]drawnFinger, 0, len(shapes()))
	for _, one := range shapes() {
		position := one.finger
		if isLeft {
			position += biometrics.LeftThumb - biometrics.RightThumb
			one.x = handWidth - one.x - one.w
		}
		d := drawnFinger{shape: one}
		if at := slices.IndexFunc(s.View.Fingers, func(f fingers.Finger) bool { return f.Position == position }); at >= 0 {
			d.Finger, d.asked = s.View.Fingers[at], true
		}
		list = append(list, d)
	}
	return list
}

// hands are the hands of which fingers are asked.
func (s Screen) hands() (lefts []bool) {
	for _, isLeft := range []bool{false, true} {
		if slices.ContainsFunc(s.View.Fingers, func(f fingers.Finger) bool { return left(f.Position) == isLeft }) {
			lefts = append(lefts, isLeft)
		}
	}
	return lefts
}

func (d drawnFinger) class() string {
	if !d.asked {
		return "finger not-asked"
	}
	class, _ := look(d.Finger)
	return "finger " + class + " " + string(d.State)
}

func (d drawnFinger) sign() string {
	if !d.asked {
		return ""
	}
	_, sign := look(d.Finger)
	return sign
}

func (d drawnFinger) quality() string {
	if !d.asked || !measured(d.Finger) {
		return ""
	}
	return fmt.Sprint(d.Quality)
}

func (d drawnFinger) middle() string { return fmt.Sprint(d.x + d.w/2) }

func handName(ctx context.Context, isLeft bool) string {
	if isLeft {
		return text.T(ctx, text.FingersHandLeft)
	}
	return text.T(ctx, text.FingersHandRight)
}

// handWords is a drawn hand in words, for who cannot see it.
func (s Screen) handWords(ctx context.Context, isLeft bool) string {
	words := handName(ctx, isLeft)
	for _, f := range s.View.Fingers {
		if left(f.Position) == isLeft {
			words += "; " + finger(ctx, f.Position) + ": " + coded(ctx, "fingers.states", string(f.State))
		}
	}
	return words
}
