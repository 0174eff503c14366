package apipnr

import (
	"fmt"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
)

// Flight is one leg as a message names it.
type Flight struct {
	Carrier     string    `json:"carrier"`          // IATA or ICAO designator, in capitals
	Number      string    `json:"number"`           // four digits, "0123"; as sent when it is no number
	Suffix      string    `json:"suffix,omitempty"` // operational suffix, one letter
	Origin      string    `json:"origin"`           // location code as sent, mostly IATA
	Destination string    `json:"destination"`
	Departure   LocalTime `json:"departure"` // local at Origin
	Arrival     LocalTime `json:"arrival"`   // local at Destination
	// Role is what the leg is to the State asked: see the constants.
	Role FlightRole `json:"role,omitempty"`
	// Operating is the carrier that flies, where it is another than the one that sells (codeshare).
	Operating *Designator `json:"operating,omitempty"`
	Class     string      `json:"class,omitempty"`  // booking class of a booked leg, one letter
	Status    string      `json:"status,omitempty"` // of a booked leg, as sent: "HK", "UC", ...
	Origins   []Origin    `json:"-"`
}

// Designator is a carrier and a flight number.
type Designator struct {
	Carrier string `json:"carrier"`
	Number  string `json:"number,omitempty"`
	Suffix  string `json:"suffix,omitempty"`
}

// FlightRole is what a leg is to the State.
type FlightRole string

// The roles.
const (
	CrossingLeg FlightRole = "crossing" // LOC+125 to LOC+87; in PNRGOV the flight of level 0
	OtherLeg    FlightRole = "other"    // LOC+92, further legs
	Overflight  FlightRole = "overflight"
	BookedLeg   FlightRole = "booked" // PNRGOV GR.5, only within a reservation
)

// FlightNumber gives a flight number its canonical form: four digits and the operational suffix apart. What is no number is given back
// in capitals, and false.
func FlightNumber(sent string) (number, suffix string, ok bool) {
	sent = strings.ToUpper(strings.TrimSpace(sent))
	digits := strings.TrimRight(sent, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	suffix = sent[len(digits):]
	digits = strings.TrimLeft(digits, "0")
	if len(sent)-len(suffix) == 0 || len(digits) > 4 || len(suffix) > 1 || strings.Trim(digits, "0123456789") != "" {
		return sent, "", false
	}
	return fmt.Sprintf("%04s", digits), suffix, true
}

// FlightKey names a flight for ever: two messages with the same key speak of the same flight. It is what work is ordered by.
type FlightKey struct {
	Carrier string         `json:"carrier"`
	Number  string         `json:"number"` // with the suffix
	Date    traveldoc.Date `json:"date"`   // of the departure, local there; zero when the message does not say
	Origin  string         `json:"origin"`
}

// String is the key in one line, "UA0123/2026-11-22/YVR".
func (k FlightKey) String() string {
	return k.Carrier + k.Number + "/" + k.Date.String() + "/" + k.Origin
}

// Key is the flight's key.
func (f Flight) Key() FlightKey {
	return FlightKey{Carrier: f.Carrier, Number: f.Number + f.Suffix, Date: f.Departure.Date, Origin: f.Origin}
}

// LocalTime is a date and perhaps a time of day at a place that the value does not name. The zero value is not known.
type LocalTime struct {
	Date    traveldoc.Date
	Minute  int // of the day; only when HasTime
	HasTime bool
}

// IsZero reports whether nothing is known.
func (t LocalTime) IsZero() bool { return t.Date.IsZero() && !t.HasTime }

// String is "2026-11-22T17:25", "2026-11-22", or "" when nothing is known.
func (t LocalTime) String() string {
	if !t.HasTime {
		return t.Date.String()
	}
	return fmt.Sprintf("%sT%02d:%02d", t.Date, t.Minute/60, t.Minute%60)
}

// MarshalText writes String.
func (t LocalTime) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what String writes.
func (t *LocalTime) UnmarshalText(text []byte) error {
	day, clock, timed := strings.Cut(string(text), "T")
	d, err := traveldoc.ParseDate(day)
	if err != nil {
		return fmt.Errorf("local time: %w", err)
	}
	*t = LocalTime{Date: d}
	if !timed {
		return nil
	}
	var h, m int
	if n, err := fmt.Sscanf(clock, "%02d:%02d", &h, &m); err != nil || n != 2 || h > 23 || m > 59 || h < 0 || m < 0 {
		return fmt.Errorf("local time: HH:MM expected after the date")
	}
	t.Minute, t.HasTime = h*60+m, true
	return nil
}
