// Package filesview draws the individual file, the repair desk and the duplicates. It must never put a person's data into a title or
// an address.
package filesview
