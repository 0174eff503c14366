package risk

import (
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

// Facts are the values of all fields for one subject, each worked out when it is first asked for. They are for one goroutine.
type Facts struct {
	Subject
	fields *Fields
	values []ref.Val // nil: not worked out yet
	lists  map[string]ref.Val
	trip   *trip
	large  bool // a value that was worked out is larger than the estimate of costs takes for the largest
}

// Facts makes the facts of a subject.
func (t *Fields) Facts(s Subject) *Facts {
	return &Facts{Subject: s, fields: t, values: make([]ref.Val, len(t.list))}
}

// Value is the value of a field; a *types.Unknown when it is not known.
func (f *Facts) value(i int) ref.Val {
	if f.values[i] == nil {
		f.values[i] = f.fields.list[i].read(f)
		if u, ok := f.values[i].(*types.Unknown); ok && u == nil {
			f.values[i] = unknown(i)
		}
		f.large = f.large || large(f.values[i])
	}
	return f.values[i]
}

func large(v ref.Val) bool {
	switch v := v.(type) {
	case types.String:
		return len(v) > longestText
	case *texts:
		return len(v.list) > longestList || slices.ContainsFunc(v.list, func(s string) bool { return len(s) > longestText })
	}
	return false
}

func unknown(i int) ref.Val { return types.NewUnknown(int64(i)+1, nil) }

// given is the prefix of the variables that say whether a field has a value.
const given = "given."

// ResolveName gives CEL the value of a variable (interpreter.Activation).
func (f *Facts) ResolveName(name string) (any, bool) {
	if i, ok := f.fields.index[name]; ok {
		return f.value(i), true
	}
	if rest, ok := strings.CutPrefix(name, given); ok {
		if i, ok := f.fields.index[rest]; ok {
			return types.Bool(has(f.value(i))), true
		}
	}
	v, ok := f.lists[name]
	return v, ok
}

// Parent is nil: there is no wider scope (interpreter.Activation).
func (f *Facts) Parent() interpreter.Activation { return nil }

func has(v ref.Val) bool {
	switch v := v.(type) {
	case *types.Unknown:
		return false
	case *texts:
		return len(v.list) > 0
	}
	return true
}

// none is what a field answers that is not known.
func none() ref.Val { return (*types.Unknown)(nil) }

func text(s string) ref.Val {
	if s = strings.TrimSpace(s); s == "" {
		return none()
	}
	return types.String(s)
}

// upper is text as codes and names are compared: in capitals.
func upper(s string) ref.Val { return text(strings.ToUpper(s)) }

func number(n int, known bool) ref.Val {
	if !known {
		return none()
	}
	return types.Int(n)
}

func yes(b, known bool) ref.Val {
	if !known {
		return none()
	}
	return types.Bool(b)
}

// day is a date as CEL compares it; one that is known in part alone is not known.
func day(d traveldoc.Date) ref.Val {
	if d.Precision() != traveldoc.PrecisionDay {
		return none()
	}
	return types.String(d.String())
}

// texts is a list of texts for CEL that keeps what it is made of.
type texts struct {
	traits.Lister
	list []string
}

func textList(list []string) ref.Val {
	return &texts{types.NewStringList(types.DefaultTypeAdapter, list), list}
}

// several are texts in capitals, each once; not known when whoever would tell did not.
func several(list []string, known bool) ref.Val {
	if !known {
		return none()
	}
	var kept []string
	for _, s := range list {
		if s = strings.ToUpper(strings.TrimSpace(s)); s != "" && !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return textList(kept)
}

// booked is the reservation, nil when no PNR is known.
func (f *Facts) booked() *apipnr.Reservation { return f.Person.Booking }

// toldBy reports whether any message told of the person, and of which kind.
func (f *Facts) toldByAPI() bool { return f.Person.API != nil }
func (f *Facts) toldByPNR() bool { return f.Person.PNR != nil || f.Person.Booking != nil }

// travellers are the person as the messages told of him: API first.
func (f *Facts) travellers() (list []*apipnr.Traveller) {
	for _, t := range []*apipnr.Traveller{f.Person.API, f.Person.PNR} {
		if t != nil {
			list = append(list, t)
		}
	}
	return list
}

// first is the first text that a message told.
func (f *Facts) first(of func(*apipnr.Traveller) string) string {
	for _, t := range f.travellers() {
		if s := of(t); s != "" {
			return s
		}
	}
	return ""
}

// collect are the texts that the messages told together.
func (f *Facts) collect(of func(*apipnr.Traveller) []string) (list []string) {
	for _, t := range f.travellers() {
		list = append(list, of(t)...)
	}
	return list
}

// departs is the instant of departure as far as it is known: where the airport's zone is not, the local time is taken for UTC, which is
// wrong by hours and right by days.
func (f *Facts) departs() (at time.Time, exact bool) {
	if !f.Flight.DepartsAt.IsZero() {
		return f.Flight.DepartsAt.UTC(), true
	}
	return local(f.Flight.Departure), false
}

func local(t apipnr.LocalTime) time.Time {
	if t.Date.Precision() != traveldoc.PrecisionDay {
		return time.Time{}
	}
	return t.Date.First().Add(time.Duration(t.Minute) * time.Minute)
}

// departureDay is the day of departure at the airport.
func (f *Facts) departureDay() time.Time {
	if d := f.Flight.Departure.Date; d.Precision() == traveldoc.PrecisionDay {
		return d.First()
	}
	if f.Flight.DepartsAt.IsZero() {
		return time.Time{}
	}
	return f.Flight.DepartsAt.UTC().Truncate(24 * time.Hour)
}

// daysTo is how many days lie between two days.
func daysTo(from, to time.Time) ref.Val {
	if from.IsZero() || to.IsZero() {
		return none()
	}
	return types.Int(int(to.Truncate(24*time.Hour).Sub(from.Truncate(24*time.Hour)) / (24 * time.Hour)))
}

// instant reads an instant as reservations have it, in UTC; zero when it is not told.
func instant(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339, "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
