package alerts

import "slices"

// Category is why somebody or something is listed. The codes are the project's own, after the SIS categories (Regulations (EU) 2018/1860
// to 1862); adapters map to them. They are keys of the text catalogue below "alert_category.".
type Category string

// The categories.
const (
	CategoryReturn     Category = "return"     // return decision
	CategoryRefusal    Category = "refusal"    // refusal of entry or stay
	CategoryArrest     Category = "arrest"     // wanted for arrest, Red Notice
	CategoryMissing    Category = "missing"    // missing person, Yellow Notice
	CategoryAbduction  Category = "abduction"  // child at risk of abduction
	CategoryVulnerable Category = "vulnerable" // to be prevented from travelling
	CategoryJudicial   Category = "judicial"   // sought for a judicial procedure
	CategoryCheck      Category = "check"      // discreet, inquiry or specific check; Blue and Green Notices
	CategoryUnknown    Category = "unknown"    // unknown wanted person (prints), Black Notice
	CategorySanction   Category = "sanction"   // travel ban of a sanctions list
	CategoryObject     Category = "object"     // document or vehicle for seizure
	CategoryOther      Category = "other"
)

// Categories are all categories, in the order shown.
func Categories() []Category {
	return []Category{
		CategoryArrest, CategoryAbduction, CategoryMissing, CategoryVulnerable, CategoryRefusal, CategoryReturn, CategoryJudicial, CategorySanction,
		CategoryCheck, CategoryUnknown, CategoryObject, CategoryOther,
	}
}

// Valid reports whether c is one of Categories.
func (c Category) Valid() bool { return slices.Contains(Categories(), c) }

// Action is what is to be done with a person, document or vehicle that is found. Keys of the text catalogue below "alert_action.".
type Action string

// The actions, the most urgent first: their order is the order of priority when several alerts meet.
const (
	ActionDetain        Action = "detain"
	ActionProtect       Action = "protect" // take under protection, prevent from travelling
	ActionRefuse        Action = "refuse"
	ActionSeize         Action = "seize_document"
	ActionSpecificCheck Action = "specific_check"
	ActionInquiryCheck  Action = "inquiry_check"
	ActionObserve       Action = "observe" // discreet check: report, tell nobody
	ActionRefer         Action = "refer"   // examine in the second line
	ActionInform        Action = "inform"  // tell the owner; no more
)

// Actions are all actions, the most urgent first.
func Actions() []Action {
	return []Action{
		ActionDetain, ActionProtect, ActionRefuse, ActionSeize, ActionSpecificCheck, ActionInquiryCheck, ActionObserve, ActionRefer, ActionInform,
	}
}

// Valid reports whether a is one of Actions.
func (a Action) Valid() bool { return slices.Contains(Actions(), a) }

// Rank is the urgency of an alert: lower comes first. A priority that its owner gave goes before that of its action.
func (a Alert) Rank() int {
	if a.Priority > 0 {
		return a.Priority*100 + slices.Index(Actions(), a.Action)
	}
	return (slices.Index(Actions(), a.Action)+1)*100 + 50
}
