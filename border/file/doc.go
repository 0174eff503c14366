// Package file is the individual file: one person, several documents and identities, an id of its own. It says what the records of a
// file mean together (links between files, supplied and voided movements, changes of authorisation).
//
// Files are never merged by the system: a person says that two are one, and can take it back.
package file
