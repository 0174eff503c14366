package pki

// MasterList is a CSCA master list (Doc 9303-12, 8).
type MasterList struct {
	// Signed is the CMS around the list; nil of a list that circulates without one, which nobody vouches for.
	Signed       *SignedData
	Version      int
	Certificates []*Certificate
	// Refused are the certificates that could not be read, by their place in the list.
	Refused    []Refused
	Deviations []Deviation
}

// ParseMasterList reads a CSCA master list, in its CMS or without: SEQUENCE { version INTEGER, certList SET OF Certificate }. Certificates
// that cannot be read do not make it fail. The error is a *SyntaxError.
func ParseMasterList(data []byte) (*MasterList, error) {
	if len(data) > maxSignedDataBytes {
		return nil, &SyntaxError{0, "masterList", "at most 64 MB"}
	}
	if Recognise(data) == FormMasterList {
		m := &MasterList{}
		if err := m.read(data); err != nil {
			return nil, err
		}
		return m, nil
	}
	signed, err := ParseSignedData(data)
	if err != nil {
		return nil, err
	}
	if signed.ContentType != OIDMasterList {
		return nil, &SyntaxError{0, "eContentType", "id-icao-cscaMasterList " + OIDMasterList + ", found " + signed.ContentType}
	}
	m := &MasterList{Signed: signed, Deviations: signed.Deviations}
	if err := m.read(signed.Content); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *MasterList) read(content []byte) error {
	der, changed, err := DER(content)
	if err != nil {
		return err
	}
	notes := &notes{list: m.Deviations}
	if changed {
		notes.add(DeviationBER, "cscaMasterList")
	}
	c := &cursor{data: der}
	in, err := c.sequence("cscaMasterList")
	if err != nil {
		return err
	}
	notes.rest(c, "cscaMasterList")
	if m.Version, err = in.small("cscaMasterList.version", 255); err != nil {
		return err
	}
	set, err := in.read(tagSet, "cscaMasterList.certList")
	if err != nil {
		return err
	}
	m.Deviations = notes.list
	list := &SignedData{}
	if err := list.readCertificates(set.inside()); err != nil {
		return err
	}
	m.Certificates, m.Refused = list.Certificates, list.Refused
	return nil
}
