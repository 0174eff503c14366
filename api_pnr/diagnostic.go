package apipnr

import "strconv"

// Severity is how much a diagnostic weighs.
type Severity string

// The severities.
const (
	Info    Severity = "info"    // read without loss; the guide says it differently
	Warning Severity = "warning" // something is missing, doubtful or was kept raw
	Failure Severity = "error"   // a record, or the message, could not be used
)

// Diagnostic is one thing that is not as it should be, and where. Message says what was found and expected; it may hold what was sent
// and so be personal data: it is for the carrier and those who may read the message, never for a log. Code is stable.
type Diagnostic struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Segment  int      `json:"segment"` // number in the message, UNH is 1; 0 outside of one
	Offset   int      `json:"offset"`  // byte in what was received; of XML too
	Message  string   `json:"message"`
	Tag      string   `json:"tag,omitempty"`    // of the segment
	Record   int      `json:"record,omitempty"` // traveller or reservation it costs or doubts, from 1; 0: none
}

// Codes of diagnostics that more than one package gives. A package may have codes of its own, lower case with underscores.
const (
	CodeSeparators      = "separators_detected" // no UNA: found from the text
	CodeCharset         = "charset"             // text is not in the declared character set
	CodeReleaseNeedless = "release_needless"    // released a character that needs none
	CodeStrayText       = "stray_text"          // text between segments that is none
	CodeFolded          = "folded"              // lines were folded, and are joined
	CodeEnvelope        = "envelope"            // Type B or other header taken off
	CodeTruncated       = "truncated"           // ended within a message
	CodeSegmentUnknown  = "segment_unknown"
	CodeSegmentOrder    = "segment_order"
	CodeSegmentMissing  = "segment_missing"
	CodeQualifier       = "qualifier_unknown"
	CodeCount           = "count_mismatch"     // UNT, UNE, UNZ, CNT, EQN
	CodeReference       = "reference_mismatch" // UNT, UNE, UNZ do not repeat their header's
	CodeDateFormat      = "date_format"        // read in another format than it says
	CodeDateUnreadable  = "date_unreadable"    // kept raw
	CodeDateMissing     = "date_missing"
	CodeNumber          = "number_unreadable"
	CodeFlightNumber    = "flight_number"
	CodeCarrier         = "carrier_mismatch" // carriers in a message differ, or differ from the door's
	CodeDocumentType    = "document_type_missing"
	CodeDocumentLink    = "document_unlinked"
	CodeDocumentMissing = "document_missing"
	CodeTraveller       = "traveller_unusable" // no name and no document
	CodeVersion         = "version_unknown"
	CodeLimit           = "limit"             // a bound was met: what is beyond it is quarantined
	CodePart            = "part"              // series: a part is missing, double or contradicts
	CodeSensitive       = "sensitive_dropped" // overwritten by the law in force before it was stored
)

// Origin says where in a message the value of a field stands.
type Origin struct {
	Field   Field
	Item    uint16 // of a repeated field (document, seat, bag), from 0
	Segment uint32 // number in the message, UNH is 1
	Offset  uint32 // byte in what was received
}

// Field names a field that has a place in a message.
type Field uint8

// The fields.
const (
	FieldSurname Field = iota + 1
	FieldGivenNames
	FieldSex
	FieldBirthDate
	FieldBirthPlace
	FieldNationality
	FieldResidence
	FieldDocumentType
	FieldDocumentNumber
	FieldDocumentIssuer
	FieldDocumentExpiry
	FieldSeat
	FieldBags
	FieldLocator
	FieldRef
	FieldTicket
	FieldContact
	FieldAddress
	FieldEmbarks
	FieldDisembarks
	FieldCarrier
	FieldFlightNumber
	FieldOrigin
	FieldDestination
	FieldDeparture
	FieldArrival
	FieldCreated
	FieldPayment
	FieldAgency
	FieldLoyalty
)

// String is the field's name, that of the JSON.
func (f Field) String() string {
	names := [...]string{
		"", "surname", "given_names", "sex", "birth_date", "birth_place", "nationality", "residence", "document_type", "document_number",
		"document_issuer", "document_expiry", "seat", "bags", "locator", "ref", "ticket", "contact", "address", "embarks", "disembarks",
		"carrier", "flight_number", "origin", "destination", "departure", "arrival", "created", "payment", "agency", "loyalty",
	}
	if int(f) >= len(names) {
		return "field_" + strconv.Itoa(int(f))
	}
	return names[f]
}
