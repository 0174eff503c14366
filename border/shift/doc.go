// Package shift is the work of a crossing point as its supervisor leads it: who is on duty, which lanes are open, what occurred, and
// the post register that tells it (Regulation (EU) 2016/399, annex II). It exists so that responsibility for a post passes from
// hand to hand without a gap and without an open case being forgotten. It must never keep anybody from admitting a traveller, let
// one person alone hand over a shift, or let a signed register change.
package shift
