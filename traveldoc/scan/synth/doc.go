// Package synth makes pictures of machine readable zones whose text is known: whole pages for measuring the page reader, single lines
// for training its classifier, worn and photographed in the ways that real ones are. It exists because no page of a real person may
// stand in a repository. It must never be used with a clock or with randomness of its own: the same seed gives the same picture.
package synth
