package view

// Post is the crossing point whose pages these are: its id, which records and seals state, and its name for people.
type Post struct{ ID, Name string }

// Of is what people call the crossing point with the id; the id itself of any other, whose name is not known here.
func (p Post) Of(id string) string {
	if id != p.ID || p.Name == "" {
		return id
	}
	return p.Name
}

// Full is Of with the id beside it, where a reader must be able to tell which one a record states.
func (p Post) Full(id string) string {
	if name := p.Of(id); name != id {
		return name + " (" + id + ")"
	}
	return id
}
