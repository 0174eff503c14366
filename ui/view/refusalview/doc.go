// Package refusalview draws the standard form for refusal of entry, in the traveller's language beside the crossing point's, as a page
// and as a whole document for printing, and the list of a day's refusals. It must never show a form whose words differ from what was
// decided: everything on it comes from the decision and from the tables of that day.
package refusalview
