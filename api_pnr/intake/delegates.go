package intake

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Delegates are the carriers that a door's carrier may speak for beside itself: those whose flights it handles, its codeshare partners, its
// own designator of ICAO beside that of IATA.
type Delegates map[string][]string

// LoadDelegates reads a file of lines "DOOR CARRIER [CARRIER...]"; "" is a file without lines.
func LoadDelegates(path string) (Delegates, error) {
	if path == "" {
		return Delegates{}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("carriers' delegates: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	d, err := ReadDelegates(f)
	if err != nil {
		return nil, fmt.Errorf("carriers' delegates %s: %w", path, err)
	}
	return d, nil
}

// ReadDelegates reads lines "DOOR CARRIER [CARRIER...]"; empty lines and those that begin with # are left out. Lines of one door add up.
func ReadDelegates(r io.Reader) (Delegates, error) {
	designator := regexp.MustCompile(`^[A-Z0-9]{2,3}$`)
	d := Delegates{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		cells := strings.Fields(strings.ToUpper(lines.Text()))
		if len(cells) == 0 || cells[0][0] == '#' {
			continue
		}
		if len(cells) < 2 {
			return nil, fmt.Errorf("line %d: expected DOOR CARRIER [CARRIER...]", n)
		}
		for _, code := range cells[1:] {
			if !designator.MatchString(code) {
				return nil, fmt.Errorf("line %d: carrier %q: expected a designator of two or three letters and digits", n, code)
			}
		}
		d[cells[0]] = append(d[cells[0]], cells[1:]...)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read lines DOOR CARRIER [CARRIER...]: %w", err)
	}
	return d, nil
}

// SpeaksFor reports whether a door's carrier may tell of a carrier's flights: its own, and those it is a delegate for.
func (d Delegates) SpeaksFor(door, carrier string) bool {
	return strings.EqualFold(door, carrier) || slices.Contains(d[strings.ToUpper(door)], strings.ToUpper(carrier))
}
