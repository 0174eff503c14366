package emrtd

// COM is EF.COM, the chip's own and unsigned table of contents (Doc 9303-10, 4.6.1).
type COM struct {
	LDSVersion     string    `json:"lds_version,omitempty"`     // "0107"
	UnicodeVersion string    `json:"unicode_version,omitempty"` // "040000"
	Groups         []int     `json:"groups,omitempty"`          // data groups in the order listed
	Unknown        []byte    `json:"unknown,omitempty"`         // tags in the list that are no data group's
	Findings       []Finding `json:"-"`
}

// ParseCOM reads EF.COM.
func ParseCOM(data []byte) (*COM, error) {
	o, err := open(FileCOM, data)
	if err != nil {
		return nil, err
	}
	com, seen := &COM{}, false
	for _, e := range o.elements {
		switch e.Tag {
		case 0x5F01:
			com.LDSVersion = o.version(e.Value)
		case 0x5F36:
			com.UnicodeVersion = o.version(e.Value)
		case 0x5C:
			if seen || len(e.Value) > maxList {
				return nil, o.errorf(e.Offset, "list of %d data groups: expected one list of at most %d", len(e.Value), maxList)
			}
			seen = true
			com.list(e.Value)
		default:
			o.add(UnknownElement, "tag %v", e.Tag)
		}
	}
	if !seen {
		return nil, o.errorf(o.root.Offset, "expected a list of data groups (5C)")
	}
	com.Findings = o.findings
	return com, nil
}

func (c *COM) list(tags []byte) {
	for _, tag := range tags {
		if n := groupOfTag(tag); n > 0 {
			c.Groups = append(c.Groups, n)
		} else {
			c.Unknown = append(c.Unknown, tag)
		}
	}
}

// version is a version in digits; anything else is left out with a finding.
func (o *opened) version(value []byte) string {
	if len(value) == 0 || len(value) > 8 || !digits(value) {
		o.add(Malformed, "version of %d bytes: expected digits", len(value))
		return ""
	}
	return string(value)
}

func digits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
