// Package glyph tells which of the 37 characters of a machine readable zone a cell shows, or that it shows none of them, with a
// probability for each: a small convolutional network in plain Go, 34,500 weights of eight bits, trained by traveldoc/scan/train. It
// exists because template matching fails on real print and a general reader is slow and guesses words. It must never see anything but
// one cell: what the neighbours or the check digits say is for traveldoc/scan to weigh.
package glyph
