// Package signin holds the screens by which a person comes in, goes, locks the place and keeps password and PIN. It exists so
// that station and centre share them. It must never keep what was typed into a secret field, nor say which of name and
// password was wrong.
package signin
