// Package desk is what a consular desk does with applications for visas: it takes what the portal hands over, has its automatic checks
// made, and lets officers ask for more, invite, judge what was found, propose, decide and hear appeals. An application is made of its
// events; everything else is folded from them.
//
// It knows no database and no transport. It must never decide by itself, never let a decision be made while an alert is not evaluated or
// a hit is not judged, and never lose what an applicant sent: what fits nowhere is kept and shown.
package desk
