// Package airport knows of airports what passenger data leaves out: the State in which a location code is, and its time zone, without
// which a local time is no instant. A small table is built in; a State lays its own lines over it.
//
// It must never guess: a code that no line names has no State and no zone.
package airport

import (
	"bufio"
	_ "embed" // the table is a data file
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// airports.txt: a line for each airport: IATA code, zone of the IANA database, State by its code of ICAO Doc 9303-3.
//
//go:embed airports.txt
var builtIn string

// Table is a table of airports. It is not changed once it is made.
type Table struct{ places map[string]place }

type place struct {
	zone    *time.Location
	country string
}

// Load reads the built-in table and lays the lines of a file over it; "" is the built-in table alone.
func Load(path string) (*Table, error) {
	t := &Table{places: map[string]place{}}
	if err := t.read(strings.NewReader(builtIn)); err != nil {
		return nil, fmt.Errorf("built-in airports: %w", err)
	}
	if path == "" {
		return t, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("airports: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	if err := t.read(f); err != nil {
		return nil, fmt.Errorf("airports %s: %w", path, err)
	}
	return t, nil
}

// read reads lines "CODE Zone [Country]"; empty lines and those that begin with # are left out.
func (t *Table) read(r io.Reader) error {
	zones := map[string]*time.Location{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Fields(line)
		if len(cells) < 2 || len(cells) > 3 {
			return fmt.Errorf("line %d: expected CODE Zone [Country]", n)
		}
		zone := zones[cells[1]]
		if zone == nil {
			var err error
			if zone, err = time.LoadLocation(cells[1]); err != nil {
				return fmt.Errorf("line %d: zone %q: expected a name of the IANA database, such as Europe/Paris", n, cells[1])
			}
			zones[cells[1]] = zone
		}
		p := place{zone: zone}
		if len(cells) == 3 {
			p.country = strings.ToUpper(cells[2])
		}
		t.places[strings.ToUpper(cells[0])] = p
	}
	return lines.Err()
}

// Country is the State of an airport, by its code of ICAO Doc 9303-3; "" when it is not known.
func (t *Table) Country(code string) string { return t.places[strings.ToUpper(code)].country }

// Zone is the time zone of an airport; nil when it is not known.
func (t *Table) Zone(code string) *time.Location { return t.places[strings.ToUpper(code)].zone }

// Knows reports whether the table has an airport of a State.
func (t *Table) Knows(state string) bool {
	for _, p := range t.places {
		if p.country == state && state != "" {
			return true
		}
	}
	return false
}
