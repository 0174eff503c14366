package visaportalview

import "github.com/openbmis/openbmis/ui/text"

// Link is a place to go to.
type Link struct {
	Href  string
	Label text.Key
}
