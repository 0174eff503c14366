package lists

import (
	"errors"
	"net/url"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/listsview"
	"github.com/openbmis/openbmis/ui/web"
)

// blamed is the form as it was sent with what is wrong with it; false when the trouble is not the person's to mend on the same page.
func blamed(c *web.Context, values url.Values, err error) (f listsview.Form, own bool) {
	var known *problem.Error
	if !errors.As(err, &known) || known.Kind != problem.Invalid && known.Kind != problem.Conflict && known.Kind != problem.Forbidden {
		return f, false
	}
	return listsview.Form{Values: values, Fault: c.Text().Problem(known), Field: known.Field}, true
}
