package analystview

import (
	"context"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Alerts is the page of the national alert list.
type Alerts struct {
	Page      central.AlertPage
	Form      Form
	Failed    string
	Done      string
	MayManage bool
	// ShowReasons lets the person read why somebody is listed.
	ShowReasons bool
}

func (p Alerts) nextURL() string {
	if p.Page.Next.IsZero() {
		return ""
	}
	return "/alerts?after=" + p.Page.Next.String()
}

func alertColumns(p Alerts) []view.Column {
	columns := []view.Column{{Label: text.AnalystListed}, {Label: text.AnalystBorn}, {Label: text.AnalystDocument}, {Label: text.AnalystVehicle}}
	if p.ShowReasons {
		columns = append(columns, view.Column{Label: text.AnalystAlertReason})
	}
	columns = append(columns, view.Column{Label: text.AnalystAlertAction}, view.Column{Label: text.AnalystValidity}, view.Column{Label: text.AnalystMadeBy})
	if p.MayManage {
		columns = append(columns, view.Column{Label: text.AnalystAct})
	}
	return columns
}

func sexOptions(ctx context.Context) []Option {
	return []Option{{"F", t(ctx, text.CounterSexF)}, {"M", t(ctx, text.CounterSexM)}, {"X", t(ctx, text.CounterSexX)}}
}

func validity(ctx context.Context, a central.Alert) string {
	if a.ValidUntil.IsZero() {
		return t(ctx, text.AnalystValidFromOn, "from", a.ValidFrom.String())
	}
	return t(ctx, text.AnalystValidBetween, "from", a.ValidFrom.String(), "until", a.ValidUntil.String())
}

func alertName(a central.Alert) string {
	return name(central.Crossing{Surname: a.Surname, GivenNames: a.GivenNames})
}

func reasonField(f Form) view.FieldProps {
	p := f.field("reason", text.AnalystAlertReason)
	p.Required, p.MaxLength = true, central.MaxReason
	return p
}
