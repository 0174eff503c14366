// Package visanoticeview draws the notice that a visa or a travel authorisation was granted, in the applicant's language beside English, as a
// page and as a whole document for printing. It must never show anything that the register does not say, nor a code that was not signed.
package visanoticeview
