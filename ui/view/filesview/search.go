package filesview

import (
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Search is the search page; Found is nil before the first search.
type Search struct {
	Form   Form
	Found  *file.Found
	Failed string
}

// SearchFields are the names of the search form's fields.
func SearchFields() []string { return []string{"number", "state", "name", "birth_date", "purpose"} }

func foundColumns() []view.Column {
	return []view.Column{{Label: text.FilesPerson}, {Label: text.FilesBorn}, {Label: text.FilesNationality}, {Label: text.FilesDocument},
		{Label: text.FilesExpiry}, {Label: text.FilesFirstSeen}}
}
