package counterview

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// option is one choice of a list.
type option struct{ value, label string }

// optionsOf are choices of codes with their words, behind none at all where empty is a choice.
func optionsOf[C ~string](codes []C, word func(C) string, empty string) []option {
	var options []option
	if empty != "" {
		options = append(options, option{"", empty})
	}
	for _, code := range codes {
		options = append(options, option{string(code), word(code)})
	}
	return options
}

func categoryOptions(ctx context.Context) []option {
	return optionsOf(border.Categories(), func(c border.Category) string { return Category(ctx, c) }, "")
}

func basisOptions(ctx context.Context, c border.Category) []option {
	return optionsOf(border.Rules(c).Bases, func(b border.Basis) string { return Basis(ctx, b) }, "")
}

func modeOptions(ctx context.Context) []option {
	return optionsOf(border.Modes(), func(m border.Mode) string { return Mode(ctx, m) }, "")
}

func purposeOptions(ctx context.Context) []option {
	return optionsOf(border.Purposes(), func(p string) string { return Purpose(ctx, p) }, text.T(ctx, text.CounterPurposeNone))
}

func relationOptions(ctx context.Context) []option {
	return optionsOf(border.Relations(), func(c string) string { return Relation(ctx, c) }, text.T(ctx, text.ParticularChoose))
}

func consentOptions(ctx context.Context) []option {
	return optionsOf(border.Consents(), func(c string) string { return Consent(ctx, c) }, text.T(ctx, text.ParticularChoose))
}

func adultOptions(ctx context.Context, adults []Adult) []option {
	options := []option{{"", text.T(ctx, text.ParticularAdultTyped)}}
	for _, a := range adults {
		options = append(options, option{a.Key, a.Name})
	}
	return options
}

// required marks the name of a field that the category needs.
func required(label string, f border.Field) string {
	if f.Required {
		return label + " *"
	}
	return label
}

// anewAttributes fetch the form anew for another category, basis or mode, with what was typed.
func anewAttributes(ctx context.Context, s Screen, field string) templ.Attributes {
	return view.Hx(ctx, "post", "/counter/inspections/"+s.Current.ID.String()+"/form?focus="+field, "trigger", "change delay:250ms",
		"include", "#particulars", "target", "#desk", "swap", "outerHTML")
}

// State is the words for where a member of a group stands.
func State(ctx context.Context, s group.State) string { return coded(ctx, "group_state", string(s)) }

// GroupKind is the word for a kind of group.
func GroupKind(ctx context.Context, k group.Kind) string { return coded(ctx, "group", string(k)) }

// GroupCode is the words for a coded reason of a group.
func GroupCode(ctx context.Context, code string) string { return coded(ctx, "group_code", code) }

// groupTitle is what a group is called, and how far it is.
func groupTitle(ctx context.Context, g *Group) string {
	title := strings.TrimSpace(GroupKind(ctx, g.Kind) + " " + g.Label)
	if g.Expected > 0 {
		return title + ": " + text.T(ctx, text.GroupProgress, "done", text.FromContext(ctx).Number(int64(g.Tally.TickedOff())), "all", text.FromContext(ctx).Number(int64(g.Expected)))
	}
	return title + ": " + text.FromContext(ctx).Number(int64(g.Tally.TickedOff()))
}

// chipName is a member in a few letters: the given names tell a family apart.
func chipName(m group.Member) string {
	if given, _, _ := strings.Cut(m.Seen.Identity.GivenNames, " "); given != "" {
		return given
	}
	return m.Seen.Identity.Surname
}

// notApplicable names the checks that do not apply, each with why.
func notApplicable(ctx context.Context, answers []border.Answer) string {
	names := make([]string, len(answers))
	for n, a := range answers {
		names[n] = checkName(ctx, a.Check) + " (" + exemptWord(ctx, a.Finding.Evidence[0].Found) + ")"
	}
	return strings.Join(names, ", ")
}
