package apipnr

// Types of messages, as the segment UNH names them (UN/EDIFACT 0065). A PNRGOV message in XML has the type PNRGOV too.
const (
	PAXLST = "PAXLST" // passenger or crew list (WCO/IATA/ICAO API Guidelines, appendix IIA)
	CUSRES = "CUSRES" // the State's answer to a list (appendix IIB)
	PNRGOV = "PNRGOV" // reservations (IATA/WCO/ICAO PNRGOV EDIFACT or XML Implementation Guide)
	ACKRES = "ACKRES" // acknowledgement of a PNRGOV message
	GOVREQ = "GOVREQ" // the State asks for a flight or a reservation
	CONTRL = "CONTRL" // syntax and service report
)

// Function is what a message is for, independent of its syntax.
type Function string

// The functions.
const (
	List            Function = "list"             // PAXLST 745: passengers
	CrewList        Function = "crew_list"        // PAXLST 250
	MasterCrewList  Function = "master_crew_list" // PAXLST 336
	GatePass        Function = "gate_pass"        // PAXLST 655
	Change          Function = "change"           // PAXLST 745+CP: changed data of passengers
	Cancel          Function = "cancel"           // PAXLST 745+XR: passengers who do not travel
	Reduce          Function = "reduce"           // PAXLST 745+RP: a party that got smaller
	Close           Function = "close"            // PAXLST 266+CL
	CloseOnBoard    Function = "close_on_board"   // PAXLST 266+CLOB: who is on board
	CloseNotBoard   Function = "close_not_board"  // PAXLST 266+CLNB: who is not on board
	CancelFlight    Function = "cancel_flight"    // PAXLST 266+XF
	ChangeFlight    Function = "change_flight"    // PAXLST 266+CF
	FullPush        Function = "full_push"        // PNRGOV MSG 22: all reservations of the flight
	UpdatePush      Function = "update_push"      // PNRGOV MSG 141: those that changed
	Answer          Function = "answer"           // CUSRES 962
	StatusChange    Function = "status_change"    // CUSRES 132: the State has changed its mind
	Acknowledgement Function = "acknowledgement"  // CUSRES 312, ACKRES
	Unknown         Function = "unknown"
)

// Message is one message as it was read: whatever could be read of it, in its own order, and the diagnostics of the rest. Values are
// as sent but for what the syntax says (releases, character set); where a value was normalised, its Origin leads to the text.
type Message struct {
	Type        string   `json:"type"`
	Version     string   `json:"version"`               // "D:05B", "10:1", of XML the schema's version
	Function    Function `json:"function"`              // never empty
	Syntax      string   `json:"syntax"`                // "UNOA:4", "IATA:1", "xml"
	Sender      string   `json:"sender"`                // UNB 0004, of XML Originator/AirlineCode; a hint, never proof
	Recipient   string   `json:"recipient"`             // UNB 0010
	Interchange string   `json:"interchange,omitempty"` // UNB 0020
	Trailer     string   `json:"-"`                     // UNZ 0020
	Reference   string   `json:"reference,omitempty"`   // UNH 0062
	Access      string   `json:"access,omitempty"`      // UNH 0068, common access reference
	Part        Part     `json:"part"`
	Transaction string   `json:"transaction,omitempty"` // PAXLST and CUSRES: RFF+TN
	Revision    string   `json:"revision,omitempty"`    // of the transaction
	Contact     *Contact `json:"contact,omitempty"`     // who sent it: NAD+MS, COM

	Flights      []Flight      `json:"flights"`
	Travellers   []Traveller   `json:"travellers"`
	Reservations []Reservation `json:"reservations,omitzero"` // PNRGOV, else nil; Traveller.Reservation points into it
	Answers      []Verdict     `json:"answers,omitempty"`     // CUSRES
	Declared     Declared      `json:"declared"`

	// Truncated says that the message ended before its trailer: what is here is complete, what followed never came.
	Truncated bool `json:"truncated,omitempty"`
	// Headers are the lines of a Type B (telex) envelope, as they stood.
	Headers     []string     `json:"headers,omitempty"`
	Diagnostics []Diagnostic `json:"diagnostics"`

	// Start and End are the message's bytes in what was read; Segments is how many it has.
	Start    int `json:"-"`
	End      int `json:"-"`
	Segments int `json:"-"`
	// Separators are those that the interchange uses, so that an answer can use the same; Grouped says that it has UNG.
	Separators Separators `json:"-"`
	Grouped    bool       `json:"-"`
	Announced  bool       `json:"-"` // it has UNA
	Agency     string     `json:"-"` // UNH 0051, "UN", of PADIS "IA"
	Assigned   string     `json:"-"` // UNH 0057, "IATA"
}

// Separators are the six service characters of UNA, in its order (ISO 9735).
type Separators struct {
	Component, Element, Decimal, Release, Repetition, Terminator byte
}

// Part is a message's place in a series (UNH S010). A message that is alone is the first and the last.
type Part struct {
	Number int  `json:"number"` // from 1
	First  bool `json:"first"`
	Last   bool `json:"last"`
}

// Alone reports whether the message is complete in one part.
func (p Part) Alone() bool { return p.Number <= 1 && p.Last }

// Declared are counts as the sender states them; nil where he does not. They describe the flight or the whole push, never reject on them.
type Declared struct {
	Passengers   *int `json:"passengers,omitempty"`   // PAXLST CNT+42, CNT+43 ...
	Crew         *int `json:"crew,omitempty"`         // PAXLST CNT+41
	Reservations *int `json:"reservations,omitempty"` // PNRGOV EQN
}

// Contact is how somebody is reached. Phones are as sent; Numbers are those of them that are valid, as E.164 ("+441753637285").
type Contact struct {
	Name    string   `json:"name,omitempty"`
	Phones  []string `json:"phones,omitempty"`
	Numbers []string `json:"numbers,omitempty"`
	Emails  []string `json:"emails,omitempty"`
	Address string   `json:"address,omitempty"` // in one line, as sent
	Country string   `json:"country,omitempty"`
}
