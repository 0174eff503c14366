package risk

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/api_pnr/risk"
)

// tree reads the conditions of a form. Each node has a path ("0.2": the third of the first group): k.PATH is its kind, "g" a group, "c" a
// condition, "x" an expression.
type tree struct {
	values url.Values
	fields *risk.Fields
}

func (t tree) node(path string, depth int) risk.Condition {
	switch t.values.Get("k." + path) {
	case "c":
		return t.leaf(path)
	case "x":
		return risk.Condition{CEL: strings.TrimSpace(t.values.Get("x." + path))}
	}
	c := risk.Condition{Any: t.values.Get("g."+path) == "any", Not: t.values.Get("n."+path) == "yes"}
	for i := 0; i <= risk.MaxConditions && depth <= risk.MaxDepth; i++ {
		child := below(path, i)
		if !t.values.Has("k." + child) {
			break
		}
		c.Items = append(c.Items, t.node(child, depth+1))
	}
	return c
}

func below(path string, i int) string {
	if path == "" {
		return strconv.Itoa(i)
	}
	return path + "." + strconv.Itoa(i)
}

func (t tree) leaf(path string) risk.Condition {
	c := risk.Condition{Field: t.values.Get("f." + path), Operator: risk.Operator(t.values.Get("o." + path))}
	f, ok := t.fields.Find(c.Field)
	if !ok {
		return blank()
	}
	if !f.Type.Has(c.Operator) { // another field was chosen, which has other operators
		c.Operator = risk.Operators(f.Type)[0]
	}
	c.Values = t.typed(path, c.Operator)
	return c
}

func (t tree) typed(path string, o risk.Operator) (list []string) {
	_, most := o.Values()
	first := t.values.Get("v." + path)
	switch {
	case most == 0:
		return nil
	case o == risk.Between:
		list = []string{first, t.values.Get("w." + path)}
	case most > 1:
		list = strings.FieldsFunc(first, func(r rune) bool { return r == ',' || r == ';' || r == '،' })
	default:
		list = []string{first}
	}
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" && o != risk.Between })
}

// at applies change to the node of the path.
func at(c risk.Condition, path string, change func(risk.Condition) risk.Condition) risk.Condition {
	if path == "" {
		return change(c)
	}
	first, rest, _ := strings.Cut(path, ".")
	i, err := strconv.Atoi(first)
	if err != nil || i < 0 || i >= len(c.Items) {
		return c
	}
	c.Items = slices.Clone(c.Items)
	c.Items[i] = at(c.Items[i], rest, change)
	return c
}

// added puts a node at the end of a group, and tells its path.
func added(c risk.Condition, path string, item risk.Condition) (changed risk.Condition, focus string) {
	changed = at(c, path, func(g risk.Condition) risk.Condition {
		if !g.Group() {
			return g
		}
		focus = below(path, len(g.Items))
		g.Items = append(slices.Clone(g.Items), item)
		return g
	})
	return changed, focus
}

// removed takes a node out of its group.
func removed(c risk.Condition, path string) risk.Condition {
	cut := strings.LastIndexByte(path, '.')
	parent, last := path[:max(cut, 0)], path[cut+1:]
	i, err := strconv.Atoi(last)
	if err != nil {
		return c
	}
	return at(c, parent, func(g risk.Condition) risk.Condition {
		if i >= 0 && i < len(g.Items) {
			g.Items = slices.Delete(slices.Clone(g.Items), i, i+1)
		}
		return g
	})
}
