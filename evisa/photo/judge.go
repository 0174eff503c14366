package photo

import (
	_ "embed" // the detector's cascades
	"fmt"
	"image"
	"image/color"
	"math"

	pigo "github.com/esimov/pigo/core"
	"golang.org/x/image/draw"

	"github.com/openbmis/openbmis/traveldoc/picture"
)

//go:embed cascade/facefinder
var faceCascade []byte

//go:embed cascade/puploc
var eyeCascade []byte

// Judge judges portraits. It is safe for concurrent use.
//
// What it cannot do: tell whose face it is, that it is a living person's, that the eyes are open and the mouth closed, that nothing covers the face,
// or that glasses reflect. It finds faces that look into the camera, turned and tilted by about fifteen degrees at most; who looks aside, or wears
// what hides brows and eyes, is not found, and then everything that rests on the face is not judged. Crown and chin are estimated from the eyes.
type Judge struct {
	faces *pigo.Pigo
	eyes  *eyeFinder
}

// New makes a judge with the cascades that are part of the program.
func New() (*Judge, error) {
	faces, err := pigo.NewPigo().Unpack(faceCascade)
	if err != nil {
		return nil, fmt.Errorf("face detector: %w", err)
	}
	eyes, err := newEyeFinder(eyeCascade)
	if err != nil {
		return nil, fmt.Errorf("eye finder: %w", err)
	}
	return &Judge{faces: faces, eyes: eyes}, nil
}

// Judge judges a picture of any format that upload keeps. The error says that it is no picture: picture.ErrUnknown and its like.
func (j *Judge) Judge(file []byte) (Report, error) {
	img, _, err := picture.Decode(file, picture.Limits{Bytes: 12 << 20, Side: 8000, Pixels: 30_000_000})
	if err != nil {
		return Report{}, fmt.Errorf("judge a portrait: %w", err)
	}
	return j.JudgeImage(img), nil
}

// workSide is the longest side that is measured on: larger pictures are made smaller first.
const workSide = 1600

// JudgeImage judges an image that is decoded already.
func (j *Judge) JudgeImage(img image.Image) Report {
	size := img.Bounds().Size()
	r := Report{Width: size.X, Height: size.Y}
	if size.X < 1 || size.Y < 1 {
		return r
	}
	found := map[Code]float64{Size: float64(min(size.X, size.Y)), Proportion: float64(size.X) / float64(size.Y)}
	work, scale := working(img)
	faces := j.find(work)
	found[OneFace] = float64(len(faces))
	if len(faces) == 1 {
		h := j.head(work, faces[0])
		h.measure(found, work, scale)
		measureFace(found, work, h)
		measureBackground(found, work, h)
		face, crop := h.box(scale), h.crop(work.Bounds().Size(), scale)
		r.Face, r.Crop = &face, &crop
	}
	for _, c := range Codes() {
		r.Items = append(r.Items, itemOf(c, found))
	}
	return r
}

func itemOf(c Code, found map[Code]float64) Item {
	b := boundOf(c)
	i := Item{Code: c, Verdict: NotJudged, Least: b.least, Most: b.most, Unit: b.unit}
	v, measured := found[c]
	if !measured {
		return i
	}
	i.Measured, i.Verdict = math.Round(v*100)/100, OK
	if v < b.least || b.most > 0 && v > b.most {
		i.Verdict = NotOK
	}
	return i
}

// working is the picture on white, bounded in size, and how many of its own pixels one of it stands for.
func working(img image.Image) (*image.RGBA, float64) {
	from := img.Bounds()
	scale := max(1, float64(max(from.Dx(), from.Dy()))/workSide)
	out := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(from.Dx())/scale)), max(1, int(float64(from.Dy())/scale))))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	if scale == 1 {
		draw.Draw(out, out.Bounds(), img, from.Min, draw.Over)
	} else {
		draw.ApproxBiLinear.Scale(out, out.Bounds(), img, from, draw.Over, nil)
	}
	return out, scale
}

// luma is the brightness of a pixel (ITU-R BT.601).
func luma(p []byte) int { return (299*int(p[0]) + 587*int(p[1]) + 114*int(p[2])) / 1000 }
