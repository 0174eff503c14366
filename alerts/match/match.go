package match

import (
	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// Version names the matcher: what is compared and how it is scored. It changes whenever a score may.
const Version = "1"

// Entry is what the index keeps of an alert. Build and With read it and keep no reference to it.
type Entry struct {
	Key     string // alerts.Alert.Key
	Subject alerts.Subject
	// From and Until bound the days on which it is found; zero: no bound.
	From, Until traveldoc.Date
}

// EntryOf is an alert's entry.
func EntryOf(a alerts.Alert) Entry {
	return Entry{Key: a.Key(), Subject: a.Subject, From: a.ValidFrom, Until: a.ValidUntil}
}

// Query is a traveller as he is compared.
type Query struct {
	Names       []alerts.Name // best of all; a document's zone gives one of kind mrz, its visual zone another
	Truncated   bool          // the name of kind mrz fills its field: it may go on
	Births      []alerts.Birth
	Sex         string
	Nationality []string
	Documents   []alerts.Document
	Today       traveldoc.Date // entries out of force on this day are not found; zero: all are
	// Least is the score from which a match is given; 0 gives everything that the index can bound away from chance (Floor).
	Least float64
	// Most is how many matches are given at most, the best first; 0: all. Result.More counts the others.
	Most int
}

// Floor is the lowest score that a search gives: below it a likeness is chance.
const Floor = 0.5

// Result is the answer of a search.
type Result struct {
	Matches []Match // sorted by Score, Order, Key
	// More counts the matches from Query.Least up that Query.Most left out: never a silent cap.
	More int
}

// Match is an alert that a query meets.
type Match struct {
	Key string
	// Score is 0 to 1 and final: names, births, qualifiers and documents together. Order breaks the ties of equal scores: matches are
	// sorted by Score, Order, Key.
	Score, Order float64
	// Exact is true of a document whose number and issuer are equal letter by letter.
	Exact    bool
	Evidence []Evidence
}

// Evidence is one compared field of a match.
type Evidence struct {
	// Field is "name", "family", "given", "birth_date", "sex", "nationality", "document", "vehicle".
	Field string `json:"field"`
	// Relation is a stable code; a key of the text catalogue below "relation.". See Relations.
	Relation string `json:"relation"`
	// Found is what the traveller shows, Listed what the alert says.
	Found  string `json:"found,omitempty"`
	Listed string `json:"listed,omitempty"`
	// Score is how alike they are, 0 to 1; Weight is how much it counts; Contribution is what it adds to the score, which may be negative.
	Score        float64 `json:"score"`
	Weight       float64 `json:"weight"`
	Contribution float64 `json:"contribution"`
}

// The relations. Whoever adds one adds it to Relations.
const (
	RelEqual          = "equal"
	RelJoined         = "joined"         // one side writes together what the other writes apart
	RelSynonym        = "synonym"        // two spellings of one name
	RelTransliterated = "transliterated" // equal after transliteration, or by skeleton
	RelTypo           = "typo"           // differs by single letters
	RelPrefix         = "prefix"         // a cut name
	RelInitial        = "initial"
	RelExtraFound     = "extra_found" // a part that the alert has not
	RelExtraListed    = "extra_listed"
	RelDifferent      = "different"
	RelInside         = "inside" // inside a partial date or a range
	RelSwapped        = "day_month_swapped"
	RelDigit          = "one_digit"
	RelSameYear       = "same_year"
	RelNear           = "near"
	RelUnknown        = "unknown" // one side does not say
	RelMisread        = "misread" // differs by letters that are read for one another
	RelRange          = "in_range"
	RelWeak           = "weak_alias"  // only a weak alias meets, and neither birth nor nationality speaks for it
	RelCommon         = "common_name" // the name is too common to tell much
)

// Relations are all relations.
func Relations() []string {
	return []string{
		RelEqual, RelJoined, RelSynonym, RelTransliterated, RelTypo, RelPrefix, RelInitial, RelExtraFound, RelExtraListed, RelDifferent, RelInside,
		RelSwapped, RelDigit, RelSameYear, RelNear, RelUnknown, RelMisread, RelRange, RelWeak, RelCommon,
	}
}
