// Package groupview holds the pages of people who travel together: opening a group with its manifest, and ticking it off. It shows
// exceptions first and never hides a line that could not be read.
package groupview
