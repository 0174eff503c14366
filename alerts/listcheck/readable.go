package listcheck

import (
	"slices"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/names"
)

// Readable reports whether a traveller can be looked for by one of his names.
func Readable(all []alerts.Name) bool { return anyRead(all) }

// anyRead reports whether a traveller can be looked for by name: at least one of his names is read with every letter. What is written in a
// script without a table beside the zone's letters is found by those.
func anyRead(all []alerts.Name) bool {
	return slices.ContainsFunc(all, func(n alerts.Name) bool { return len(names.Read(n)) > 0 && len(names.Unread(n)) == 0 })
}

// unreadableNames reports whether somebody is listed by names of which nothing can be read.
func unreadableNames(s alerts.Subject) bool {
	return len(s.Names) > 0 && !slices.ContainsFunc(s.Names, func(n alerts.Name) bool { return plain(n) || len(names.Read(n)) > 0 })
}

// plain: a letter that every reading has. It spares reading whole lists twice.
func plain(n alerts.Name) bool {
	letter := func(c rune) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }
	if slices.ContainsFunc([]rune(n.Raw), letter) {
		return true
	}
	return slices.ContainsFunc(n.Parts, func(p alerts.NamePart) bool { return slices.ContainsFunc([]rune(p.Text), letter) })
}
