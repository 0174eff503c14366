package pki

import "slices"

// notes collects deviations, each once.
type notes struct{ list []Deviation }

func (n *notes) add(code, detail string) {
	if d := (Deviation{code, detail}); !slices.Contains(n.list, d) {
		n.list = append(n.list, d)
	}
}

// integer is cursor.integer that notes a padded number.
func (n *notes) integer(c *cursor, what string) (value, error) {
	at := *c
	_, padded, err := c.integer(what)
	if err != nil {
		return value{}, err
	}
	if padded {
		n.add(DeviationInteger, what)
	}
	return at.any(what)
}

func (n *notes) rest(c *cursor, what string) {
	if !c.empty() {
		n.add(DeviationTrailing, what)
	}
}
