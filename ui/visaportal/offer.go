package visaportal

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// offer says whether a visa is needed, by which rule, and what may be applied for.
func (p *portal) offer(c *web.Context, form apply.Form) error {
	on, _ := apply.DateIn(form, apply.FieldArrival) // its fault was told where the answers were looked at (need.go)
	o, err := p.Service.Offer(c.Ctx(), form.Get(apply.FieldNationality), form.Get(apply.FieldDocumentCode), form.Get(apply.FieldPurpose), on)
	if err != nil {
		return err
	}
	if on.IsZero() {
		on = traveldoc.DateOf(c.Now().UTC())
	}
	shown := visaportalview.Offer{
		Needed: o.Needed || !o.Known, Answers: p.told(c.Text(), form, on), Again: back(form, len(choosers())-1),
	}
	shown.Title, shown.Lead = p.ruled(c.Text(), o, on)
	if len(o.Types) > 0 {
		shown.TypesTitle = text.VisaportalNeedTypes
		if o.Known && !o.Needed {
			shown.TypesTitle = text.VisaportalNeedTypesAnyway
		}
	}
	for _, kind := range o.Types {
		shown.Types = append(shown.Types, p.typeCard(c.Text(), kind, form))
	}
	return c.Render(http.StatusOK, visaportalview.Offered(shown))
}

func (p *portal) told(say *text.Printer, form apply.Form, on traveldoc.Date) []visaportalview.Row {
	return []visaportalview.Row{
		{Label: say.T(text.VisaportalFNationality), Value: countryName(say, form.Get(apply.FieldNationality))},
		{Label: say.T(text.VisaportalQDocument), Value: p.optionWord(say, apply.FieldDocumentCode, form.Get(apply.FieldDocumentCode))},
		{Label: say.T(text.VisaportalFPurpose), Value: p.optionWord(say, apply.FieldPurpose, form.Get(apply.FieldPurpose))},
		{Label: say.T(text.VisaportalFArrival), Value: say.Date(on), Latin: true},
	}
}

// ruled is the answer in words, with the rule that it follows from.
func (p *portal) ruled(say *text.Printer, o apply.Offer, on traveldoc.Date) (text.Key, []string) {
	if !o.Known {
		return text.VisaportalNeedUnknown, []string{say.T(text.VisaportalNeedUnknownLead)}
	}
	if o.Rule == nil {
		return text.VisaportalNeedRequired, []string{say.T(text.VisaportalNeedBecauseNone, "date", say.Date(on))}
	}
	title, rule := text.VisaportalNeedRequired, *o.Rule
	lead := []string{say.T(text.VisaportalNeedBecause, "rule", rule.ID, "basis", strings.Join(nonEmpty(rule.Basis, o.Legal), ", "))}
	if rule.Kind == evisa.VisaRequired {
		return title, lead
	}
	title = text.VisaportalNeedFree
	if rule.Kind == evisa.VisaOnArrival {
		title = text.VisaportalNeedOnArrival
	}
	lead = append(lead, p.arrivalLead(say, rule, o.Posts)...)
	if rule.Days > 0 {
		lead = append(lead, say.T(text.VisaportalNeedDays, "days", rule.Days))
	}
	return title, append(lead, say.T(text.VisaportalNeedOfficer))
}

func (p *portal) arrivalLead(say *text.Printer, rule evisa.EntryRule, posts map[string]string) (lead []string) {
	if rule.Fee != nil && !rule.Fee.Zero() {
		lead = append(lead, say.T(text.VisaportalNeedArrivalFee, "fee", rule.Fee.String()))
	}
	var ports []string
	for _, id := range rule.Ports {
		ports = append(ports, cmp.Or(posts[id], p.port(id)))
	}
	if len(ports) > 0 {
		lead = append(lead, say.T(text.VisaportalNeedArrivalPorts, "ports", strings.Join(ports, ", ")))
	}
	return lead
}

func nonEmpty(words ...string) (kept []string) {
	for _, word := range words {
		if word != "" {
			kept = append(kept, word)
		}
	}
	return kept
}

// typeCard is one type with what it costs, allows and wants.
func (p *portal) typeCard(say *text.Printer, kind evisa.Type, form apply.Form) visaportalview.Type {
	name := named(kind.Name, say)
	days := func(n int) string { return say.T(text.VisaportalNeedNDays, "days", n) }
	entries := say.Number(int64(kind.Entries))
	if kind.Entries == 0 {
		entries = say.T(text.VisaportalNeedEntriesMany)
	}
	card := visaportalview.Type{Name: name, Facts: []visaportalview.Row{
		{Label: say.T(text.VisaportalNeedFee), Value: p.price(say, kind.Fee), Latin: !kind.Fee.Zero()},
		{Label: say.T(text.VisaportalNeedStay), Value: days(kind.StayDays)},
		{Label: say.T(text.VisaportalNeedValid), Value: days(kind.ValidDays)},
		{Label: say.T(text.VisaportalNeedEntries), Value: entries},
		{Label: say.T(text.VisaportalNeedDecided), Value: say.T(text.VisaportalNeedNHours, "hours", kind.TargetHours)},
	}}
	papers := []string{say.T(text.VisaportalFileKindPortrait)}
	for _, file := range kind.Files {
		papers = append(papers, say.Word("visaportal.file_kind", file))
	}
	card.Facts = append(card.Facts, visaportalview.Row{Label: say.T(text.VisaportalNeedPapers), Value: strings.Join(papers, " · ")})
	card.Button = visaportalview.Button{Action: "/apply", Class: "main", Label: say.T(text.VisaportalNeedApply, "type", name), Hidden: []visaportalview.Option{
		{Value: apply.FieldNationality, Label: form.Get(apply.FieldNationality)}, {Value: apply.FieldDocumentCode, Label: form.Get(apply.FieldDocumentCode)},
		{Value: apply.FieldPurpose, Label: form.Get(apply.FieldPurpose)}, {Value: apply.FieldType, Label: kind.Code},
	}}
	return card
}

func (p *portal) price(say *text.Printer, fee evisa.Money) string {
	if fee.Zero() {
		return say.T(text.VisaportalNeedNoFee)
	}
	return fee.String()
}
