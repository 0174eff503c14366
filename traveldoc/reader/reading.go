package reader

import (
	"time"
)

// Reading is everything that one device read of one document. Several readings of the same document complete each other (Merge).
type Reading struct {
	// ID is the agent's own name for the reading, at most 64 bytes: the same reading sent twice is one.
	ID     string    `json:"id,omitempty"`
	Device Device    `json:"device"`
	At     time.Time `json:"at"`
	// MRZ is the zone as the device or our own reading of the image gives it, lines joined by \n; never repaired.
	MRZ string `json:"mrz,omitempty"`
	// Zone is how MRZ was read from an image; nil when a device gave the text alone.
	Zone         *Zone          `json:"zone,omitempty"`
	Values       []Value        `json:"values,omitempty"`
	Images       []Image        `json:"images,omitempty"`
	Chip         *Chip          `json:"chip,omitempty"`
	Barcodes     []Barcode      `json:"barcodes,omitempty"`
	Authenticity []Authenticity `json:"authenticity,omitempty"`
}

// Device is what the document was put on.
type Device struct {
	Vendor string `json:"vendor,omitempty"`
	Model  string `json:"model,omitempty"`
	Serial string `json:"serial,omitempty"`
	// Simulated devices say so on the screen.
	Simulated bool `json:"simulated,omitempty"`
	// Upload is true of an image or of files that a person handed in instead of a device.
	Upload bool `json:"upload,omitempty"`
}

// Source is where on the document a value stands.
type Source string

// The sources.
const (
	MRZ         Source = "mrz"
	VIZ         Source = "viz"
	ChipSource  Source = "chip"
	BarcodeCode Source = "barcode"
)

// Sources are all sources, in the order shown.
func Sources() []Source { return []Source{VIZ, MRZ, ChipSource, BarcodeCode} }

// Result is what a device says of something that it looked at. What was not done is never fine: the zero value is WasNotDone.
type Result uint8

// The results.
const (
	WasNotDone Result = iota
	OK
	Error
)

// Value is one field as the device read it from one source. The names of the fields are those of package mrz ("document_number",
// "birth_date", "expiry_date", "sex", "nationality", "issuing_state", "document_code"), "surname" and "given_names" instead of one
// name, and "issue_date", "personal_number", "place_of_birth", "authority", "visa_number", "visa_type", "visa_from", "visa_until",
// "visa_days", "visa_entries". Dates are ISO 8601 as far as known.
type Value struct {
	Field    string     `json:"field"`
	Source   Source     `json:"source"`
	Text     string     `json:"text"`
	Validity Result     `json:"validity,omitempty"`
	Page     int        `json:"page,omitempty"` // from 0
	Area     *Rectangle `json:"area,omitempty"`
}

// Rectangle is a place on an image, in pixels from its upper left corner.
type Rectangle struct {
	Left   int `json:"left"`
	Top    int `json:"top"`
	Right  int `json:"right"`
	Bottom int `json:"bottom"`
}

// Light is what a page was lit with.
type Light string

// The lights.
const (
	White       Light = "white"
	Infrared    Light = "ir"
	Ultraviolet Light = "uv"
	AxialWhite  Light = "axial"
	// PortraitCut is no light: the portrait as the device cut it out of the page.
	PortraitCut Light = "portrait"
)

// Image is a page under one light. Data is the file as the device gave it.
type Image struct {
	Light     Light  `json:"light"`
	Page      int    `json:"page,omitempty"`
	MediaType string `json:"media_type"`
	DPI       int    `json:"dpi,omitempty"` // 0 when not known
	Data      []byte `json:"data,omitempty"`
}

// Chip is what was read from the chip (ICAO Doc 9303-10).
type Chip struct {
	// Access is how the chip was opened: "pace-mrz", "pace-can", "bac", "plain"; empty when the device does not say.
	Access string `json:"access,omitempty"`
	// Files are the elementary files as read, byte for byte, by their short names: "COM", "SOD", "DG1" to "DG16", "CardAccess".
	Files map[string][]byte `json:"files,omitempty"`
	// Unread are files that the chip names and that could not be read, with the reason as the device gives it.
	Unread map[string]string `json:"unread,omitempty"`
	// Active is active authentication as recorded, to be verified from DG15.
	Active *ActiveAuthentication `json:"active,omitempty"`
	// ChipAuthentication and PACECAM are what the device did against cloning and cannot be verified afterwards.
	ChipAuthentication Result `json:"chip_authentication,omitempty"`
	PACECAM            Result `json:"pace_cam,omitempty"`
	// Differed is how many chips with another SOD were read of the document before this one took their place (Merge): never a device's
	// to say.
	Differed int `json:"differed,omitempty"`
}

// ActiveAuthentication is the challenge that was sent and the chip's answer (ICAO Doc 9303-11, 6.1).
type ActiveAuthentication struct {
	Challenge []byte `json:"challenge"` // 8 bytes
	Response  []byte `json:"response"`
}

// Barcode is a two-dimensional code of the document. Data are its bytes, not a text.
type Barcode struct {
	Symbology string `json:"symbology"` // "qr", "datamatrix", "aztec", "pdf417"
	Data      []byte `json:"data"`
}

// Authenticity is the device's own verdict on one security feature: evidence with its source, never computed here.
type Authenticity struct {
	// Feature is a name of Features, or "feature-N" for a bit that is not known.
	Feature string `json:"feature"`
	Light   Light  `json:"light,omitempty"`
	Page    int    `json:"page,omitempty"`
	Result  Result `json:"result"`
	Detail  string `json:"detail,omitempty"`
}
