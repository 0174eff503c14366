// Package passport reads the picture of a passport's data page that an applicant hands in, so that he need not type it. It exists to give
// every field together with what its check digit says of it.
//
// It must never repair a field silently, never read a clock, and never take what it read for what the applicant confirmed.
package passport
