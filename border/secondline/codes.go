package secondline

import "slices"

// OtherService is the authority of a handing over that names none.
const OtherService = "other_service"

// Authorities are the codes of whom a traveller is handed over to.
func Authorities() []string {
	return []string{"police", "customs", "immigration", "prosecution", "security", "foreign_authority", "carrier", OtherService}
}

// Parts are the codes of what is examined of a document.
func Parts() []string {
	return []string{"document", "data_page", "chip", "visa", "stamps", "other_papers"}
}

// Methods are the codes of how a document is examined.
func Methods() []string {
	return []string{"visual", "magnifier", "ultraviolet", "infrared", "chip_read", "reference", "issuer_asked"}
}

// Results are the codes of what an examination finds.
func Results() []string {
	return []string{"genuine", "doubtful", "altered", "counterfeit", "fantasy", "not_examinable"}
}

// Comparisons are the codes of what was compared to judge a hit.
func Comparisons() []string {
	return []string{"photo", "fingerprints", "name", "birth_date", "nationality", "document", "marks", "statement"}
}

// Relations are the codes of how people who travel together belong together.
func Relations() []string { return []string{"family", "group", "guardian", "driver", "other"} }

// Languages are the codes that an interview's language may have: the languages of the screens, and those often spoken at borders.
func Languages() []string {
	return []string{"en", "fr", "es", "ar", "am", "bn", "de", "fa", "ha", "hi", "it", "ku", "ps", "pt", "ru", "so", "sw", "ti", "tr", "uk", "ur", "zh"}
}

// Longest texts, in bytes.
const (
	MaxText  = 4000 // of an answer
	MaxShort = 200  // of a name
)

func known(codes []string, code string) bool { return slices.Contains(codes, code) }
