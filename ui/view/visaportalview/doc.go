// Package visaportalview draws the public portal of visas: start page, questions, task list, answers to check, payment, status,
// verification. It exists so that a stranger with a telephone, a screen reader or no JavaScript gets the same pages as everybody.
//
// It must never put a person's data into a title or an address, never mark what was typed as markup, and never need a script.
package visaportalview
