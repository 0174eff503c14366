package visaportal

import (
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
)

// feedback is what the script of the portrait's page is told: items, or words that say why there are none.
type feedback struct {
	Items []liveItem `json:"items"`
	Words string     `json:"words,omitempty"`
}

// liveItem is one item as the script shows it. Look is the class of the badge.
type liveItem struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Verdict string `json:"verdict"`
	Look    string `json:"look"`
	Sign    string `json:"sign"`
	Word    string `json:"word"`
	Advice  string `json:"advice,omitempty"`
}

func live(say *text.Printer, items []visaportalview.Item) (all []liveItem) {
	for _, i := range items {
		look := visaportalview.LookOf(i.Verdict)
		shown := liveItem{Name: i.Name, Value: i.Value, Verdict: i.Verdict, Word: say.T(look.Word), Advice: i.Advice}
		switch look.Tone {
		case view.ToneSuccess:
			shown.Look, shown.Sign = "no-hit", "✓"
		case view.ToneError:
			shown.Look, shown.Sign = "hit", "✕"
		case view.ToneWarning, view.ToneInfo:
			shown.Look, shown.Sign = "not-checked", "!"
		}
		all = append(all, shown)
	}
	return all
}
