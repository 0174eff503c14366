package seal

import (
	"errors"
	"fmt"
)

// VisaContent is what a visa's seal states (Doc 9303-7).
type VisaContent struct {
	MRZ            string // MRV-A or MRV-B, two lines joined by \n
	Entries        byte
	Days           byte // of stay; Months and Years as well
	Months, Years  byte
	PassportNumber string
	Type           string // at most four bytes; may be empty
}

// Header fills in what tells a visa from other documents.
func (VisaContent) Header(h Header) Header { return h.of(0x5D, 0x01) }

// Messages are the features of the seal.
func (v VisaContent) Messages() ([]Message, error) {
	coding, tag := codedMRVA, byte(1)
	if len(v.MRZ) == 2*36+1 {
		coding, tag = codedMRVB, 2
	}
	packed, err := zoneOf(coding).encode(v.MRZ)
	if err != nil {
		return nil, fmt.Errorf("visa: %w", err)
	}
	number, err := packNumber(v.PassportNumber)
	if err != nil {
		return nil, fmt.Errorf("visa: passport number: %w", err)
	}
	if len(v.Type) > 4 {
		return nil, errors.New("visa: type: expected at most four bytes")
	}
	out := []Message{
		{Tag: tag, Value: packed},
		{Tag: 3, Value: []byte{v.Entries}},
		{Tag: 4, Value: []byte{v.Days, v.Months, v.Years}},
		{Tag: 5, Value: number},
	}
	if v.Type != "" {
		out = append(out, Message{Tag: 6, Value: []byte(v.Type)})
	}
	return out, nil
}

// packNumber packs a document number filled up to nine characters.
func packNumber(number string) ([]byte, error) {
	return PackC40(fmt.Sprintf("%-9s", number))
}

// EmergencyContent is what the seal of an emergency travel document states (Doc 9303-8).
type EmergencyContent struct {
	MRZ string // TD2, two lines joined by \n
}

// Header fills in what tells an emergency travel document from other documents.
func (EmergencyContent) Header(h Header) Header { return h.of(0x5E, 0x03) }

// Messages are the features of the seal.
func (e EmergencyContent) Messages() ([]Message, error) {
	packed, err := zoneOf(codedTD2).encode(e.MRZ)
	if err != nil {
		return nil, fmt.Errorf("emergency travel document: %w", err)
	}
	return []Message{{Tag: 2, Value: packed}}, nil
}

// PermitContent is what the seal of a residence permit states.
type PermitContent struct {
	MRZ            string // TD2, two lines joined by \n
	PassportNumber string
}

// Header fills in what tells a residence permit from other documents.
func (PermitContent) Header(h Header) Header { return h.of(0xFB, 0x06) }

// Messages are the features of the seal.
func (p PermitContent) Messages() ([]Message, error) {
	packed, err := zoneOf(codedTD2).encode(p.MRZ)
	if err != nil {
		return nil, fmt.Errorf("residence permit: %w", err)
	}
	number, err := packNumber(p.PassportNumber)
	if err != nil {
		return nil, fmt.Errorf("residence permit: passport number: %w", err)
	}
	return []Message{{Tag: 2, Value: packed}, {Tag: 3, Value: number}}, nil
}

func (h Header) of(feature, category byte) Header {
	h.Feature, h.Category = feature, category
	return h
}
