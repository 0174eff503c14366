package reader

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/openbmis/openbmis/internal/problem"
)

// Check says what of a reading is out of bounds or not known: a problem of kind Invalid whose field is the place in the JSON, such as
// "images[2].light".
func (r *Reading) Check() error {
	c := checker{}
	c.text("id", r.ID, MaxID)
	c.text("device.vendor", r.Device.Vendor, MaxText)
	c.text("device.model", r.Device.Model, MaxText)
	c.text("device.serial", r.Device.Serial, MaxText)
	if r.At.IsZero() || r.At.Year() < 2000 || r.At.Year() > 9999 {
		c.value("at", "an instant, RFC 3339")
	}
	c.text("mrz", r.MRZ, MaxMRZ)
	c.zone(r.Zone)
	c.values(r.Values)
	c.images(r.Images)
	c.chip(r.Chip)
	c.barcodes(r.Barcodes)
	c.authenticity(r.Authenticity)
	return c.result()
}

// checker keeps the first fault.
type checker struct{ err error }

func (c *checker) result() error { return c.err }

// fail keeps what is wrong at a place; name and value fill a place in its words.
func (c *checker) fail(at, code, name string, value any) {
	if c.err == nil {
		c.err = problem.New(problem.Invalid, code).At(at).With(name, value)
	}
}

func (c *checker) value(at, expected string) { c.fail(at, "reading.value", "expected", expected) }

func (c *checker) text(at, text string, most int) {
	switch {
	case len(text) > most:
		c.fail(at, "reading.too_long", "max", most)
	case !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0:
		c.value(at, "UTF-8 without zero bytes")
	}
}

func (c *checker) count(at string, n, most int) bool {
	if n > most {
		c.fail(at, "reading.too_many", "max", most)
	}
	return n <= most
}

func (c *checker) size(at string, n, most int) {
	if n > most {
		c.fail(at, "reading.too_large", "max", most)
	}
}

func (c *checker) number(at string, n, most int) {
	if n < 0 || n > most {
		c.value(at, fmt.Sprintf("a number from 0 to %d", most))
	}
}

func (c *checker) zone(z *Zone) {
	if z == nil {
		return
	}
	c.text("zone.by", z.By, MaxText)
	c.text("zone.raw", z.Raw, MaxMRZ)
	c.count("zone.doubts", len(z.Doubts), MaxMRZ)
	if c.count("zone.confidence", len(z.Confidence), MaxMRZ) {
		for i, p := range z.Confidence {
			if !(p >= 0 && p <= 1) { // also not a number
				c.value(fmt.Sprintf("zone.confidence[%d]", i), "a number from 0 to 1")
			}
		}
	}
}

func (c *checker) values(all []Value) {
	if !c.count("values", len(all), MaxValues) {
		return
	}
	for i, v := range all {
		at := fmt.Sprintf("values[%d]", i)
		if v.Field == "" {
			c.value(at+".field", "the name of a field")
		}
		c.text(at+".field", v.Field, MaxID)
		if !slices.Contains(Sources(), v.Source) {
			c.value(at+".source", "viz, mrz, chip or barcode")
		}
		c.text(at+".text", v.Text, MaxText)
		c.number(at+".page", v.Page, MaxPage)
		c.area(at+".area", v.Area)
	}
}

func (c *checker) area(at string, a *Rectangle) {
	if a == nil {
		return
	}
	inside := a.Left >= 0 && a.Top >= 0 && a.Left < a.Right && a.Top < a.Bottom && a.Right <= MaxPixel && a.Bottom <= MaxPixel
	if !inside {
		c.value(at, fmt.Sprintf("left < right and top < bottom, from 0 to %d", MaxPixel))
	}
}

func (c *checker) images(all []Image) {
	if !c.count("images", len(all), MaxImages) {
		return
	}
	for i, m := range all {
		at := fmt.Sprintf("images[%d]", i)
		if m.Light.Check() != nil {
			c.value(at+".light", "white, ir, uv, axial, portrait or light-N")
		}
		c.number(at+".page", m.Page, MaxPage)
		c.number(at+".dpi", m.DPI, MaxDPI)
		if !slices.Contains(MediaTypes(), m.MediaType) {
			c.value(at+".media_type", strings.Join(MediaTypes(), ", "))
		}
		c.size(at+".data", len(m.Data), MaxImage)
	}
}

// MediaTypes are the kinds of images taken.
func MediaTypes() []string { return []string{"image/jpeg", "image/png", "image/tiff", "image/jp2"} }

func (c *checker) chip(chip *Chip) {
	if chip == nil {
		return
	}
	c.text("chip.access", chip.Access, MaxID)
	if c.count("chip.files", len(chip.Files), MaxFiles) {
		for _, name := range sorted(chip.Files) {
			at := "chip.files." + name
			c.fileName(at, name)
			c.size(at, len(chip.Files[name]), MaxFile)
		}
	}
	if c.count("chip.unread", len(chip.Unread), MaxFiles) {
		for _, name := range sorted(chip.Unread) {
			c.fileName("chip.unread."+name, name)
			c.text("chip.unread."+name, chip.Unread[name], MaxText)
		}
	}
	if a := chip.Active; a != nil {
		if len(a.Challenge) != challengeBytes {
			c.value("chip.active.challenge", "8 bytes in base64")
		}
		c.size("chip.active.response", len(a.Response), maxResponse)
	}
}

const (
	challengeBytes = 8    // ICAO Doc 9303-11, 6.1
	maxResponse    = 1024 // an RSA signature of 8,192 bits
)

// FileNames are the short names of the elementary files of a chip (ICAO Doc 9303-10).
func FileNames() []string {
	names := []string{"COM", "SOD", "CardAccess", "CardSecurity", "CVCA", "DIR", "ATR"}
	for n := 1; n <= 16; n++ {
		names = append(names, fmt.Sprintf("DG%d", n))
	}
	return names
}

func (c *checker) fileName(at, name string) {
	if !slices.Contains(FileNames(), name) {
		c.value(at, "COM, SOD, DG1 to DG16, CardAccess, CardSecurity, CVCA, DIR or ATR")
	}
}

func (c *checker) barcodes(all []Barcode) {
	if !c.count("barcodes", len(all), MaxBarcodes) {
		return
	}
	for i, b := range all {
		at := fmt.Sprintf("barcodes[%d]", i)
		if !slices.Contains(Symbologies(), b.Symbology) {
			c.value(at+".symbology", strings.Join(Symbologies(), ", "))
		}
		c.size(at+".data", len(b.Data), MaxBarcode)
	}
}

// Symbologies are the kinds of barcodes taken.
func Symbologies() []string { return []string{"qr", "datamatrix", "aztec", "pdf417"} }

func (c *checker) authenticity(all []Authenticity) {
	if !c.count("authenticity", len(all), MaxAuthenticity) {
		return
	}
	for i, a := range all {
		at := fmt.Sprintf("authenticity[%d]", i)
		if CheckFeature(a.Feature) != nil {
			c.value(at+".feature", "a name of the list, feature-N, or the device's number")
		}
		if a.Light != "" && a.Light.Check() != nil {
			c.value(at+".light", "white, ir, uv, axial, portrait or light-N")
		}
		c.number(at+".page", a.Page, MaxPage)
		c.text(at+".detail", a.Detail, MaxText)
	}
}
