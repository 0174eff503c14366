// Package upload takes the files of strangers. It exists so that everything an applicant hands in passes one gate: told by its content and
// never by its name or declared type, bounded in size and in work, images decoded and written anew, PDF looked through for what acts.
//
// It must never keep a byte of an image as it came, never start a program, never follow what a file points to, and never keep a file that
// is two things at once.
package upload
