package trustdb

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// The synthetic country of tests and training, as in a certificate (two letters) and in a machine readable zone.
const (
	trainingCountry = "UT"
	trainingState   = "UTO"
)

// ForTraining says whether an item is the synthetic country's. The keys of that country are public: whoever has them makes its documents.
func ForTraining(item trust.Item) bool {
	var names []pki.Name
	switch item.Kind {
	case trust.Deviation:
		return item.Defect != nil && item.Defect.Issuer == trainingState
	case trust.CRL:
		c, err := pki.ParseCRL(item.DER)
		if err != nil {
			return false // named elsewhere: it cannot be used
		}
		names = []pki.Name{c.Issuer}
	case trust.CSCA, trust.Link, trust.DSC, trust.MasterListSigner:
		c, err := pki.ParseCertificate(item.DER)
		if err != nil {
			return false
		}
		names = []pki.Name{c.Subject, c.Issuer}
	}
	return slices.ContainsFunc(names, func(n pki.Name) bool { return n.Country() == trainingCountry || n.Country() == trainingState })
}

// Admissible leaves out what a post of the State must not use: material of the synthetic country, unless the post itself trains there.
func Admissible(items []trust.Item, state string) (kept []trust.Item, withheld int) {
	if state == trainingState {
		return items, 0
	}
	kept = slices.DeleteFunc(slices.Clone(items), ForTraining)
	return kept, len(items) - len(kept)
}

// Shelf is the material that a station holds, for people to read.
type Shelf struct {
	state    State
	items    []Listed // in order of country and subject
	content  map[string]trust.Item
	Withheld int // items of the synthetic country that the station does not use
	Broken   int // items that cannot be used
}

// Shelf reads all of the material that a post of the State may use. The dataset at a station is small enough to read it for one look.
func (h Held) Shelf(ctx context.Context, state string) (*Shelf, error) {
	items, at, broken, err := h.Load(ctx)
	if err != nil {
		return nil, err
	}
	s := &Shelf{state: at, content: map[string]trust.Item{}, Broken: len(broken)}
	items, s.Withheld = Admissible(items, state)
	for _, item := range items {
		d, err := describe(item)
		if err != nil {
			s.Broken++
			continue
		}
		s.content[item.ID] = item
		s.items = append(s.items, Listed{item.ID, d.Facts, item.Sources, at.Version})
	}
	slices.SortFunc(s.items, func(a, b Listed) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.ID, b.ID))
	})
	return s, nil
}

// Overview counts the material.
func (s *Shelf) Overview(context.Context) (Overview, error) {
	o := Overview{Version: s.state.Version, At: s.state.CurrentAt, Kinds: map[trust.Kind]int{}, Countries: []Count{}, CRLs: []Listed{}}
	for _, item := range s.items {
		o.count(item.Country, item.Kind, 1)
		if item.Kind == trust.CRL {
			o.CRLs = append(o.CRLs, item)
		}
	}
	slices.SortStableFunc(o.CRLs, func(a, b Listed) int { return a.Until.Compare(b.Until) })
	return o, nil
}

// Find lists what matches, in order of country and subject.
func (s *Shelf) Find(_ context.Context, q Query) (page []Listed, total int, err error) {
	country, words, digits := strings.ToUpper(strings.TrimSpace(q.Country)), strings.ToLower(strings.TrimSpace(q.Words)), q.fingerprint()
	seen := q.After == ""
	for _, item := range s.items {
		text := strings.ToLower(item.Subject + "\x00" + item.Issuer)
		if country != "" && item.Country != country || q.Kind != "" && item.Kind != q.Kind ||
			!strings.Contains(text, words) && (digits == "" || !strings.HasPrefix(item.ID, digits)) {
			continue
		}
		total++
		if seen && len(page) < q.Limit {
			page = append(page, item)
		}
		seen = seen || item.ID == q.After
	}
	return page, total, nil
}

// Entry is one item. ErrUnknown when the station does not hold or does not use it.
func (s *Shelf) Entry(_ context.Context, id string) (Entry, error) {
	i := slices.IndexFunc(s.items, func(l Listed) bool { return l.ID == id })
	if i < 0 {
		return Entry{}, ErrUnknown
	}
	item := s.content[id]
	d, err := describe(item)
	return Entry{Listed: s.items[i], Details: d.details, Defect: item.Defect, DER: item.DER, History: []Proposal{}}, err
}
