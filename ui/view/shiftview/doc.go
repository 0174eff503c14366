// Package shiftview draws the pages of a crossing point's shifts: who is on duty, the hand-over, the post register. It exists so that
// a supervisor sees at once what needs him. It must never show a traveller by name, nor anything of the protection service.
package shiftview
