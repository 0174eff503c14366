// Package evisa is visas that are applied for, decided, issued and used as data: applications, decisions, visas, and what becomes of them.
// It holds the words and shapes that the portal, the consular desk, the issue of visas and the crossing points have in common; the
// packages below it do the work.
//
// It knows no database, no transport and no clock. It must never turn "not known" into "no", and never change what an applicant sent: what
// follows is an event beside it.
package evisa
