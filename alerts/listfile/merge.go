package listfile

// merged are entries that are spread over several rows, in the order in which their numbers come first.
type merged struct {
	order []string
	rows  map[string][]*row
}

// add puts a row to its entry; more tells that there is room for it.
func (m *merged) add(id string, w *row, limit int) (more bool) {
	if m.rows == nil {
		m.rows = map[string][]*row{}
	}
	before := m.rows[id]
	if before == nil {
		m.order = append(m.order, id)
	}
	if len(before) >= limit {
		return false
	}
	m.rows[id] = append(before, w)
	return true
}

// each hands the entries over.
func (m *merged) each(take func(id string, rows []*row) error) error {
	for _, id := range m.order {
		if err := take(id, m.rows[id]); err != nil {
			return err
		}
		delete(m.rows, id)
	}
	return nil
}
