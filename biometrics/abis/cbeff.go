package abis

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/openbmis/openbmis/biometrics"
)

// FingerFormat is what a record of a finger holds, by the numbers that MOSIP gives to formats.
type FingerFormat int

// The formats of fingers.
const (
	MinutiaeFormat FingerFormat = 2 // ISO/IEC 19794-2
	ImageFormat    FingerFormat = 7 // ISO/IEC 19794-4
)

// Record is one finger in CBEFF XML: a BIR with a biometric data block.
type Record struct {
	Position biometrics.Position
	Format   FingerFormat
	Created  time.Time
	Quality  int // 0 to 100, of QualityAlgorithm
	Data     []byte
}

// Bounds of CBEFF XML.
const (
	MaxCBEFF      = 48 << 20
	maxRecord     = 12 << 20
	maxXMLDepth   = 16
	maxXMLTokens  = 20000
	cbeffXML      = "http://standards.iso.org/iso-iec/19785/-3/ed-2/"
	qualityVendor = "OpenBMIS"
)

// fingerNames are the names of fingers in CBEFF XML as MOSIP writes them, by position.
func fingerNames() []string {
	return []string{"UNKNOWN", "Right Thumb", "Right IndexFinger", "Right MiddleFinger", "Right RingFinger", "Right LittleFinger",
		"Left Thumb", "Left IndexFinger", "Left MiddleFinger", "Left RingFinger", "Left LittleFinger"}
}

// FingerName is a finger's name in CBEFF XML, such as "Right IndexFinger".
func FingerName(p biometrics.Position) string {
	if int(p) < len(fingerNames()) {
		return fingerNames()[p]
	}
	return fingerNames()[0]
}

// FingerNamed is the finger of a name.
func FingerNamed(name string) (biometrics.Position, bool) {
	for p, n := range fingerNames() {
		if n == name {
			return biometrics.Position(p), true
		}
	}
	return biometrics.UnknownFinger, false
}

type xmlVersion struct {
	Major, Minor int
}

type xmlBIR struct {
	Version *xmlVersion `xml:"Version,omitempty"`
	CBEFF   *xmlVersion `xml:"CBEFFVersion,omitempty"`
	Info    struct {
		Integrity bool `xml:"Integrity"`
	} `xml:"BIRInfo"`
	BDBInfo *xmlBDBInfo `xml:"BDBInfo,omitempty"`
	BDB     string      `xml:"BDB,omitempty"`
	Parts   []xmlBIR    `xml:"BIR"`
}

type xmlBDBInfo struct {
	Format struct {
		Organization string `xml:"Organization"`
		Type         int    `xml:"Type"`
	} `xml:"Format"`
	CreationDate string `xml:"CreationDate,omitempty"`
	Type         string `xml:"Type"`
	Subtype      string `xml:"Subtype,omitempty"`
	Level        string `xml:"Level,omitempty"`
	Purpose      string `xml:"Purpose,omitempty"`
	Quality      *struct {
		Algorithm struct {
			Organization string `xml:"Organization"`
			Type         string `xml:"Type"`
		} `xml:"Algorithm"`
		Score int `xml:"Score"`
	} `xml:"Quality,omitempty"`
}

// MarshalCBEFF writes records as CBEFF XML (ISO/IEC 19785-3, the patron format that MOSIP uses). algorithm is whose the quality scores are.
func MarshalCBEFF(records []Record, purpose, algorithm string) ([]byte, error) {
	if len(records) == 0 || len(records) > MaxFingers {
		return nil, fmt.Errorf("abis: CBEFF: %d records: expected 1 to %d", len(records), MaxFingers)
	}
	type document struct {
		XMLName xml.Name `xml:"BIR"`
		Space   string   `xml:"xmlns,attr"`
		xmlBIR
	}
	out := document{Space: cbeffXML}
	for i, r := range records {
		if len(r.Data) == 0 || len(r.Data) > maxRecord {
			return nil, fmt.Errorf("abis: CBEFF: record %d: %d bytes: expected 1 to %d", i+1, len(r.Data), maxRecord)
		}
		out.Parts = append(out.Parts, r.bir(purpose, algorithm))
	}
	data, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("abis: CBEFF: %w", err)
	}
	return append([]byte(xml.Header), append(data, '\n')...), nil
}

