package picture

import (
	"bytes"
	"fmt"
)

// Format is what the first bytes of a file say it is. The zero value is none of those that are read.
type Format uint8

// The formats.
const (
	Unknown Format = iota
	JPEG           // ISO/IEC 10918-1: baseline and progressive; grey, YCbCr, RGB, CMYK and YCCK; 8 bits
	PNG            // ISO/IEC 15948: grey, colour and palette, 1 to 16 bits
	TIFF           // TIFF 6.0: plain, LZW, PackBits, deflate, CCITT group 4; 1, 8 and 16 bits
	JP2            // ISO/IEC 15444-1 Annex I: JPEG 2000 in its file format
	J2K            // ISO/IEC 15444-1 Annex A: a bare JPEG 2000 codestream
)

// Formats are the formats that Decode reads.
func Formats() []Format { return []Format{JPEG, PNG, TIFF, JP2, J2K} }

// String is the format's usual name, "JPEG", "PNG", "TIFF", "JP2" or "J2K"; empty when unknown.
func (f Format) String() string {
	if f > J2K {
		return ""
	}
	return [...]string{"", "JPEG", "PNG", "TIFF", "JP2", "J2K"}[f]
}

// MediaType is the registered media type; empty when unknown.
func (f Format) MediaType() string {
	if f > J2K {
		return ""
	}
	return [...]string{"", "image/jpeg", "image/png", "image/tiff", "image/jp2", "image/j2c"}[f]
}

// MarshalText writes the format's name.
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the format's name; empty is Unknown.
func (f *Format) UnmarshalText(text []byte) error {
	for _, known := range append(Formats(), Unknown) {
		if known.String() == string(text) {
			*f = known
			return nil
		}
	}
	return fmt.Errorf("image format %q: expected one of %v", text, Formats())
}

// FormatOf tells the format by the first bytes alone.
func FormatOf(data []byte) Format {
	for _, m := range [...]struct {
		magic  string
		format Format
	}{
		{"\xFF\xD8\xFF", JPEG},
		{"\x89PNG\r\n\x1A\n", PNG},
		{"II*\x00", TIFF},
		{"MM\x00*", TIFF},
		{"\x00\x00\x00\x0CjP  \r\n\x87\n", JP2},
		{"\xFF\x4F\xFF\x51", J2K},
	} {
		if bytes.HasPrefix(data, []byte(m.magic)) {
			return m.format
		}
	}
	return Unknown
}
