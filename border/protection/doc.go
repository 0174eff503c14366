// Package protection holds what happens when somebody at a border needs protection rather than control: an asylum claim, a sign of
// trafficking or violence, a child without its parents. A signal stops every refusal of the traveller and opens a case for the named
// service, which must confirm that it has it.
//
// It exists apart from both lines because its cases are seen by the protection service alone. It must never give a border officer more
// than that somebody was handed over, and never count anything where others read the sum.
package protection
