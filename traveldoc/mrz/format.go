package mrz

import "fmt"

// Format is the size and layout of a machine readable zone. The zero value is the format of a text without one.
type Format uint8

// The formats of ICAO Doc 9303, and the national ones that come to a border and lie outside it.
const (
	Unknown       Format = iota
	TD1                  // identity card, 3 lines of 30 (part 5)
	TD2                  // larger card, 2 lines of 36 (part 6)
	TD3                  // passport, 2 lines of 44 (part 4)
	MRVA                 // visa, 2 lines of 44 (part 7)
	MRVB                 // visa, 2 lines of 36 (part 7)
	FrenchID             // French identity card of 1988 to 2021, 2 lines of 36; it states no expiry
	FrenchLicence        // French driving licence, 1 line of 30
	SwissLicence         // driving licence of Switzerland and Liechtenstein, lines of 9, 30 and 30; it has no check digit
)

// Formats are the formats that Parse reads and Encode writes.
func Formats() []Format {
	return []Format{TD1, TD2, TD3, MRVA, MRVB, FrenchID, FrenchLicence, SwissLicence}
}

// String is the format's name, "TD1", "TD2", "TD3", "MRV-A", "MRV-B", "FR-ID", "FR-DL" or "CH-DL"; empty when unknown.
func (f Format) String() string {
	switch f {
	case Unknown:
	case TD1:
		return "TD1"
	case TD2:
		return "TD2"
	case TD3:
		return "TD3"
	case MRVA:
		return "MRV-A"
	case MRVB:
		return "MRV-B"
	case FrenchID:
		return "FR-ID"
	case FrenchLicence:
		return "FR-DL"
	case SwissLicence:
		return "CH-DL"
	}
	return ""
}

// ParseFormat reads what String writes.
func ParseFormat(name string) (Format, error) {
	for _, f := range Formats() {
		if f.String() == name {
			return f, nil
		}
	}
	return Unknown, fmt.Errorf("MRZ format %q: expected one of %v", name, Formats())
}

// Licence reports whether the format is that of a driving licence, which is no travel document.
func (f Format) Licence() bool { return f == FrenchLicence || f == SwissLicence }

// MarshalText writes the format's name.
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the format's name; empty is Unknown.
func (f *Format) UnmarshalText(text []byte) (err error) {
	*f = Unknown
	if len(text) > 0 {
		*f, err = ParseFormat(string(text))
	}
	return err
}
