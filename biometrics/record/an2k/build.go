package an2k

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record/codec"
	"github.com/openbmis/openbmis/biometrics/record/units"
)

// version is ANSI/NIST-ITL 1-2011 with the update of 2015 (field 1.002).
const version = "0502"

// Transaction is what the Type-1 record of a new file says.
type Transaction struct {
	Type        string // 1.004, such as FANC; the receiver's profile defines it
	Date        time.Time
	Destination string // 1.007: agency identifier
	Origin      string // 1.008
	Control     string // 1.009: the sender's number for the transaction
	PPI         float64
}

// Check says what the Type-1 record has no room for: its text is ASCII without separators.
func (t Transaction) Check() error {
	for field, text := range map[string]string{
		"1.004 (type of transaction)": t.Type, "1.007 (destination)": t.Destination, "1.008 (origin)": t.Origin, "1.009 (control number)": t.Control,
	} {
		if text == "" || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
			return fmt.Errorf("an2k: field %s: %q, expected ASCII text", field, text)
		}
	}
	return nil
}

// New makes a file with its Type-1 record.
func New(t Transaction) *File {
	if t.PPI == 0 {
		t.PPI = biometrics.PPI
	}
	first := Record{Type: 1}
	first.Set(1, "")
	first.Set(2, version)
	first.Set(4, t.Type)
	first.Set(5, t.Date.UTC().Format("20060102"))
	first.Set(7, t.Destination)
	first.Set(8, t.Origin)
	first.Set(9, t.Control)
	resolution := strconv.FormatFloat(units.PerMillimetre(t.PPI), 'f', 2, 64)
	first.Set(nativeScanning, resolution)
	first.Set(nominal, resolution)
	first.Set(14, t.Date.UTC().Format("20060102150405Z"))
	return &File{Records: []Record{first}}
}

// next is the IDC of the next record.
func (f *File) next() int {
	idc := 0
	for i := range f.Records[1:] {
		idc = max(idc, f.Records[i+1].IDC()+1)
	}
	return idc
}

// AddText adds a Type-2 record. What its fields mean is a matter of the receiver's profile; 2.001 and 2.002 are made.
func (f *File) AddText(fields map[int]string) {
	r := Record{Type: 2}
	for number, value := range fields {
		r.Set(number, value)
	}
	r.Set(1, "")
	r.Set(2, fmt.Sprintf("%02d", f.next()))
	f.Records = append(f.Records, r)
}

// NewPrint is an image to be put into a file.
type NewPrint struct {
	Image       biometrics.Image
	Position    biometrics.Position
	Impression  uint8
	Compression codec.Compression // raw, WSQ or PNG
	BitRate     float64           // of WSQ; 0: its default
	Captured    time.Time         // Type-14
	Source      string            // Type-14: agency that took it
	Qualities   []Quality         // Type-14
	// Encoded is the image as it is compressed already, for a print that is passed on untouched; nil: it is compressed.
	Encoded []byte
}

func (p *NewPrint) data() ([]byte, error) {
	if err := p.Image.Check(); err != nil {
		return nil, fmt.Errorf("an2k: %w", err)
	}
	if p.Encoded != nil {
		return p.Encoded, nil
	}
	data, err := codec.Encode(p.Image, p.Compression, p.BitRate)
	if err != nil {
		return nil, fmt.Errorf("an2k: %w", err)
	}
	return data, nil
}

// AddFour adds a Type-4 record. Its resolution is the file's: an image of another is refused.
func (f *File) AddFour(p NewPrint) error {
	data, err := p.data()
	if err != nil {
		return err
	}
	if ppi := f.resolution(nominal); math.Abs(ppi-p.Image.PPI) > 5 {
		return fmt.Errorf("an2k: Type-4 record: %.0f pixels an inch, the file has %.0f", p.Image.PPI, ppi)
	}
	numbers := map[codec.Compression]uint8{codec.Raw: 0, codec.WSQ: 1, codec.JPEG: 2, codec.PNG: 6}
	number, known := numbers[p.Compression]
	idc := f.next()
	if !known || idc > math.MaxUint8 {
		return fmt.Errorf("an2k: Type-4 record: IDC %d, compression %s: do not fit", idc, p.Compression)
	}
	f.Records = append(f.Records, Record{Type: 4, Binary: &Binary{
		IDC:        uint8(idc), //nolint:gosec // checked
		Impression: p.Impression, Positions: [6]uint8{uint8(p.Position), 255, 255, 255, 255, 255},
		Width: uint16(p.Image.Width), Height: uint16(p.Image.Height), Compression: number, Data: data, //nolint:gosec // checked
	}})
	return nil
}

// AddFourteen adds a Type-14 record with an image.
func (f *File) AddFourteen(p NewPrint) error {
	data, err := p.data()
	if err != nil {
		return err
	}
	code := map[codec.Compression]string{codec.Raw: "NONE", codec.WSQ: "WSQ20", codec.JPEG: "JPEGB", codec.PNG: "PNG"}[p.Compression]
	if code == "" {
		return fmt.Errorf("an2k: Type-14 record: compression %s: expected raw, WSQ, JPEG or PNG", p.Compression)
	}
	r := f.fourteen(p.Position, p.Impression, p.Source, p.Captured)
	ppi := strconv.Itoa(int(math.Round(p.Image.PPI)))
	for number, value := range map[int]string{
		fieldWidth: strconv.Itoa(p.Image.Width), fieldHeight: strconv.Itoa(p.Image.Height), fieldUnits: "1", fieldX: ppi, fieldY: ppi,
		fieldCompression: code, fieldDepth: "8",
	} {
		r.Set(number, value)
	}
	var scores []string
	for _, q := range p.Qualities {
		scores = append(scores, fmt.Sprintf("%d%c%d%c%s%c%d", p.Position, us, q.Score, us, q.Vendor, us, q.Algorithm))
	}
	if len(scores) > 0 {
		r.Set(fieldQuality, strings.Join(scores, string(rune(rs))))
	}
	r.set(dataField, data)
	f.Records = append(f.Records, r)
	return nil
}

// AddMissing adds a Type-14 record that says why a finger has no image: amputated, or cannot be taken now. Other reasons have no code there.
func (f *File) AddMissing(position biometrics.Position, why biometrics.Missing, source string, at time.Time) error {
	codes := map[biometrics.Missing]string{biometrics.Amputated: "XX", biometrics.Bandaged: "UP", biometrics.Injured: "UP"}
	if codes[why] == "" {
		return fmt.Errorf("an2k: field 14.018: %q has no code, expected amputated, bandaged or injured", why)
	}
	r := f.fourteen(position, 0, source, at)
	r.Set(fieldMissing, fmt.Sprintf("%d%c%s", position, us, codes[why]))
	f.Records = append(f.Records, r)
	return nil
}

func (f *File) fourteen(position biometrics.Position, impression uint8, source string, at time.Time) Record {
	r := Record{Type: 14}
	r.Set(1, "")
	r.Set(fieldIDC, fmt.Sprintf("%02d", f.next()))
	r.Set(fieldImpression, strconv.Itoa(int(impression)))
	r.Set(fieldSource, source)
	r.Set(fieldDate, at.UTC().Format("20060102"))
	r.Set(fieldPosition, strconv.Itoa(int(position)))
	return r
}
