// Package text holds every word that people read, in English, French, Spanish and Arabic, and the forms of dates, numbers
// and ages. It exists so that no sentence stands in code, and so that a language that lacks a sentence fails the build.
// It must never decide anything, and never be asked for a text by a key that was put together at run time, save the codes
// of problems.
//
// Texts live in catalogue/<area>.<language>.toml; after a change run go generate ./ui/text.
package text

//go:generate go run ./internal/genkeys
