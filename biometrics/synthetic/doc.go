// Package synthetic grows fingerprints that belong to nobody: a finger from a seed, any number of impressions of it, persons with ten
// fingers. It exists so that the demo, the tests and the load tests need no print of a real person.
//
// The ridges follow an orientation field of zeros and poles (B. Sherlock and D. Monro, A model for interpreting fingerprint topology,
// 1993) and grow out of noise by oriented filters, so that minutiae come about by themselves as they do on skin. An impression is that
// skin pressed on a reader: turned, shifted, stretched, more or less of it, dry or wet, with cuts and what the last finger left behind.
//
// Its prints must never be used to say how accurate an engine is: they are easier than those of people, their faults are those that
// somebody thought of, and parameters tuned on them fit this package and not the world. The same seed gives the same print, pixel by
// pixel, on one kind of processor; another kind may round a grey level differently.
package synthetic