func (r Record) bir(purpose, algorithm string) xmlBIR {
	one := xmlBIR{Version: &xmlVersion{1, 1}, CBEFF: &xmlVersion{1, 1}, BDB: base64.StdEncoding.EncodeToString(r.Data)}
	info := &xmlBDBInfo{
		CreationDate: r.Created.UTC().Format(timeForm), Type: "Finger", Subtype: FingerName(r.Position), Level: "Raw", Purpose: purpose,
	}
	if r.Format == MinutiaeFormat {
		info.Level = "Processed"
	}
	info.Format.Organization, info.Format.Type = "Mosip", int(r.Format)
	info.Quality = &struct {
		Algorithm struct {
			Organization string `xml:"Organization"`
			Type         string `xml:"Type"`
		} `xml:"Algorithm"`
		Score int `xml:"Score"`
	}{Score: min(max(r.Quality, 0), 100)}
	info.Quality.Algorithm.Organization, info.Quality.Algorithm.Type = qualityVendor, algorithm
	one.BDBInfo = info
	return one
}

// ParseCBEFF reads the fingers of CBEFF XML. Other biometrics are left out. The error is a *Failure of reason InvalidCBEFF or NoData.
func ParseCBEFF(data []byte) ([]Record, error) {
	if err := boundXML(data); err != nil {
		return nil, fail(InvalidCBEFF, "%v", err)
	}
	var root xmlBIR
	if err := xml.Unmarshal(data, &root); err != nil {
		return nil, fail(InvalidCBEFF, "expected CBEFF XML")
	}
	var records []Record
	for i, part := range append(root.Parts, root) {
		if part.BDBInfo == nil || part.BDBInfo.Type != "Finger" {
			continue
		}
		r, err := part.record()
		if err != nil {
			return nil, fail(InvalidCBEFF, "BIR %d: %v", i+1, err)
		}
		records = append(records, r)
	}
	switch {
	case len(records) == 0:
		return nil, fail(NoData, "expected at least one finger")
	case len(records) > MaxFingers:
		return nil, fail(InvalidCBEFF, "%d fingers: expected at most %d", len(records), MaxFingers)
	}
	return records, nil
}

func (b xmlBIR) record() (Record, error) {
	position, ok := FingerNamed(b.BDBInfo.Subtype)
	if !ok && b.BDBInfo.Subtype != "" {
		return Record{}, errors.New("subtype: expected the name of a finger such as Right IndexFinger")
	}
	format := FingerFormat(b.BDBInfo.Format.Type)
	if format != MinutiaeFormat && format != ImageFormat {
		return Record{}, fmt.Errorf("format: type %d: expected 2 (minutiae) or 7 (image)", b.BDBInfo.Format.Type)
	}
	text := bytes.Join(bytes.Fields([]byte(b.BDB)), nil)
	if len(text) == 0 || len(text) > base64.StdEncoding.EncodedLen(maxRecord) {
		return Record{}, errors.New("data block: expected data within the bounds, in base64")
	}
	data, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil {
		if data, err = base64.RawURLEncoding.DecodeString(string(bytes.TrimRight(text, "="))); err != nil {
			return Record{}, errors.New("data block: expected base64")
		}
	}
	r := Record{Position: position, Format: format, Data: data}
	r.Created, _ = time.Parse(time.RFC3339Nano, b.BDBInfo.CreationDate) // a record may say no date: zero
	if b.BDBInfo.Quality != nil {
		r.Quality = min(max(b.BDBInfo.Quality.Score, 0), 100)
	}
	return r, nil
}

// boundXML looks at the tokens before anything is built of them: no directives (entities), no depth, no endless lists.
func boundXML(data []byte) error {
	if len(data) > MaxCBEFF {
		return errors.New("expected at most " + strconv.Itoa(MaxCBEFF) + " bytes")
	}
	decoder := xml.NewDecoder(bytes.NewReader(data))
	depth := 0
	for tokens := 0; ; tokens++ {
		token, err := decoder.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return errors.New("expected XML")
		case tokens > maxXMLTokens:
			return fmt.Errorf("expected at most %d elements and texts", maxXMLTokens)
		}
		switch token.(type) {
		case xml.Directive:
			return errors.New("expected no directives")
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
		if depth > maxXMLDepth {
			return fmt.Errorf("expected at most %d levels", maxXMLDepth)
		}
	}
}
