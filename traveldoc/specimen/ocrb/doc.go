// Package ocrb draws the characters of a machine readable zone in OCR-B: the 26 capitals, the ten digits and the filler, as strokes of
// constant width along centre lines of our own drawing, in the proportions of ISO 1073-2 size I. It exists because specimen pages, the
// training of the page reader and its tests need the print of a passport without carrying a font file. It is for making specimens: it
// must never be used to judge whether a printed character is genuine, its outlines are ours and not the standard's.
package ocrb
