package applydb

import (
	"fmt"
	"strings"
)

// insertSQL and updateSQL are the statements of a row; its first column is the key.
func (r *row) insertSQL(table string) string {
	places := make([]string, len(r.names))
	for n := range r.names {
		places[n] = fmt.Sprintf("$%d", n+1)
	}
	return fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, table, strings.Join(r.names, ", "), strings.Join(places, ", "))
}

func (r *row) updateSQL(table string) string {
	sets := make([]string, 0, len(r.names))
	for n, name := range r.names[1:] {
		sets = append(sets, fmt.Sprintf("%s = $%d", name, n+2))
	}
	return fmt.Sprintf(`UPDATE %s SET %s WHERE %s = $1`, table, strings.Join(sets, ", "), r.names[0])
}
