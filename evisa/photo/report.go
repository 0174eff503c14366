package photo

// Verdict is what is said of one item. There is no fourth.
type Verdict string

// The verdicts.
const (
	OK        Verdict = "ok"
	NotOK     Verdict = "not_ok"
	NotJudged Verdict = "not_judged" // it could not be measured: never taken for good
)

// Code names an item; words stand in the catalogue: "photo.<code>" its name, "photo.<code>_not_ok" what to do.
type Code string

// The items, in the order shown. What they are held against: ICAO Doc 9303-3, 3.9 and ISO/IEC 19794-5, 7.2 to 8.4 as far as they name a value.
const (
	Size       Code = "size"       // shorter side of the picture: 35 mm at 300 dpi
	Proportion Code = "proportion" // width over height
	OneFace    Code = "one_face"   // faces found
	HeadSize   Code = "head_size"  // chin to crown, as estimated, over the height of the picture
	Resolution Code = "resolution" // from eye to eye
	Position   Code = "position"   // how far the face stands from the middle, over the width
	EyeHeight  Code = "eye_height" // of the eyes above the lower edge, over the height
	EyesLevel  Code = "eyes_level" // slope of the line through the eyes
	Focus      Code = "focus"      // variance of the Laplacian in the face, brought to one size
	Exposure   Code = "exposure"   // mean brightness of the face, 0 to 255; wide, for skins differ
	Clipped    Code = "clipped"    // part of the face that is blown out or black
	Contrast   Code = "contrast"   // from the darkest to the brightest hundredth of the face
	Background Code = "background" // part of what lies behind the head that differs from the rest of it
	Bright     Code = "bright"     // median brightness behind the head
	Colour     Code = "colour"     // mean chroma of the face: a grey picture has none
)

// Codes are all items, in the order shown.
func Codes() []Code {
	return []Code{
		Size, Proportion, OneFace, HeadSize, Resolution, Position, EyeHeight, EyesLevel, Focus, Exposure, Clipped, Contrast, Background, Bright, Colour,
	}
}

// bound is what is good of an item.
type bound struct {
	least, most float64 // most 0: none
	unit        string
}

// boundOf are the limits. Those of estimates are wider than the standards' by what the estimate may be off (HeadSize: 70 to 80 there).
func boundOf(c Code) bound {
	switch c {
	case Size:
		return bound{413, 0, "px"}
	case Proportion:
		return bound{0.7, 0.86, ""}
	case OneFace:
		return bound{1, 1, ""}
	case HeadSize:
		return bound{65, 85, "%"}
	case Resolution:
		return bound{90, 0, "px"}
	case Position:
		return bound{0, 6, "%"}
	case EyeHeight:
		return bound{48, 70, "%"}
	case EyesLevel:
		return bound{0, 8, "°"}
	case Focus:
		return bound{30, 0, ""}
	case Exposure:
		return bound{35, 225, ""}
	case Clipped:
		return bound{0, 8, "%"}
	case Contrast:
		return bound{48, 0, ""}
	case Background:
		return bound{0, 12, "%"}
	case Bright:
		return bound{140, 0, ""}
	case Colour:
		return bound{6, 0, ""}
	}
	return bound{}
}

// Item is one thing that was looked at.
type Item struct {
	Code     Code    `json:"code"`
	Verdict  Verdict `json:"verdict"`
	Measured float64 `json:"measured"`        // meaningless when not judged
	Least    float64 `json:"least,omitempty"` // of what is good
	Most     float64 `json:"most,omitempty"`  // of what is good; 0: no bound
	Unit     string  `json:"unit,omitempty"`  // "px", "%", "°"; empty: a number
}

// Box is a part of a picture, in pixels from the upper left corner.
type Box struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Report is what is said of a portrait.
type Report struct {
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Items  []Item `json:"items"`
	// Face is the head, chin to crown, as estimated from the face found; nil when there was not exactly one.
	Face *Box `json:"face,omitempty"`
	// Crop is the part to cut, of 35 x 45; nil when there is no face to go by. It may be the whole picture.
	Crop *Box `json:"crop,omitempty"`
}

// Good reports whether every item is ok: one that was not judged is not.
func (r Report) Good() bool {
	for _, i := range r.Items {
		if i.Verdict != OK {
			return false
		}
	}
	return len(r.Items) > 0
}

// Item is the item of a code; false when there is none.
func (r Report) Item(code Code) (Item, bool) {
	for _, i := range r.Items {
		if i.Code == code {
			return i, true
		}
	}
	return Item{}, false
}
