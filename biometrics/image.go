package biometrics

import "fmt"

// Bounds of an image of one finger or one slap.
const (
	// MaxSide is the most pixels of a side.
	MaxSide = 4096
	// MaxPixels is the most pixels in all.
	MaxPixels = 8 << 20
	// MinPPI is the lowest resolution that is taken, in pixels per inch.
	MinPPI = 100.0
	// MaxPPI is the highest resolution that is taken, in pixels per inch.
	MaxPPI = 2000.0
	// PPI is the resolution that everything is compared at (ISO/IEC 19794-4, image acquisition level 31).
	PPI = 500.0
)

// Image is an 8-bit grey image, row by row from the top left, ridges dark. It must not be changed once it is handed on.
type Image struct {
	Width, Height int
	PPI           float64 // pixels per inch, the same in both directions
	Pix           []byte  // Width*Height bytes, 0 black to 255 white
}

// Check says which bound the image breaks, if any.
func (m Image) Check() error {
	switch {
	case m.Width < 1 || m.Height < 1 || m.Width > MaxSide || m.Height > MaxSide || m.Width*m.Height > MaxPixels:
		return fmt.Errorf("image: %dx%d pixels, expected 1 to %d a side and at most %d in all", m.Width, m.Height, MaxSide, MaxPixels)
	case len(m.Pix) != m.Width*m.Height:
		return fmt.Errorf("image: %d bytes for %dx%d pixels", len(m.Pix), m.Width, m.Height)
	case !(m.PPI >= MinPPI && m.PPI <= MaxPPI): // catches NaN too
		return fmt.Errorf("image: resolution: %g, expected %.0f to %.0f pixels per inch", m.PPI, MinPPI, MaxPPI)
	}
	return nil
}
