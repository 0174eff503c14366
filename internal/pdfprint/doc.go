// Package pdfprint turns one whole HTML document into a PDF by Chromium's own printing, for no Go library joins Arabic letters or
// keeps a document number in its order between them. A browser is started for each document, with a profile of its own that is gone
// afterwards, and ends within a bounded time; few print at once.
//
// It must never reach a network, run a script of the document, or keep what it printed.
package pdfprint
