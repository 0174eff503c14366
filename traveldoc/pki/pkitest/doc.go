// Package pkitest makes certificates, revocation lists, CMS and master lists for tests: those that the standards ask for, and those with
// the deviations and forgeries that a reader has to tell apart. The standard library cannot make them: it knows neither the Brainpool
// curves nor wrong material. Its keys come from the randomness handed in and must never protect anything.
package pkitest
