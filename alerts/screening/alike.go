package screening

import (
	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
)

// Alike are the keys of the active alerts, discreet ones among them, that are probably on the same person as an alert, by its names,
// births, sexes, nationalities and documents. Whoever shows one holds it first against what the reader may know. Nil before the first
// Round, and in a process that does not screen: then nothing is known.
func (w *Worker) Alike(a alerts.Alert) []string {
	if c := w.Lists.Catalogue(); c != nil {
		return c.Alike(a)
	}
	return nil
}

// Alike are the keys of the alerts that are probably on the same person.
func (c *Catalogue) Alike(a alerts.Alert) (keys []string) {
	s := a.Subject
	if s.Kind != alerts.Person {
		return nil
	}
	q := match.Query{
		Births: s.Births, Nationality: s.Nationalities, Documents: s.Documents, Least: c.list(a.Key()).Policy.Complete().Thresholds[alerts.Probable],
	}
	for _, n := range s.Names {
		if n.Kind != alerts.Weak { // a weak alias is no reason to think of one person
			q.Names = append(q.Names, n)
		}
	}
	if len(s.Sexes) == 1 {
		q.Sex = s.Sexes[0]
	}
	for _, m := range c.index.Search(q).Matches {
		if m.Key != a.Key() {
			keys = append(keys, m.Key)
		}
	}
	return keys
}
