// Package assets serves what a browser needs beside the pages: one style sheet, our own small scripts, htmx, fonts. It exists
// so that a station needs no other host than itself: everything is built in, named by its content and kept by the browser for
// good. It must never serve a file that the list below does not name, nor change a third-party file.
//
// Third-party files lie unmodified under vendor, with their licences; vendor.json lists name, version, licence and checksum of
// each. axe-core is there for the tests and is not built in.
package assets
