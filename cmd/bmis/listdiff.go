package main

import (
	"bufio"
	"encoding/json"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
)

type listDiffCommand struct {
	listForm
	Old string `arg:"" help:"The edition before."`
	New string `arg:"" help:"The new edition."`
}

// Help is shown by bmis list diff --help.
func (listDiffCommand) Help() string {
	return `Entries are the same by their own number. The order of the values of an entry changes nothing. Of the list of
OFAC give SDN.XML or SDN_ADVANCED.XML, or SDN.CSV alone on both sides.`
}

// Run compares two editions.
func (c listDiffCommand) Run(a *app) error {
	before, err := c.read(a, c.Old, nil)
	if err != nil {
		return err
	}
	after, err := c.read(a, c.New, nil)
	if err != nil {
		return err
	}
	d := listfile.Compare(before.Alerts, after.Alerts)
	out := bufio.NewWriter(a.Out)
	if c.JSON {
		lines := json.NewEncoder(out)
		lines.SetIndent("", " ")
		lines.SetEscapeHTML(false)
		if err := lines.Encode(d); err != nil {
			return err
		}
		return out.Flush()
	}
	say(out, "added %d, changed %d, removed %d, unchanged %d; refused before %d, now %d\n",
		len(d.Added), len(d.Changed), len(d.Removed), d.Unchanged, len(before.Refused), len(after.Refused))
	for _, one := range d.Added {
		say(out, "+ %s %s\n", one.ID, firstName(one))
	}
	for _, one := range d.Changed {
		say(out, "~ %s %s: %s\n", one.New.ID, firstName(one.New), strings.Join(one.Fields, ", "))
	}
	for _, one := range d.Removed {
		say(out, "- %s %s\n", one.ID, firstName(one))
	}
	return out.Flush()
}

// firstName is the name that an entry is called by.
func firstName(one alerts.Alert) string {
	if len(one.Subject.Names) == 0 {
		return string(one.Subject.Kind)
	}
	return one.Subject.Names[0].Raw
}
