package visaportal

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
)

// countries are the names of the codes of Doc 9303-3 in the portal's languages, each list in the language's own order.
type countries struct {
	mu     sync.Mutex
	sorted map[text.Language][]visaportalview.Option
}

func newCountries() *countries {
	return &countries{sorted: map[text.Language][]visaportalview.Option{}}
}

// name is what a code is called: the catalogue's word where the common list is old or has none, else that of the common list.
func countryName(p *text.Printer, code string) string {
	if key := text.Key("visaportal.country." + strings.ToLower(code)); p.Has(key) {
		return p.T(key)
	}
	if region, err := language.ParseRegion(code); err == nil && region.IsCountry() {
		return display.Regions(language.Make(string(p.Language()))).Name(region)
	}
	if state, ok := mrz.LookupState(code); ok {
		return state.Name
	}
	return code
}

// options are the codes to choose from, one of them chosen. A code that is not offered, such as a specimen's, stays where it is chosen.
func (x *countries) options(p *text.Printer, chosen string, codes apply.Codes) []visaportalview.Option {
	all := slices.DeleteFunc(slices.Clone(x.of(p)), func(o visaportalview.Option) bool { return !codes.Take(o.Value) })
	chosen = traveldoc.FoldState(chosen) // of a draft that was begun when both were offered
	at := slices.IndexFunc(all, func(o visaportalview.Option) bool { return o.Value == chosen })
	if at >= 0 {
		all[at].Selected = true
		return all
	}
	if _, known := mrz.LookupState(chosen); known {
		all = append(all, visaportalview.Option{Value: chosen, Label: countryName(p, chosen), Selected: true})
	}
	return all
}

func (x *countries) of(p *text.Printer) []visaportalview.Option {
	x.mu.Lock()
	defer x.mu.Unlock()
	if all := x.sorted[p.Language()]; all != nil {
		return all
	}
	var all []visaportalview.Option
	for _, code := range mrz.States() {
		state, ok := mrz.LookupState(code)
		if !ok || state.Kind == "historical" || state.Kind == "training" {
			continue
		}
		all = append(all, visaportalview.Option{Value: code, Label: countryName(p, code)})
	}
	order := collate.New(language.Make(string(p.Language())))
	slices.SortStableFunc(all, func(a, b visaportalview.Option) int { return order.CompareString(a.Label, b.Label) })
	x.sorted[p.Language()] = all
	return all
}
