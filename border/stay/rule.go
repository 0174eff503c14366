package stay

import (
	"fmt"
	"strconv"
)

// Rule bounds short stays: no more than Days days of presence in any Window days (Regulation (EU) 2016/399, article 6(1): 90 in
// any 180). The window of a day ends with that day.
type Rule struct {
	Days   int `json:"days"`
	Window int `json:"window"`
}

// DefaultRule is 90 days in any 180.
func DefaultRule() Rule { return Rule{Days: 90, Window: 180} }

// MaxWindow is the longest window of a rule, in days: ten years.
const MaxWindow = 3660

// Unbounded reports whether the rule allows every stay: a window never holds more days than it is long.
func (r Rule) Unbounded() bool { return r.Days >= r.Window }

// String is the rule as officers write it: "90/180".
func (r Rule) String() string { return strconv.Itoa(r.Days) + "/" + strconv.Itoa(r.Window) }

// Check says what is wrong with the rule, naming the field below the rule: "window: expected ...".
func (r Rule) Check() error {
	switch {
	case r.Window < 1 || r.Window > MaxWindow:
		return fmt.Errorf("window: %d: expected 1 to %d days", r.Window, MaxWindow)
	case r.Days < 1 || r.Days > r.Window:
		return fmt.Errorf("days: %d: expected 1 to the window's %d days", r.Days, r.Window)
	}
	return nil
}
