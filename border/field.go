package border

import (
	"regexp"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/internal/problem"
)

// Field is something that an officer notes of a journey, depending on the mode of transport and the category of the traveller.
type Field struct {
	// Code is the key in Particulars, and of the text catalogue below "particular.".
	Code string
	// Required fields must be filled before the traveller is admitted; a scan never waits for them.
	Required bool
	// MaxLen is the longest value, in bytes.
	MaxLen int
	// Pattern is the regular expression (RE2, of the whole value in capitals) that a value meets; empty for any text.
	Pattern string
	// Stays is true of what is the same for everybody on the same transport.
	Stays bool
}

const (
	airport = `[A-Z]{3}` // IATA location identifier
	number  = `[0-9A-Z][0-9A-Z /.-]*`
)

// Fields are the particulars of a mode and a category, in the order shown; there are no others. On land and on foot the vehicle says
// it all (Circumstances.Vehicle).
func Fields(mode Mode, category Category) []Field {
	crew := category == AirCrew || category == ShipCrew
	fields := map[Mode][]Field{
		Air: {
			{Code: "carrier", MaxLen: 3, Pattern: `[A-Z0-9]{2,3}`, Stays: true, Required: category == AirCrew}, // IATA or ICAO designator
			{Code: "flight", MaxLen: 5, Pattern: `[0-9]{1,4}[A-Z]?`, Stays: true, Required: category == AirCrew},
			{Code: "from", MaxLen: 3, Pattern: airport, Stays: true},
			{Code: "to", MaxLen: 3, Pattern: airport, Stays: true},
			{Code: "seat", MaxLen: 5, Pattern: `[0-9]{1,3}[A-Z]{0,2}`},
		},
		Sea: {
			{Code: "vessel", MaxLen: 60, Stays: true, Required: category == ShipCrew},
			{Code: "voyage", MaxLen: 20, Pattern: number, Stays: true},
			{Code: "shore_pass", MaxLen: 30, Pattern: number, Required: category == ShipCrew},
		},
		Rail: {
			{Code: "train", MaxLen: 12, Pattern: number, Stays: true},
			{Code: "coach", MaxLen: 4, Pattern: `[0-9A-Z]+`},
		},
	}
	fields[River] = fields[Sea]
	return slices.DeleteFunc(fields[mode], func(f Field) bool {
		return crew && f.Code == "seat" || f.Code == "shore_pass" && category != ShipCrew
	})
}

// VisaFields are the particulars of a stay on a visa: what its sticker says. Dates are ISO 8601; MULT is any number of entries.
func VisaFields() []Field {
	const day = `[0-9]{4}-[0-9]{2}-[0-9]{2}`
	return []Field{
		{Code: "visa_number", MaxLen: 20, Pattern: number},
		{Code: "visa_from", MaxLen: 10, Pattern: day}, {Code: "visa_until", MaxLen: 10, Pattern: day},
		{Code: "visa_days", MaxLen: 3, Pattern: `[1-9][0-9]{0,2}`},
		{Code: "visa_entries", MaxLen: 4, Pattern: `[1-9][0-9]?|MULT`},
	}
}

// OnVisa reports whether a stay on the basis has the fields of a visa.
func (b Basis) OnVisa() bool { return b == ShortStayVisa || b == LongStayVisa }

// TakesVehicle reports whether travellers of the mode may come in a vehicle of their own.
func (m Mode) TakesVehicle() bool { return m == Land || m == Sea || m == River }

// particulars trims the values, drops the empty ones and says what is wrong with the others.
func particulars(mode Mode, category Category, basis Basis, given map[string]string) (map[string]string, error) {
	known := map[string]Field{}
	for _, f := range Fields(mode, category) {
		known[f.Code] = f
	}
	for _, f := range VisaFields() {
		if basis.OnVisa() {
			known[f.Code] = f
		}
	}
	kept := map[string]string{}
	for _, code := range sortedKeys(given) {
		value := strings.ToUpper(strings.TrimSpace(given[code]))
		if value == "" {
			continue
		}
		f, ok := known[code]
		switch {
		case !ok:
			return nil, problem.New(problem.Invalid, "scan.particular_unknown").At("particulars").With("mode", string(mode))
		case len(value) > f.MaxLen:
			return nil, problem.New(problem.Invalid, "scan.field_too_long").At(code).With("max", f.MaxLen)
		case f.Pattern != "" && !matches(f.Pattern, value):
			return nil, problem.New(problem.Invalid, "scan.particular_form").At(code)
		}
		kept[code] = value
	}
	if len(kept) == 0 {
		return nil, nil
	}
	return kept, nil
}

// matches compiles anew each time: patterns are short, and there are a handful to a scan.
func matches(pattern, value string) bool {
	return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(value)
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// transport fills particulars from the one line in which officers write a flight, vessel or train, and the line from them, so that
// either may be given.
func transport(mode Mode, line string, p map[string]string) (string, map[string]string) {
	codes := map[Mode][]string{Air: {"carrier", "flight"}, Sea: {"vessel"}, River: {"vessel"}, Rail: {"train"}}[mode]
	if line == "" {
		parts := make([]string, 0, len(codes))
		for _, code := range codes {
			if p[code] != "" {
				parts = append(parts, p[code])
			}
		}
		return strings.Join(parts, " "), p
	}
	longest := map[Mode]int{Sea: 60, River: 60, Rail: 12} // of a vessel's name, and of a train's number
	with := map[string]string{}
	switch found := flightLine.FindStringSubmatch(strings.ToUpper(line)); {
	case mode == Air && p["carrier"] == "" && p["flight"] == "" && found != nil:
		with["carrier"], with["flight"] = found[1], found[2]
	case mode != Air && len(codes) == 1 && p[codes[0]] == "" && len(line) <= longest[mode]:
		with[codes[0]] = strings.ToUpper(line)
	default:
		return line, p
	}
	for code, value := range p {
		with[code] = value
	}
	return line, with
}

// flightLine is a flight as it is written: designator and number, with or without a space.
var flightLine = regexp.MustCompile(`^([A-Z][A-Z0-9]|[0-9][A-Z]|[A-Z]{3}) ?([0-9]{1,4}[A-Z]?)$`) //nolint:gochecknoglobals // compiled once
