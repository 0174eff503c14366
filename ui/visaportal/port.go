package visaportal

import (
	"maps"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// posts are the names of the posts that may be chosen as port, on the page that asks for it; elsewhere nobody looks for them.
func (p *portal) posts(c *web.Context, page apply.Page) (map[string]string, error) {
	if page != apply.PageJourney {
		return nil, nil
	}
	return p.Service.Posts(c.Ctx())
}

// ports are the posts by their names, a place that is none of them, and that it is not known yet.
func (a asked) ports() []visaportalview.Option {
	chosen := a.values.Get(apply.FieldPort)
	var options []visaportalview.Option
	for id, name := range a.posts {
		options = append(options, visaportalview.Option{Value: id, Label: name, Selected: id == chosen})
	}
	slices.SortFunc(options, func(x, y visaportalview.Option) int { return strings.Compare(x.Label+x.Value, y.Label+y.Value) })
	// A page that was answered without a port said that it is not known.
	unknown := chosen == apply.PortUnknown || chosen == "" && a.values.Get(apply.FieldArrival) != ""
	return append(options,
		visaportalview.Option{Value: apply.PortOther, Label: a.say.T(text.VisaportalFPortChoiceOther), Selected: chosen == apply.PortOther},
		visaportalview.Option{Value: apply.PortUnknown, Label: a.say.T(text.VisaportalFPortChoiceUnknown), Selected: unknown},
	)
}

// portSplit puts a port that is none of the posts, such as one that was typed before posts were offered, beside the choice.
func (a asked) portSplit() apply.Form {
	port := a.values.Get(apply.FieldPort)
	if _, offered := a.posts[port]; len(a.posts) == 0 || offered || port == "" || port == apply.PortOther || port == apply.PortUnknown {
		return a.values
	}
	values := maps.Clone(a.values)
	values[apply.FieldPort], values[apply.FieldPortOther] = []string{apply.PortOther}, []string{port}
	return values
}
