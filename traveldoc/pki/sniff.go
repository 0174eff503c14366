package pki

// Form is what a file in DER holds, judged by its first elements alone.
type Form string

// The forms.
const (
	FormCertificate Form = "certificate"
	FormCRL         Form = "crl"
	FormSignedData  Form = "signed_data"
	FormMasterList  Form = "master_list" // without its CMS
	FormUnknown     Form = ""
)

// Recognise tells the form of a file in DER or BER. It reads the beginning only; the parser of the form says whether the rest holds.
func Recognise(data []byte) Form {
	c, ok := enter(&cursor{data: data})
	switch {
	case !ok:
		return FormUnknown
	case c.is(tagOID):
		return FormSignedData
	case c.is(tagInteger):
		return FormMasterList
	}
	if c, ok = enter(c); !ok {
		return FormUnknown
	}
	if c.is(0xA0) {
		return FormCertificate
	}
	if c.is(tagInteger) {
		if _, err := c.any(""); err != nil {
			return FormUnknown
		}
	}
	for range 2 { // signature and issuer
		if _, err := c.read(tagSequence, ""); err != nil {
			return FormUnknown
		}
	}
	if c.isTime() {
		return FormCRL
	}
	return FormCertificate
}

// enter goes into a SEQUENCE of any kind of length, cut off or not.
func enter(c *cursor) (*cursor, bool) {
	if !c.is(tagSequence) {
		return nil, false
	}
	head, body, problem := header(c.data)
	if problem != "" {
		return nil, false
	}
	rest := c.data[head:]
	if body >= 0 && body < len(rest) {
		rest = rest[:body]
	}
	return &cursor{data: rest}, true
}
