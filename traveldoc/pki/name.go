package pki

// Name is a distinguished name.
type Name struct {
	Raw        []byte
	Attributes []Attribute // in the order written

	key string
}

// Attribute is one part of a name. Value is UTF-8, whatever the string type was.
type Attribute struct {
	OID   string
	Value string
}

// Key is the name in the form that is compared: the order of attributes, string types, case and repeated spaces do not count.
func (n Name) Key() string { return n.key }

// Equal compares two names by Key.
func (n Name) Equal(other Name) bool { return n.key == other.key }
