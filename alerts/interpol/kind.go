package interpol

import "slices"

// Kind is what a service holds, and thereby what it is asked with.
type Kind string

// The kinds.
const (
	SLTD     Kind = "sltd"     // stolen and lost travel documents: number, issuing State, type; no bearer
	Nominals Kind = "nominals" // persons of notices and diffusions: name and birth date
	TDAWN    Kind = "tdawn"    // travel documents associated with notices: as SLTD; a hit gives the notice
	Vehicles Kind = "vehicles" // stolen motor vehicles: plate and country
)

// Kinds are all kinds, in the order shown.
func Kinds() []Kind { return []Kind{SLTD, Nominals, TDAWN, Vehicles} }

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// OfDocuments reports whether services of the kind are asked about travel documents.
func (k Kind) OfDocuments() bool { return k == SLTD || k == TDAWN }

// Notice is the colour of a notice, or what stands in its place. Keys of the text catalogue below "notice.".
type Notice string

// The notices that a search of persons gives (Black, Orange and Purple ones are about no traveller).
const (
	Red       Notice = "red"       // locate and arrest; a request, no international warrant
	Blue      Notice = "blue"      // identify, locate
	Green     Notice = "green"     // warning of criminal activity
	Yellow    Notice = "yellow"    // missing person
	UNSpecial Notice = "un"        // INTERPOL-United Nations Security Council Special Notice
	Diffusion Notice = "diffusion" // sent by a bureau to others, not published by the General Secretariat
)

// Notices are all notices, in the order shown.
func Notices() []Notice { return []Notice{Red, Blue, Green, Yellow, UNSpecial, Diffusion} }

// Valid reports whether n is one of Notices.
func (n Notice) Valid() bool { return slices.Contains(Notices(), n) }
