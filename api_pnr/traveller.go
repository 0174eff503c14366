package apipnr

import "github.com/openbmis/openbmis/traveldoc"

// Kind is what somebody is on a flight.
type Kind string

// The kinds (PAXLST NAD 3035; a person of a reservation is a passenger).
const (
	Passenger        Kind = "passenger"         // FL
	Crew             Kind = "crew"              // FM
	TransitPassenger Kind = "transit_passenger" // DDU
	TransitCrew      Kind = "transit_crew"      // DDT
	GatePassHolder   Kind = "gate_pass"         // of a list of gate passes (PAXLST 655): comes to the gate and does not fly
)

// Age groups of travellers (PNRGOV TIF 9916).
const (
	Adult  = "adult"  // A
	Child  = "child"  // C
	Infant = "infant" // IN
	Party  = "group"  // G: not one person
)

// Traveller is one person as a message tells of him. Empty means that the message does not say.
type Traveller struct {
	Surname     string         `json:"surname"`
	GivenNames  string         `json:"given_names"` // all of them, titles taken off
	Sex         string         `json:"sex"`         // "M", "F", "X" or ""
	BirthDate   traveldoc.Date `json:"birth_date"`
	BirthPlace  string         `json:"birth_place,omitempty"`
	Nationality string         `json:"nationality"` // as sent
	Residence   string         `json:"residence,omitempty"`
	Kind        Kind           `json:"kind"`
	AgeGroup    string         `json:"age_group,omitempty"`
	Documents   []Document     `json:"documents"`
	Seats       []Seat         `json:"seats"`
	Bags        []Bag          `json:"bags"`
	Locator     string         `json:"locator"` // of the reservation
	Ref         string         `json:"ref"`     // unique passenger reference: RFF+ABO, in PNRGOV 9944
	Ticket      string         `json:"ticket,omitempty"`
	Embarks     string         `json:"embarks,omitempty"`    // LOC+178
	Disembarks  string         `json:"disembarks,omitempty"` // LOC+179
	Clears      string         `json:"clears,omitempty"`     // LOC+22
	Contact     *Contact       `json:"contact,omitempty"`
	Address     string         `json:"address,omitempty"` // DOCA, NAD: destination or residence, in one line
	// Adult is who holds an infant, as SSR INFT says: that traveller's Ref in the same reservation, or "SURNAME/GIVEN NAMES" where there is
	// none; "" of anybody else, and where it is not said.
	Adult string `json:"adult,omitempty"`
	// Employment is a crew member's position (PAXLST EMP).
	Employment string `json:"employment,omitempty"`
	// Action is what a message of changes asks of this person: "add", "change" or "delete"; "" where the message as a whole says it.
	Action string `json:"action,omitempty"`
	// Verified is what the carrier says of the data: true GEI+4+173, false GEI+4+174, nil nothing.
	Verified *bool `json:"verified,omitempty"`
	// Reservation is the index in Message.Reservations, -1 without one.
	Reservation int `json:"-"`
	// Raw are values that could not be normalised, by the name of their field, as sent: never a wrong date, always the text.
	Raw     map[string]string `json:"raw,omitempty"`
	Origins []Origin          `json:"-"`
}

// Document is a travel document as a message names it.
type Document struct {
	Type       string         `json:"type"` // "P", "V", "I", ... as sent; "" when it is not said
	Number     string         `json:"number"`
	Issuer     string         `json:"issuer"` // State, as sent
	Expiry     traveldoc.Date `json:"expiry"`
	Issued     traveldoc.Date `json:"issued,omitzero"`
	IssuePlace string         `json:"issue_place,omitempty"`
	// Source is the text that gave it: "DOC", "DOCS", "DOCO".
	Source string `json:"source,omitempty"`
}

// Seat is a seat on a leg.
type Seat struct {
	Seat        string `json:"seat"` // "12B", without leading zeros
	Cabin       string `json:"cabin,omitempty"`
	Origin      string `json:"origin,omitempty"`
	Destination string `json:"destination,omitempty"`
	Source      string `json:"source"` // "RFF+SEA", "SSR", "SSD"
}

// Bag is one row of bags: a declared count, or one tag series on a leg. Nil is not said.
type Bag struct {
	Count       *int     `json:"count"`
	WeightKG    *float64 `json:"weight_kg"`
	Tags        []string `json:"tags,omitempty"`
	Pool        string   `json:"pool,omitempty"` // "head" or "member"
	Carrier     string   `json:"carrier,omitempty"`
	Origin      string   `json:"origin,omitempty"`
	Destination string   `json:"destination,omitempty"`  // of the bag, which may lie beyond the leg
	Leg         string   `json:"leg,omitempty"`          // "LHRJFK"
	PrimeFlight bool     `json:"prime_flight,omitempty"` // the leg is the message's own flight
	Source      string   `json:"source"`                 // "MEA", "FTX", "TBD", "EBD"
}

