package fingersview

import (
	"context"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/ui/view"
)

func get(ctx context.Context, url string) templ.Attributes {
	return view.Hx(ctx, "get", url, "target", "#desk", "swap", "outerHTML")
}

func post(ctx context.Context, url string) templ.Attributes {
	return view.Hx(ctx, "post", url, "target", "#desk", "swap", "outerHTML")
}

// deskAttributes make the desk fetch itself anew at each change of the taking; while a question stands open it stays as it is.
func deskAttributes(ctx context.Context, s Screen) templ.Attributes {
	if s.Asked != PanelNone {
		return nil
	}
	return view.Hx(ctx, "get", s.path(""), "trigger", "fingers", "target", "#desk", "swap", "outerHTML")
}
