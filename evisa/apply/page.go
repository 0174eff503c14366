package apply

// Page is one page of questions: one set of fields that belong together.
type Page string

// The pages, in the order asked. Those of the group are answered once, the others by every member.
const (
	PagePurpose  Page = "purpose"  // group: why they travel
	PageNation   Page = "nation"   // nationality and kind of document: whether a visa is needed follows from them
	PageType     Page = "type"     // type of visa, of those that are offered
	PagePassport Page = "passport" // a photo of the data page, which fills the next three in
	PageDocument Page = "document" // number, issuer, dates
	PageName     Page = "name"
	PageBirth    Page = "birth"    // date, place, country, sex
	PageRelation Page = "relation" // to the lead; not of the lead himself
	PagePortrait Page = "portrait"
	PagePapers   Page = "papers"  // supporting files
	PageHistory  Page = "history" // refused before
	PageJourney  Page = "journey" // group
	PageContact  Page = "contact" // group
	PageHost     Page = "host"    // group; where a type asks for a host, or one is named
	PageClaims   Page = "claims"  // group: humanitarian, family reunification
)

// GroupPages are the pages that are answered once for all; MemberPages those of every member; in the order asked.
func GroupPages() []Page { return []Page{PagePurpose, PageJourney, PageContact, PageHost, PageClaims} }

// MemberPages are the pages of every member, in the order asked.
func MemberPages() []Page {
	return []Page{PageNation, PageType, PagePassport, PageDocument, PageName, PageBirth, PageRelation, PagePortrait, PagePapers, PageHistory}
}

// FieldKind says how a field is asked.
type FieldKind string

// The kinds.
const (
	KindText    FieldKind = "text"
	KindLong    FieldKind = "long" // several lines
	KindDate    FieldKind = "date" // NAME, or NAME_day, NAME_month and NAME_year
	KindChoice  FieldKind = "choice"
	KindYesNo   FieldKind = "yes_no"
	KindCheck   FieldKind = "check" // a box to tick: "yes" or nothing
	KindEmail   FieldKind = "email"
	KindPhone   FieldKind = "phone"
	KindCountry FieldKind = "country" // a code of Doc 9303-3
	KindNumber  FieldKind = "number"  // of a document: letters and digits
)

// Field is one question of a page.
type Field struct {
	Name     string
	Kind     FieldKind
	Required bool
	Most     int      // characters
	Options  []string // of KindChoice and KindCountry
	// Autocomplete is the token of HTML's autocomplete attribute; empty for none.
	Autocomplete string
	Codes        Codes // of KindCountry
}
