package emrtd

// Raw is a data group whose content is the issuing State's own affair, such as DG13.
type Raw struct {
	Value    []byte    `json:"value,omitempty"` // without tag and length
	Findings []Finding `json:"-"`
}

// ParseDG13 reads data group 13, optional detail.
func ParseDG13(data []byte) (*Raw, error) { return parseRaw(13, data) }

func parseRaw(n int, data []byte) (*Raw, error) {
	o, err := openPlain(FileDG(n), data)
	if err != nil {
		return nil, err
	}
	return &Raw{Value: o.root.Value, Findings: o.findings}, nil
}
