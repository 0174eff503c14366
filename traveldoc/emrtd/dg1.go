package emrtd

import "strings"

// DG1 is the machine readable zone as the issuer signed it (Doc 9303-10, 4.7.1).
type DG1 struct {
	// MRZ is the zone byte for byte, without line ends.
	MRZ string `json:"mrz,omitempty"`
	// Lines are its lines: two of 44 or 36 cells, three of 30. A zone of another length is one line.
	Lines    []string  `json:"lines,omitempty"`
	Findings []Finding `json:"-"`
}

// Text is the zone as package mrz reads it: lines joined by \n.
func (d *DG1) Text() string { return strings.Join(d.Lines, "\n") }

// Code is the document code without fillers: "P", "PD", "I".
func (d *DG1) Code() string { return strings.TrimRight(d.cells(0, 2), "<") }

// IssuingState is the code of the issuing State or organisation without fillers: "NLD", "D".
func (d *DG1) IssuingState() string { return strings.TrimRight(d.cells(2, 5), "<") }

func (d *DG1) cells(from, to int) string {
	if len(d.MRZ) < to {
		return ""
	}
	return d.MRZ[from:to]
}

// maxZone is more than any zone has cells.
const maxZone = 256

// ParseDG1 reads data group 1.
func ParseDG1(data []byte) (*DG1, error) {
	o, err := open(FileDG(1), data)
	if err != nil {
		return nil, err
	}
	var d *DG1
	for _, e := range o.elements {
		switch {
		case e.Tag != 0x5F1F || d != nil:
			o.add(UnknownElement, "tag %v", e.Tag)
		case len(e.Value) < 5 || len(e.Value) > maxZone:
			return nil, o.errorf(e.Offset, "zone of %d bytes: expected 72, 88 or 90", len(e.Value))
		case !printable(e.Value):
			return nil, o.errorf(e.Offset, "zone: expected printable ASCII")
		default:
			d = &DG1{MRZ: string(e.Value)}
		}
	}
	if d == nil {
		return nil, o.errorf(0, "expected a machine readable zone (5F1F)")
	}
	if !zoneCharacters(d.MRZ) {
		o.add(Malformed, "zone: expected A to Z, 0 to 9 and < alone")
	}
	d.split(o)
	d.Findings = o.findings
	return d, nil
}

func (d *DG1) split(o *opened) {
	width := map[int]int{72: 36, 88: 44, 90: 30}[len(d.MRZ)]
	if width == 0 {
		o.add(LengthDiffers, "zone of %d cells: expected 72, 88 or 90", len(d.MRZ))
		width = len(d.MRZ)
	}
	for at := 0; at < len(d.MRZ); at += width {
		d.Lines = append(d.Lines, d.MRZ[at:at+width])
	}
}

func printable(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

func zoneCharacters(zone string) bool {
	for _, c := range []byte(zone) {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '<' {
			return false
		}
	}
	return true
}
