package pki

import "slices"

// maxNotes bounds what is told of one file: more says nothing new, and a hostile file could deviate in every byte.
const maxNotes = 100

// notes collects deviations, each once.
type notes struct{ list []Deviation }

func (n *notes) add(code, detail string) {
	if len(n.list) >= maxNotes {
		return
	}
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
