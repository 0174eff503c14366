package risk

import (
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types/ref"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Type is what a field's values are.
type Type string

// The types. A date is text in CEL, ISO 8601 ("2026-11-22"), which compares as dates do.
const (
	Text   Type = "text"   // one text
	Texts  Type = "texts"  // several texts
	Number Type = "number" // whole
	Amount Type = "amount" // with decimals
	Date   Type = "date"
	YesNo  Type = "yes_no"
)

// Entity is the thing that a field is about (the specification's section 9).
type Entity string

// The entities, in the order in which a page lists them.
const (
	Passenger     Entity = "passenger"
	Document      Entity = "document"
	FlightEntity  Entity = "flight"
	Booking       Entity = "booking"
	PNR           Entity = "pnr"
	Pattern       Entity = "pattern"
	Dwell         Entity = "dwell"
	Agency        Entity = "agency"
	Payment       Entity = "payment"
	Card          Entity = "card"
	Phone         Entity = "phone"
	Email         Entity = "email"
	Address       Entity = "address"
	FrequentFlyer Entity = "loyalty"
	Bag           Entity = "bag"
	Seat          Entity = "seat"
)

// Entities lists them.
func Entities() []Entity {
	return []Entity{
		Passenger, Document, FlightEntity, Booking, PNR, Pattern, Dwell, Agency, Payment, Card, Phone, Email, Address, FrequentFlyer, Bag, Seat,
	}
}

// Field is one thing that a rule may ask for.
type Field struct {
	Name    string // "passenger.nationality": the CEL variable, and below "risk.field." the key of its words
	Entity  Entity
	Type    Type
	History bool     // told by what was known before the flight, not by a message
	Codes   []string // the values there are, where they are few; their words stand below "risk.code."
	read    func(*Facts) ref.Val
	from    []apipnr.Field // where in a message it stands
}

// Key is the field's name as text catalogues write it: with an underscore for the dot.
func (f Field) Key() string { return strings.ReplaceAll(f.Name, ".", "_") }

// Fields are all fields, by their names. They do not change.
type Fields struct {
	list  []Field
	index map[string]int
}

// NewFields makes the table of fields.
func NewFields() *Fields {
	t := &Fields{index: map[string]int{}}
	for _, part := range [][]Field{
		passengerFields(), documentFields(), flightFields(), bookingFields(), patternFields(), agencyFields(), paymentFields(), contactFields(), carriedFields(),
	} {
		t.list = append(t.list, part...)
	}
	for i, f := range t.list {
		t.list[i].Entity = Entity(f.Name[:strings.IndexByte(f.Name, '.')])
		t.index[f.Name] = i
	}
	return t
}

// All lists the fields, those of one entity together.
func (t *Fields) All() []Field { return slices.Clone(t.list) }

// Of lists the fields of an entity.
func (t *Fields) Of(e Entity) (list []Field) {
	for _, f := range t.list {
		if f.Entity == e {
			list = append(list, f)
		}
	}
	return list
}

// Find is the field of the name.
func (t *Fields) Find(name string) (Field, bool) {
	i, ok := t.index[name]
	if !ok {
		return Field{}, false
	}
	return t.list[i], true
}

// Names are the names of all fields, sorted.
func (t *Fields) Names() []string { return slices.Sorted(maps.Keys(t.index)) }
