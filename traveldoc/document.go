package traveldoc

// Identity is who a document says its bearer is.
type Identity struct {
	Surname     string `json:"surname"`
	GivenNames  string `json:"given_names"`
	BirthDate   Date   `json:"birth_date"`
	Sex         string `json:"sex"`         // "M", "F" or "X" (unspecified)
	Nationality string `json:"nationality"` // ICAO Doc 9303-3 three-letter code, without fillers
	// NameTruncated is true when the name may go on beyond what the document could hold.
	NameTruncated bool `json:"name_truncated,omitempty"`
}

// Document is the travel document itself, without its bearer.
type Document struct {
	Code         string `json:"code"`          // as printed, without fillers: "P", "PD", "V", "I", "AC"
	Number       string `json:"number"`        // as printed, without fillers
	IssuingState string `json:"issuing_state"` // ICAO Doc 9303-3 code, without fillers
	ExpiryDate   Date   `json:"expiry_date"`
	MRZ          string `json:"mrz,omitempty"` // the lines as read, joined by \n; empty when typed from the visual zone
}