// Reservation is one PNR.
type Reservation struct {
	Locator    string    `json:"locator"`
	Carrier    string    `json:"carrier,omitempty"` // whose locator it is
	Others     []string  `json:"others,omitempty"`  // further locators, "CARRIER LOCATOR"
	Created    string    `json:"created,omitempty"` // UTC, "2010-12-06T10:10:00", "" when not said
	Booked     string    `json:"booked,omitempty"`
	Changed    string    `json:"changed,omitempty"`
	Cancelled  bool      `json:"cancelled,omitempty"` // empty ORG: gone, or not found
	Origin     string    `json:"origin,omitempty"`    // of the first booked flight
	Travellers []int     `json:"travellers"`          // indexes in Message.Travellers
	Flights    []Flight  `json:"flights"`             // the itinerary, in its order
	Agency     *Agency   `json:"agency,omitempty"`
	Contacts   []Contact `json:"contacts,omitempty"`
	Payments   []Payment `json:"payments,omitempty"`
	Tickets    []Ticket  `json:"tickets,omitempty"`
	Loyalty    []Loyalty `json:"loyalty,omitempty"`
	Services   []Service `json:"services,omitempty"` // SSR and OSI that are not read into something else
	Remarks    []string  `json:"remarks,omitempty"`
	// Split are locators of reservations that it was divided from or into.
	Split []string `json:"split,omitempty"`
	// History are the events of GR.10 to 12, oldest first; they never mix into what holds now.
	History []Event        `json:"history,omitempty"`
	Other   []OtherBooking `json:"other,omitempty"` // hotels, cars, ...
	// Unlinked are documents that could be given to none of the travellers.
	Unlinked []Document `json:"unlinked,omitempty"`
	// Unread are segments whose tag is not known, as sent.
	Unread  []string `json:"unread,omitempty"`
	Origins []Origin `json:"-"`
}

// Agency is who booked (PNRGOV ORG).
type Agency struct {
	System   string `json:"system,omitempty"` // airline or reservation system
	Place    string `json:"place,omitempty"`
	IATA     string `json:"iata,omitempty"` // agency number
	Agent    string `json:"agent,omitempty"`
	Country  string `json:"country,omitempty"`
	Currency string `json:"currency,omitempty"`
	Kind     string `json:"kind,omitempty"` // "A" airline agent, "T" travel agency, ...
}

// Payment is a form of payment. A card's number is masked as it is read (first six and last four at most).
type Payment struct {
	Form     string `json:"form"` // "CC", "CA", "CK", ...
	Card     string `json:"card,omitempty"`
	Vendor   string `json:"vendor,omitempty"` // "VI", "AX", ...
	Expiry   string `json:"expiry,omitempty"` // MMYY as sent
	Amount   string `json:"amount,omitempty"`
	Currency string `json:"currency,omitempty"`
	Payer    string `json:"payer,omitempty"`
}

// Ticket is a ticket of a traveller (index; -1: not said).
type Ticket struct {
	Number    string `json:"number"`
	Traveller int    `json:"traveller"`
	Fare      string `json:"fare,omitempty"`
	Currency  string `json:"currency,omitempty"`
	Issued    string `json:"issued,omitempty"`
	OneWay    *bool  `json:"one_way,omitempty"`
}

// Loyalty is a frequent flyer's number.
type Loyalty struct {
	Carrier   string `json:"carrier"`
	Number    string `json:"number"`
	Level     string `json:"level,omitempty"`
	Traveller int    `json:"traveller"`
}

// Service is a special service request or other service information.
type Service struct {
	Code      string `json:"code"`
	Status    string `json:"status,omitempty"`
	Carrier   string `json:"carrier,omitempty"`
	Text      string `json:"text,omitempty"`
	Leg       string `json:"leg,omitempty"` // "LHRJFK"
	Traveller int    `json:"traveller"`     // index; -1: all
}

// Event is one entry of a reservation's history.
type Event struct {
	At     string   `json:"at,omitempty"`
	By     string   `json:"by,omitempty"`
	Action string   `json:"action"` // "added", "cancelled", "changed", "unknown"
	What   []string `json:"what"`   // segments as sent
}

// OtherBooking is something booked that does not fly.
type OtherBooking struct {
	Kind string `json:"kind"` // "hotel", "car", "rail", ..., or the code as sent
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	Text string `json:"text,omitempty"`
}

// Verdict is the State's answer about one traveller in a CUSRES message, or about the message as a whole.
type Verdict struct {
	Ref       string `json:"ref"`               // RFF+ABO
	Locator   string `json:"locator,omitempty"` // RFF+AVF
	Code      string `json:"code"`              // ERC, two characters, such as "0Z"
	Text      string `json:"text,omitempty"`    // FTX+AAP
	Whole     bool   `json:"whole,omitempty"`   // ERP+1: about the header or all of it
	Reference string `json:"reference,omitempty"`
}
