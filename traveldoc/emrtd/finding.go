package emrtd

import "fmt"

// Finding is something about a file that an expert wants to know: it could not be read, or only with forbearance. Detail never holds
// what the file says about a person.
type Finding struct {
	File   string      `json:"file"` // "COM", "SOD", "DG1" to "DG16"
	Code   FindingCode `json:"code"`
	Detail string      `json:"detail,omitempty"`
}

// FindingCode is the stable name of a finding.
type FindingCode string

// The findings.
const (
	// Malformed: the file cannot be read; the detail says where and what was expected.
	Malformed FindingCode = "malformed"
	// TrailingBytes: bytes follow the file's element; they are neither read nor hashed.
	TrailingBytes FindingCode = "trailing_bytes"
	// UnknownElement: an element that the standard does not name here; it is kept as it is.
	UnknownElement FindingCode = "unknown_element"
	// MissingElement: the file's own list names an element that is not there.
	MissingElement FindingCode = "missing_element"
	// CountDiffers: the file says another number of templates than it holds.
	CountDiffers FindingCode = "count_differs"
	// LengthDiffers: a length within a record differs from what is there.
	LengthDiffers FindingCode = "length_differs"
	// ImageUnknown: an image that is neither JPEG, JPEG 2000 nor PNG by its first bytes.
	ImageUnknown FindingCode = "image_unknown"
	// NotUTF8: a text in another encoding, read as ISO 8859-1.
	NotUTF8 FindingCode = "not_utf8"
	// Filler: fillers in a text that has none by the standard; left out.
	Filler FindingCode = "filler"
	// DateUnreadable: a date that is neither eight digits nor four packed bytes.
	DateUnreadable FindingCode = "date_unreadable"
	// NotRead: fingers and iris are behind terminal authentication, for which there is no certificate here.
	NotRead FindingCode = "needs_terminal_authentication"
	// BEREncoding: BER where DER is due, such as indefinite lengths.
	BEREncoding FindingCode = "ber_encoding"
	// MoreFindings: the file gave more findings than are kept.
	MoreFindings FindingCode = "more_findings"
	// KeyUnsupported: a public key of a kind that is not known here.
	KeyUnsupported FindingCode = "key_unsupported"
)

// FindingCodes are all codes, for the text catalogue.
func FindingCodes() []FindingCode {
	return []FindingCode{
		Malformed, TrailingBytes, UnknownElement, MissingElement, CountDiffers, LengthDiffers, ImageUnknown, NotUTF8, Filler,
		DateUnreadable, NotRead, BEREncoding, MoreFindings, KeyUnsupported,
	}
}

// notes collects the findings of one file.
type notes struct {
	file     string
	findings []Finding
}

// maxFindings is how many findings of a file are kept: what has more was made to have them.
const maxFindings = 64

func (n *notes) add(code FindingCode, format string, args ...any) {
	switch {
	case len(n.findings) == maxFindings:
		return
	case len(n.findings) == maxFindings-1:
		code, format, args = MoreFindings, "only the first %d are kept", []any{maxFindings - 1}
	}
	n.findings = append(n.findings, Finding{n.file, code, fmt.Sprintf(format, args...)})
}

// errorf is an error about the file.
func (n *notes) errorf(offset int, format string, args ...any) error {
	return fmt.Errorf("%s: offset %d: %s", n.file, offset, fmt.Sprintf(format, args...))
}
